"""Counts the attempts that are turned away, for the founder's funnel: in Redis, since a flood of bots must not reach
the database, and from there into it once a minute.
"""

import datetime as dt
import logging
import uuid
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from waitlist.choices import RefusalReason
from waitlist.models import Waitlist

logger = logging.getLogger(__name__)

COUNTING = "waitlist:refusals"
COLLECTING = "waitlist:refusals:collecting"
_BATCH = b"batch"
# A row takes each batch once, so a batch that a killed worker has left behind can be worked off again.
_ADD = """
INSERT INTO waitlist_refusals (waitlist_id, day, reason, count, last_batch)
SELECT %s, %s, %s, %s, %s WHERE EXISTS (SELECT FROM waitlists WHERE id = %s)
ON CONFLICT (waitlist_id, day, reason) DO UPDATE
SET count = waitlist_refusals.count + excluded.count, last_batch = excluded.last_batch
WHERE waitlist_refusals.last_batch IS DISTINCT FROM excluded.last_batch
"""


def count_refusal(waitlist: Waitlist, reason: RefusalReason) -> None:
    """One attempt for ``waitlist`` was turned away today. Redis away: it is not counted."""
    try:
        get_redis_connection("default").hincrby(COUNTING, f"{waitlist.pk}:{timezone.localdate()}:{reason}", 1)
    except RedisError as error:
        logger.warning("Redis is away, so a refusal was not counted: %s", type(error).__name__)


def collect_refusals() -> None:
    """Move what was counted into the database: what an earlier call has left behind, then what has come since."""
    try:
        redis = get_redis_connection("default")
        _collect(redis)
        if redis.exists(COUNTING):
            redis.hset(COUNTING, _BATCH, str(uuid.uuid4()))
            redis.rename(COUNTING, COLLECTING)
            _collect(redis)
    except RedisError as error:
        logger.warning("Redis is away, so refusals were not collected: %s", type(error).__name__)


def _collect(redis: Redis) -> None:
    counted: dict[Any, Any] = redis.hgetall(COLLECTING)
    batch = counted.pop(_BATCH, b"").decode()
    with transaction.atomic(), connection.cursor() as cursor:
        for key, count in sorted(counted.items()):
            pk, day, reason = key.decode().split(":")
            cursor.execute(_ADD, [int(pk), dt.date.fromisoformat(day), reason, int(count), batch, int(pk)])
    redis.delete(COLLECTING)
