"""What visitors sent: evidence that nobody edits, and the place where failed processing is set going again."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.contrib.admin.utils import label_for_field
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from backoffice import search
from backoffice.admin.changelist import KeysetChangeList
from backoffice.admin.contacts import MaskedContacts
from backoffice.admin.filters import DaysFilter, ListFilter, MailStatusFilter
from backoffice.admin.readonly import ReadOnlyInline, mail_states
from backoffice.admin.scope import ListColumn, ListScoped
from backoffice.masking import masked, sees_contacts
from trail.models import Action
from trail.recording import record
from waitlist.addresses import address_key
from waitlist.choices import MailStatus, SignupStatus
from waitlist.models import Mail, Signup, WaitlistEntry
from waitlist.pipeline import discard, release, retry


class MailInline(ReadOnlyInline, TabularInline):
    model = Mail
    fields = ("kind", "status", "attempts", "last_error", "created_at", "sent_at")


@admin.register(Signup)
class SignupAdmin(MaskedContacts, ListColumn, ListScoped, ModelAdmin):
    list_display = (
        "created_at",
        "display_name",
        "email",
        "status",
        "last_error",
        "entry_link",
        "mail_states",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        MailStatusFilter,
        "is_disposable",
        ("waitlist", ListFilter),
        ("created_at", DaysFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_per_page = 25
    show_full_result_count = False
    ordering = ("-created_at",)
    sortable_by = ("created_at",)
    list_select_related = ("waitlist", "entry")
    search_fields = ("email", "display_name", "form_data__company_name")
    search_help_text = _("E-mail, name or company")
    masked_search_help_text = _("Name or company")
    masked_columns = {"form_fields": "masked_form_fields"}
    actions = ("try_again", "release", "discard")

    fieldsets = (
        (None, {"fields": ("created_at", "waitlist", "display_name", "email", "is_disposable", "form_fields")}),
        (_("Processing"), {"fields": ("status", "attempts", "last_error", "processed_at", "entry", "unsubscribed_at")}),
        (_("Consent"), {"fields": ("consent_text", "wording", "page_url", "ip_address", "user_agent")}),
    )
    readonly_fields = ("form_fields", "masked_form_fields", "wording")
    inlines = (MailInline,)
    change_form_outer_before_template = "backoffice/signup/steps.html"

    class Media:
        css = {"all": ("backoffice/lead.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Signup]:
        return super().get_queryset(request).prefetch_related("mails")

    def entry_pk_of(self, obj: Signup | None) -> int | None:
        return obj.entry_id if obj else None

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Signup], search_term: str
    ) -> tuple[QuerySet[Signup], bool]:
        """Those whose entry the search of entries finds, those with just this address, and the few without an entry."""
        if not search_term.strip():
            return queryset, False
        unprocessed, _may_repeat = super().get_search_results(
            request, queryset.exclude(status=SignupStatus.PROCESSED), search_term
        )
        contacts = sees_contacts(request)
        found = search.matching(search_term, contacts=contacts)
        keys = search.few_keys(found)
        # Common words are looked for row by row, in the list's order; all of their documents would be too many.
        wanted = Q(Exists(found.filter(pk=OuterRef("entry")))) if keys is None else Q(entry__in=keys)
        wanted |= Q(pk__in=list(unprocessed.order_by().values_list("pk", flat=True)[: search.FEW]))
        if contacts and "@" in search_term:
            wanted |= Q(address_key=address_key(search_term.strip()))
        return queryset.filter(wanted), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Signup | None = None) -> bool:
        """Nobody edits evidence; Django then shows the page without a form."""
        return False

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("waitlist.change_signup")

    def get_deleted_objects(
        self, objs: QuerySet[Signup] | Sequence[Signup], request: HttpRequest
    ) -> tuple[list[Any], dict[Any, Any], set[Any], list[Any]]:
        """An entry needs the sign-ups that it came from, so these go with the entry only."""
        deleted, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        entries = {signup.entry for signup in objs if signup.entry}
        return deleted, counts, perms_needed, [*protected, *map(_link, entries)]

    @admin.display(description=_("Mails"))
    def mail_states(self, signup: Signup) -> str:
        return mail_states(signup)

    @admin.display(description=_("Entry"), ordering="entry__company_name")
    def entry_link(self, signup: Signup) -> str | None:
        return _link(signup.entry) if signup.entry else None

    @admin.display(description=_("Form fields"))
    def form_fields(self, signup: Signup) -> SafeString:
        return _form_fields(signup.form_data)

    @admin.display(description=_("Form fields"))
    def masked_form_fields(self, signup: Signup) -> SafeString:
        return _form_fields({name: masked(name, value) for name, value in signup.form_data.items()})

    @admin.display(description=_("Wording"))
    def wording(self, signup: Signup) -> str:
        return signup.consent_text.text

    def get_urls(self) -> list[URLPattern]:
        again = self.admin_site.admin_view(require_POST(self.try_one_again))
        return [path("<uuid:pk>/retry/", again, name="waitlist_signup_retry"), *super().get_urls()]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["can_retry"] = self.has_retry_permission(request) and _has_failed(context["original"])
        return super().render_change_form(request, context, *args, **kwargs)

    @admin.action(description=_("Try again"), permissions=("retry",))
    def try_again(self, request: HttpRequest, queryset: QuerySet[Signup]) -> None:
        self._retry(request, queryset)

    @admin.action(description=_("Release from quarantine"), permissions=("retry",))
    def release(self, request: HttpRequest, queryset: QuerySet[Signup]) -> None:
        going = sum(self._take(request, signup, "release", release) for signup in queryset)
        message = ngettext("%d sign-up was released.", "%d sign-ups were released.", going)
        self.message_user(request, message % going, messages.SUCCESS)

    @admin.action(description=_("Discard from quarantine"), permissions=("delete",))
    def discard(self, request: HttpRequest, queryset: QuerySet[Signup]) -> None:
        gone = sum(self._take(request, signup, "discard", discard) for signup in queryset)
        message = ngettext("%d sign-up was discarded.", "%d sign-ups were discarded.", gone)
        self.message_user(request, message % gone, messages.SUCCESS)

    def try_one_again(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The button on a sign-up's page."""
        if not self.has_retry_permission(request):
            raise PermissionDenied
        self._retry(request, [get_object_or_404(self.get_queryset(request), pk=pk)])
        return redirect("admin:waitlist_signup_change", pk)

    def _take(self, request: HttpRequest, signup: Signup, name: str, step: Callable[[Signup], bool]) -> bool:
        worked = step(signup)
        action = Action.CRM_RETRY if step is retry else Action.LEAD
        record(request, action, target=signup, waitlist=signup.waitlist, step=name, worked=worked)
        return worked

    def _retry(self, request: HttpRequest, signups: Iterable[Signup]) -> None:
        outcomes = [self._take(request, signup, "retry", retry) for signup in signups]
        if going := outcomes.count(True):
            message = ngettext("%d sign-up was set going again.", "%d sign-ups were set going again.", going)
            self.message_user(request, message % going, messages.SUCCESS)
        if idle := outcomes.count(False):
            message = ngettext("%d sign-up had not failed.", "%d sign-ups had not failed.", idle)
            self.message_user(request, message % idle, messages.WARNING)


def _form_fields(values: dict[str, Any]) -> SafeString:
    rows = (
        (label_for_field(name, WaitlistEntry), values.get(name) or "\N{EN DASH}") for name in WaitlistEntry.FORM_COLUMNS
    )
    pairs = format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows)
    return format_html('<dl class="form-fields">{}</dl>', pairs)


def _has_failed(signup: Signup) -> bool:
    return signup.status == SignupStatus.FAILED or any(mail.status == MailStatus.FAILED for mail in signup.mails.all())


def _link(entry: WaitlistEntry) -> SafeString:
    return format_html('<a href="{}">{}</a>', reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,)), entry)
