"""Who changed an entry, when and how, from the rows that triggers write; and an entry as it was."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pghistory
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.models import User
from backoffice.masking import masked
from waitlist.models import WaitlistEntry

# Beside what the history itself adds: no change of a lead.
SILENT = {"id", "updated_at"}
SOURCES: dict[str, Callable[[], str]] = {
    "visitor": lambda: _("the visitor"),
    "process_signup": lambda: _("the synchronisation with the CRM"),
}


class HistoryMiddleware:
    """Tells the history who posts, in the back office only: elsewhere it would cost the visitors time."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_ours = request.path_info.startswith(f"/{settings.ADMIN_PATH}")
        if request.method == "GET" or not is_ours or not request.user.is_authenticated:
            return self.get_response(request)
        with pghistory.context(user=request.user.pk, url=request.path):
            return self.get_response(request)


class FieldChange(NamedTuple):
    """One field of one change, as it is shown."""

    name: str
    label: str
    old: Any
    new: Any


class Change(NamedTuple):
    """One row of the history; ``fields`` are empty but for an update."""

    at: dt.datetime
    kind: str  # insert, update or delete
    who: str
    fields: list[FieldChange]


class FieldThen(NamedTuple):
    """One field at an earlier instant, and as it was last."""

    label: str
    then: Any
    last: Any
    has_changed: bool


def changes(entry_pk: int, *, contacts: bool) -> list[Change]:
    """All changes of an entry, the oldest first. Those that changed only the time of the change are left out.

    Without ``contacts`` phone and message are masked.
    """
    rows = list(_rows(entry_pk))
    names = _names(rows)
    found = []
    before: Any = None
    for row in rows:
        kind = row.pgh_label
        fields = list(_differences(before, row, contacts=contacts)) if kind == "update" else []
        if fields or kind != "update":
            found.append(Change(row.pgh_created_at, kind, _who(row, names), fields))
        before = row
    return found


def as_of(entry_pk: int, at: dt.datetime, *, contacts: bool) -> list[FieldThen] | None:
    """Each field at the instant ``at``, also of a deleted entry; None where there was no such entry then."""
    rows = _rows(entry_pk)
    row, last = rows.filter(pgh_created_at__lte=at).last(), rows.last()
    if row is None or row.pgh_label == "delete":
        return None
    return [
        FieldThen(
            str(field.verbose_name),
            _shown(row, field.name, contacts=contacts),
            _shown(last, field.name, contacts=contacts),
            has_changed=_differs(field, row, last),
        )
        for field in _fields()
    ]


def deleted_entry(entry_pk: int, staff: User) -> WaitlistEntry | None:
    """An entry that is gone, as it was last, if it was of a list that ``staff`` sees; it is not for saving."""
    row = _rows(entry_pk).filter(waitlist__in=staff.visible_waitlists()).last()
    if row is None or row.pgh_label != "delete":
        return None
    return WaitlistEntry(pk=entry_pk, **{field.attname: getattr(row, field.attname) for field in _fields()})


def _rows(entry_pk: int) -> Any:
    events: Any = apps.get_model("waitlist", "WaitlistEntryEvent")
    return events.objects.filter(pgh_obj_id=entry_pk).select_related("pgh_context", "waitlist").order_by("pgh_id")


def _fields() -> list[Any]:
    return [field for field in WaitlistEntry._meta.concrete_fields if field.name not in SILENT | {"confirmation_token"}]


def _differences(before: Any, after: Any, *, contacts: bool) -> Iterable[FieldChange]:
    for field in _fields():
        if before is None or _differs(field, before, after):
            old = None if before is None else _shown(before, field.name, contacts=contacts)
            new = _shown(after, field.name, contacts=contacts)
            yield FieldChange(field.name, str(field.verbose_name), old, new)


def _differs(field: Any, before: Any, after: Any) -> bool:
    return bool(getattr(before, field.attname) != getattr(after, field.attname))


def _shown(row: Model, name: str, *, contacts: bool) -> Any:
    value = getattr(row, name) if contacts else masked(name, getattr(row, name))
    return "\N{EN DASH}" if value in {None, ""} else value


def _names(rows: list[Any]) -> dict[int, str]:
    """The staff that the rows tell of, by primary key."""
    users = get_user_model().objects.filter(pk__in={_context(row)["user"] for row in rows if "user" in _context(row)})
    return {user.pk: str(user) for user in users}


def _context(row: Any) -> dict[str, Any]:
    return row.pgh_context.metadata if row.pgh_context else {}


def _who(row: Any, names: dict[int, str]) -> str:
    context = _context(row)
    if "user" in context:
        return names.get(context["user"], _("a former account"))
    if "source" not in context:
        return _("directly in the database")
    name = SOURCES.get(context["source"])
    source = name() if name else context["source"]
    return _("%(source)s (job %(job)s)") % {"source": source, "job": context["job"]} if "job" in context else source
