"""Turnstile: the verification, and a drop-in for the widget's script."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from aiohttp import web

from integrations.sandbox.replies import STATE, read_object
from integrations.sandbox.state import Tokens, now

# Cloudflare promises that no token is longer.
TOKEN_LENGTH: Final = 2048
_SCRIPT: Final = Path(__file__).with_name("pages") / "turnstile.js"

routes = web.RouteTableDef()


async def _submitted(request: web.Request) -> Mapping[str, object] | None:
    if request.content_type == "application/json":
        return await read_object(request)
    return await request.post()


def _problem(body: Mapping[str, object], tokens: Tokens) -> str | None:
    if not body.get("secret"):
        return "missing-input-secret"
    token = body.get("response")
    if not token:
        return "missing-input-response"
    if not isinstance(token, str) or token.startswith("fail") or len(token) > TOKEN_LENGTH:
        return "invalid-input-response"
    return None if tokens.spend(token) else "timeout-or-duplicate"


@routes.post("/turnstile/v0/siteverify")
async def siteverify(request: web.Request) -> web.Response:
    """Verify a token, once. Tokens that start with `fail` are refused, all others are good."""
    body = await _submitted(request)
    if body is None:
        return web.json_response({"success": False, "error-codes": ["bad-request"]}, status=400)
    if code := _problem(body, request.app[STATE].tokens):
        return web.json_response({"success": False, "error-codes": [code], "messages": []})
    passed = {"success": True, "challenge_ts": now(), "hostname": "127.0.0.1", "action": "waitlist", "error-codes": []}
    return web.json_response(passed)


@routes.get("/turnstile/v0/api.js")
async def script(request: web.Request) -> web.Response:
    """The widget's script."""
    return web.Response(text=_SCRIPT.read_text(), content_type="text/javascript", charset="utf-8")
