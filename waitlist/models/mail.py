"""The outbox: a row for every mail, written before it is sent."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import Failure, MailKind, MailStatus
from waitlist.database import retried
from waitlist.jobs import Job, without_job
from waitlist.models.lists import Waitlist
from waitlist.models.signup import Signup

CONFIRMATIONS = (MailKind.CONFIRMATION, MailKind.CONFIRMATION_RENEWED)
CONFIRMATIONS_A_DAY = 3


class MailQuerySet(models.QuerySet["Mail"]):
    def abandoned(self, before: dt.datetime) -> models.QuerySet["Mail"]:
        """Queued before ``before`` and with no job that would deliver them."""
        return without_job(self.filter(status=MailStatus.QUEUED, created_at__lt=before), Job.DELIVER_MAIL)

    def confirmations(self, now: dt.datetime, within: dt.timedelta) -> "MailQuerySet":
        """Those with a confirmation link that went out, or will, since ``within`` before ``now``."""
        return self.filter(kind__in=CONFIRMATIONS, created_at__gt=now - within)

    def confirmation_allowed(self, signup: Signup, now: dt.datetime) -> bool:
        """At most one confirmation in ten minutes and CONFIRMATIONS_A_DAY: the form must not flood an inbox."""
        inbox = self.filter(signup__address_key=signup.address_key)
        lately = inbox.confirmations(now, dt.timedelta(minutes=10))
        today = inbox.confirmations(now, dt.timedelta(days=1))
        return not lately.exists() and today.count() < CONFIRMATIONS_A_DAY

    def already_confirmed_allowed(self, signup: Signup, now: dt.datetime) -> bool:
        """At most one "you are already on the list" in a day."""
        return not self.filter(
            signup__address_key=signup.address_key,
            kind=MailKind.ALREADY_CONFIRMED,
            created_at__gt=now - dt.timedelta(days=1),
        ).exists()

    def left_in_hour(self, waitlist: Waitlist, now: dt.datetime) -> int:
        """How many more confirmations to unconfirmed addresses may go out in this hour: what a flood is told by."""
        unconfirmed = self.filter(waitlist=waitlist, signup__entry__confirmed_at=None)
        sent = unconfirmed.confirmations(now, dt.timedelta(hours=1)).exclude(status=MailStatus.HELD)
        return max(waitlist.hourly_limit - sent.count(), 0)

    def warned_today(self, waitlist: Waitlist, now: dt.datetime) -> bool:
        """Whether the founder has been told in the last day that mailing is paused."""
        return self.filter(
            waitlist=waitlist, kind=MailKind.MAILING_PAUSED, created_at__gt=now - dt.timedelta(days=1)
        ).exists()


class Mail(models.Model):
    """One mail: to the visitor or, about a lead, to the founder. Only the founder's digest is of no one sign-up."""

    waitlist = models.ForeignKey(Waitlist, models.PROTECT, related_name="mails", verbose_name=_("List"))
    signup = models.ForeignKey(
        Signup, models.CASCADE, null=True, blank=True, related_name="mails", verbose_name=_("Sign-up")
    )
    kind = models.TextField(_("Kind"), choices=MailKind)
    # Of a digest: the day that it tells of, and its subject, text and HTML as they were on the morning after.
    digest_day = models.DateField(_("Day"), null=True, blank=True, editable=False)
    digest = models.JSONField(null=True, blank=True, editable=False)
    status = models.TextField(_("Status"), choices=MailStatus, default=MailStatus.QUEUED, db_default="queued")
    attempts = models.PositiveIntegerField(_("Attempts"), default=0, db_default=0)
    last_error = models.TextField(_("Last error"), choices=Failure, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)
    sent_at = models.DateTimeField(_("Sent"), null=True, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        db_table = "waitlist_mails"
        ordering = ("created_at",)
        verbose_name = _("Mail")
        verbose_name_plural = _("Mails")
        constraints = (
            models.UniqueConstraint(fields=("waitlist", "digest_day"), name="waitlist_mails_one_digest_a_day"),
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="waitlist_mails_kind"),
            models.CheckConstraint(
                condition=Q(kind=MailKind.FOUNDER_DIGEST) | Q(signup__isnull=False), name="waitlist_mails_has_signup"
            ),
            models.CheckConstraint(
                condition=Q(status=MailStatus.SENT, sent_at__isnull=False)
                | Q(status__in=(MailStatus.QUEUED, MailStatus.HELD, MailStatus.FAILED), sent_at__isnull=True),
                name="waitlist_mails_sent_has_time",
            ),
        )
        indexes = (
            models.Index(fields=("created_at",), name="waitlist_mails_created"),
            models.Index(fields=("created_at",), condition=~Q(status=MailStatus.SENT), name="waitlist_mails_unsent"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    @retried
    def record_sent(self, now: dt.datetime) -> None:
        """The mail server has taken it. Retried, since the mail would go out again over a cut connection."""
        Mail.objects.filter(pk=self.pk).update(status=MailStatus.SENT, sent_at=now, last_error="")

    def record_failure(self, reason: str, *, final: bool) -> None:
        """One more attempt has failed; after the ``final`` one only the founder can set it going again."""
        status = MailStatus.FAILED if final else MailStatus.QUEUED
        Mail.objects.filter(pk=self.pk).exclude(status=MailStatus.SENT).update(
            status=status, attempts=models.F("attempts") + 1, last_error=reason
        )

    def requeue(self, now: dt.datetime) -> None:
        """Let a failed or held mail start over with all its attempts; it counts as one of this hour's."""
        Mail.objects.filter(pk=self.pk).update(status=MailStatus.QUEUED, attempts=0, created_at=now)
