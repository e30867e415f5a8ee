"""The outbox to the CRM: a row for everything that it has yet to learn of a party."""

import datetime as dt

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, Failure
from waitlist.jobs import Job, without_job
from waitlist.models.entry import WaitlistEntry


class CrmUpdateQuerySet(models.QuerySet["CrmUpdate"]):
    def abandoned(self, before: dt.datetime) -> models.QuerySet["CrmUpdate"]:
        """Queued before ``before`` and with no job that would tell the CRM."""
        return without_job(self.filter(status=CrmUpdateStatus.QUEUED, created_at__lt=before), Job.UPDATE_CRM)


class CrmUpdate(models.Model):
    """One message to the CRM about an entry's party."""

    entry = models.ForeignKey(
        WaitlistEntry, models.CASCADE, related_name="crm_updates", db_index=False, verbose_name=_("Entry")
    )
    kind = models.TextField(_("Message"), choices=CrmUpdateKind)
    status = models.TextField(_("Status"), choices=CrmUpdateStatus, default=CrmUpdateStatus.QUEUED, db_default="queued")
    attempts = models.PositiveIntegerField(_("Attempts"), default=0, db_default=0)
    last_error = models.TextField(_("Last error"), choices=Failure, blank=True, default="", db_default="")
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)
    done_at = models.DateTimeField(_("Done"), null=True, blank=True)

    objects = CrmUpdateQuerySet.as_manager()

    class Meta:
        db_table = "waitlist_crm_updates"
        ordering = ("created_at",)
        verbose_name = _("CRM update")
        verbose_name_plural = _("CRM updates")
        constraints = (
            models.CheckConstraint(condition=Q(kind__in=CrmUpdateKind.values), name="waitlist_crm_updates_kind"),
            models.CheckConstraint(
                condition=Q(status=CrmUpdateStatus.DONE, done_at__isnull=False)
                | Q(status__in=(CrmUpdateStatus.QUEUED, CrmUpdateStatus.FAILED), done_at__isnull=True),
                name="waitlist_crm_updates_done_has_time",
            ),
        )
        indexes = (
            models.Index(fields=("entry", "kind", "status"), name="waitlist_crm_updates_entry"),
            models.Index(
                fields=("created_at",), condition=~Q(status=CrmUpdateStatus.DONE), name="waitlist_crm_updates_open"
            ),
        )

    def __str__(self) -> str:
        return self.get_kind_display()

    def record_done(self, now: dt.datetime) -> None:
        """The CRM knows."""
        CrmUpdate.objects.filter(pk=self.pk).update(status=CrmUpdateStatus.DONE, done_at=now, last_error="")

    def requeue(self) -> None:
        """Let a failed one start over with all its attempts."""
        CrmUpdate.objects.filter(pk=self.pk).update(status=CrmUpdateStatus.QUEUED, attempts=0)

    def record_failure(self, reason: str, *, final: bool) -> None:
        """One more attempt has failed; after the ``final`` one only the founder can set it going again."""
        status = CrmUpdateStatus.FAILED if final else CrmUpdateStatus.QUEUED
        CrmUpdate.objects.filter(pk=self.pk).exclude(status=CrmUpdateStatus.DONE).update(
            status=status, attempts=models.F("attempts") + 1, last_error=reason
        )
