"""The load: sign-ups on schedule, however long the answers take, and what their visitors were told."""

import asyncio
import ipaddress
import time
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import cycle
from typing import Any

import aiohttp

from tests.api import form

TRIES = 3  # a browser's own, and twice the visitor's "again" with the same body
PAUSE_SECONDS = 1.0  # before trying again
GIVE_UP_SECONDS = 30.0
NO_ANSWER, NO_SERVER = "no answer", "no server"
_DOMAIN = "load.example"
_NETWORKS = int(ipaddress.IPv6Address("2001:db8::"))


@dataclass(frozen=True)
class SignUp:
    """One visitor of one run; his address, company and token are nobody else's."""

    run: str
    number: int

    @property
    def email(self) -> str:
        return f"{self.run}-{self.number}@{_DOMAIN}"

    @property
    def company(self) -> str:
        return f"{self.run} {self.number}"

    def body(self) -> dict[str, Any]:
        """The form, the same at every try."""
        return form(email=self.email, companyName=self.company, turnstileToken=f"{self.run}-{self.number}-token")

    def headers(self) -> dict[str, str]:
        """What the proxy in front adds: an IPv6 network of the visitor's own."""
        network = zlib.crc32(self.email.encode())
        address = ipaddress.IPv6Address(_NETWORKS + (network << 64) + 1)
        return {"X-Forwarded-For": str(address), "X-Forwarded-Proto": "https"}


@dataclass(frozen=True)
class Answer:
    """``signup_id`` of an accepted sign-up, otherwise the ``code`` of the refusal."""

    code: str
    signup_id: str = ""


class Balancer:
    """Takes turns among the web processes and moves on where a connection is refused."""

    def __init__(self, client: aiohttp.ClientSession, ports: Sequence[int]) -> None:
        self._client, self._count = client, len(ports)
        self._turns = cycle([f"http://127.0.0.1:{port}/api/waitlist" for port in ports])

    async def post(self, sign_up: SignUp) -> Answer:
        """The first web process's answer that accepts the connection."""
        for _ in range(self._count):
            try:
                async with self._client.post(next(self._turns), json=sign_up.body(), headers=sign_up.headers()) as got:
                    return _read(got.status, await got.json())
            except aiohttp.ClientConnectorError:
                continue
            except (aiohttp.ClientError, TimeoutError):
                return Answer(NO_ANSWER)
        return Answer(NO_SERVER)


def _read(status: int, envelope: dict[str, Any]) -> Answer:
    if status == HTTPStatus.OK:
        return Answer("", envelope["data"]["signupId"])
    return Answer(envelope["error"]["code"])


class Load:
    """The sign-ups of one run."""

    def __init__(self, run: str, ports: Sequence[int]) -> None:
        self.run = run
        self.accepted: dict[str, SignUp] = {}
        self.refused: Counter[str] = Counter()
        self.cut = 0  # tries that were begun and got no answer
        self.slowest = 0.0
        self._ports = ports

    async def keep_up(self, per_second: float, stop: asyncio.Event) -> None:
        """Send until ``stop`` is set, then wait for what is under way."""
        timeout = aiohttp.ClientTimeout(total=GIVE_UP_SECONDS)
        connector = aiohttp.TCPConnector(limit=0, force_close=True)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as client, asyncio.TaskGroup() as tasks:
            balancer = Balancer(client, self._ports)
            began, number = time.monotonic(), 0
            while not stop.is_set():
                number += 1
                tasks.create_task(self._visit(balancer, SignUp(self.run, number)))
                await asyncio.sleep(max(0.0, began + number / per_second - time.monotonic()))

    async def _visit(self, balancer: Balancer, sign_up: SignUp) -> None:
        answer = Answer(NO_SERVER)
        for attempt in range(TRIES):
            await asyncio.sleep(attempt and PAUSE_SECONDS)
            began = time.monotonic()
            answer = await balancer.post(sign_up)
            self.slowest = max(self.slowest, time.monotonic() - began)
            self.cut += answer.code == NO_ANSWER
            if answer.code not in {NO_ANSWER, NO_SERVER}:
                break
        if answer.signup_id:
            self.accepted[answer.signup_id] = sign_up
        else:
            self.refused[answer.code] += 1
