"""Everything about one lead on one page."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.staff import staff_of
from backoffice.admin.history import LeadHistory
from backoffice.masking import masked, sees_contact_of
from backoffice.models import Note
from backoffice.overview import EntryStatus
from backoffice.steps import STEPS, take
from backoffice.timeline import timeline
from waitlist.choices import CrmUpdateKind
from waitlist.models import WaitlistEntry

PAGE = "admin:waitlist_waitlistentry_change"


class LeadPage(LeadHistory):
    """The change form of an entry, for ``WaitlistEntryAdmin``: with status, steps, evidence, notes and timeline."""

    fieldsets: Any = (
        (_("Contact"), {"fields": ("person_name", "person_email", "phone", "message")}),
        (_("Company"), {"fields": ("company_name", "gewerk", "company_size")}),
        (_("Campaign"), {"fields": ("utm_source", "utm_medium", "utm_campaign")}),
        (_("CRM"), {"fields": ("waitlist", "mms_party_id", "mms_contact_point_id")}),
    )
    # A typing error in these three may be mended; everything else is evidence, or known to the CRM as it is.
    editable_fields = {"company_name", "gewerk", "company_size"}
    formfield_overrides = {models.TextField: {"widget": UnfoldAdminTextInputWidget}}
    change_form_outer_before_template = "backoffice/lead/status.html"
    change_form_outer_after_template = "backoffice/lead/after.html"

    class Media:
        css = {"all": ("backoffice/lead.css",)}

    def get_readonly_fields(self, request: HttpRequest, obj: WaitlistEntry | None = None) -> list[str]:
        return [name for name in flatten_fieldsets(self.fieldsets) if name not in self.editable_fields]

    @admin.display(description=_("Name"))
    def person_name(self, entry: Any) -> str:
        return entry.person_name or ""

    @admin.display(description=_("E-mail"))
    def person_email(self, entry: Any) -> str:
        return entry.person_email or ""

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, obj: Any = None, **kwargs: Any
    ) -> HttpResponse:
        if obj is not None:
            context |= self._lead_context(request, obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)  # type: ignore[misc]

    def _lead_context(self, request: HttpRequest, entry: Any) -> dict[str, Any]:
        may_change = self.has_change_permission(request, entry)  # type: ignore[attr-defined]
        sees_contact = sees_contact_of(request, entry.pk)
        moments = timeline(entry, contacts=sees_contact)  # first, since it loads what the rest looks at
        signups = sorted(entry.signups.all(), key=lambda signup: signup.created_at, reverse=True)
        for signup in signups:
            signup.shown_email = signup.email if sees_contact else masked("email", signup.email)
        return {
            "lead": entry,
            "lead_status": _status(entry),
            "steps": [(name, step) for name, step in STEPS.items() if may_change and step.is_open(entry)],
            "may_note": may_change,
            "may_show_contact": not sees_contact,
            "signups": signups if request.user.has_perm("waitlist.view_signup") else [],
            "may_delete": self.has_delete_permission(request, entry),  # type: ignore[attr-defined]
            "timeline": moments,
        }

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view  # type: ignore[attr-defined]
        step = require_http_methods(["GET", "POST"])(self.step)
        return [
            path("<int:pk>/step/<slug:name>/", wrap(step), name="waitlist_waitlistentry_step"),
            path("<int:pk>/note/", wrap(require_POST(self.add_note)), name="waitlist_waitlistentry_note"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def step(self, request: HttpRequest, pk: int, name: str) -> HttpResponse:
        """One of the buttons; a GET asks once more, where the step has consequences."""
        step = STEPS.get(name)
        if step is None:
            raise Http404
        if request.method == "GET" and step.consequences is None:
            return HttpResponseNotAllowed(["POST"])
        entry = self._changeable(request, pk)
        if request.method == "GET" and step.consequences is not None:
            context = {
                **self.admin_site.each_context(request),  # type: ignore[attr-defined]
                "title": step.label,
                "opts": WaitlistEntry._meta,
                "original": entry,
                "lead": entry,
                "step": step,
                "consequences": step.consequences(entry),
            }
            return render(request, "backoffice/lead/step.html", context)
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

    def _changeable(self, request: HttpRequest, pk: int) -> WaitlistEntry:
        entry: WaitlistEntry = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if not self.has_change_permission(request, entry):  # type: ignore[attr-defined]
            raise PermissionDenied
        return entry


def _status(entry: Any) -> EntryStatus:
    """How far the lead has come; what the CRM knows of it stands beside."""
    if entry.unsubscribed_at:
        return EntryStatus.UNSUBSCRIBED
    if any(update.kind == CrmUpdateKind.CUSTOMER for update in entry.crm_updates.all()):
        return EntryStatus.CUSTOMER
    return EntryStatus.of(entry.confirmed_at)
