"""Faults on demand: what a service does wrong the next time, or until it is told to stop."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Final

SERVICES: Final = ("mms", "turnstile", "smtp")
_LEAST_SMTP_ERROR: Final = 400


def _is_count(value: object, least: int, most: int = 10**9) -> bool:
    # JSON's true is an int to Python.
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _is_header_map(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(text, str) and text.isprintable() for item in value.items() for text in item
    )


_RULES: Final[Mapping[str, tuple[Callable[[object], bool], str]]] = {
    "service": (lambda value: value in SERVICES, f"one of {', '.join(SERVICES)}"),
    "status": (lambda value: _is_count(value, 200, 599), "a number from 200 to 599"),
    "delay_ms": (lambda value: _is_count(value, 0), "a number of milliseconds"),
    "body": (lambda value: isinstance(value, str), "a string"),
    "drop": (lambda value: isinstance(value, bool), "true or false"),
    "times": (lambda value: _is_count(value, 1), "a number from 1 up"),
    "headers": (_is_header_map, "an object of strings without control characters"),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One way to misbehave.

    The service waits `delay_ms` milliseconds, then drops the connection or answers with `status`, `body` and
    `headers`; with neither status nor body it then does its work as usual. `times` is how often, None for ever.
    """

    service: str
    status: int | None = None
    delay_ms: int = 0
    body: str | None = None
    drop: bool = False
    times: int | None = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> "Fault":
        """A fault from a request's JSON object; keys with null count as absent.

        Raises ValueError with a sentence that names the wrong key.
        """
        given = {key: value for key, value in data.items() if value is not None}
        if unknown := given.keys() - {known.name for known in fields(cls)}:
            raise ValueError(f"unknown key: {', '.join(sorted(unknown))}")
        if "service" not in given:
            raise ValueError(f"service must be {_RULES['service'][1]}")
        for key, value in given.items():
            fits, expected = _RULES[key]
            if not fits(value):
                raise ValueError(f"{key} must be {expected}")
        fault = cls(**given)
        if fault.service == "smtp" and fault.status is not None and fault.status < _LEAST_SMTP_ERROR:
            raise ValueError(f"status must be a number from {_LEAST_SMTP_ERROR} to 599 for smtp")
        return fault

    @property
    def answers(self) -> bool:
        """Whether the fault replaces the service's own answer."""
        return self.status is not None or self.body is not None


class Faults:
    """For each service a queue: the first fault acts until its times are used up, then the next one."""

    def __init__(self) -> None:
        self._queues: dict[str, deque[Fault]] = {service: deque() for service in SERVICES}

    def add(self, fault: Fault) -> None:
        """Put a fault at the end of its service's queue."""
        self._queues[fault.service].append(fault)

    def take(self, service: str) -> Fault | None:
        """The fault for the service's next request, or None; uses up one of its times."""
        queue = self._queues[service]
        if not queue:
            return None
        fault = queue[0]
        if fault.times == 1:
            queue.popleft()
        elif fault.times is not None:
            queue[0] = replace(fault, times=fault.times - 1)
        return fault

    def pending(self) -> list[dict[str, Any]]:
        """What is still to come, in order per service, with the times that are left."""
        return [asdict(fault) for queue in self._queues.values() for fault in queue]

    def clear(self) -> None:
        """All services behave again."""
        for queue in self._queues.values():
            queue.clear()
