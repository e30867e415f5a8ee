"""A hung Redis costs one slow call, not every one."""

import socket
from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django_redis import get_redis_connection
from pytest_django import Settings
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from config.breaker import Breaker
from config.redis import COOL_DOWN, GuardedPool
from tests.api import FakeTurnstile, form, post
from waitlist.models import Waitlist


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> Breaker:
    return Breaker(COOL_DOWN, clock)


def test_a_failure_opens_it_until_it_has_cooled_down(breaker: Breaker, clock: Clock) -> None:
    assert breaker.admits()
    breaker.trip()
    clock.now = COOL_DOWN - 0.1
    assert not breaker.admits()
    clock.now = COOL_DOWN
    assert breaker.admits()


def test_after_the_cool_down_one_call_tries_and_the_others_wait_for_its_outcome(breaker: Breaker, clock: Clock) -> None:
    breaker.trip()
    clock.now = COOL_DOWN

    assert [breaker.admits() for _ in range(5)] == [True, False, False, False, False]

    breaker.reset()
    assert all(breaker.admits() for _ in range(5))


@pytest.fixture
def hung_redis(settings: Settings) -> Iterator[GuardedPool]:
    """Something that takes connections and never answers, as a stopped process does."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        location = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
        settings.REDIS_URL = location
        pool = get_redis_connection("default").connection_pool
        assert isinstance(pool, GuardedPool)
        yield pool


def test_a_hung_redis_is_asked_once(hung_redis: GuardedPool, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = get_redis_connection("default")
    with pytest.raises((RedisTimeoutError, RedisConnectionError)):
        connection.ping()

    def ask(*_: object, **__: object) -> None:
        pytest.fail("asked again")

    monkeypatch.setattr(hung_redis.connection_class, "connect", ask)
    for _ in range(20):
        with pytest.raises(RedisConnectionError):
            connection.ping()
        assert cache.get("key") is None


def test_sign_ups_pass_while_redis_hangs(waitlist: Waitlist, turnstile: FakeTurnstile, hung_redis: GuardedPool) -> None:
    assert [post(form()).status_code for _ in range(6)] == [200] * 6


def test_a_redis_that_answers_keeps_the_breaker_closed() -> None:
    connection = get_redis_connection("default")
    for _ in range(3):
        assert connection.ping()
    assert connection.connection_pool.breaker.admits()
