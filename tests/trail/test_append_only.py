"""The database keeps the trail, whoever asks it not to: the same role as the product's, in SQL."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from trail.models import KEPT_FOR, Action, AuditEvent
from trail.recording import record

pytestmark = pytest.mark.django_db


def execute(sql: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        return int(cursor.rowcount)


def make_event(age: dt.timedelta) -> AuditEvent:
    return AuditEvent.objects.create(action=Action.LOGIN, at=timezone.now() - age)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_events SET result = 'failure'",
        "UPDATE audit_events SET at = at - interval '1000 days'",
        "DELETE FROM audit_events",
        # What makes triggers of django-pgtrigger look away.
        "SET LOCAL pgtrigger.ignore = '{audit_events_stay}'; DELETE FROM audit_events",
    ],
)
def test_events_are_neither_changed_nor_deleted(sql: str) -> None:
    record(None, Action.LOGIN)
    with pytest.raises(IntegrityError, match="audit events"):
        execute(sql)
    assert AuditEvent.objects.get().result == "success"


def test_the_table_is_not_emptied() -> None:
    # The suite switches this trigger off, since its tests with transactions of their own empty all tables.
    execute("ALTER TABLE audit_events ENABLE TRIGGER audit_events_no_truncate")
    with pytest.raises(IntegrityError, match="audit events"):
        execute("TRUNCATE audit_events CASCADE")


def test_old_events_are_not_changed_either() -> None:
    make_event(KEPT_FOR + dt.timedelta(days=1))
    with pytest.raises(IntegrityError):
        execute("UPDATE audit_events SET actor_email = 'somebody@kurzum.example'")


def test_events_can_be_deleted_when_their_time_has_passed() -> None:
    make_event(KEPT_FOR + dt.timedelta(minutes=1))
    assert execute("DELETE FROM audit_events") == 1


def test_events_stay_until_their_last_minute() -> None:
    make_event(KEPT_FOR - dt.timedelta(minutes=1))
    with pytest.raises(IntegrityError):
        execute("DELETE FROM audit_events")


def test_an_account_with_events_stays(admin_user: object) -> None:
    record(None, Action.LOGIN, actor=admin_user)  # type: ignore[arg-type]
    with pytest.raises(IntegrityError):
        execute("DELETE FROM accounts; SET CONSTRAINTS ALL IMMEDIATE")
