"""What a visitor sent: the durable inbox of the CRM sync and the evidence of consent."""

import datetime as dt
import hashlib
import uuid
from typing import Any

from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import Failure, SignupStatus
from waitlist.jobs import Job, without_job
from waitlist.models.entry import WaitlistEntry
from waitlist.models.lists import ConsentText, Waitlist


class SignupQuerySet(models.QuerySet["Signup"]):
    def abandoned(self, before: dt.datetime) -> models.QuerySet["Signup"]:
        """Received before ``before``, unprocessed, and with no job that would process them."""
        waiting = self.filter(status=SignupStatus.RECEIVED, created_at__lt=before)
        return without_job(waiting, Job.PROCESS_SIGNUP)

    def quarantined(self) -> "SignupQuerySet":
        """Sent while Turnstile was away."""
        return self.filter(status=SignupStatus.QUARANTINED)

    def same_inbox(self, signup: "Signup") -> "SignupQuerySet":
        """Those of the same list whose mail goes to the same inbox, however its address is spelled."""
        return self.filter(waitlist=signup.waitlist, address_key=signup.address_key)


class Signup(models.Model):
    """One accepted form."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, db_default=RandomUUID(), editable=False)
    waitlist = models.ForeignKey(Waitlist, models.PROTECT, related_name="signups", verbose_name=_("List"))
    email = models.TextField(_("E-mail"))
    # ``waitlist.addresses.address_key`` of the e-mail: what counts as the same inbox. Mail goes to what was typed.
    address_key = models.TextField(editable=False)
    is_disposable = models.BooleanField(_("Throw-away address"), default=False, db_default=False, editable=False)
    display_name = models.TextField(_("Name"))
    form_data = models.JSONField(_("Form fields"), help_text=_("The validated fields, named as the entry's columns."))

    page_url = models.TextField(_("Page"), null=True, blank=True)
    consent_text = models.ForeignKey(
        ConsentText, models.PROTECT, related_name="signups", verbose_name=_("Consent text")
    )
    ip_address = models.GenericIPAddressField(_("IP address"), null=True, blank=True)
    user_agent = models.TextField(_("User agent"))
    created_at = models.DateTimeField(_("Received"), db_default=Now(), editable=False)

    # SHA-256 of the Turnstile token: the idempotency key.
    token_hash = models.BinaryField(unique=True, max_length=32, editable=False)

    status = models.TextField(_("Status"), choices=SignupStatus, default=SignupStatus.RECEIVED, db_default="received")
    attempts = models.PositiveIntegerField(_("Attempts"), default=0, db_default=0)
    last_error = models.TextField(_("Last error"), choices=Failure, blank=True, default="", db_default="")
    processed_at = models.DateTimeField(_("Processed"), null=True, blank=True)
    entry = models.ForeignKey(
        WaitlistEntry, models.CASCADE, null=True, blank=True, related_name="signups", verbose_name=_("Entry")
    )
    # MMS hands it out once, with the sign-up that made the party.
    unsubscribe_token = models.TextField(null=True, blank=True, editable=False)
    unsubscribed_at = models.DateTimeField(_("Unsubscribed"), null=True, blank=True)

    objects = SignupQuerySet.as_manager()

    class Meta:
        db_table = "waitlist_signups"
        ordering = ("-created_at",)
        verbose_name = _("Sign-up")
        verbose_name_plural = _("Sign-ups")
        constraints = (
            models.CheckConstraint(condition=Q(status__in=SignupStatus.values), name="waitlist_signups_status"),
            models.CheckConstraint(
                condition=Q(status=SignupStatus.PROCESSED, entry__isnull=False, processed_at__isnull=False)
                | ~Q(status=SignupStatus.PROCESSED) & Q(entry__isnull=True),
                name="waitlist_signups_processed_has_entry",
            ),
        )
        indexes = (
            models.Index(fields=("created_at", "id"), name="waitlist_signups_created"),
            models.Index(fields=("address_key",), name="waitlist_signups_address_key"),
            # The CRM's tokens are long, and looked up whole.
            HashIndex(fields=("unsubscribe_token",), name="waitlist_signups_unsubscribe"),
            models.Index(
                fields=("created_at",), condition=~Q(status=SignupStatus.PROCESSED), name="waitlist_signups_unprocessed"
            ),
        )

    def __str__(self) -> str:
        return self.display_name  # without the address: titles and links show this to everybody

    def is_same_form(self, fields: dict[str, Any]) -> bool:
        """Whether ``fields`` (attribute to value) are what this sign-up holds: the same body, sent again."""
        return all(getattr(self, name) == value for name, value in fields.items())

    @property
    def inbox(self) -> str:
        """Names the inbox on this list without telling it."""
        return hashlib.sha256(f"{self.waitlist_id}:{self.address_key}".encode()).hexdigest()

    def settle(self, entry: WaitlistEntry, *, unsubscribe_token: str | None, now: dt.datetime) -> None:
        """Processing has led to ``entry``."""
        self.entry = entry
        self.unsubscribe_token = unsubscribe_token
        self.status = SignupStatus.PROCESSED
        self.processed_at = now
        self.last_error = ""
        self.save(update_fields=("entry", "unsubscribe_token", "status", "processed_at", "last_error"))

    def record_failure(self, reason: str, *, final: bool) -> None:
        """One more attempt has failed; after the ``final`` one only the founder can set it going again."""
        status = SignupStatus.FAILED if final else SignupStatus.RECEIVED
        # The condition keeps a late failure from undoing what another worker has settled meanwhile.
        Signup.objects.filter(pk=self.pk, status=SignupStatus.RECEIVED).update(
            status=status, attempts=models.F("attempts") + 1, last_error=reason
        )
