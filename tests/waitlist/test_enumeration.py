"""Nobody learns from an answer, or from how long it takes, whether an address is on the list."""

import gc
import random
import time
from collections.abc import Callable
from itertools import combinations, count
from math import sqrt
from statistics import median
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from tests.api import form, post
from tests.factories import make_entry, make_signup
from waitlist.models import Signup, Waitlist
from waitlist.pipeline import intake

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waitlist")]

STATES = ("new", "pending", "confirmed", "suppressed")
SAMPLES = 200
# Standard deviations; chance alone goes beyond it once in 15,000 comparisons.
NOTICEABLE = 4.0

_numbers = count()


@pytest.fixture(autouse=True)
def vouched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cloudflare's share of an answer's time has nothing to do with the address."""
    monkeypatch.setattr("waitlist.pipeline.intake.verify_turnstile_token", lambda *_, **__: True)


@pytest.fixture
def addresses(waitlist: Waitlist) -> dict[str, Callable[[], str]]:
    """State to an address that is in it."""
    make_entry(email="pending@maier.at")
    make_entry(email="confirmed@maier.at", confirmed_at=timezone.now())
    entry = make_entry(email="suppressed@maier.at", confirmed_at=timezone.now())
    make_signup(entry=entry, email="suppressed@maier.at", unsubscribed_at=timezone.now())
    known = {state: f"{state}@maier.at" for state in STATES[1:]}
    return {"new": lambda: f"new{next(_numbers)}@maier.at"} | {
        state: lambda address=address: address for state, address in known.items()
    }


def sign_up(email: str) -> tuple[float, tuple[object, ...]]:
    """Seconds that the answer took, and what of it anybody can see."""
    number = next(_numbers)
    body, ip = form(email=email), f"2001:db8:{number // 65536:x}:{number % 65536:x}::1"
    start = time.perf_counter()
    response = post(body, ip=ip)
    elapsed = time.perf_counter() - start
    answer = response.json()
    signup_id = answer["data"].pop("signupId")
    # Each request has an id of its own.
    headers = {name: value for name, value in response.items() if name != "X-Request-ID"}
    return elapsed, (response.status_code, str(answer), len(signup_id), str(headers))


def measured(addresses: dict[str, Callable[[], str]], samples: int = SAMPLES) -> dict[str, list[float]]:
    """State to the seconds of so many answers, taken in turn, so that the machine's moods meet all alike."""
    times: dict[str, list[float]] = {state: [] for state in STATES}
    order = list(STATES)
    gc.collect()
    gc.disable()
    try:
        for _ in range(samples):
            random.shuffle(order)
            for state in order:
                times[state].append(sign_up(addresses[state]())[0])
    finally:
        gc.enable()
    return times


def rank_test(one: list[float], other: list[float]) -> float:
    """Standard deviations between the two samples' ranks: Mann and Whitney's U, normal approximation."""
    ranks = {value: rank for rank, value in enumerate(sorted(one + other), start=1)}
    u = sum(ranks[value] for value in one) - len(one) * (len(one) + 1) / 2
    mean = len(one) * len(other) / 2
    return (u - mean) / sqrt(mean * (len(one) + len(other) + 1) / 6)


def test_body_status_and_headers_are_the_same(addresses: dict[str, Callable[[], str]]) -> None:
    assert len({sign_up(addresses[state]())[1] for state in STATES}) == 1


@pytest.mark.slow
@pytest.mark.alone
def test_the_time_is_not_told_apart(addresses: dict[str, Callable[[], str]]) -> None:
    times = measured(addresses)

    for state in STATES:
        print(f"{state}: median {median(times[state]) * 1000:.2f} ms of {SAMPLES}")
    distances = {pair: rank_test(times[pair[0]], times[pair[1]]) for pair in combinations(STATES, 2)}
    print({" / ".join(pair): round(distance, 2) for pair, distance in distances.items()})
    assert all(abs(distance) < NOTICEABLE for distance in distances.values())


@pytest.mark.slow
@pytest.mark.alone
def test_a_look_at_the_database_for_known_addresses_would_be_noticed(
    addresses: dict[str, Callable[[], str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The test above could see what it looks for."""

    def store_after_a_look(values: dict[str, Any]) -> Signup:
        if values["email"] == "confirmed@maier.at":
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM generate_series(1, 40000)")
        return store(values)

    store = intake._store
    monkeypatch.setattr(intake, "_store", store_after_a_look)

    times = measured(addresses, samples=60)

    assert rank_test(times["confirmed"], times["new"]) > NOTICEABLE
