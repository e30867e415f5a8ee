"""What the founder writes about a lead."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from waitlist.models import WaitlistEntry


class Note(models.Model):
    """One note; its author and time say whose it was."""

    entry = models.ForeignKey(WaitlistEntry, models.CASCADE, related_name="notes", verbose_name=_("Entry"))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("Author"))
    text = models.TextField(_("Note"), max_length=5000)
    created_at = models.DateTimeField(_("Written"), db_default=Now(), editable=False)

    class Meta:
        db_table = "backoffice_notes"
        ordering = ("-created_at",)
        verbose_name = _("Note")
        verbose_name_plural = _("Notes")

    def __str__(self) -> str:
        return self.text[:60]
