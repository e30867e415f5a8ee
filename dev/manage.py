"""A manage.py command with the variables of the running ``make run``: ``python -m dev.manage seed --entries 10000``."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from dev.errors import ToolError
from dev.identity import write_private
from dev.services import MANAGE, ROOT

_FILE = "environment.json"


@contextmanager
def shared_environment(data: Path, env: Mapping[str, str]) -> Iterator[None]:
    """Keep what ``env`` adds to this process's variables in the folder ``data``, for as long as this lasts."""
    path = data / _FILE
    write_private(path, json.dumps({name: value for name, value in env.items() if os.environ.get(name) != value}))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def run(data: Path, arguments: Sequence[str]) -> NoReturn:
    """Become the command. Raises ToolError where nothing is running on ``data``."""
    try:
        env = json.loads((data / _FILE).read_text())
    except FileNotFoundError:
        raise ToolError("Start `make run` first, in another terminal.") from None
    os.chdir(ROOT)
    os.execve(MANAGE[0], [*MANAGE, *arguments], os.environ | env)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    try:
        run(ROOT / ".data", sys.argv[1:] or ["help"])
    except ToolError as failure:
        sys.exit(f"make manage: {failure}")
