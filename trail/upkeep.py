"""Removing what the trail has kept long enough."""

from django.db import transaction

from trail.models import KEPT_FOR, Action, AuditEvent
from trail.recording import record

AT_ONCE = 5_000  # rows of one short transaction


def prune() -> int:
    """Remove the expired events and record each removal with the number of events; returns that of all."""
    total = 0
    while removed := _prune_some():
        total += removed
    return total


def _prune_some() -> int:
    with transaction.atomic():
        some = AuditEvent.objects.expired().order_by("at", "pk").values("pk")[:AT_ONCE]
        removed, _by_model = AuditEvent.objects.filter(pk__in=some).delete()
        if removed:
            record(None, Action.PRUNED, count=removed, kept_days=KEPT_FOR.days)
    return removed
