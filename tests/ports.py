"""Ports for the real processes that tests start."""

import os

from dev.addresses import Addresses
from dev.errors import ToolError

PORTS = 72  # that each part of a suite has from ``first``; there are at most four


def free_addresses(first: int) -> Addresses:
    """Three free ports in a row, at or after ``first``. Raises LookupError where there are none."""
    # Parts of the suite that look at the same time must not find the same ones.
    part = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    first += part * PORTS
    for port in range(first, first + PORTS, 3):
        try:
            found = Addresses(port)
            found.wait_until_free(seconds=0)
        except ToolError:
            continue
        return found
    raise LookupError(f"no three free ports in a row from {first}")
