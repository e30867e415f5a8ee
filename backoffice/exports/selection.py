"""Which entries an export is of: exactly those that the list of entries shows somebody for a query string."""

from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.messages.storage.base import BaseStorage
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext, ngettext

from accounts.models import User
from waitlist.models import WaitlistEntry

# What turns the list's pages and orders them, and says nothing about which entries are in it.
VIEW_PARAMETERS = ("p", "all", "o", "after", "before")
SELECTED = "id__in"


@dataclass(frozen=True)
class Selection:
    """Entries, how many (more or less), and what they were filtered by, in words."""

    entries: QuerySet[WaitlistEntry]
    expected: int
    is_estimate: bool
    words: list[str]


class _Unread(BaseStorage):
    """The list may have something to tell; here nobody listens."""

    def _get(self, *args: Any, **kwargs: Any) -> tuple[list[Any], bool]:
        return [], True

    def _store(self, messages: list[Any], response: Any, *args: Any, **kwargs: Any) -> list[Any]:
        return []


def only_filters(query: str) -> str:
    """The query string ``query`` without what only turns pages."""
    parameters = QueryDict(query, mutable=True)
    for name in VIEW_PARAMETERS:
        parameters.pop(name, None)
    return parameters.urlencode()


def select(user: User, query: str) -> Selection:
    """What the list shows ``user`` for the query string ``query``, on all its pages.

    Also for a worker, which serves no request. Raises BadRequest where a filter makes no sense.
    """
    request = HttpRequest()
    request.method = "GET"
    request.GET = QueryDict(only_filters(query))
    request.user = user
    request._messages = _Unread(request)  # type: ignore[attr-defined]  # noqa: SLF001 - where Django looks for them
    try:
        changelist: Any = admin.site.get_model_admin(WaitlistEntry).get_changelist_instance(request)
    except IncorrectLookupParameters as error:
        raise BadRequest from error
    entries = changelist.queryset
    if not user.sees_all_lists:
        # The list has seen to that, but a file cannot be called back.
        entries = entries.filter(waitlist__in=user.visible_waitlists())
    return Selection(entries, changelist.result_count, changelist.is_estimate, _in_words(changelist, request.GET))


def _in_words(changelist: Any, parameters: QueryDict) -> list[str]:
    words = []
    if changelist.query:
        words.append(gettext("Search: %s") % changelist.query)
    if SELECTED in parameters:
        count = len(parameters.get(SELECTED, "").split(","))
        words.append(ngettext("%d selected entry", "%d selected entries", count) % count)
    for spec in changelist.filter_specs:
        chosen = [_value(spec, name, changelist, parameters) for name in spec.expected_parameters()]
        if value := " ".join(filter(None, chosen)):
            words.append(f"{spec.title}: {value}")
    return words


def _value(spec: Any, name: str, changelist: Any, parameters: QueryDict) -> str:
    """What the filter ``spec`` was given as the parameter ``name``, as it shows it."""
    values = [value for value in parameters.getlist(name) if value]
    forms = [choice["form"] for choice in spec.choices(changelist) if "form" in choice]
    labels = {
        str(value): str(label)
        for form in forms
        if name in form.fields
        for value, label in getattr(form.fields[name], "choices", ())
    }
    text = ", ".join(labels.get(value, value) for value in values)
    if text and name.endswith("_from"):
        return gettext("from %s") % text
    if text and name.endswith("_to"):
        return gettext("until %s") % text
    return text
