"""Entries as people look at them: with the person behind each, and the status in words."""

import datetime as dt

from django.db.models import F, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from waitlist.models import WaitlistEntry


class EntryStatus(TextChoices):
    """How far a lead has come, as one looks for it."""

    WAITING = "waiting", _("Unconfirmed")
    CONFIRMED = "confirmed", _("Confirmed")
    CUSTOMER = "customer", _("Customer")
    UNSUBSCRIBED = "unsubscribed", _("Unsubscribed")

    @classmethod
    def of(cls, confirmed_at: dt.datetime | None) -> "EntryStatus":
        """Whether the address has been confirmed."""
        return cls.CONFIRMED if confirmed_at else cls.WAITING


def with_person(entries: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """``entries`` with ``person_name``, ``person_email`` and ``unsubscribed_at`` (None: still wants mail).

    Name and address are those of the latest sign-up.
    """
    return entries.annotate(
        person_name=F("search_document__person_name"),
        person_email=F("search_document__person_email"),
        unsubscribed_at=F("search_document__unsubscribed_at"),
    )
