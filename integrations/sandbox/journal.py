"""A file that remembers records across restarts."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class Journal:
    """Append-only file of JSON lines; without a path it forgets everything.

    Each record is one write to the operating system, so a killed process loses no record that was appended before.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path

    def replay(self) -> list[dict[str, Any]]:
        """All records, oldest first. A last line that a crash left without its end is cut off the file."""
        if self._path is None or not self._path.exists():
            return []
        content = self._path.read_bytes()
        complete = content[: content.rfind(b"\n") + 1]
        if len(complete) < len(content):
            # Otherwise the next record would be glued to the torn one.
            os.truncate(self._path, len(complete))
        return [json.loads(line) for line in complete.splitlines()]

    def append(self, record: Mapping[str, object]) -> None:
        """Add one record at the end."""
        if self._path is not None:
            with self._path.open("ab", buffering=0) as file:
                file.write(json.dumps(record).encode() + b"\n")

    def clear(self) -> None:
        """Forget all records."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)
