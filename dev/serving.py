"""Running one server program from a wheel, on a free port, for as long as a block lasts."""

import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from dev.errors import ToolError
from dev.processes import Processes, start, stop

# Whatever the machine's language is: messages are English, bytes are UTF-8.
ENVIRONMENT: Mapping[str, str] = {"LC_ALL": "C.UTF-8"}

_START_SECONDS = 60.0
_GRACE_SECONDS = 5.0
_ATTEMPTS = 4
_LOG_LINES = 15


def program(package: str, pattern: str) -> Path:
    """The file in an installed ``package`` that matches the glob ``pattern``; the package is not imported.

    Raises ToolError if there is none.
    """
    spec = find_spec(package)
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in Path(folder).glob(pattern):
            return path
    raise ToolError(f"The package {package} has no program for this machine. Set DATABASE_URL and REDIS_URL.")


@contextmanager
def serving(
    command: Callable[[int], list[str]],
    answers: Callable[[int], bool],
    log: Path,
    *stop_signals: signal.Signals,
    processes: Processes | None = None,
) -> Iterator[int]:
    """Run the server, yield its port once it answers, end it with the first of ``stop_signals`` that works.

    ``command`` and ``answers`` are given the port; the working directory is the folder of ``log``, which
    starts empty. ``processes``, where given, gets the server's process. Raises ToolError.
    """
    # Again after a failure: somebody may have taken the port in between, or the last backend of a
    # killed PostgreSQL may still be ending.
    for attempt in range(_ATTEMPTS):
        time.sleep(attempt)
        port = free_port()
        with log.open("wb") as output:
            process = start(
                command(port),
                cwd=log.parent,
                env=ENVIRONMENT,
                death_signal=stop_signals[0],
                output=output,
            )
        try:
            if _wait(process, answers, port):
                if processes is not None:
                    processes[log.stem] = process
                yield port
                return
            if process.poll() is None:
                break
        finally:
            stop([process], *stop_signals, grace=_GRACE_SECONDS)
    raise failure_with(log)


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def _wait(process: subprocess.Popen[bytes], answers: Callable[[int], bool], port: int) -> bool:
    deadline = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        if answers(port):
            return True
        time.sleep(0.02)
    return False


def failure_with(log: Path) -> ToolError:
    """The failure of the program that wrote ``log``, with its last lines."""
    tail = log.read_text(errors="replace").splitlines()[-_LOG_LINES:]
    return ToolError("\n".join([f"{log.stem} did not start. The end of {log}:", *tail]))
