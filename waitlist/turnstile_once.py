"""Turnstile tokens verify once, but visitors send them twice: double clicks, lost answers, retries."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django_redis import get_redis_connection
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

TOKEN_LIFETIME = 300  # seconds; Cloudflare's
LONGEST_INTAKE = 10  # seconds; after that a crashed process's lock is void


@contextmanager
def one_at_a_time(token_hash: bytes) -> Iterator[None]:
    """Let requests with the same token follow one another. Redis away: they run at once, and the database decides."""
    lock = get_redis_connection("default").lock(
        f"waitlist:token:{token_hash.hex()}", timeout=LONGEST_INTAKE, blocking_timeout=LONGEST_INTAKE, sleep=0.05
    )
    try:
        held = lock.acquire()
    except RedisError as error:
        logger.warning("Redis is away, so a token is not locked: %s", type(error).__name__)
        held = False
    try:
        yield
    finally:
        if held:
            try:
                lock.release()
            except RedisError:  # it ran out meanwhile, or Redis went away
                logger.warning("A token's lock could not be released")


def verified_once(token_hash: bytes, verify: Callable[[], bool]) -> bool:
    """The verdict of ``verify`` for this token, asked for once and remembered as long as a token lives.

    So a visitor whose first try failed behind the verification gets through with the same token.
    """
    key = f"verdict:{token_hash.hex()}"
    verdict: bool | None = cache.get(key)
    if verdict is None:
        verdict = verify()
        cache.set(key, verdict, TOKEN_LIFETIME)
    return verdict
