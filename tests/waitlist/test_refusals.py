"""Attempts that were turned away are counted by list, day and reason, and nothing else is known of them."""

import datetime as dt
from unittest.mock import Mock

import pytest
import time_machine
from django.db import connection
from django_redis import get_redis_connection

from tests.api import FakeTurnstile, form, post
from tests.factories import make_waitlist
from waitlist.choices import RefusalReason
from waitlist.models import Refusal, Waitlist
from waitlist.refusals import COLLECTING, collect_refusals, count_refusal

pytestmark = pytest.mark.django_db


def counted() -> dict[tuple[str, str], int]:
    """Count by list and reason."""
    return {(row.waitlist.slug, row.reason): row.count for row in Refusal.objects.select_related("waitlist")}


def test_each_kind_of_refusal_is_counted_and_success_is_not(waitlist: Waitlist, turnstile: FakeTurnstile) -> None:
    assert post(form(email="nonsense")).status_code == 400
    assert post(b"no json").status_code == 400
    assert post(form(turnstileToken="fail-1")).status_code == 403
    for _ in range(4):
        assert post(form()).status_code == 200
    assert post(form()).status_code == 429
    assert post(form(), path="/api/waitlist/unknown").status_code == 404
    collect_refusals()

    assert counted() == {("kurzum_app", "validation"): 2, ("kurzum_app", "bot"): 1, ("kurzum_app", "limit"): 1}


def test_they_add_up_over_the_day_and_begin_anew_at_midnight_in_vienna(waitlist: Waitlist) -> None:
    with time_machine.travel(dt.datetime(2026, 11, 20, 22, 59, tzinfo=dt.UTC)) as clock:
        count_refusal(waitlist, RefusalReason.BOT)
        collect_refusals()
        count_refusal(waitlist, RefusalReason.BOT)
        clock.move_to(dt.datetime(2026, 11, 20, 23, 1, tzinfo=dt.UTC))
        count_refusal(waitlist, RefusalReason.BOT)
        collect_refusals()
        collect_refusals()

    rows = Refusal.objects.order_by("day").values_list("day", "count")
    assert list(rows) == [(dt.date(2026, 11, 20), 2), (dt.date(2026, 11, 21), 1)]


def test_a_worker_killed_between_database_and_redis_counts_nothing_twice(
    waitlist: Waitlist, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_refusal(waitlist, RefusalReason.BOT)
    redis = get_redis_connection("default")
    with monkeypatch.context() as patch:
        patch.setattr(type(redis), "delete", Mock())  # it never comes to that
        collect_refusals()
    assert redis.exists(COLLECTING)
    count_refusal(waitlist, RefusalReason.BOT)
    collect_refusals()

    assert counted() == {("kurzum_app", "bot"): 2}


def test_a_worker_killed_before_the_database_loses_nothing(waitlist: Waitlist, monkeypatch: pytest.MonkeyPatch) -> None:
    count_refusal(waitlist, RefusalReason.BOT)
    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            collect_refusals()
    collect_refusals()

    assert counted() == {("kurzum_app", "bot"): 1}


def test_a_list_that_is_gone_is_no_obstacle(waitlist: Waitlist) -> None:
    gone = make_waitlist("gone")
    count_refusal(gone, RefusalReason.BOT)
    count_refusal(waitlist, RefusalReason.BOT)
    gone.delete()
    collect_refusals()

    assert counted() == {("kurzum_app", "bot"): 1}


def test_redis_away_the_answer_is_the_same(waitlist: Waitlist, turnstile: FakeTurnstile, without_redis: None) -> None:
    assert post(form(email="nonsense")).status_code == 400
    collect_refusals()
    assert counted() == {}
