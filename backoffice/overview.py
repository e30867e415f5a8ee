"""Entries as people look at them: with the person behind each, and the status in words."""

import datetime as dt

from django.db.models import OuterRef, QuerySet, Subquery, TextChoices
from django.utils.translation import gettext_lazy as _

from waitlist.models import Signup, WaitlistEntry


class EntryStatus(TextChoices):
    """Whether the address has been confirmed."""

    WAITING = "waiting", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed")

    @classmethod
    def of(cls, confirmed_at: dt.datetime | None) -> "EntryStatus":
        return cls.CONFIRMED if confirmed_at else cls.WAITING


def with_person(entries: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """``entries`` with ``person_name`` and ``person_email``, taken from their latest sign-up."""
    latest = Signup.objects.filter(entry=OuterRef("pk")).order_by("-created_at")
    return entries.annotate(
        person_name=Subquery(latest.values("display_name")[:1]),
        person_email=Subquery(latest.values("email")[:1]),
    )


def with_unsubscribed_at(entries: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
    """``entries`` with ``unsubscribed_at``, None where the company still wants mail."""
    wishes = Signup.objects.filter(entry=OuterRef("pk"), unsubscribed_at__isnull=False).order_by("-unsubscribed_at")
    return entries.annotate(unsubscribed_at=Subquery(wishes.values("unsubscribed_at")[:1]))
