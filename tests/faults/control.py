"""No fault at all: what the others are compared with."""

import asyncio

from tests.faults.fault import Fault, Run

_WAITING = "SELECT count(*) FROM waitlist_mails WHERE status = 'queued' AND created_at < now() - interval '3 seconds'"


async def _nothing(run: Run) -> None:
    await asyncio.sleep(run.seconds)
    if waiting := await run.world.value(_WAITING):
        run.problems.append(f"{waiting} mails wait although nothing is broken")


FAULTS = (Fault("none", "none", _nothing),)
