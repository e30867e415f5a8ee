"""A circuit breaker: what has failed a moment ago is not asked again by everybody."""

import time
from collections.abc import Callable
from threading import Lock


class Breaker:
    """Open for ``cool_down`` seconds after a failure; then one call may try, and closes or opens it again."""

    def __init__(self, cool_down: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.cool_down = cool_down
        self._clock = clock
        self._lock = Lock()
        self._open_until: float | None = None

    def admits(self) -> bool:
        """Whether a call may be made now."""
        if self._open_until is None:
            return True
        with self._lock:
            if self._open_until is not None and self._clock() < self._open_until:
                return False
            self.trip()  # this one may try, the others wait for its outcome
            return True

    def trip(self) -> None:
        """A call has failed."""
        self._open_until = self._clock() + self.cool_down

    def reset(self) -> None:
        """A call has succeeded."""
        self._open_until = None
