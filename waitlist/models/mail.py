"""The outbox: a row for every mail, written before it is sent."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import Failure, MailKind, MailStatus
from waitlist.jobs import Job, without_job
from waitlist.models.entry import WaitlistEntry
from waitlist.models.signup import Signup

CONFIRMATIONS = (MailKind.CONFIRMATION, MailKind.CONFIRMATION_RENEWED)
CONFIRMATIONS_A_DAY = 3


class MailQuerySet(models.QuerySet["Mail"]):
    def abandoned(self, before: dt.datetime) -> models.QuerySet["Mail"]:
        """Queued before ``before`` and with no job that would deliver them."""
        return without_job(self.filter(status=MailStatus.QUEUED, created_at__lt=before), Job.DELIVER_MAIL)

    def confirmation_allowed(self, entry: WaitlistEntry, now: dt.datetime) -> bool:
        """At most one confirmation in ten minutes and three in a day: the form must not flood an inbox."""
        queued = self.filter(signup__entry=entry, kind__in=CONFIRMATIONS)
        lately = queued.filter(created_at__gt=now - dt.timedelta(minutes=10))
        today = queued.filter(created_at__gt=now - dt.timedelta(days=1))
        return not lately.exists() and today.count() < CONFIRMATIONS_A_DAY

    def already_confirmed_allowed(self, entry: WaitlistEntry, now: dt.datetime) -> bool:
        """At most one "you are already on the list" in a day."""
        return not self.filter(
            signup__entry=entry, kind=MailKind.ALREADY_CONFIRMED, created_at__gt=now - dt.timedelta(days=1)
        ).exists()


class Mail(models.Model):
    """One mail that a sign-up has led to: to the visitor or, as a founder's notice, to the founder."""

    signup = models.ForeignKey(Signup, models.CASCADE, related_name="mails", verbose_name=_("Sign-up"))
    kind = models.TextField(_("Kind"), choices=MailKind)
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
            models.CheckConstraint(condition=Q(kind__in=MailKind.values), name="waitlist_mails_kind"),
            models.CheckConstraint(
                condition=Q(status=MailStatus.SENT, sent_at__isnull=False)
                | Q(status__in=(MailStatus.QUEUED, MailStatus.HELD, MailStatus.FAILED), sent_at__isnull=True),
                name="waitlist_mails_sent_has_time",
            ),
        )
        indexes = (
            models.Index(fields=("created_at",), condition=~Q(status=MailStatus.SENT), name="waitlist_mails_unsent"),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    def record_sent(self, now: dt.datetime) -> None:
        """The mail server has taken it."""
        Mail.objects.filter(pk=self.pk).update(status=MailStatus.SENT, sent_at=now, last_error="")

    def record_failure(self, reason: str, *, final: bool) -> None:
        """One more attempt has failed; after the ``final`` one only the founder can set it going again."""
        status = MailStatus.FAILED if final else MailStatus.QUEUED
        Mail.objects.filter(pk=self.pk).exclude(status=MailStatus.SENT).update(
            status=status, attempts=models.F("attempts") + 1, last_error=reason
        )

    def requeue(self) -> None:
        """Let a failed mail start over with all its attempts."""
        Mail.objects.filter(pk=self.pk).update(status=MailStatus.QUEUED, attempts=0)
