"""The sandbox's own switches: faults and reset."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import CIMultiDict

from integrations.sandbox.faults import Fault
from integrations.sandbox.replies import STATE, error, read_object

routes = web.RouteTableDef()


@routes.get("/faults")
async def pending_faults(request: web.Request) -> web.Response:
    """What is still to come."""
    return web.json_response(request.app[STATE].faults.pending())


@routes.post("/faults")
async def add_fault(request: web.Request) -> web.Response:
    """Queue a fault; 400 says what is wrong with the request."""
    body = await read_object(request)
    if body is None:
        return error(400, "the body must be a JSON object")
    try:
        fault = Fault.parse(body)
    except ValueError as problem:
        return error(400, str(problem))
    request.app[STATE].faults.add(fault)
    return web.json_response(request.app[STATE].faults.pending(), status=201)


@routes.delete("/faults")
async def clear_faults(request: web.Request) -> web.Response:
    """All services behave again."""
    request.app[STATE].faults.clear()
    return web.Response(status=204)


@routes.post("/reset")
async def reset(request: web.Request) -> web.Response:
    """Forget everything."""
    request.app[STATE].reset()
    return web.Response(status=204)


def _service(path: str) -> str | None:
    if path.startswith("/v1/"):
        return "mms"
    # The widget's script stays well: a browser that loads it must not use up what is meant for the verification.
    return "turnstile" if path == "/turnstile/v0/siteverify" else None


@web.middleware
async def misbehave(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a pending fault of the asked service act before, or in place of, its handler."""
    service = _service(request.path)
    fault = request.app[STATE].faults.take(service) if service else None
    if fault is None:
        return await handler(request)
    await asyncio.sleep(fault.delay_ms / 1000)
    if fault.drop:
        # None when the client has hung up during the delay.
        if request.transport is not None:
            request.transport.abort()
        return web.Response()
    if not fault.answers:
        return await handler(request)
    headers = CIMultiDict({"Content-Type": "application/json"})
    headers.update(fault.headers)
    return web.Response(status=fault.status or 200, body=(fault.body or "").encode(), headers=headers)
