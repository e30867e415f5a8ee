"""What the HTTP handlers share: the way to the state, JSON in, JSON out."""

import json
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from integrations.sandbox.state import State

STATE = web.AppKey("state", State)


async def read_object(request: web.Request) -> dict[str, Any] | None:
    """The body's JSON object, or None where it is none."""
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def error(status: int, message: str) -> web.Response:
    """An error as JSON."""
    return web.json_response({"error": {"message": message}}, status=status)


@web.middleware
async def json_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer unknown paths, wrong methods and the like as JSON too."""
    try:
        return await handler(request)
    except web.HTTPException as problem:
        return error(problem.status, problem.reason)
