"""The trail as CSV, the newest first, in pieces: nothing holds a snapshot while somebody downloads."""

import json
from collections.abc import Iterator
from typing import Any

from defusedcsv import csv
from django.db.models import QuerySet
from django.utils import timezone

from trail.models import AuditEvent

FETCHED_AT_ONCE = 1_000  # rows
BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
COLUMNS = (
    "at",
    "action",
    "result",
    "actor_email",
    "ip_address",
    "user_agent",
    "target_model",
    "target_pk",
    "waitlist",
    "details",
)


class _Echo:
    """A file that hands back what is written to it."""

    def write(self, line: str) -> str:
        return line


def lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """A header and one line per event. What strangers sent, such as the user agent, is no formula in a spreadsheet."""
    writer = csv.writer(_Echo(), delimiter=";", lineterminator="\r\n")
    yield BYTE_ORDER_MARK + writer.writerow(COLUMNS)
    rows = list(_page(events))
    while rows:
        for row in rows:
            yield writer.writerow(_cells(row))
        rows = list(_page(events.filter(pk__lt=rows[-1].pk)))


def _page(events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
    return events.order_by("-pk").select_related("waitlist")[:FETCHED_AT_ONCE]


def _cells(event: AuditEvent) -> list[Any]:
    # A spreadsheet trims what stands before a formula.
    values: dict[str, Any] = {name: str(getattr(event, name) or "").strip() for name in COLUMNS}
    values["at"] = timezone.localtime(event.at).isoformat(timespec="seconds")
    values["waitlist"] = event.waitlist.slug if event.waitlist else ""
    values["details"] = json.dumps(event.details, ensure_ascii=False) if event.details else ""
    return [values[name] for name in COLUMNS]
