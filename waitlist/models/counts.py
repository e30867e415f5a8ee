"""What is counted beside the story itself, for the founder's funnel; without personal data."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.choices import RefusalReason
from waitlist.models.entry import WaitlistEntry
from waitlist.models.lists import Waitlist


class Refusal(models.Model):
    """How many attempts a list has turned away on a day (of the project's time zone), by reason."""

    waitlist = models.ForeignKey(Waitlist, models.CASCADE, related_name="refusals", verbose_name=_("List"))
    day = models.DateField(_("Day"))
    reason = models.TextField(_("Reason"), choices=RefusalReason)
    count = models.PositiveBigIntegerField(_("Count"), default=0)
    last_batch = models.UUIDField(null=True, editable=False)

    class Meta:
        db_table = "waitlist_refusals"
        verbose_name = _("Refusal")
        verbose_name_plural = _("Refusals")
        constraints = (
            models.UniqueConstraint(fields=("waitlist", "day", "reason"), name="waitlist_refusals_one_per_day"),
            models.CheckConstraint(condition=Q(reason__in=RefusalReason.values), name="waitlist_refusals_reason"),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.reason}: {self.count}"


class LinkOpening(models.Model):
    """When an entry's confirmation link was first opened: by the visitor, or by a scanner of his mail server."""

    entry = models.OneToOneField(WaitlistEntry, models.CASCADE, primary_key=True, related_name="link_opening")
    opened_at = models.DateTimeField(_("Opened"), db_default=Now(), editable=False)

    class Meta:
        db_table = "waitlist_link_openings"
        verbose_name = _("Link opening")
        verbose_name_plural = _("Link openings")

    def __str__(self) -> str:
        return str(self.opened_at)
