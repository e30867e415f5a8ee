"""Web processes killed; web and worker processes ended as a release does."""

import asyncio
import signal
import time
from collections.abc import Sequence

from tests.faults.fault import Fault, Run
from tests.faults.programs import Program
from tests.faults.world import STOP_SECONDS

# So slow that there are requests and jobs in progress at any moment.
_SLOW = 1000  # milliseconds


async def _kill_web(run: Run) -> None:
    run.world.webs[0].kill()
    await asyncio.sleep(run.seconds)


async def _restart_web(run: Run) -> None:
    await _end_in_the_middle(run, run.world.webs[:1])
    run.world.webs[0].start()
    await asyncio.sleep(run.seconds)


async def _restart_everything(run: Run) -> None:
    await _end_in_the_middle(run, run.world.product)
    if left := await run.world.value("SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"):
        run.problems.append(f"{left} jobs were not handed back")
    began = time.monotonic()
    for program in run.world.product:
        program.start()
    await run.world.until("all processes", run.world.is_ready)
    run.notes.append(f"all were back after {time.monotonic() - began:.1f} s")


async def _end_in_the_middle(run: Run, programs: Sequence[Program]) -> None:
    services = run.world.services
    async with services.misbehaving("turnstile", delay_ms=_SLOW), services.misbehaving("mms", delay_ms=_SLOW):
        await asyncio.sleep(2 * _SLOW / 1000)
        took = max(await asyncio.gather(*(program.stop(signal.SIGTERM, seconds=30) for program in programs)))
    run.notes.append(f"ended after {took:.1f} s")
    if took > STOP_SECONDS:
        run.problems.append(f"took {took:.0f} s to end")
    if run.load.cut:
        run.problems.append(f"{run.load.cut} requests in progress were cut off")


FAULTS = (
    Fault("web-killed", "web process killed", _kill_web),
    Fault("web-restarted", "web process restarted with SIGTERM", _restart_web),
    Fault("all-restarted", "all processes restarted with SIGTERM", _restart_everything, may_refuse=True),
)
