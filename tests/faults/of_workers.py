"""Worker processes killed, in each stage of a sign-up's way."""

import asyncio

from tests.faults.fault import Fault, Run
from tests.faults.servers import NOTICES_MILLISECONDS

_STAGE_SECONDS = 10.0
_HANDS = 5  # at work on one step: more than one worker process has, so both are at it
_DOING = "SELECT count(*) FROM procrastinate_jobs WHERE status = 'doing'"
_BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE %s"


async def _busy(run: Run, query: str, *parameters: object) -> None:
    """Wait until jobs of both workers are in the stage that ``query`` counts."""

    async def reached() -> bool:
        return bool(await run.world.value(query, *parameters) >= _HANDS)

    await run.world.until("jobs in this stage", reached, _STAGE_SECONDS)


async def _kill_and_let_notice(run: Run) -> None:
    run.kill_worker()
    await asyncio.sleep(5 * NOTICES_MILLISECONDS / 1000)


async def _before_the_crm(run: Run) -> None:
    async with run.world.services.misbehaving("mms", delay_ms=3000):
        await _busy(run, f"{_DOING} AND task_name = 'process_signup'")
        run.kill_worker()
    await asyncio.sleep(run.seconds / 2)


async def _between_crm_and_row(run: Run) -> None:
    async with run.world.locked("waitlist_entries"):
        await _busy(run, _BLOCKED, 'INSERT INTO "waitlist_entries"%')
        await _kill_and_let_notice(run)
    await asyncio.sleep(run.seconds / 2)


async def _between_row_and_mail(run: Run) -> None:
    # Dropped at the end of the delay: the server must not take a mail whose sender is dead.
    async with run.world.services.misbehaving("smtp", delay_ms=2000, drop=True):
        await _busy(run, f"{_DOING} AND task_name = 'deliver_mail'")
        run.kill_worker()
    await asyncio.sleep(run.seconds / 2)


async def _after_the_mail(run: Run) -> None:
    # The delay gathers mails at the server; it takes them while the lock keeps "sent" from being written.
    async with run.world.services.misbehaving("smtp", delay_ms=1500):
        await _busy(run, f"{_DOING} AND task_name = 'deliver_mail'")
        async with run.world.locked("waitlist_mails"):
            await _busy(run, _BLOCKED, 'UPDATE "waitlist_mails"%')
            await _kill_and_let_notice(run)
    await asyncio.sleep(run.seconds / 2)


async def _while_mms_is_away(run: Run) -> None:
    async with run.world.services.misbehaving("mms", status=503, delay_ms=200, headers={"Retry-After": "5"}):
        await asyncio.sleep(run.seconds / 2)
        run.kill_worker()
        await asyncio.sleep(run.seconds / 2)


FAULTS = (
    Fault("worker-before-crm", "worker killed before the CRM", _before_the_crm, may_repeat_mail=True),
    Fault("worker-before-row", "worker killed between CRM and row", _between_crm_and_row, may_repeat_mail=True),
    Fault("worker-before-mail", "worker killed between row and mail", _between_row_and_mail, may_repeat_mail=True),
    Fault("worker-after-mail", "worker killed after the mail", _after_the_mail, may_repeat_mail=True),
    Fault("worker-and-mms", "MMS 503 and a worker killed", _while_mms_is_away, may_repeat_mail=True),
)
