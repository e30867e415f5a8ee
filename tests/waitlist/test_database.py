"""The database goes away, and comes back: short work is done anew, a start waits."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.db.backends.base.base import BaseDatabaseWrapper

from config.breaker import Breaker
from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.factories import make_entry, make_mail
from tests.outside import inbox
from waitlist import database, pipeline
from waitlist.database import retried, wait_for_database
from waitlist.mails import send
from waitlist.models import Mail, Signup, Waitlist


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, in seconds, without making them: they push the clock on instead."""
    made: list[float] = []
    monkeypatch.setattr("waitlist.database.time.sleep", made.append)
    monkeypatch.setattr("waitlist.database.time.monotonic", lambda: sum(made))
    monkeypatch.setattr(database, "breaker", Breaker(database.COOL_DOWN, lambda: sum(made)))
    return made


class Flaky:
    """Fails ``times`` times, then returns 7."""

    def __init__(self, times: float) -> None:
        self.left = times

    def __call__(self) -> int:
        if self.left > 0:
            self.left -= 1
            raise OperationalError
        return 7


@pytest.mark.django_db(transaction=True)
def test_work_is_done_anew_with_growing_pauses_within_the_budget(pauses: list[float]) -> None:
    assert retried(Flaky(3))() == 7
    assert len(pauses) == 3

    with pytest.raises(OperationalError):
        retried(Flaky(float("inf")))()
    assert sum(pauses[3:]) <= database.BUDGET * 1.5


@pytest.mark.django_db(transaction=True)
def test_who_comes_after_a_used_up_budget_is_told_at_once(pauses: list[float]) -> None:
    with pytest.raises(OperationalError):
        retried(Flaky(float("inf")))()
    made = len(pauses)

    for _ in range(5):
        with pytest.raises(OperationalError):
            retried(Flaky(0))()
    assert len(pauses) == made

    pauses.append(database.COOL_DOWN)
    assert retried(Flaky(0))() == retried(Flaky(0))() == 7


@pytest.mark.django_db
def test_inside_a_transaction_nothing_is_done_anew(pauses: list[float]) -> None:
    with pytest.raises(OperationalError):
        retried(Flaky(1))()

    assert pauses == []


def kill_all_connections() -> None:
    """As an administrator or a failover would."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    except OperationalError:
        pass


@pytest.mark.django_db(transaction=True)
def test_a_sign_up_gets_through_although_its_connection_was_cut(waitlist: Waitlist, sandbox: RunningSandbox) -> None:
    kill_all_connections()

    assert post(form()).status_code == 200

    assert Signup.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_pool_full_of_dead_connections_is_renewed_at_once(waitlist: Waitlist, sandbox: RunningSandbox) -> None:
    """Else each of them would cost somebody a longer wait than the one before."""
    barrier = Barrier(8)

    def connect(_: int) -> None:
        connection.ensure_connection()
        barrier.wait()
        connection.close()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(connect, range(8)))
    kill_all_connections()

    assert post(form()).status_code == 200

    pool = connection.pool  # type: ignore[attr-defined]
    assert pool.get_stats()["connections_lost"] >= 8
    for _ in range(8):
        connection.close()
        connection.ensure_connection()


@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_right_after_the_commit_does_not_store_twice(
    waitlist: Waitlist, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = BaseDatabaseWrapper.commit
    cut = iter([True])

    def commit_and_cut(self: Any) -> None:
        commit(self)
        if next(cut, False):
            raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", commit_and_cut)

    answer = post(form()).json()

    assert answer["success"] is True
    assert Signup.objects.get().pk == UUID(answer["data"]["signupId"])


@pytest.mark.django_db(transaction=True)
def test_a_connection_cut_after_a_mail_does_not_send_it_twice(
    waitlist: Waitlist, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = make_mail(make_entry().latest_signup())

    def send_and_lose_the_connection(mail: Mail) -> None:
        send(mail)
        kill_all_connections()

    monkeypatch.setattr("waitlist.pipeline.mailing.send", send_and_lose_the_connection)

    pipeline.deliver(mail.pk, last_attempt=False)

    mail.refresh_from_db()
    assert mail.status == "sent"
    assert len(inbox(sandbox)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_database_a_sign_up_is_told_to_try_again(
    waitlist: Waitlist, sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    def refuse(_: object) -> None:
        raise OperationalError("connection refused")

    with monkeypatch.context() as away:
        away.setattr("django.db.backends.base.base.BaseDatabaseWrapper.ensure_connection", refuse)
        away.setattr("django.db.backends.base.base.BaseDatabaseWrapper._cursor", refuse)
        response = post(form())

    assert response.status_code == 500
    assert response.json()["error"]["code"] == "INTERNAL_ERROR"
    assert "noch einmal" in response.json()["error"]["message"]
    assert sum(pauses) < 10


def test_a_start_waits_with_growing_pauses_and_says_so(
    monkeypatch: pytest.MonkeyPatch, pauses: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("waitlist.database.connection.ensure_connection", Flaky(12))
    monkeypatch.setattr("waitlist.database.connection.close", lambda: None)

    assert wait_for_database() is True

    assert pauses == [0.05 * 2**n for n in range(8)] + [database.LONGEST_PAUSE] * 4
    assert caplog.text.count("Waiting") == 12


def test_patience_can_run_out(monkeypatch: pytest.MonkeyPatch, pauses: list[float]) -> None:
    monkeypatch.setattr("waitlist.database.connection.ensure_connection", Flaky(float("inf")))

    assert wait_for_database(patience=30) is False

    assert sum(pauses) <= 30


@pytest.mark.django_db
def test_statements_locks_and_idle_transactions_have_limits() -> None:
    with connection.cursor() as cursor:
        limits = {}
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
            cursor.execute(f"SHOW {name}")
            [limits[name]] = cursor.fetchone() or [None]

    assert limits == {
        "statement_timeout": "8s",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "16s",
    }
