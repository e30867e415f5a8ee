"""Runs a WSGI application under RSGI, granian's own interface: a body has arrived before it takes a thread.

Under WSGI granian hands a request over as soon as its headers are there, and has no deadline for its body
(https://github.com/emmett-framework/granian/issues/728): as many silent connections as there are threads stop the
site for everybody. Here the event loop waits, for a limited time and size, and a thread gets a whole request.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from waitlist.envelope import ErrorCode, error_response

BODY_SECONDS = 5.0  # for the whole body; a form of 16 KiB needs 26 kbit/s
CHUNK_SECONDS = 10.0  # a client that takes nothing for so long has gone
THREADS = 32  # requests that one process works on at a time; most of them wait for Turnstile

logger = logging.getLogger(__name__)
_threads = ThreadPoolExecutor(THREADS, thread_name_prefix="web")


def whole_requests(wsgi: Any) -> Callable[[Any, Any], Awaitable[None]]:
    """The RSGI application that takes each request's body in and then lets Django's ``wsgi`` work in a thread."""

    async def application(scope: Any, protocol: Any) -> None:
        try:
            body = await asyncio.wait_for(_body(protocol), BODY_SECONDS)
        except TimeoutError:
            logger.info("A body had not arrived after %.0f s", BODY_SECONDS)
            _refuse(protocol)
            return
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(_threads, _answer, wsgi, environ_of(scope, body), protocol, loop)

    return application


def _refuse(protocol: Any) -> None:
    answer = error_response(ErrorCode.VALIDATION_ERROR, _("The form took too long to arrive. Please try again."))
    protocol.response_bytes(answer.status_code, [*answer.items(), ("Connection", "close")], answer.content)


async def _body(protocol: Any) -> bytes:
    # One byte more than Django takes shows it that there was too much.
    limit = (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0) + 1
    body = bytearray()
    async for chunk in protocol:
        body += chunk
        if len(body) >= limit:
            break
    return bytes(body[:limit])


def environ_of(scope: Any, body: bytes) -> dict[str, Any]:
    """The request as PEP 3333 has it."""
    server, _colon, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        # Bytes in the guise of Latin-1, as WSGI wants them.
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": server,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name in scope.headers:
        # X_Forwarded_For would pass for X-Forwarded-For, and no proxy has looked at it.
        if "_" not in name:
            separator = "; " if name == "cookie" else ", "
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = separator.join(scope.headers.get_all(name))
    if scope.authority:
        # HTTP/2 has it in the place of a Host header.
        environ["HTTP_HOST"] = scope.authority
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    # What has arrived counts, whatever was announced.
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def _answer(wsgi: Any, environ: dict[str, Any], protocol: Any, loop: asyncio.AbstractEventLoop) -> None:
    """Run Django, from start to end in one thread: a database connection belongs to one."""
    head: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
        head[:] = int(status.partition(" ")[0]), headers

    response: Any = wsgi(environ, start_response)
    try:
        if response.streaming:
            stream = protocol.response_stream(*head)
            for chunk in response:
                # No faster than the client takes them.
                asyncio.run_coroutine_threadsafe(_sent(stream, chunk), loop).result(CHUNK_SECONDS)
        else:
            protocol.response_bytes(*head, response.content)
    finally:
        response.close()


async def _sent(stream: Any, chunk: bytes) -> None:
    await stream.send_bytes(chunk)
