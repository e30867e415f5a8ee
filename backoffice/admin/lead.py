"""Everything about one lead on one page."""

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline

from backoffice.admin.readonly import ReadOnlyInline, mail_states
from waitlist.models import Signup, WaitlistEntry


class SignupInline(ReadOnlyInline, StackedInline):
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


class LeadPage:
    """The change form of an entry, for ``WaitlistEntryAdmin``."""

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
