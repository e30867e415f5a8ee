"""The product's three processes: sandbox, web and worker."""

import signal
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dev.addresses import Addresses
from dev.errors import ToolError
from dev.processes import Processes, start, stop

ROOT = Path(__file__).resolve().parent.parent
MANAGE = (sys.executable, "manage.py")

_GRACE_SECONDS = 8.0
# After a kill -9 of the supervisor the databases go at the same moment, and a worker without its database
# does not end on SIGTERM. The web has to: it hands the signal on to a process of its own.
_DEATH_SIGNALS = {"web": signal.SIGTERM}


def commands(addresses: Addresses, data: Path) -> dict[str, tuple[str, ...]]:
    """What to run, by the name that messages use; the sandbox keeps its state in a folder of ``data``."""
    ports = (f"--http-port={addresses.sandbox_port}", f"--smtp-port={addresses.smtp_port}")
    listen = ("--interface=rsgi", "--host=127.0.0.1", f"--port={addresses.port}")
    size = ("--workers=1", "--workers-kill-timeout=3")
    quiet = ("--no-access-log", "--log-level=error")
    return {
        "sandbox": (*MANAGE, "sandbox", *ports, f"--state={data / 'sandbox'}"),
        "web": (sys.executable, "-m", "granian", *listen, *size, *quiet, "config.rsgi:application"),
        "worker": (*MANAGE, "worker"),
    }


@contextmanager
def running(programs: Mapping[str, tuple[str, ...]], env: Mapping[str, str]) -> Iterator[Processes]:
    """Run ``programs`` for as long as the block lasts; their output goes to ours."""
    services: Processes = {}
    try:
        for name, command in programs.items():
            services[name] = start(command, cwd=ROOT, env=env, death_signal=_DEATH_SIGNALS.get(name, signal.SIGKILL))
        yield services
    finally:
        stop(services.values(), signal.SIGTERM, grace=_GRACE_SECONDS)


def check_alive(processes: Processes) -> None:
    """Raise ToolError if one of ``processes`` has ended."""
    for name, process in processes.items():
        if process.poll() is not None:
            raise ToolError(f"{name} ended unexpectedly, with exit code {process.returncode}.")


def wait_until_answering(processes: Processes, url: str, *, seconds: float = 60.0) -> None:
    """Return once ``url`` answers with success. Raises ToolError if a process ends or the time is up."""
    # A proxy from the environment has no business on the way to this machine itself.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        check_alive(processes)
        try:
            opener.open(url, timeout=5).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise ToolError(f"{url} does not answer with success after {seconds:.0f} seconds.")
