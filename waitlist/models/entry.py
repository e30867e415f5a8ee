"""The lead, known to the CRM. Columns, constraints and index names are the founder's schema."""

import datetime as dt
from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce, Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import CompanySize, Gewerk, MailKind
from waitlist.models.lists import Waitlist

if TYPE_CHECKING:
    from waitlist.models.signup import Signup


class LongNameIndex(models.Index):
    """PostgreSQL takes names of 63 bytes; Django's own limit of 30 is Oracle's."""

    max_name_length = 63


# Stands for "not yet" where entries are sorted by their confirmation: a page cannot begin after a NULL.
NEVER = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
CONFIRMED_OR_NOT = Coalesce("confirmed_at", Value(NEVER, output_field=models.DateTimeField()))


class WaitlistEntryQuerySet(models.QuerySet["WaitlistEntry"]):
    def with_confirmed_or_not(self) -> "WaitlistEntryQuerySet":
        """Annotates ``confirmed_or_not``: ``confirmed_at``, or long ago."""
        return self.annotate(confirmed_or_not=CONFIRMED_OR_NOT)

    def confirm(self, now: dt.datetime) -> bool:
        """Set ``confirmed_at`` where it is not set yet; True for the one caller, of any number at once, who did it."""
        return self.filter(confirmed_at=None).update(confirmed_at=now) == 1


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(),
    pghistory.DeleteEvent(),
    exclude=["confirmation_token"],  # a secret
    meta={"db_table": "waitlist_entries_history", "verbose_name": _("Change"), "verbose_name_plural": _("History")},
)
class WaitlistEntry(models.Model):
    """A company on a list. It exists only once MMS has answered; the person's name and e-mail are its sign-ups'."""

    waitlist = models.ForeignKey(Waitlist, models.PROTECT, related_name="entries", verbose_name=_("List"))
    mms_party_id = models.UUIDField(_("MMS party"))
    mms_contact_point_id = models.UUIDField(_("MMS contact point"))
    company_name = models.TextField(_("Company"))
    gewerk = models.TextField(_("Trade"), choices=Gewerk)
    company_size = models.TextField(_("Company size"), choices=CompanySize)
    phone = models.TextField(_("Phone"), null=True, blank=True)
    message = models.TextField(_("Message"), null=True, blank=True)
    utm_source = models.TextField(_("Source"), null=True, blank=True)
    utm_medium = models.TextField(_("Medium"), null=True, blank=True)
    utm_campaign = models.TextField(_("Campaign"), null=True, blank=True)
    confirmation_token = models.UUIDField(db_default=RandomUUID(), editable=False)
    confirmed_at = models.DateTimeField(_("Confirmed"), null=True, blank=True)
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("Updated"), db_default=Now(), editable=False)

    # What a form field of the same name fills in.
    FORM_COLUMNS = (
        "company_name",
        "gewerk",
        "company_size",
        "phone",
        "message",
        "utm_source",
        "utm_medium",
        "utm_campaign",
    )

    objects = WaitlistEntryQuerySet.as_manager()

    class Meta:
        db_table = "waitlist_entries"
        ordering = ("-created_at",)
        verbose_name = _("Entry")
        verbose_name_plural = _("Entries")
        constraints = (
            models.UniqueConstraint(fields=("confirmation_token",), name="idx_waitlist_entries_confirmation_token"),
            models.UniqueConstraint(fields=("waitlist", "mms_party_id"), name="waitlist_entries_one_party_per_list"),
            models.CheckConstraint(condition=Q(gewerk__in=Gewerk.values), name="waitlist_entries_gewerk"),
            models.CheckConstraint(
                condition=Q(company_size__in=CompanySize.values), name="waitlist_entries_company_size"
            ),
        )
        indexes = (
            LongNameIndex(fields=("mms_party_id",), name="idx_waitlist_entries_mms_party_id"),
            # What the back office sorts by, each with the key, since a page begins after a row.
            models.Index(fields=("created_at", "id"), name="waitlist_entries_created"),
            models.Index(fields=("company_name", "id"), name="waitlist_entries_company"),
            models.Index(CONFIRMED_OR_NOT, "id", name="waitlist_entries_confirmed"),
            models.Index(fields=("waitlist", "utm_source", "id"), name="waitlist_entries_source"),
            models.Index(fields=("waitlist", "utm_medium", "id"), name="waitlist_entries_medium"),
            models.Index(fields=("waitlist", "utm_campaign", "id"), name="waitlist_entries_campaign"),
        )
        permissions = (
            ("export_waitlistentry", _("Can export entries")),
            ("view_contact", _("Can see e-mail, phone and message")),
        )
        triggers = (
            # Django's auto_now would miss QuerySet.update() and raw SQL.
            pgtrigger.Trigger(
                name="touch_updated_at",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func="NEW.updated_at = statement_timestamp(); RETURN NEW;",
            ),
        )

    def __str__(self) -> str:
        return self.company_name

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_at is not None

    def latest_signup(self) -> "Signup":
        """The sign-up that name and e-mail are taken from; every entry comes from one."""
        return self.signups.select_related("waitlist").latest("created_at")

    def unsubscribe_token(self) -> str | None:
        """MMS's; None where MMS knew the party before: the token is in its first answer only."""
        return self.signups.exclude(unsubscribe_token=None).values_list("unsubscribe_token", flat=True).first()

    def link_expires_at(self) -> dt.datetime:
        """The link lives CONFIRMATION_DAYS from the entry's creation or from the last mail that renewed it."""
        renewed_at: dt.datetime | None = self.signups.filter(mails__kind=MailKind.CONFIRMATION_RENEWED).aggregate(
            at=models.Max("mails__created_at")
        )["at"]
        return max(self.created_at, renewed_at or self.created_at) + dt.timedelta(days=settings.CONFIRMATION_DAYS)
