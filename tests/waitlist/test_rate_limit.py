"""Five sign-ups of one address in any 3,600 seconds, never six."""

import datetime as dt
import multiprocessing
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from pytest_django import Settings

from tests.api import FakeTurnstile, form, post
from waitlist.models import Signup, Waitlist
from waitlist.rate_limit import check_rate_limit

NOON = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
HOUR = 3600


def test_success_and_remaining_are_told() -> None:
    results = [check_rate_limit("203.0.113.7") for _ in range(6)]

    assert [(result.success, result.remaining) for result in results] == [
        (True, 4), (True, 3), (True, 2), (True, 1), (True, 0), (False, 0)
    ]  # fmt: skip
    assert [result.retry_after for result in results[:5]] == [0] * 5
    assert HOUR - 5 <= results[5].retry_after <= HOUR + 1


def test_the_window_slides_at_its_edge() -> None:
    """A fixed window would let ten through around the full hour."""
    passed: list[float] = []
    with time_machine.travel(NOON, tick=False) as clock:
        for second in range(0, 3 * HOUR, 60):
            clock.move_to(NOON + dt.timedelta(seconds=second))
            if check_rate_limit("203.0.113.7").success:
                passed.append(second)

    assert len(passed) >= 14
    for start in passed:
        assert len([at for at in passed if start <= at < start + HOUR]) <= 5


def test_the_wait_that_is_told_is_enough_and_not_longer_than_needed() -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        for minute in range(5):
            clock.move_to(NOON + dt.timedelta(minutes=minute))
            check_rate_limit("203.0.113.7")
        refused = check_rate_limit("203.0.113.7")
        assert HOUR - 240 <= refused.retry_after <= HOUR - 238
        clock.move_to(NOON + dt.timedelta(seconds=240 + refused.retry_after))
        assert check_rate_limit("203.0.113.7").success


def hammer(start: Any, passed: Any) -> None:
    start.wait()
    for _ in range(10):
        if check_rate_limit("203.0.113.7").success:
            with passed.get_lock():
                passed.value += 1


def test_eight_processes_at_once_let_five_through() -> None:
    context = multiprocessing.get_context("fork")
    start, passed = context.Event(), context.Value("i", 0)
    processes = [context.Process(target=hammer, args=(start, passed)) for _ in range(8)]
    for process in processes:
        process.start()
    start.set()
    for process in processes:
        process.join()

    assert [process.exitcode for process in processes] == [0] * 8
    assert passed.value == 5


@pytest.mark.parametrize(
    ("addresses", "allowed"),
    [
        ([f"203.0.113.{i}" for i in range(8)], 8),
        ([f"2001:db8:1:2::{i:x}" for i in range(8)], 5),
        ([f"2001:db8:1:{i:x}::1" for i in range(8)], 8),
        ([f"::ffff:203.0.113.{i}" for i in range(8)], 8),
    ],
    ids=["IPv4 addresses", "one IPv6 /64", "eight IPv6 /64", "IPv4 written as IPv6"],
)
def test_who_counts_as_one_client(
    waitlist: Waitlist, turnstile: FakeTurnstile, addresses: list[str], allowed: int
) -> None:
    statuses = [post(form(), ip=address).status_code for address in addresses]

    assert statuses.count(200) == Signup.objects.count() == allowed


def test_the_sixth_form_is_told_when_to_come_back_and_costs_no_token(
    waitlist: Waitlist, turnstile: FakeTurnstile
) -> None:
    for _ in range(5):
        assert post(form()).status_code == 200
    body = form()

    response = post(body)

    assert response.status_code == 429
    assert response.json()["error"]["code"] == "RATE_LIMITED"
    assert HOUR - 5 <= int(response["Retry-After"]) <= HOUR + 1
    assert not turnstile.asked[body["turnstileToken"]]


def test_without_redis_sign_ups_pass_and_are_counted(
    waitlist: Waitlist,
    turnstile: FakeTurnstile,
    without_redis: Settings,
    caplog: pytest.LogCaptureFixture,
    metric: Callable[[str], float],
) -> None:
    before = metric("waitlist_rate_limit_unavailable_total")

    statuses = [post(form()).status_code for _ in range(6)]

    assert statuses == [200] * 6
    assert metric("waitlist_rate_limit_unavailable_total") == before + 6
    assert "rate limit let a sign-up pass" in caplog.text
