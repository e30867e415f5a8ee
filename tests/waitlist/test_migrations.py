"""The migrations go back to zero and forth again, with data in the tables."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from tests.conftest import allow_emptying
from tests.factories import make_entry, make_mail
from waitlist.models import WaitlistEntry


def tables() -> set[str]:
    """Those of our own apps."""
    names = connection.introspection.table_names()
    return {name for name in names if name.startswith(("waitlist", "consent_texts", "accounts", "audit", "backoffice"))}


@pytest.mark.django_db(transaction=True)
def test_to_zero_and_back_with_data() -> None:
    make_mail(make_entry().latest_signup())
    before = tables()
    assert before

    try:
        call_command("migrate", "waitlist", "zero", verbosity=0)
        assert tables() == set()
    finally:
        call_command("migrate", verbosity=0)
        allow_emptying()

    assert tables() == before
    entry = make_entry()
    WaitlistEntry.objects.filter(pk=entry.pk).update(phone="1")
    entry.refresh_from_db()
    assert entry.updated_at > entry.created_at, "the trigger is back as well"


@pytest.mark.django_db
def test_every_migration_is_named_for_what_it_does() -> None:
    own = [name for app, name in MigrationLoader(connection).disk_migrations if app == "waitlist"]
    assert own
    assert not [name for name in own if "auto" in name or name.endswith("initial")]
