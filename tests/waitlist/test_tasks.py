"""The worker's side: when it tries again, and what it takes over from a killed one."""

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from asgiref.sync import sync_to_async
from django.db import connection, connections, transaction
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from integrations.errors import PermanentError, Reason, TransientError
from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.conftest import WorkAll
from tests.factories import make_entry, make_signup
from tests.outside import fault, heal, inbox, parties
from waitlist import pipeline
from waitlist.jobs import Job as Task
from waitlist.jobs import backlog, enqueue
from waitlist.models import Signup, Waitlist, WaitlistEntry
from waitlist.tasks import TWO_DAYS, TwoDays

TRANSIENT = TransientError("MMS", Reason.TIMEOUT)


def job(attempts: int) -> Job:
    return Job(id=1, queue="default", lock=None, queueing_lock=None, task_name="t", attempts=attempts)


def wait(attempts: int, error: BaseException = TRANSIENT) -> float | None:
    """Seconds to the next attempt after ``attempts`` earlier ones; None where there is none."""
    decision = TWO_DAYS.get_retry_decision(exception=error, job=job(attempts))
    if decision is None or decision.retry_at is None:
        return None
    return (decision.retry_at - timezone.now()).total_seconds()


def test_the_waits_double_up_to_an_hour_with_jitter() -> None:
    for attempts, expected in [(0, 10), (1, 20), (2, 40), (8, 2560), (9, 3600), (30, 3600)]:
        waits = [wait(attempts) or 0 for _ in range(50)]
        assert expected * 0.79 <= min(waits) < max(waits) <= expected * 1.21
        assert len({round(seconds, 2) for seconds in waits}) > 10, "everybody would come back at once"


def test_all_attempts_together_take_two_days() -> None:
    waits = [wait(attempts) for attempts in range(TwoDays.ATTEMPTS)]

    assert waits[-1] is None
    total = sum(seconds for seconds in waits if seconds is not None)
    assert 0.9 * 48 * 3600 <= total <= 1.1 * 48 * 3600


def test_the_services_own_wait_is_honoured() -> None:
    def told(seconds: float) -> float:
        return wait(0, TransientError("MMS", Reason.RATE_LIMITED, 429, retry_after=seconds)) or 0

    assert 118 <= told(120) <= 121
    assert told(1) >= 7, "never sooner than without it"
    assert told(10**9) <= 24 * 3600 + 1, "never longer than a day"


def test_what_fails_for_good_is_not_tried_again() -> None:
    assert wait(0, PermanentError("MMS", Reason.REJECTED, 422)) is None


def test_an_error_of_our_own_is_tried_again() -> None:
    assert wait(0, ZeroDivisionError()) is not None


@pytest.mark.django_db(transaction=True)
def test_a_failed_job_waits_for_its_time_and_succeeds_then(
    waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll
) -> None:
    fault(sandbox, "mms", status=503, headers={"Retry-After": "300"}, times=1)
    post(form())

    work()

    waiting = ProcrastinateJob.objects.get(task_name="process_signup")
    assert (waiting.status, waiting.attempts) == ("todo", 1)
    assert waiting.scheduled_at is not None
    assert 295 <= (waiting.scheduled_at - timezone.now()).total_seconds() <= 301
    assert Signup.objects.get().last_error == "server_error"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now()")
    work()
    assert Signup.objects.get().status == "processed"
    assert len(parties(sandbox)) == len(inbox(sandbox)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_confirmed_party_becomes_a_prospect_after_an_outage(
    waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll
) -> None:
    post(form())
    work()
    fault(sandbox, "mms", drop=True)
    pipeline.confirm(WaitlistEntry.objects.get())
    work()
    assert parties(sandbox)[0]["status"] == "lead"

    heal(sandbox)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() WHERE status = 'todo'")
    work()

    assert parties(sandbox)[0]["status"] == "prospect"
    assert [mail["to"] for mail in inbox(sandbox)] == ["martin@maier-elektro.at", "founder@kurzum.example"]


@pytest.mark.django_db(transaction=True)
def test_the_job_of_a_killed_worker_is_taken_over(waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll) -> None:
    signup = make_signup()
    enqueue(Task.PROCESS_SIGNUP, signup.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 min') RETURNING id"
        )
        (dead,) = cursor.fetchone() or (None,)
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing', worker_id = %s", [dead])
    app.configure_task("sweep").defer(timestamp=0)

    work()
    work()

    signup.refresh_from_db()
    assert signup.status == "processed"


@pytest.mark.django_db(transaction=True)
def test_a_row_whose_job_is_gone_is_processed_all_the_same(
    waitlist: Waitlist, sandbox: RunningSandbox, work: WorkAll
) -> None:
    make_signup(created_at=timezone.now() - dt.timedelta(minutes=10))
    app.configure_task("sweep").defer(timestamp=0)

    work()
    work()

    assert Signup.objects.get().status == "processed"


@pytest.mark.django_db(transaction=True)
def test_inside_a_worker_too_a_job_rolls_back_with_its_transaction() -> None:
    def enqueue_and_fail() -> None:
        try:
            with transaction.atomic():
                enqueue(Task.DELIVER_MAIL, 1)
                raise ZeroDivisionError
        finally:
            connections.close_all()

    async def as_in_a_worker() -> None:
        with app.replace_connector(DjangoConnector().get_worker_connector()) as worker_app:
            async with worker_app.open_async():
                with pytest.raises(ZeroDivisionError):
                    await sync_to_async(enqueue_and_fail, thread_sensitive=False)()

    ThreadPoolExecutor(1).submit(asyncio.run, as_in_a_worker()).result()

    assert not ProcrastinateJob.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_jobs_for_one_row_never_run_at_once(waitlist: Waitlist) -> None:
    signup = make_signup()
    enqueue(Task.PROCESS_SIGNUP, signup.pk)
    enqueue(Task.PROCESS_SIGNUP, signup.pk)
    enqueue(Task.DELIVER_MAIL, 7)

    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone() or (None,)
        fetched = []
        for _ in range(3):
            cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
            fetched.append(cursor.fetchone())

    assert [row[0] for row in fetched if row and row[0]] == ["process_signup", "deliver_mail"]


@pytest.mark.django_db
def test_the_backlog_tells_age_and_failures() -> None:
    now = timezone.now()
    assert backlog(now) == (0.0, 0)
    enqueue(Task.UPDATE_CRM, make_entry().pk)
    enqueue(Task.DELIVER_MAIL, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'deliver_mail'")

    waiting, failed = backlog(now + dt.timedelta(minutes=5))

    assert 295 <= waiting <= 305
    assert failed == 1


@pytest.mark.django_db
def test_a_job_for_later_is_not_waiting() -> None:
    enqueue(Task.UPDATE_CRM, 1)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = now() + interval '1 hour'")

    assert backlog(timezone.now()).oldest_waiting_seconds == 0.0
