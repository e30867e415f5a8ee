"""What a fault is."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.faults.load import Load
from tests.faults.world import World


@dataclass
class Run:
    """One fault's run: what to break, under which load, for how long; and what the counting cannot see."""

    world: World
    load: Load
    seconds: float
    notes: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    killed_at: float | None = None

    def kill_worker(self) -> None:
        """Kill -9 one worker process."""
        self.world.workers[0].kill()
        self.killed_at = time.monotonic()


# Breaks something, keeps it broken for about ``run.seconds``, and heals it.
Inject = Callable[[Run], Awaitable[None]]


@dataclass(frozen=True)
class Fault:
    """One fault under a ``key`` for the command line.

    ``may_refuse``: visitors may notice it. ``may_repeat_mail``: a worker is killed, so a mail may go out twice.
    ``pressed_again``: sign-ups or mails are given up by contract, and the founder presses "try again" afterwards.
    """

    key: str
    title: str
    inject: Inject
    may_refuse: bool = False
    may_repeat_mail: bool = False
    pressed_again: bool = False
