"""The database, when it goes away: short work is done anew, a start waits."""

import logging
import random
import time
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from config.breaker import Breaker

logger = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")

BUDGET = 4.0  # seconds; a visitor is waiting
COOL_DOWN = 2.0  # seconds for which the others need not find out for themselves
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 10.0  # seconds


breaker = Breaker(COOL_DOWN)


def retried(work: Callable[P, R]) -> Callable[P, R]:
    """Do ``work``, which may be done twice, anew where the database asks for it, for BUDGET seconds.

    A lost connection, a timeout, a deadlock and a serialization failure are all OperationalErrors. The last one
    is raised once the budget is used up; at once inside a transaction, which is lost as a whole; and at once for
    COOL_DOWN after somebody else has used his budget up, or requests would queue for each other's waiting.
    """

    @wraps(work)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if not breaker.admits():
            raise OperationalError("the database has failed a moment ago")
        deadline = time.monotonic() + BUDGET
        pause = FIRST_PAUSE
        while True:
            try:
                result = work(*args, **kwargs)
            except (OperationalError, InterfaceError) as error:
                if connection.in_atomic_block:
                    raise
                if time.monotonic() + pause > deadline:
                    breaker.trip()
                    raise
                logger.warning("The database failed, trying again: %s", type(error.__cause__ or error).__name__)
                _drop_dead_connections()
            else:
                breaker.reset()
                return result
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - spreads load
            pause *= 2

    return wrapper


def _drop_dead_connections() -> None:
    """A restart or a failover leaves all idle ones dead, and the pool would notice one at a time, with pauses."""
    connection.close()
    if pool := getattr(connection, "pool", None):
        pool.check()


def wait_for_database(patience: float | None = None) -> bool:
    """Return True once the database answers; False where ``patience`` (seconds, None for ever) ran out before."""
    deadline = None if patience is None else time.monotonic() + patience
    pause = FIRST_PAUSE
    while True:
        try:
            connection.ensure_connection()
            connection.close()
        except OperationalError as error:
            if deadline is not None and time.monotonic() + pause > deadline:
                return False
            logger.warning("Waiting %.1f s for the database: %s", pause, type(error.__cause__ or error).__name__)
        else:
            return True
        time.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)
