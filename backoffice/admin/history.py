"""The history of one lead, also of a deleted one: who changed what, and how it was at a given moment."""

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from accounts.staff import staff_of
from backoffice.history import as_of, changes, deleted_entry
from backoffice.masking import sees_contact_of
from waitlist.models import WaitlistEntry


class LeadHistory:
    """For the ModelAdmin of the leads: its history page, in place of Django's own."""

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All changes; with ``?at=2026-11-21T10:00`` also the entry as it was then, and what has changed since."""
        entry, is_deleted = self._known_entry(request, object_id)
        if not self.has_view_permission(request, None if is_deleted else entry):  # type: ignore[attr-defined]
            raise PermissionDenied
        asked = request.GET.get("at", "")
        at = _instant(asked)
        sees_contact = sees_contact_of(request, entry.pk)
        told = changes(entry.pk, contacts=sees_contact)[::-1]
        context = {
            **self.admin_site.each_context(request),  # type: ignore[attr-defined]
            "title": gettext("History of %s") % entry,
            "opts": WaitlistEntry._meta,
            "original": None if is_deleted else entry,
            "lead": entry,
            "is_deleted": is_deleted,
            "since": [change for change in told if at and change.at > at],
            "changes": [change for change in told if not (at and change.at > at)],
            "at": at,
            "at_is_unreadable": bool(asked) and at is None,
            "then": as_of(entry.pk, at, contacts=sees_contact) if at else None,
        }
        return render(request, "backoffice/lead/history.html", context)

    def _known_entry(self, request: HttpRequest, object_id: str) -> tuple[WaitlistEntry, bool]:
        """The entry, and whether it is one that is gone. Raises Http404 where the person knows of none."""
        try:
            return self.get_object(request, object_id), False  # type: ignore[attr-defined]
        except Http404:
            deleted = deleted_entry(int(object_id), staff_of(request)) if object_id.isdecimal() else None
            if deleted is None:
                raise
            return deleted, True


def _instant(text: str) -> dt.datetime | None:
    """An ISO date and time, in the project's time zone where it names none; None where that is no instant."""
    try:
        at = parse_datetime(text)
        return (
            timezone.localtime(at if at is None or timezone.is_aware(at) else timezone.make_aware(at)) if at else None
        )
    except (ValueError, OverflowError):  # the 31st of June; what another zone puts before the year 1
        return None
