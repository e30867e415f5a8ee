"""A TCP relay in front of the mail server, which may refuse connections or fall silent."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress


class Relay:
    """Passes connections on from one port of 127.0.0.1 to another, until told otherwise.

    What has begun is never cut: a mail whose OK got lost on the way would rightly be sent again.
    """

    def __init__(self, port: int, target: int) -> None:
        self._port, self._target = port, target
        self._server: asyncio.Server | None = None
        self._silenced: asyncio.Event | None = None

    async def open(self) -> None:
        """Accept connections."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self._port)

    def close(self) -> None:
        """Refuse connections."""
        if self._server is not None:
            self._server.close()

    @asynccontextmanager
    async def refusing(self) -> AsyncIterator[None]:
        """Nobody listens during the block."""
        self.close()
        try:
            yield
        finally:
            await self.open()

    @asynccontextmanager
    async def silent(self) -> AsyncIterator[None]:
        """Connections that begin in the block are accepted, never answered, and closed at its end."""
        self._silenced = asyncio.Event()
        try:
            yield
        finally:
            self._silenced.set()
            self._silenced = None

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if self._silenced is not None:
                await self._silenced.wait()
                return
            there, back = await asyncio.open_connection("127.0.0.1", self._target)
            ways = [asyncio.create_task(_copy(*way)) for way in ((reader, back), (there, writer))]
            try:
                # Once one side has hung up, the conversation is over.
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                back.close()
        except OSError:
            pass
        finally:
            writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
