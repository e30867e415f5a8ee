"""Where `make run` serves what, and the variables that tell its processes."""

import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass

from dev.errors import ToolError

_HIGHEST_PORT = 65535


@dataclass(frozen=True)
class Addresses:
    """Three ports in a row on 127.0.0.1: the web and the sandbox's HTTP and SMTP servers."""

    port: int

    @classmethod
    def parse(cls, port: str) -> "Addresses":
        """Read the variable PORT. Raises ToolError."""
        if not port.isdecimal() or not 0 < int(port) <= _HIGHEST_PORT - 2:
            raise ToolError(f"PORT is {port!r}: give a number from 1 to {_HIGHEST_PORT - 2}.")
        return cls(int(port))

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_port(self) -> int:
        return self.port + 1

    @property
    def sandbox(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}"

    @property
    def smtp_port(self) -> int:
        return self.port + 2

    def wait_until_free(self, *, seconds: float = 5.0) -> None:
        """Return once all three ports are free; a run that was just killed needs a moment to let go of them.

        Raises ToolError if one is still in use after `seconds`.
        """
        deadline = time.monotonic() + seconds
        for port in (self.port, self.sandbox_port, self.smtp_port):
            while not _is_free(port):
                if time.monotonic() > deadline:
                    raise ToolError(
                        f"Port {port} of 127.0.0.1 is in use. Stop what listens there, or set PORT to the first of "
                        "three free ports in a row."
                    )
                time.sleep(0.1)

    def environment(self, given: Mapping[str, str]) -> dict[str, str]:
        """The variables ``given`` with those that lead to these addresses; what is set and not empty stays."""
        ours = {
            "DEBUG": "1",
            "BASE_URL": self.web,
            "MMS_BASE_URL": f"{self.sandbox}/v1",
            "TURNSTILE_VERIFY_URL": f"{self.sandbox}/turnstile/v0/siteverify",
            "TURNSTILE_SCRIPT_URL": f"{self.sandbox}/turnstile/v0/api.js",
            "EMAIL_URL": f"smtp://127.0.0.1:{self.smtp_port}",
        }
        return ours | {name: value for name, value in given.items() if value or name not in ours}


def _is_free(port: int) -> bool:
    try:
        # Sets SO_REUSEADDR: connections that linger after a stop do not count.
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
