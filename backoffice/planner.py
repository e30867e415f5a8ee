"""What PostgreSQL's planner knows without reading the rows."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet


def expected_rows(queryset: QuerySet[Any]) -> int:
    """How many rows ``queryset`` has by the planner's estimate; its order and joins for show do not count."""
    try:
        sql, params = queryset.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
    return int(plan["Plan Rows"])
