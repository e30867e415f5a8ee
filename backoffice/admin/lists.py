"""The lists and the wording of consent that their forms show."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import BaseInlineFormSet, ModelForm
from django.forms.formsets import DELETION_FIELD_NAME
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, StackedInline

from accounts.staff import staff_of
from backoffice.admin.scope import ListScoped
from waitlist.models import ConsentText, Signup, Waitlist, WaitlistEntry


class ConsentTextFormSet(BaseInlineFormSet):
    """A wording that somebody has agreed to is shown, but can be neither changed nor deleted."""

    def add_fields(self, form: ModelForm, index: int | None) -> None:
        super().add_fields(form, index)
        if getattr(form.instance, "is_agreed_to", False):
            # Staff who may only look have no fields here.
            for name in {"version", "text", DELETION_FIELD_NAME} & form.fields.keys():
                form.fields[name].disabled = True
                form.fields[name].help_text = _("Somebody has agreed to this wording: add a new version instead.")


class ConsentTextInline(StackedInline):
    model = ConsentText
    formset = ConsentTextFormSet
    extra = 0
    fields = ("version", "text", "created_at")
    readonly_fields = ("created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ConsentText]:
        agreed = Signup.objects.filter(consent_text=OuterRef("pk"))
        return super().get_queryset(request).annotate(is_agreed_to=Exists(agreed))


@admin.register(Waitlist)
class WaitlistAdmin(ListScoped, ModelAdmin):
    waitlist_path = "pk"
    list_display = ("name", "slug", "is_open", "founder_email", "signup_count", "entry_count")
    list_filter = ("is_open",)
    search_fields = ("name", "slug")
    fields = (
        "name",
        "slug",
        "origins",
        "founder_email",
        "notices",
        "webhook_url",
        "imprint_url",
        "privacy_url",
        "is_open",
        "refuse_disposable",
        "hourly_limit",
    )
    inlines = (ConsentTextInline,)
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Waitlist]:
        return super().get_queryset(request).annotate(signup_count=_count(Signup), entry_count=_count(WaitlistEntry))

    def get_readonly_fields(self, request: HttpRequest, obj: Waitlist | None = None) -> tuple[str, ...]:
        """MMS knows an existing list by its slug."""
        return ("slug",) if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Those who are limited to lists would not see the new one."""
        return super().has_add_permission(request) and staff_of(request).sees_all_lists

    def has_delete_permission(self, request: HttpRequest, obj: Waitlist | None = None) -> bool:
        """A list is closed instead: its sign-ups are evidence."""
        return False

    @admin.display(description=_("Sign-ups"), ordering="signup_count")
    def signup_count(self, waitlist: Any) -> int:
        return waitlist.signup_count

    @admin.display(description=_("Entries"), ordering="entry_count")
    def entry_count(self, waitlist: Any) -> int:
        return waitlist.entry_count


def _count(model: type[Signup] | type[WaitlistEntry]) -> Coalesce:
    """Rows of ``model`` per list. Two joins instead of subqueries would multiply each other's rows."""
    rows: QuerySet[Any] = model.objects.filter(waitlist=OuterRef("pk")).order_by()
    return Coalesce(Subquery(rows.values("waitlist").annotate(count=Count("pk")).values("count")), 0)
