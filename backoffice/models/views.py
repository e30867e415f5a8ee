"""Saved views: a name for the address of a filtered list."""

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class SavedView(models.Model):
    """One person's name for the query string of the list of entries."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_views", verbose_name=_("Owner")
    )
    name = models.CharField(_("Name"), max_length=80)
    query = models.CharField(_("Filter"), max_length=2000, blank=True)
    created_at = models.DateTimeField(_("Created"), db_default=Now(), editable=False)

    class Meta:
        db_table = "backoffice_saved_views"
        ordering = ("name",)
        verbose_name = _("Saved view")
        verbose_name_plural = _("Saved views")
        constraints = (models.UniqueConstraint(fields=("owner", "name"), name="backoffice_saved_views_one_per_name"),)

    def __str__(self) -> str:
        return self.name
