"""Everything that runs: the product's processes, their two servers, and the services outside."""

import asyncio
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp

from dev.errors import ToolError
from tests.faults import production, servers
from tests.faults.production import Ports
from tests.faults.programs import Program, supervise
from tests.faults.relay import Relay
from tests.faults.services import Services

COMMAND_SECONDS = 60.0
STOP_SECONDS = 20.0


class World:
    """The stack of one program run, in ``folder``, which keeps the logs."""

    def __init__(self, folder: Path, ports: Ports, client: aiohttp.ClientSession) -> None:
        self.ports = ports
        self.postgres = servers.postgres(folder / "postgres", ports.postgres)
        self.valkey = servers.valkey(folder / "valkey", ports.valkey)
        self._folder = folder
        self._env = production.environment(ports, self.postgres.url, self.valkey.url)
        self.webs = production.webs(ports, self._env, folder)
        self.workers = production.workers(self._env, folder)
        self.sandbox = production.sandbox(ports, self._env, folder)
        self.services = Services(f"http://127.0.0.1:{ports.sandbox}", client)
        self.mail = Relay(ports.mail, ports.mail_sink)
        self._client = client

    @property
    def product(self) -> list[Program]:
        """The web and worker processes."""
        return [*self.webs, *self.workers]

    async def start(self) -> None:
        """Start everything, one on top of the other. Raises ToolError."""
        for server in (self.postgres, self.valkey):
            await server.start()
        await self._finish(production.release(self._env, self._folder))
        # The load is far beyond what pauses mailing.
        await self.execute("UPDATE waitlists SET hourly_limit = 1000000")
        self.sandbox.start()
        await self.mail.open()
        await self.until("the sandbox", self.services.answers)
        for program in self.product:
            program.start()
        await self.until("the web and worker processes", self.is_ready)

    async def stop(self) -> None:
        """End everything, in the opposite order."""
        await asyncio.gather(*(program.stop(signal.SIGTERM, seconds=STOP_SECONDS) for program in self.product))
        self.mail.close()
        await self.sandbox.stop(signal.SIGTERM, seconds=2)
        for server in (self.valkey, self.postgres):
            await server.stop()

    async def is_ready(self) -> bool:
        """Whether every web process answers and every worker process has registered."""
        for port in self.ports.webs:
            try:
                async with self._client.get(f"http://127.0.0.1:{port}/health") as answer:
                    if not answer.ok:
                        return False
            except (aiohttp.ClientError, TimeoutError):
                return False
        registered = await self.value("SELECT count(*) FROM procrastinate_workers")
        return bool(registered >= len(self.workers))

    async def until(self, what: str, condition: Callable[[], Awaitable[object]], seconds: float = 60.0) -> None:
        """Wait until ``condition`` holds. Raises ToolError with ``what`` was waited for where it does not."""
        try:
            async with asyncio.timeout(seconds):
                while not await condition():  # noqa: ASYNC110 - other processes set no event
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise ToolError(f"waited {seconds:.0f} s for {what}: see {self._folder}") from None

    async def rows(self, query: str, *parameters: object) -> list[tuple[Any, ...]]:
        """What ``query`` finds."""
        async with servers.connected(self.postgres.url) as connection:
            return await (await connection.execute(query.encode(), parameters)).fetchall()

    async def value(self, query: str, *parameters: object) -> Any:
        """The one value that ``query`` finds."""
        [[value]] = await self.rows(query, *parameters)
        return value

    async def execute(self, statement: str, *parameters: object) -> None:
        """Run a statement that finds nothing."""
        async with servers.connected(self.postgres.url) as connection:
            await connection.execute(statement.encode(), parameters)

    @asynccontextmanager
    async def locked(self, table: str) -> AsyncIterator[None]:
        """Nobody can write to ``table`` during the block; reading goes on, and so do references to it."""
        async with servers.connected(self.postgres.url) as connection, connection.transaction():
            await connection.execute(f"LOCK TABLE {table} IN SHARE MODE".encode())
            yield

    async def manage(self, *arguments: str) -> None:
        """Run a management command. Raises ToolError where it fails."""
        await self._finish(production.manage(self._env, self._folder, *arguments))

    async def _finish(self, program: Program) -> None:
        program.start()
        program.wanted = False
        if not await program.ended(COMMAND_SECONDS) or program.exit_code != 0:
            program.kill()
            raise ToolError(f"{program.name} has failed: see {self._folder}.")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[World]:
    """The whole stack for as long as the block lasts, under supervision. Raises ToolError."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=30)) as client:
        world = World(folder, production.free_ports(), client)
        supervisor = asyncio.create_task(supervise(world.product))
        try:
            await world.start()
            yield world
        finally:
            supervisor.cancel()
            with suppress(asyncio.CancelledError):
                await supervisor
            await world.stop()
