"""What production runs: the commands of the ``Procfile``, under the settings of ``dev/production.env``."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dev.addresses import Addresses
from dev.errors import ToolError
from dev.services import MANAGE, ROOT
from tests.faults.programs import Program

FIRST_PORT = 10100
WEBS, WORKERS = 2, 2


@dataclass(frozen=True)
class Ports:
    """Nine ports in a row on 127.0.0.1, and what listens on them."""

    first: int

    @property
    def postgres(self) -> int:
        return self.first

    @property
    def valkey(self) -> int:
        return self.first + 1

    @property
    def sandbox(self) -> int:
        return self.first + 2

    @property
    def mail_sink(self) -> int:
        return self.first + 3

    @property
    def mail(self) -> int:
        """Where the product sends its mail: a relay to the sink."""
        return self.first + 4

    @property
    def webs(self) -> tuple[int, ...]:
        return tuple(range(self.first + 5, self.first + 5 + WEBS))


def free_ports() -> Ports:
    """Ports that nobody listens on. Raises LookupError where there are none."""
    for first in range(FIRST_PORT, FIRST_PORT + 900, 9):
        try:
            for port in range(first, first + 9, 3):
                Addresses(port).wait_until_free(seconds=0)
        except ToolError:
            continue
        return Ports(first)
    raise LookupError(f"no nine free ports in a row from {FIRST_PORT}")


def environment(ports: Ports, database_url: str, redis_url: str) -> dict[str, str]:
    """Production's variables; only the addresses lead to this machine instead of the world."""
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    sandbox = f"http://127.0.0.1:{ports.sandbox}"
    return {
        "PATH": path,
        "LC_ALL": "C.UTF-8",
        "ENV_FILE": str(ROOT / "dev" / "production.env"),
        "DATABASE_URL": database_url,
        "REDIS_URL": redis_url,
        "ALLOWED_HOSTS": "127.0.0.1",
        "MMS_BASE_URL": f"{sandbox}/v1",
        "TURNSTILE_VERIFY_URL": f"{sandbox}/turnstile/v0/siteverify",
        "EMAIL_URL": f"smtp://127.0.0.1:{ports.mail}",
        # One worker each, since there are two web programs.
        "WEB_CONCURRENCY": "1",
    }


def webs(ports: Ports, env: Mapping[str, str], folder: Path) -> list[Program]:
    """The web processes. Each has a child that the first signal has to reach through it."""
    return [
        Program(
            f"web-{port}",
            _procfile("web", " --host=127.0.0.1"),
            env={**env, "PORT": str(port)},
            log=folder / f"web-{port}.log",
            death_signal=signal.SIGTERM,
        )
        for port in ports.webs
    ]


def workers(env: Mapping[str, str], folder: Path) -> list[Program]:
    """The worker processes."""
    names = [f"worker-{number}" for number in range(1, WORKERS + 1)]
    return [Program(name, _procfile("worker"), env=env, log=folder / f"{name}.log") for name in names]


def release(env: Mapping[str, str], folder: Path) -> Program:
    """What is done once before the others start."""
    return Program("release", ("sh", "-ec", _line("release")), env=env, log=folder / "release.log")


def manage(env: Mapping[str, str], folder: Path, *arguments: str) -> Program:
    """A management command."""
    return Program(arguments[0], (*MANAGE, *arguments), env=env, log=folder / "manage.log")


def sandbox(ports: Ports, env: Mapping[str, str], folder: Path) -> Program:
    """The services outside. They are refused in production, so they alone run as on a developer's machine."""
    options = (f"--http-port={ports.sandbox}", f"--smtp-port={ports.mail_sink}")
    command = (*MANAGE, "sandbox", *options)
    return Program("sandbox", command, env={**env, "DEBUG": "1"}, log=folder / "sandbox.log")


def _procfile(name: str, more: str = "") -> tuple[str, ...]:
    # The shell fills in the variables. It is replaced by the program, so that signals reach that one; what
    # the line does before it, the release has done.
    command = _line(name).rpartition("&& ")[2].removeprefix("exec ")
    return "sh", "-c", f"exec {command}{more}"


def _line(name: str) -> str:
    for line in (ROOT / "Procfile").read_text().splitlines():
        if line.startswith(f"{name}: "):
            return line.partition(": ")[2]
    raise ToolError(f"The Procfile has no {name}.")
