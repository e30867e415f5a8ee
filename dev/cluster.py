"""A PostgreSQL cluster in a folder: made in one step, freed from the server of a killed run."""

import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from dev.identity import write_private
from dev.processes import finish
from dev.serving import ENVIRONMENT, failure_with

_GRACE_SECONDS = 5.0


def make_cluster(data: Path, initdb: Sequence[str], user: str, *, durable: bool) -> str:
    """Make ``data/cluster`` with the superuser ``user``, unless it is there, and return the user's password.

    ``initdb`` is the program with whatever has to precede it. Raises ToolError.
    """
    password_file = data / "password"
    if (data / "cluster").exists():
        return password_file.read_text()
    password = secrets.token_urlsafe(24)
    write_private(password_file, password)
    # A kill -9 leaves at most this one behind, never half a cluster under the real name.
    unfinished = data / "cluster.unfinished"
    if unfinished.exists():
        shutil.rmtree(unfinished)
    locale = ("--locale-provider=builtin", "--locale=C.UTF-8", "--encoding=UTF8")
    access = (f"--username={user}", "--auth=scram-sha-256", f"--pwfile={password_file}")
    speed = () if durable else ("--no-sync",)
    log = data / "initdb.log"
    with log.open("wb") as output:
        command = [*initdb, f"--pgdata={unfinished}", *locale, *access, *speed]
        if finish(command, cwd=data, env=ENVIRONMENT, output=output) != 0:
            raise failure_with(log)
    unfinished.rename(data / "cluster")
    return password


def end_predecessor(cluster: Path) -> None:
    """End the server that a killed run may have left on ``cluster``, and remove its pid file.

    The file alone proves nothing: after a restart of a container its number belongs to another process,
    and PostgreSQL would refuse to start. Outside Linux this is left to PostgreSQL.
    """
    pid_file = cluster / "postmaster.pid"
    if sys.platform != "linux" or not pid_file.exists():
        return
    with suppress(ValueError):
        pid = int(pid_file.read_text().partition("\n")[0])
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not _serves(pid, cluster):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            _await_end(pid, cluster)
    pid_file.unlink(missing_ok=True)


def _await_end(pid: int, cluster: Path) -> None:
    deadline = time.monotonic() + _GRACE_SECONDS
    while _serves(pid, cluster) and time.monotonic() < deadline:
        time.sleep(0.05)


def _serves(pid: int, cluster: Path) -> bool:
    # The command line, because root in a container may not read another user's /proc/<pid>/cwd. It is
    # empty for a process that has ended and waits for its parent.
    try:
        return os.fsencode(cluster) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
