"""Faults of PostgreSQL and Valkey."""

import asyncio
import signal
import time

import redis.asyncio as redis

from tests.faults.fault import Fault, Run

_TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


async def _restart_postgres(run: Run) -> None:
    began = time.monotonic()
    await run.world.postgres.stop()
    await run.world.postgres.start()
    run.notes.append(f"PostgreSQL was away for {time.monotonic() - began:.1f} s")
    await asyncio.sleep(run.seconds)


async def _stop_postgres(run: Run) -> None:
    await run.world.postgres.stop()
    await asyncio.sleep(10)
    await run.world.postgres.start()


async def _terminate_connections(run: Run) -> None:
    ended = 0
    for _ in range(4):
        ended += len(await run.world.rows(_TERMINATE))
        await asyncio.sleep(run.seconds / 4)
    run.notes.append(f"{ended} connections, in four blows")


async def _stop_valkey(run: Run) -> None:
    await run.world.valkey.stop()
    await asyncio.sleep(run.seconds)
    await run.world.valkey.start()


async def _hang_valkey(run: Run) -> None:
    run.world.valkey.program.send(signal.SIGSTOP)
    try:
        await asyncio.sleep(run.seconds)
    finally:
        run.world.valkey.program.send(signal.SIGCONT)


async def _flush_valkey(run: Run) -> None:
    async with redis.from_url(run.world.valkey.url) as client:
        for _ in range(int(run.seconds * 4)):
            await client.flushall()
            await asyncio.sleep(0.25)


FAULTS = (
    Fault("postgres-restarted", "PostgreSQL restarted", _restart_postgres, may_refuse=True),
    Fault("postgres-stopped", "PostgreSQL stopped for 10 s", _stop_postgres, may_refuse=True),
    Fault("postgres-connections", "all database connections terminated", _terminate_connections, may_refuse=True),
    Fault("valkey-stopped", "Valkey stopped", _stop_valkey),
    Fault("valkey-hung", "Valkey hung", _hang_valkey),
    Fault("valkey-flushed", "Valkey flushed, again and again", _flush_valkey),
)
