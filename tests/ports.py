"""Ports for the real processes that tests start."""

from dev.addresses import Addresses
from dev.errors import ToolError


def free_addresses(first: int) -> Addresses:
    """Three free ports in a row, at or after ``first``. Raises LookupError where there are none."""
    for port in range(first, first + 290, 3):
        try:
            found = Addresses(port)
            found.wait_until_free(seconds=0)
        except ToolError:
            continue
        return found
    raise LookupError(f"no three free ports in a row from {first}")
