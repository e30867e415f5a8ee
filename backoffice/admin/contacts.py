"""Contacts in the admin: masked for those who may not see them, and the button that shows one lead's."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from backoffice.masking import TELLING, masked, sees_contact_of, sees_contacts, show_contact


def _masked_column(name: str, label: str | Promise) -> Callable[[Any], str]:
    """What stands in a list or form in place of the column, or annotation, ``name``."""

    def column(row: Any) -> str:
        return str(masked(name, getattr(row, name)) or "")

    column.__name__ = f"masked_{name}"
    column.short_description = label  # type: ignore[attr-defined]
    return column


MASKED_COLUMNS: dict[str, Any] = {
    "email": _masked_column("email", _("E-mail")),
    "person_email": _masked_column("person_email", _("E-mail")),
    "phone": _masked_column("phone", _("Phone")),
    "message": _masked_column("message", _("Message")),
}


class MaskedContacts:
    """For a ModelAdmin or an inline, before it: without the permission columns of contacts are masked.

    Nor can they be searched, filtered or sorted by: that would tell them letter by letter.
    """

    masked_columns: dict[str, str] = {}  # further columns that hold contacts, and the methods in their place
    masked_search_help_text: str | Promise = ""

    def entry_pk_of(self, obj: Any) -> int | None:
        """The lead that the page of ``obj`` is about."""
        return obj.pk if obj else None

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns: Sequence[Any] = super().get_list_display(request)  # type: ignore[misc]
        return columns if sees_contacts(request) else self._masked(columns)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        fieldsets: Sequence[Any] = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if sees_contact_of(request, self.entry_pk_of(obj)):
            return fieldsets
        return [(title, {**options, "fields": self._masked(options["fields"])}) for title, options in fieldsets]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fields: Sequence[Any] = super().get_readonly_fields(request, obj)  # type: ignore[misc]
        return [*fields, *(column for column in self._masked(fields) if column not in fields)]

    def get_search_fields(self, request: HttpRequest) -> Sequence[str]:
        fields: Sequence[str] = super().get_search_fields(request)  # type: ignore[misc]
        return fields if sees_contacts(request) else [field for field in fields if not _tells(field)]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed: bool = super().lookup_allowed(lookup, value, request)  # type: ignore[misc]
        return allowed and (sees_contacts(request) or not _tells(lookup))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)  # type: ignore[misc]
        if not sees_contacts(request):
            changelist.search_help_text = self.masked_search_help_text
        return changelist

    def _masked(self, columns: Iterable[Any]) -> list[Any]:
        replaced = MASKED_COLUMNS | self.masked_columns
        return [replaced.get(column, column) for column in columns]


def _tells(lookup: str) -> bool:
    """Whether ``lookup``, such as ``signups__email__startswith``, finds a contact out."""
    parts = lookup.lstrip("^=@-").removeprefix("form_data__company_name").split("__")
    return not TELLING.isdisjoint(parts)


class ContactButton:
    """For the ModelAdmin of the leads: the button that shows the contact of one."""

    def get_urls(self) -> list[URLPattern]:
        show = self.admin_site.admin_view(require_POST(self.show_contact))  # type: ignore[attr-defined]
        return [
            path("<int:pk>/contact/", show, name="waitlist_waitlistentry_contact"),
            *super().get_urls(),  # type: ignore[misc]
        ]

    def show_contact(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the contact of one lead for a while, and record that it was."""
        entry = get_object_or_404(self.get_queryset(request), pk=pk)  # type: ignore[attr-defined]
        if not self.has_view_permission(request, entry):  # type: ignore[attr-defined]
            raise PermissionDenied
        if not sees_contacts(request):
            show_contact(request, entry)
            messages.info(request, gettext("The contact is shown for five minutes. That you have seen it is recorded."))
        return redirect("admin:waitlist_waitlistentry_change", pk)
