"""Old events go, and that they went is recorded."""

import datetime as dt

import pytest
from django.utils import timezone
from procrastinate.contrib.django import app

from trail import upkeep
from trail.models import KEPT_FOR, Action, AuditEvent
from trail.tasks import prune_trail

pytestmark = pytest.mark.django_db


def make_events(count: int, age: dt.timedelta) -> None:
    at = timezone.now() - age
    AuditEvent.objects.bulk_create(AuditEvent(action=Action.LOGIN, at=at) for _ in range(count))


def test_only_old_events_go_and_their_number_is_recorded() -> None:
    make_events(3, KEPT_FOR + dt.timedelta(days=1))
    make_events(2, KEPT_FOR - dt.timedelta(days=1))

    prune_trail(0)

    assert AuditEvent.objects.filter(action=Action.LOGIN).count() == 2
    pruned = AuditEvent.objects.get(action=Action.PRUNED)
    assert pruned.details == {"count": 3, "kept_days": 400}
    assert pruned.actor is None


def test_many_go_in_pieces_of_which_each_is_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "AT_ONCE", 2)
    make_events(5, KEPT_FOR + dt.timedelta(days=1))

    assert upkeep.prune() == 5

    counts = AuditEvent.objects.filter(action=Action.PRUNED).values_list("details__count", flat=True)
    assert sorted(counts) == [1, 2, 2]


def test_nothing_to_remove_is_not_recorded() -> None:
    make_events(1, dt.timedelta(0))
    assert upkeep.prune() == 0
    assert not AuditEvent.objects.filter(action=Action.PRUNED).exists()


def test_the_worker_prunes_every_night() -> None:
    crons = {task.task.name: task.cron for task in app.periodic_registry.periodic_tasks.values()}
    assert crons["prune_trail"] == "41 3 * * *"
