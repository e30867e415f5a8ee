"""One fault: load, breaking, healing, draining, counting."""

import asyncio
import time
from dataclasses import dataclass
from uuid import uuid4

from dev.errors import ToolError
from tests.faults.count import Row, count
from tests.faults.fault import Fault, Run
from tests.faults.load import Load
from tests.faults.world import World

BEFORE_SECONDS, AFTER_SECONDS = 1.5, 1.5  # of load around the fault
DRAIN_SECONDS = 200.0
# A worker beats every 10 s, so after 15 s only a dead one has not.
DEAD_SECONDS = 15.0

_OPEN = """
    SELECT (SELECT count(*) FROM procrastinate_jobs
            WHERE status IN ('todo', 'doing') AND task_name IN ('process_signup', 'deliver_mail', 'update_crm'))
         + (SELECT count(*) FROM waitlist_signups WHERE status = 'received')
         + (SELECT count(*) FROM waitlist_mails WHERE status = 'queued')
"""
_PULL_FORWARD = "UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo' AND scheduled_at > now()"
_DECLARE_DEAD = """
    UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'
    WHERE last_heartbeat < now() - make_interval(secs => %s)
"""
_PRESS_AGAIN = """
from django.db.models import Q
from waitlist.models import Signup
from waitlist.pipeline import retry
for signup in Signup.objects.filter(Q(status="failed") | Q(mails__status="failed")).distinct():
    retry(signup)
"""


@dataclass(frozen=True)
class Plan:
    """How hard and how long; ``hurried`` sweeps up after a killed worker at once, not within the two minutes."""

    per_second: float = 20.0
    seconds: float = 8.0
    hurried: bool = False


SHORT = Plan(per_second=10.0, seconds=4.0, hurried=True)


async def measure(fault: Fault, plan: Plan, world: World) -> Row:
    """Break, heal and count; the world is then ready for the next fault. Raises ToolError where it is not."""
    await world.services.reset()
    load = Load(f"run{uuid4().hex[:8]}", world.ports.webs)
    run = Run(world, load, plan.seconds)
    stop = asyncio.Event()
    sending = asyncio.create_task(load.keep_up(plan.per_second, stop))
    try:
        await asyncio.sleep(BEFORE_SECONDS)
        try:
            await fault.inject(run)
        except ToolError as failure:
            run.problems.append(str(failure))
        healed_at = time.monotonic()
        await asyncio.sleep(AFTER_SECONDS)
    finally:
        stop.set()
        await sending
    drained = await _drain(run, plan, healed_at, pressed_again=fault.pressed_again)
    row = await count(fault, run, drained)
    if drained is None:
        await _start_over(world)
    return row


async def _drain(run: Run, plan: Plan, healed_at: float, *, pressed_again: bool) -> float | None:
    """Seconds from the healing until nothing is left to do; None where that takes too long."""
    world = run.world
    if plan.hurried and run.killed_at is not None:
        await asyncio.sleep(run.killed_at + DEAD_SECONDS - time.monotonic())
        await world.execute(_DECLARE_DEAD, DEAD_SECONDS - 1)
        await world.manage("procrastinate", "defer", "sweep", '{"timestamp": 0}')
    if pressed_again:
        await world.manage("shell", "-c", _PRESS_AGAIN)
    await world.execute(_PULL_FORWARD)
    while await world.value(_OPEN):
        if time.monotonic() > healed_at + DRAIN_SECONDS:
            return None
        await asyncio.sleep(0.2)
    return time.monotonic() - healed_at


async def _start_over(world: World) -> None:
    """What one fault has left behind must not be counted against the next one."""
    for worker in world.workers:
        worker.kill()
    await world.execute("DELETE FROM procrastinate_jobs")
    await world.execute("TRUNCATE waitlist_signups, waitlist_entries, waitlist_mails CASCADE")
    await world.until("the workers", world.is_ready)
