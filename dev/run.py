"""The whole product on this machine until Ctrl-C: databases, sandbox, web and worker."""

import argparse
import fcntl
import os
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

import environ

from dev.addresses import Addresses
from dev.errors import ToolError
from dev.manage import shared_environment
from dev.processes import Processes, end_with_parent, finish
from dev.servers import postgres, valkey
from dev.services import MANAGE, ROOT, check_alive, commands, running, wait_until_answering

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main() -> int:
    """Run until a signal, which exits with 0, or until a failure, which returns 1."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT / ".data", help="the folder that keeps everything")
    parser.add_argument("--end-with-parent", action="store_true", help="end when the calling process is killed")
    options = parser.parse_args()
    for number in _STOP_SIGNALS:
        signal.signal(number, _leave)
    if options.end_with_parent:
        end_with_parent(signal.SIGTERM)
    environ.Env.read_env(ROOT / ".env")
    try:
        run(options.data.resolve(), os.environ)
    except ToolError as failure:
        print(f"make run: {failure}", file=sys.stderr)
        return 1


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    # A second Ctrl-C must not interrupt the tidying up that the first one began.
    for stop_signal in _STOP_SIGNALS:
        signal.signal(stop_signal, signal.SIG_IGN)
    raise SystemExit(0)


def run(data: Path, given: Mapping[str, str]) -> NoReturn:
    """Start everything, print the addresses, then watch; ``given`` are the user's variables.

    Raises ToolError when something does not start or ends by itself, after stopping the rest.
    """
    addresses = Addresses.parse(given.get("PORT") or "8000")
    processes: Processes = {}
    with ExitStack() as stack:
        stack.enter_context(_alone_on(data))
        addresses.wait_until_free()
        env = addresses.environment(given)
        if not env.get("DATABASE_URL"):
            env["DATABASE_URL"] = stack.enter_context(postgres(data / "postgres", processes=processes))
        if not env.get("REDIS_URL"):
            env["REDIS_URL"] = stack.enter_context(valkey(data / "valkey", processes=processes))
        prepare(env)
        stack.enter_context(shared_environment(data, env))
        processes |= stack.enter_context(running(commands(addresses, data), env))
        wait_until_answering(processes, addresses.sandbox)
        wait_until_answering(processes, f"{addresses.web}/health")
        _announce(addresses, env.get("ADMIN_PATH") or "admin/")
        while True:
            check_alive(processes)
            time.sleep(0.2)


@contextmanager
def _alone_on(data: Path) -> Iterator[None]:
    """Keep a second run off ``data``. The kernel drops the lock with this process, however that ends."""
    data.mkdir(parents=True, exist_ok=True)
    folder = os.open(data, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ToolError(f"another one is running on {data}.") from None
        yield
    finally:
        os.close(folder)


def prepare(env: Mapping[str, str]) -> None:
    """Bring catalogue, database and default list up to date. Raises ToolError."""
    _finish(sys.executable, "-m", "dev.catalogue", "compile", env=env)
    _finish(*MANAGE, "migrate", env=env)
    # Printed at once: it is the only time that the new accounts' passwords can be read.
    for command in ("bootstrap", "demo_accounts"):
        print(_finish(*MANAGE, command, env=env), end="", flush=True)


def _finish(*command: str, env: Mapping[str, str]) -> str:
    with tempfile.TemporaryFile() as output:
        code = finish(command, cwd=ROOT, env=env, output=output)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if code != 0:
        raise ToolError(f"{' '.join(command[1:])} failed:\n{text}")
    return text


def _announce(addresses: Addresses, admin_path: str) -> None:
    rows = {
        "sign-up form": f"{addresses.web}/",
        "admin": f"{addresses.web}/{admin_path.strip('/')}/",
        "mail inbox": f"{addresses.sandbox}/",
        "health": f"{addresses.web}/health",
    }
    table = "\n".join(f"  {name:<13} {address}" for name, address in rows.items())
    print(f"\n{table}\n\nready: {addresses.web}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
