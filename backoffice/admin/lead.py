"""Everything about one lead on one page."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import StackedInline
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.staff import staff_of
from backoffice.admin.contacts import MaskedContacts
from backoffice.admin.readonly import ReadOnlyInline, mail_states
from backoffice.admin.steps import STEPS, take
from backoffice.history import as_of, changes
from backoffice.masking import sees_contact_of
from backoffice.models import Note
from backoffice.overview import EntryStatus
from backoffice.timeline import timeline
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus
from waitlist.models import Signup, WaitlistEntry

PAGE = "admin:waitlist_waitlistentry_change"


class SignupInline(MaskedContacts, ReadOnlyInline, StackedInline):
    """The evidence: what was agreed to, when, from where; and what became of the mails."""

    model = Signup
    fields = (
        "created_at",
        "display_name",
        "email",
        "status",
        "mail_states",
        "unsubscribed_at",
        "consent_text",
        "wording",
        "page_url",
        "ip_address",
        "user_agent",
    )
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signup]:
        return super().get_queryset(request).select_related("consent_text").prefetch_related("mails")

    @admin.display(description=_("Wording"))
    def wording(self, signup: Signup) -> str:
        return signup.consent_text.text

    @admin.display(description=_("Mails"))
    def mail_states(self, signup: Signup) -> str:
        return mail_states(signup)


class LeadPage:
    """The change form of an entry, for ``WaitlistEntryAdmin``: with steps, notes, timeline and history."""

    fieldsets: Any = (
        (None, {"fields": ("company_name", "gewerk", "company_size")}),
        (_("Contact"), {"fields": ("person_name", "person_email", "phone", "message")}),
        (_("Status"), {"fields": ("state", "waitlist", "created_at", "confirmed_at")}),
        (_("Campaign"), {"fields": ("utm_source", "utm_medium", "utm_campaign")}),
        (_("CRM"), {"fields": ("mms_party_id", "mms_contact_point_id")}),
    )
    # A typing error in these three may be mended; everything else is evidence, or known to the CRM as it is.
    editable_fields = {"company_name", "gewerk", "company_size"}
    formfield_overrides = {models.TextField: {"widget": UnfoldAdminTextInputWidget}}
    inlines = (SignupInline,)
    change_form_outer_before_template = "backoffice/lead/steps.html"
    change_form_outer_after_template = "backoffice/lead/aside.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in self.editable_fields]

    @admin.display(description=_("Name"))
    def person_name(self, entry: Any) -> str:
        return entry.person_name or ""

    @admin.display(description=_("E-mail"))
    def person_email(self, entry: Any) -> str:
        return entry.person_email or ""

    @admin.display(description=_("Status"))
    def state(self, entry: Any) -> Any:
        kinds = set(entry.crm_updates.values_list("kind", "status"))
        if entry.unsubscribed_at:
            return EntryStatus.UNSUBSCRIBED.label
        if any(kind == CrmUpdateKind.CUSTOMER for kind, _status in kinds):
            return EntryStatus.CUSTOMER.label
        if (CrmUpdateKind.PROSPECT, CrmUpdateStatus.DONE) in kinds:
            return _("Confirmed, a prospect in the CRM")
        return EntryStatus.of(entry.confirmed_at).label

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context: dict[str, Any] = {}
        entry = self.get_object(request, object_id)  # type: ignore[attr-defined]
        if entry is not None:
            may_change = self.has_change_permission(request, entry)  # type: ignore[attr-defined]
            sees_contact = sees_contact_of(request, entry.pk)
            context = {
                "lead": entry,
                "steps": [(name, step) for name, step in STEPS.items() if may_change and step.is_open(entry)],
                "may_note": may_change,
                "timeline": timeline(entry, contacts=sees_contact),
                "may_show_contact": not sees_contact,
            }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})  # type: ignore[misc]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        return [
            path("<int:pk>/step/<slug:name>/", wrap(require_POST(self.take_step)), name="waitlist_waitlistentry_step"),
            path("<int:pk>/note/", wrap(require_POST(self.add_note)), name="waitlist_waitlistentry_note"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def take_step(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """One of the buttons."""
        entry = self._changeable(request, pk)
        if name not in STEPS:
            raise Http404
        worked, message = take(request, entry, name)
        messages.add_message(request, messages.SUCCESS if worked else messages.WARNING, message)
        return redirect(PAGE, pk)

    def add_note(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The founder's own words about the lead."""
        entry = self._changeable(request, pk)
        text = request.POST.get("text", "").replace("\0", "").strip()[:5000]
        if text:
            Note.objects.create(entry=entry, author=staff_of(request), text=text)
            messages.success(request, gettext("The note is saved."))
        return redirect(PAGE, pk)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All changes, and the entry as it was at the instant ``?at=``."""
        entry = get_object_or_404(self.get_queryset(request), pk=object_id)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, entry):  # type: ignore[attr-defined]
            raise PermissionDenied
        try:
            at = parse_datetime(request.GET.get("at", ""))
        except ValueError:
            at = None
        if at and timezone.is_naive(at):
            at = timezone.make_aware(at)
        sees_contact = sees_contact_of(request, entry.pk)
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("History of %s") % entry,
            "opts": WaitlistEntry._meta,
            "lead": entry,
            "changes": changes(entry.pk, contacts=sees_contact)[::-1],
            "at": at,
            "then": as_of(entry.pk, at, contacts=sees_contact) if at else None,
        }
        return render(request, "backoffice/lead/history.html", context)

    def _changeable(self, request: HttpRequest, pk: int) -> WaitlistEntry:
        entry: WaitlistEntry = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, entry):  # type: ignore[attr-defined]
            raise PermissionDenied
        return entry
