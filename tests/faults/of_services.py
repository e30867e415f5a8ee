"""Faults of the services outside: MMS, the mail server, Turnstile."""

import asyncio
from typing import Any

from tests.faults.fault import Fault, Inject, Run

HTML = {"status": 200, "body": "<html>Bad gateway</html>", "headers": {"Content-Type": "text/html"}}
# Announces more than it sends; the connection then ends.
HALF = {"status": 201, "body": '{"data": {"party_id": "', "headers": {"Content-Length": "400", "Connection": "close"}}


def _misbehaving(service: str, **what: Any) -> Inject:
    async def inject(run: Run) -> None:
        async with run.world.services.misbehaving(service, **what):
            await asyncio.sleep(run.seconds)

    return inject


async def _mail_server_away(run: Run) -> None:
    async with run.world.mail.refusing():
        await asyncio.sleep(run.seconds)


async def _mail_server_silent(run: Run) -> None:
    async with run.world.mail.silent():
        await asyncio.sleep(run.seconds)


_ONE_REFUSED = _misbehaving("smtp", status=550, times=1)
_BUSY = {"status": 503, "headers": {"Retry-After": "30"}}
_TOO_MANY = {"status": 429, "headers": {"Retry-After": "30"}}

FAULTS = (
    Fault("mms-500", "MMS answers 500", _misbehaving("mms", status=500)),
    Fault("mms-503", "MMS answers 503 with Retry-After", _misbehaving("mms", **_BUSY)),
    Fault("mms-429", "MMS answers 429 with Retry-After", _misbehaving("mms", **_TOO_MANY)),
    Fault("mms-slow", "MMS takes 30 s", _misbehaving("mms", delay_ms=30_000)),
    Fault("mms-drop", "MMS drops connections", _misbehaving("mms", drop=True)),
    Fault("mms-half", "MMS sends half a body", _misbehaving("mms", **HALF)),
    Fault("mms-html", "MMS sends HTML", _misbehaving("mms", **HTML), pressed_again=True),
    Fault("mms-422", "MMS refuses with 422", _misbehaving("mms", status=422), pressed_again=True),
    Fault("smtp-refuses", "mail server refuses connections", _mail_server_away),
    Fault("smtp-drop", "mail server drops connections", _misbehaving("smtp", drop=True)),
    Fault("smtp-451", "mail server greylists (451)", _misbehaving("smtp", status=451)),
    Fault("smtp-550", "mail server refuses one mail (550)", _ONE_REFUSED, pressed_again=True),
    Fault("smtp-hangs", "mail server accepts connections and is silent", _mail_server_silent),
    Fault("smtp-slow", "mail server hangs up after 30 s", _misbehaving("smtp", delay_ms=30_000, drop=True)),
    Fault("turnstile-down", "Turnstile drops connections", _misbehaving("turnstile", drop=True), may_refuse=True),
    Fault("turnstile-slow", "Turnstile takes 3 s", _misbehaving("turnstile", delay_ms=3000)),
)
