"""Run one command with DATABASE_URL and REDIS_URL of empty servers that end with it.

For example: python -m dev.with_servers python manage.py check --database default
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from dev.errors import ToolError
from dev.servers import postgres, valkey


def main(command: list[str]) -> int:
    """Return the exit code of ``command``, or 1 if the servers do not start."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        try:
            with postgres(data / "postgres", durable=False) as database_url, valkey(data / "valkey") as redis_url:
                env = os.environ | {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
                return subprocess.run(command, env=env, check=False).returncode
        except ToolError as failure:
            print(failure, file=sys.stderr)
            return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
