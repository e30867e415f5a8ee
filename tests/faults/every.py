"""All faults, in the order of the table."""

from tests.faults import control, of_servers, of_services, of_webs, of_workers
from tests.faults.fault import Fault

FAULTS = {
    fault.key: fault
    for fault in (*control.FAULTS, *of_webs.FAULTS, *of_workers.FAULTS, *of_servers.FAULTS, *of_services.FAULTS)
}
SHORT = tuple(FAULTS[key] for key in ("postgres-connections", "worker-and-mms", "web-killed"))


def chosen(parts: list[str]) -> list[Fault]:
    """The faults whose key contains one of ``parts``; all of them without any."""
    return [fault for key, fault in FAULTS.items() if not parts or any(part in key for part in parts)]
