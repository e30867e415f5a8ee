"""The tables as the founder's schema asks for them, looked at and written to in SQL."""

import uuid
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.utils import InternalError

from tests.factories import make_entry, make_signup, make_waitlist
from waitlist.models import ConsentText, WaitlistEntry

pytestmark = pytest.mark.django_db


def rows(sql: str, *params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall()) if cursor.description else []


def columns(table: str) -> dict[str, tuple[str, bool]]:
    """Column to type and nullability."""
    return {
        name: (kind, nullable == "YES")
        for name, kind, nullable in rows(
            "SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = %s", table
        )
    }


def test_entries_have_the_founders_columns_and_their_list() -> None:
    found = columns("waitlist_entries")

    assert {name: found[name] for name in found if name not in {"id", "waitlist_id"}} == {
        "mms_party_id": ("uuid", False),
        "mms_contact_point_id": ("uuid", False),
        "company_name": ("text", False),
        "gewerk": ("text", False),
        "company_size": ("text", False),
        "phone": ("text", True),
        "message": ("text", True),
        "utm_source": ("text", True),
        "utm_medium": ("text", True),
        "utm_campaign": ("text", True),
        "confirmation_token": ("uuid", False),
        "confirmed_at": ("timestamp with time zone", True),
        "created_at": ("timestamp with time zone", False),
        "updated_at": ("timestamp with time zone", False),
    }


def test_the_other_tables_are_there() -> None:
    for table in ("waitlists", "consent_texts", "waitlist_signups", "waitlist_mails"):
        assert columns(table)
    assert columns("waitlist_signups")["form_data"] == ("jsonb", False)
    assert columns("waitlist_signups")["ip_address"][0] == "inet"


@pytest.mark.parametrize(
    ("index", "unique"),
    [("idx_waitlist_entries_mms_party_id", False), ("idx_waitlist_entries_confirmation_token", True)],
)
def test_indexes_have_their_names(index: str, unique: bool) -> None:
    [(definition,)] = rows("SELECT indexdef FROM pg_indexes WHERE indexname = %s", index)

    assert ("UNIQUE" in definition) is unique


def insert_entry(**values: Any) -> tuple[Any, ...]:
    """A raw INSERT of the required columns; returns id, token, confirmed_at, created_at, updated_at."""
    columns = {
        "waitlist_id": make_waitlist().pk,
        "mms_party_id": uuid.uuid4(),
        "mms_contact_point_id": uuid.uuid4(),
        "company_name": "Muster GmbH",
        "gewerk": "Sonstige",
        "company_size": "50+",
        **values,
    }
    names, marks = ", ".join(columns), ", ".join(["%s"] * len(columns))
    [row] = rows(
        f"INSERT INTO waitlist_entries ({names}) VALUES ({marks})"
        " RETURNING id, confirmation_token, confirmed_at, created_at, updated_at",
        *columns.values(),
    )
    return row


def test_the_database_fills_in_token_and_times() -> None:
    first, second = insert_entry(), insert_entry()

    assert first[1] != second[1]
    assert isinstance(first[1], uuid.UUID)
    assert first[2] is None
    assert first[3] is not None
    assert first[4] is not None


def test_updated_at_follows_raw_sql_and_queryset_updates() -> None:
    pk, _, _, created_at, updated_at = insert_entry()

    rows("UPDATE waitlist_entries SET phone = '1' WHERE id = %s", pk)
    [(kept, raw)] = rows("SELECT created_at, updated_at FROM waitlist_entries WHERE id = %s", pk)
    WaitlistEntry.objects.filter(pk=pk).update(phone="2")
    [(queryset,)] = rows("SELECT updated_at FROM waitlist_entries WHERE id = %s", pk)

    assert kept == created_at
    assert updated_at < raw < queryset


@pytest.mark.parametrize(
    "values",
    [
        {"gewerk": "Dachdecker"},
        {"company_size": "7"},
        {"company_name": None},
        {"mms_party_id": None},
        {"mms_contact_point_id": None},
        {"confirmation_token": None},
        {"waitlist_id": None},
    ],
    ids=str,
)
def test_the_database_refuses_wrong_values(values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_entry(**values)


@pytest.mark.parametrize("column", ["mms_party_id", "confirmation_token"])
def test_the_database_refuses_duplicates(column: str) -> None:
    value = uuid.uuid4()
    insert_entry(**{column: value})

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_entry(**{column: value})


def test_a_token_hash_is_unique() -> None:
    make_signup(token_hash=b"x" * 32)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_signup(token_hash=b"x" * 32)


@pytest.mark.parametrize("status", ["processed", "nonsense"])
def test_a_sign_up_has_a_known_status_that_fits_its_entry(status: str) -> None:
    signup = make_signup()

    with pytest.raises(IntegrityError), transaction.atomic():
        rows("UPDATE waitlist_signups SET status = %s WHERE id = %s", status, signup.pk)


def test_an_address_that_is_no_ip_is_refused() -> None:
    with pytest.raises(DataError), transaction.atomic():
        rows("UPDATE waitlist_signups SET ip_address = 'nowhere' WHERE id = %s", make_signup().pk)


def test_wording_that_somebody_agreed_to_cannot_change() -> None:
    text = make_signup().consent_text

    for change in (
        lambda: ConsentText.objects.filter(pk=text.pk).update(text="Other"),
        lambda: rows("UPDATE consent_texts SET version = '2' WHERE id = %s", text.pk),
        lambda: rows("DELETE FROM consent_texts WHERE id = %s; SET CONSTRAINTS ALL IMMEDIATE", text.pk),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()


def test_wording_that_nobody_agreed_to_may_change() -> None:
    text = make_waitlist().consent_texts.get()

    ConsentText.objects.filter(pk=text.pk).update(text="Other")

    text.refresh_from_db()
    assert text.text == "Other"


def test_the_newest_wording_is_the_current_one() -> None:
    waitlist = make_entry().waitlist
    newer = waitlist.consent_texts.create(version="0", text="Newer")

    assert waitlist.consent_text() == newer
    older = waitlist.consent_text("1")
    assert older is not None
    assert older.version == "1"
    assert waitlist.consent_text("9") is None
