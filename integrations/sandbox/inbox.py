"""The inbox: received mails and parties, for people as pages, for tests as JSON."""

from datetime import datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from django.template import Context, Engine

from integrations.sandbox.replies import STATE
from integrations.sandbox.state import Mail

# What a page shows at most; the JSON has everything.
PAGE_LENGTH: Final = 100
_PAGES: Final = Path(__file__).with_name("pages")
_STATUS_NAMES: Final = {"lead": "Lead", "prospect": "Interessent", "customer": "Kunde"}
# Mails bring their own styles; nothing that they name on other hosts is loaded.
_POLICY: Final = "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src data:; frame-src 'self'"

_engine = Engine(dirs=[str(_PAGES)])
routes = web.RouteTableDef()


@routes.get("/inbox.json")
async def mails_json(request: web.Request) -> web.Response:
    """Every received mail, newest last."""
    return web.json_response(request.app[STATE].mails.all())


@routes.get("/parties.json")
async def parties_json(request: web.Request) -> web.Response:
    """Every party, newest last."""
    return web.json_response([party.public() for party in request.app[STATE].parties.all()])


@routes.get("/sandbox.css")
async def stylesheet(request: web.Request) -> web.Response:
    """The pages' style."""
    return web.Response(text=(_PAGES / "sandbox.css").read_text(), content_type="text/css", charset="utf-8")


@routes.get("/")
async def inbox(request: web.Request) -> web.Response:
    """Mails and parties, newest first."""
    state = request.app[STATE]
    mails, parties = state.mails.all(), state.parties.all()
    newest_mails = list(enumerate(mails, 1))[: -PAGE_LENGTH - 1 : -1]
    newest_parties = parties[: -PAGE_LENGTH - 1 : -1]
    context = {
        "mails": [{**mail, "number": number, "time": _time(mail)} for number, mail in newest_mails],
        "mail_count": len(mails),
        "parties": [{**party.public(), "status_name": _STATUS_NAMES[party.status]} for party in newest_parties],
        "party_count": len(parties),
        "fault_count": len(state.faults.pending()),
    }
    return _page("inbox.html", context)


@routes.get(r"/mails/{number:\d{1,9}}")
async def mail(request: web.Request) -> web.Response:
    """One mail with its parts and headers."""
    found = request.app[STATE].mails.numbered(int(request.match_info["number"]))
    if found is None:
        raise web.HTTPNotFound
    return _page("mail.html", {"mail": found, "time": _time(found)})


def _time(mail: Mail) -> str:
    return datetime.fromisoformat(mail["received_at"]).astimezone().strftime("%d.%m.%Y, %H:%M:%S")


def _page(name: str, context: dict[str, Any]) -> web.Response:
    # Not localized, because the numbers are parts of addresses.
    html = _engine.get_template(name).render(Context(context, use_l10n=False))
    # A mail may hold characters that UTF-8 cannot carry.
    return web.Response(
        body=html.encode("utf-8", "replace"),
        content_type="text/html",
        charset="utf-8",
        headers={"Content-Security-Policy": _POLICY},
    )
