"""MMS, the CRM: parties and their newsletter preference, every answer wrapped in `data`."""

import re
from collections.abc import Mapping
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from integrations.sandbox.replies import STATE, error, read_object
from integrations.sandbox.state import Consent, Party

STATUSES: Final = ("lead", "prospect", "customer")
_TEXTS: Final = ("display_name", "source_project", "consent_ip", "consent_user_agent", "consent_text_version")
_EMAIL: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

routes = web.RouteTableDef()


def _keyed(handler: Handler) -> Handler:
    async def guarded(request: web.Request) -> web.StreamResponse:
        if not request.headers.get("x-api-key"):
            return error(401, "x-api-key is missing")
        return await handler(request)

    return guarded


def _data(content: Mapping[str, object], status: int = 200) -> web.Response:
    # Some deployments of MMS wrap, others don't; clients have to cope with both.
    return web.json_response({"data": content}, status=status)


def _party(party: Party | None) -> web.Response:
    return _data(party.public()) if party else error(404, "unknown party")


def _consent(body: Mapping[str, Any]) -> Consent:
    values = {name: body.get(name) for name in _TEXTS}
    for name, value in values.items():
        if not isinstance(value, str | None):
            raise TypeError(f"{name} must be a string")
    agreed = body.get("marketing_consent", False)
    if not isinstance(agreed, bool):
        raise TypeError("marketing_consent must be true or false")
    return Consent(marketing_consent=agreed, **values)


@routes.post("/v1/parties")
@_keyed
async def create_party(request: web.Request) -> web.Response:
    """Find or create a party by e-mail; the unsubscribe token is told only to the call that creates it."""
    body = await read_object(request)
    if body is None:
        return error(422, "the body must be a JSON object")
    email = body.get("email")
    if not isinstance(email, str) or not _EMAIL.fullmatch(email):
        return error(422, "email must be an e-mail address")
    try:
        consent = _consent(body)
    except TypeError as problem:
        return error(422, str(problem))
    party, created = request.app[STATE].parties.find_or_create(email, consent)
    answer = {
        "party_id": party.party_id,
        "contact_point_id": party.contact_point_id,
        "created": created,
        "unsubscribe_token": party.unsubscribe_token if created else None,
    }
    return _data(answer, 201 if created else 200)


@routes.get("/v1/parties/lookup")
@_keyed
async def lookup_party(request: web.Request) -> web.Response:
    """The party of an e-mail address."""
    return _party(request.app[STATE].parties.by_email(request.query.get("email", "")))


@routes.get("/v1/parties/{party_id}")
@_keyed
async def get_party(request: web.Request) -> web.Response:
    """The party of an id."""
    return _party(request.app[STATE].parties.by_id(request.match_info["party_id"]))


@routes.patch("/v1/parties/{party_id}")
@_keyed
async def update_party_status(request: web.Request) -> web.Response:
    """Move a party along: lead, prospect, customer."""
    parties = request.app[STATE].parties
    party = parties.by_id(request.match_info["party_id"])
    if party is None:
        return _party(None)
    body = await read_object(request)
    status = body.get("status") if body else None
    if status not in STATUSES:
        return error(422, f"status must be one of {', '.join(STATUSES)}")
    return _party(parties.set_status(party, status))


@routes.post("/v1/email-preferences/unsubscribe")
async def unsubscribe(request: web.Request) -> web.Response:
    """End the newsletter of the party that holds the token. Public: the token is the key."""
    body = await read_object(request) or {}
    token = body.get("token")
    if not isinstance(token, str) or body.get("preference_type") != "newsletter":
        return error(422, 'token must be a string and preference_type "newsletter"')
    if not request.app[STATE].parties.unsubscribe(token):
        return error(404, "unknown token")
    return _data({"unsubscribed": True})
