"""The leads: who is on a list, who confirmed, which campaign brought them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.staff import staff_of
from backoffice import search
from backoffice.admin.changelist import KeysetChangeList
from backoffice.admin.contacts import ContactButton, MaskedContacts
from backoffice.admin.filters import (
    CampaignFilter,
    CrmFilter,
    DaysFilter,
    EntryStatusFilter,
    ListFilter,
    MediumFilter,
    SourceFilter,
)
from backoffice.admin.lead import LeadPage
from backoffice.admin.saved_views import SavedViews
from backoffice.admin.scope import ListColumn, ListScoped, scoped
from backoffice.exports.selection import SELECTED, only_filters
from backoffice.masking import masked, sees_contacts
from backoffice.overview import EntryStatus, with_person
from waitlist.models import WaitlistEntry

STATUS_COLOURS = {
    EntryStatus.WAITING: "warning",
    EntryStatus.CONFIRMED: "success",
    EntryStatus.UNSUBSCRIBED: "danger",
}


@admin.register(WaitlistEntry)
class WaitlistEntryAdmin(ContactButton, MaskedContacts, LeadPage, SavedViews, ListColumn, ListScoped, ModelAdmin):
    list_display = ("company", "status", "person", "campaign", "created_at", "confirmed")
    list_display_links = ("company",)
    list_filter = (
        EntryStatusFilter,
        CrmFilter,
        ("waitlist", ListFilter),
        ("gewerk", ChoicesDropdownFilter),
        ("company_size", ChoicesDropdownFilter),
        SourceFilter,
        MediumFilter,
        CampaignFilter,
        ("created_at", DaysFilter),
        ("confirmed_at", DaysFilter),
    )
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    list_select_related = ("waitlist",)
    list_per_page = 25
    show_full_result_count = False
    ordering = ("-created_at",)
    search_fields = ("company_name",)  # what is searched is ``get_search_results``'s; this shows the field
    search_help_text = _("Company, name, e-mail, phone, message or campaign")
    masked_search_help_text = _("Company, name or campaign")
    masked_columns = {"person": "masked_person"}
    actions = ("export_selected",)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[KeysetChangeList]:
        return KeysetChangeList

    def get_queryset(self, request: HttpRequest) -> QuerySet[WaitlistEntry]:
        entries: Any = super().get_queryset(request)
        return with_person(entries.with_confirmed_or_not())

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[WaitlistEntry], search_term: str
    ) -> tuple[QuerySet[WaitlistEntry], bool]:
        if not search_term.strip():
            return queryset, False
        contacts, staff = sees_contacts(request), staff_of(request)
        found = scoped(search.matching(search_term, contacts=contacts), staff, "entry__waitlist")
        keys = search.few_keys(found)
        if keys == []:
            words = search.similar_words(search_term)
            found = scoped(search.matching_similar(words, contacts=contacts), staff, "entry__waitlist")
            keys = search.few_keys(found)
            # The words are those of all lists.
            if keys != [] and staff.sees_all_lists:
                results_for = ", ".join(" / ".join(group[1:] or group) for group in words)
                message = gettext("Nothing was found for “%(term)s”. These are the results for: %(words)s")
                messages.info(request, message % {"term": search_term, "words": results_for})
        if keys is None:
            return queryset.filter(search_document__in=found), False
        return queryset.filter(pk__in=keys), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """An entry exists only once MMS has answered."""
        return False

    def has_export_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("waitlist.export_waitlistentry")

    @display(description=_("Company"), ordering="company_name", header=True)
    def company(self, entry: WaitlistEntry) -> tuple[str, str]:
        return entry.company_name, f"{entry.gewerk} · {entry.company_size}"

    @display(description=_("Person"), header=True)
    def person(self, entry: Any) -> tuple[str, str]:
        return entry.person_name or "", entry.person_email or ""

    @display(description=_("Person"), header=True)
    def masked_person(self, entry: Any) -> tuple[str, str]:
        return entry.person_name or "", masked("person_email", entry.person_email) or ""

    @display(description=_("Campaign"), header=True)
    def campaign(self, entry: WaitlistEntry) -> tuple[str, str]:
        return entry.utm_campaign or "\N{EN DASH}", " · ".join(filter(None, (entry.utm_source, entry.utm_medium)))

    @display(description=_("Confirmed"), ordering="confirmed_or_not")
    def confirmed(self, entry: WaitlistEntry) -> Any:
        return entry.confirmed_at

    @display(description=_("Status"), label=STATUS_COLOURS)
    def status(self, entry: Any) -> Any:
        status = EntryStatus.UNSUBSCRIBED if entry.unsubscribed_at else EntryStatus.of(entry.confirmed_at)
        return status.value, status.label

    @admin.action(description=_("Export selected"), permissions=("export",))
    def export_selected(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> HttpResponse:
        """To the page that asks for the reason; "all" are those of the filtered list."""
        query = only_filters(request.GET.urlencode())
        if request.POST.get("select_across") != "1":
            query = urlencode({SELECTED: ",".join(map(str, queryset.values_list("pk", flat=True)))})
        return redirect(f"{reverse('admin:backoffice_export_start')}?{query}")
