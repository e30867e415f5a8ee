"""The sandbox's servers: HTTP and SMTP in one event loop, on this machine's own address only."""

import asyncio
import logging
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from integrations.sandbox import control, inbox, mms, turnstile
from integrations.sandbox.mail import smtp_protocol
from integrations.sandbox.replies import STATE, json_errors
from integrations.sandbox.state import State

HOST: Final = "127.0.0.1"
# What a request in progress gets to finish when the sandbox ends; a delayed one is cut off.
_SHUTDOWN_SECONDS: Final = 0.5
# How long another thread waits for the loop.
_ANSWER_SECONDS: Final = 10


@dataclass(frozen=True, slots=True)
class Addresses:
    """The ports of a started sandbox."""

    http_port: int
    smtp_port: int

    @property
    def url(self) -> str:
        """The HTTP server's address, without a slash at its end."""
        return f"http://{HOST}:{self.http_port}"


@asynccontextmanager
async def _listening(state: State, http_port: int, smtp_port: int) -> AsyncIterator[Addresses]:
    # aiosmtpd logs every command at INFO, addresses included.
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    app = web.Application(middlewares=[json_errors, control.misbehave])
    app[STATE] = state
    for part in (mms, turnstile, inbox, control):
        app.add_routes(part.routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, http_port).start()
        loop = asyncio.get_running_loop()
        smtp = await loop.create_server(partial(smtp_protocol, state), HOST, smtp_port)
        try:
            yield Addresses(runner.addresses[0][1], smtp.sockets[0].getsockname()[1])
        finally:
            smtp.close()
    finally:
        await runner.cleanup()


async def serve(http_port: int, smtp_port: int, directory: Path | None, ready: Callable[[Addresses], object]) -> None:
    """Run until SIGTERM or SIGINT; calls `ready` as soon as both servers listen.

    Port 0 takes a free one. With a directory, parties and mails survive a restart.
    Raises OSError where a port is taken or the directory cannot be used.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with _listening(State(directory), http_port, smtp_port) as addresses:
        ready(addresses)
        await stop.wait()


class RunningSandbox:
    """A sandbox in another thread of this process."""

    def __init__(self, addresses: Addresses, state: State, loop: asyncio.AbstractEventLoop) -> None:
        self.url = addresses.url
        self.http_port = addresses.http_port
        self.smtp_port = addresses.smtp_port
        self._state = state
        self._loop = loop

    def reset(self) -> None:
        """Forget everything: parties, mails, spent tokens, faults."""

        async def forget() -> None:
            self._state.reset()

        # The state belongs to the loop's thread.
        asyncio.run_coroutine_threadsafe(forget(), self._loop).result(_ANSWER_SECONDS)


@contextmanager
def running(http_port: int = 0, smtp_port: int = 0, directory: Path | None = None) -> Iterator[RunningSandbox]:
    """A sandbox in the background while the `with` block runs; port 0 takes a free one.

    Raises OSError where a port is taken.
    """
    started: Future[tuple[RunningSandbox, Callable[[], object]]] = Future()

    async def main() -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        state = State(directory)
        async with _listening(state, http_port, smtp_port) as addresses:
            sandbox = RunningSandbox(addresses, state, loop)
            started.set_result((sandbox, partial(loop.call_soon_threadsafe, stop.set)))
            await stop.wait()

    def run() -> None:
        try:
            asyncio.run(main())
        except Exception as problem:
            if started.done():
                raise
            started.set_exception(problem)

    # A thread of its own: the caller's may already have a running loop.
    thread = threading.Thread(target=run, name="sandbox", daemon=True)
    thread.start()
    sandbox, stop = started.result(_ANSWER_SECONDS)
    try:
        yield sandbox
    finally:
        stop()
        thread.join()
