"""GET /health, for load balancers and uptime monitors."""

import logging
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_redis import get_redis_connection
from psycopg_pool import PoolTimeout
from redis.exceptions import RedisError

from waitlist.envelope import ErrorCode
from waitlist.jobs import backlog

logger = logging.getLogger(__name__)


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """The envelope with the state of each part: 503 where the database is away, "degraded" where only Redis is.

    Without the database the envelope is an error's, and ``data`` still tells the parts apart.
    """
    jobs = _jobs()
    redis_is_up = _redis_is_up()
    state = "down" if jobs is None else "ok" if redis_is_up else "degraded"
    body: dict[str, Any] = {
        "success": jobs is not None,
        "data": {
            "status": state,
            "database": "down" if jobs is None else "ok",
            "redis": "ok" if redis_is_up else "down",
            "jobs": jobs,
            "version": settings.VERSION,
        },
    }
    if jobs is None:
        body["error"] = {"code": ErrorCode.INTERNAL_ERROR, "message": "Die Datenbank ist nicht erreichbar."}
    return JsonResponse(body, status=HTTPStatus.OK if jobs else HTTPStatus.SERVICE_UNAVAILABLE)


def _jobs() -> dict[str, float | int] | None:
    try:
        waiting, failed = backlog(timezone.now())
    except (DatabaseError, PoolTimeout) as error:
        logger.error("The database is away: %s", type(error).__name__)
        return None
    return {"oldestWaitingSeconds": round(waiting, 1), "failed": failed}


def _redis_is_up() -> bool:
    try:
        return bool(get_redis_connection("default").ping())
    except RedisError as error:
        logger.warning("Redis is away: %s", type(error).__name__)
        return False
