"""The product as in production, on servers of its own, with everything that it writes kept in files."""

import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import requests

from dev.addresses import Addresses
from dev.processes import Processes, finish, start, stop
from dev.services import MANAGE, ROOT, commands, wait_until_answering

PREPARATION = (("migrate",), ("bootstrap",), ("collectstatic", "--noinput"))


@dataclass
class Recorded:
    """The running product. ``bodies`` are the answers to refused requests, by request."""

    addresses: Addresses
    env: Mapping[str, str]
    folder: Path
    processes: Processes = field(default_factory=dict)
    bodies: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, *command: str, **variables: str) -> None:
        """Run one more process; its output goes to ``<name>.log``."""
        with (self.folder / f"{name}.log").open("ab") as output:
            env = {**self.env, **variables}
            # Granian hands the signal on to a process of its own.
            process = start(command, cwd=ROOT, env=env, death_signal=signal.SIGTERM, output=output)
        self.processes[name] = process

    def request(self, method: str, path: str, ip: str = "203.0.113.77", **kwargs: Any) -> requests.Response:
        """A visitor's request, as the proxy in front hands it on; a refusal's body is kept."""
        headers = {"X-Forwarded-Proto": "https", "X-Forwarded-For": ip, **kwargs.pop("headers", {})}
        url = f"{self.addresses.web}{path}"
        response = requests.request(method, url, headers=headers, timeout=30, allow_redirects=False, **kwargs)
        if response.status_code >= requests.codes.bad_request:
            self.bodies[f"{method} {path} {response.status_code} {len(self.bodies)}"] = response.text
        return response

    def break_service(self, service: str, status: int, body: str) -> None:
        """Have a service answer its next request with this."""
        fault = {"service": service, "status": status, "body": body, "times": 1}
        requests.post(f"{self.addresses.sandbox}/faults", json=fault, timeout=5).raise_for_status()

    def sql(self, statement: LiteralString) -> list[tuple[Any, ...]]:
        """Run one statement; the rows that it returns."""
        with psycopg.connect(self.env["DATABASE_URL"], autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def written(self) -> dict[str, str]:
        """What web, worker and management commands have written so far, by process."""
        return {path.stem: path.read_text() for path in self.folder.glob("*.log") if path.stem != "sandbox"}


@contextmanager
def recorded(addresses: Addresses, env: Mapping[str, str], folder: Path) -> Iterator[Recorded]:
    """A prepared database, the sandbox and the web; the worker is left to the caller."""
    product = Recorded(addresses, env, folder)
    with ExitStack() as stack:
        stack.callback(lambda: stop(product.processes.values(), signal.SIGTERM, grace=20))
        for arguments in PREPARATION:
            with (folder / "manage.log").open("ab") as output:
                if finish((*MANAGE, *arguments), cwd=ROOT, env=env, output=output):
                    raise subprocess.SubprocessError((folder / "manage.log").read_text())
        # The sandbox is refused in production, so it alone runs as on a developer's machine.
        product.start("sandbox", *commands(addresses, folder)["sandbox"], DEBUG="1")
        web = ("granian", "--interface=rsgi", f"--port={addresses.port}", "--log-config=config/granian.json")
        product.start("web", sys.executable, "-m", *web, "config.rsgi:application")
        wait_until_answering(product.processes, addresses.sandbox)
        wait_until_answering(product.processes, f"{addresses.web}/health")
        yield product
