"""The leads: who is on a list, who confirmed, which campaign brought them."""

import logging
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin

from backoffice.admin.filters import EntryStatusFilter
from backoffice.admin.lead import LeadPage
from backoffice.export import csv_response
from backoffice.overview import EntryStatus, with_person
from waitlist.models import WaitlistEntry

logger = logging.getLogger(__name__)


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(LeadPage, ModelAdmin):
    list_display = (
        "company_name",
        "status",
        "person_name",
        "person_email",
        "waitlist",
        "gewerk",
        "utm_campaign",
        "created_at",
        "confirmed_at",
    )
    list_filter = (
        EntryStatusFilter,
        "waitlist",
        "gewerk",
        "company_size",
        ("utm_source", admin.AllValuesFieldListFilter),
        ("utm_campaign", admin.AllValuesFieldListFilter),
        "created_at",
    )
    search_fields = ("company_name", "signups__display_name", "signups__email", "phone", "message", "utm_campaign")
    search_help_text = _("Company, name, e-mail, phone, message or campaign")
    date_hierarchy = "created_at"
    actions = ("export_selected",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        return with_person(super().get_queryset(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An entry exists only once MMS has answered."""
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("waitlist.export_waitlistentry")

    @admin.display(description=_("Name"), ordering="person_name")
    def person_name(self, entry: Any) -> str:
        return entry.person_name

    @admin.display(description=_("E-mail"), ordering="person_email")
    def person_email(self, entry: Any) -> str:
        return entry.person_email

    @admin.display(description=_("Status"), ordering="confirmed_at")
    def status(self, entry: WaitlistEntry) -> Any:
        return EntryStatus.of(entry.confirmed_at).label

    def get_urls(self) -> list[URLPattern]:
        export = self.admin_site.admin_view(self.export_filtered)
        return [path("export/", export, name="waitlist_waitlistentry_export"), *super().get_urls()]

    @admin.action(description=_("Export selected as CSV"), permissions=("export",))
    def export_selected(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> HttpResponseBase:
        return self._export(request, queryset)

    def export_filtered(self, request: HttpRequest) -> HttpResponseBase:
        """All pages of what the changelist shows for the same query string."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            raise BadRequest from error
        return self._export(request, changelist.queryset)

    def _export(self, request: HttpRequest, entries: QuerySet[WaitlistEntry]) -> HttpResponseBase:
        logger.info("User %s exports entries", request.user.pk)
        return csv_response(entries)
