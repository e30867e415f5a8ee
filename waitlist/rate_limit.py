"""The sign-up's rate limit: a sliding window in Redis, shared by all processes."""

import logging
import time
from functools import cache
from typing import NamedTuple

from django.conf import settings
from django_redis import get_redis_connection
from limits import RateLimitItemPerHour
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from prometheus_client import Counter
from redis import ConnectionPool
from redis.exceptions import RedisError

from waitlist.client_address import network_of

logger = logging.getLogger(__name__)

SIGNUPS = RateLimitItemPerHour(5, namespace="waitlist:signups")
unavailable = Counter("waitlist_rate_limit_unavailable", "Sign-ups let through because Redis was away")


class RateLimit(NamedTuple):
    """Whether a request may pass, how many more may, and the seconds until the next one may."""

    success: bool
    remaining: int
    retry_after: int


def limiter() -> MovingWindowRateLimiter:
    """The limiter over the cache's connections, which have short time limits and a breaker."""
    return MovingWindowRateLimiter(_storage(get_redis_connection("default").connection_pool))


@cache
def _storage(connections: ConnectionPool) -> RedisStorage:
    return RedisStorage(settings.REDIS_URL, connection_pool=connections)


def check_rate_limit(ip: str | None) -> RateLimit:
    """Count a sign-up of this address: five pass in any 3,600 seconds, an IPv6 /64 counting as one address.

    Redis away: it passes. A bot still meets Turnstile, and no lead is lost over a cache.
    """
    client = network_of(ip)
    try:
        success = limiter().hit(SIGNUPS, client)
        window = limiter().get_window_stats(SIGNUPS, client)
    except RedisError as error:
        unavailable.inc()
        logger.warning("Redis is away, so the rate limit let a sign-up pass: %s", type(error).__name__)
        return RateLimit(True, SIGNUPS.amount, 0)
    wait = 0 if success else max(int(window.reset_time - time.time()) + 1, 1)
    return RateLimit(success, window.remaining, wait)
