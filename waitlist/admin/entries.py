"""The leads: who is on a list, who confirmed, which campaign brought them."""

import logging
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminTextInputWidget
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from waitlist.admin.filters import EntryStatusFilter
from waitlist.admin.readonly import ReadOnlyInline, mail_states
from waitlist.export import csv_response
from waitlist.models import Signup, WaitlistEntry
from waitlist.overview import EntryStatus, with_person

logger = logging.getLogger(__name__)


class SignupInline(ReadOnlyInline, admin.StackedInline):
    """The evidence: what was agreed to, when, from where; and what became of the mails."""

    model = Signup
    fields = (
        "created_at",
        "display_name",
        "email",
        "consent_text",
        "page_url",
        "ip_address",
        "user_agent",
        "status",
        "mail_states",
        "unsubscribed_at",
    )
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signup]:
        return super().get_queryset(request).select_related("consent_text").prefetch_related("mails")

    @admin.display(description=_("Mails"))
    def mail_states(self, signup: Signup) -> str:
        return mail_states(signup)


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(admin.ModelAdmin):
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

    fieldsets = (
        (None, {"fields": ("company_name", "gewerk", "company_size")}),
        (_("Contact"), {"fields": ("person_name", "person_email", "phone", "message")}),
        (_("Status"), {"fields": ("waitlist", "status", "created_at", "confirmed_at", "updated_at")}),
        (_("Campaign"), {"fields": ("utm_source", "utm_medium", "utm_campaign")}),
        (_("CRM"), {"fields": ("mms_party_id", "mms_contact_point_id")}),
    )
    # A typing error in these three may be mended; everything else is evidence, or known to the CRM as it is.
    editable_fields = {"company_name", "gewerk", "company_size"}
    formfield_overrides = {models.TextField: {"widget": AdminTextInputWidget}}
    inlines = (SignupInline,)

    def get_readonly_fields(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> list[str]:
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in self.editable_fields]

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
