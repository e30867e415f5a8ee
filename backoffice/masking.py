"""Contacts for those who may not see them: e-mail, phone and message are masked, one lead's are shown on request.

Showing is recorded and holds for that lead, in that session, for ``SHOWN_FOR``: a page that is loaded again must not
be another POST, and the lead's history and sign-ups belong to what was asked for.
"""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from trail.models import Action
from trail.recording import record
from waitlist.models import WaitlistEntry

PERMISSION = "waitlist.view_contact"
HIDDEN = "\N{BULLET}" * 3
SHOWN_FOR = dt.timedelta(minutes=5)
_SESSION_KEY = "shown_contacts"


def masked_email(email: str) -> str:
    """The first letters and the top-level domain: ``m•••@k•••.at``."""
    local, _at, domain = email.rpartition("@")
    host, _dot, top = domain.rpartition(".")
    return f"{local[:1]}{HIDDEN}@{host[:1]}{HIDDEN}.{top}" if local and host else HIDDEN


def masked_phone(phone: str) -> str:
    """The last two digits, where that leaves enough to guess."""
    digits = re.sub(r"\D", "", phone)
    return f"{HIDDEN} {digits[-2:]}" if len(digits) > 4 else HIDDEN  # noqa: PLR2004 - half of a short number is no secret


def masked_message(message: str) -> str:
    """Nothing of it."""
    return HIDDEN


# By the names of columns and annotations.
MASKS: dict[str, Callable[[str], str]] = {
    "email": masked_email,
    "person_email": masked_email,
    "phone": masked_phone,
    "message": masked_message,
}
# What of a lookup such as ``signups__email__startswith`` finds a contact out letter by letter.
TELLING = {*MASKS, "address_key", "form_data", "search_document", "document"}


def masked(name: str, value: Any) -> Any:
    """``value`` of the column ``name``, masked where that is a contact; what is empty stays so."""
    return MASKS[name](str(value)) if value and name in MASKS else value


def sees_contacts(request: HttpRequest) -> bool:
    """Whether everybody's contact is shown, looked for and sorted by in answers to ``request``."""
    return bool(request.user.has_perm(PERMISSION))


def sees_contact_of(request: HttpRequest, entry_pk: int | None) -> bool:
    """Whether the contact of one lead is shown: of a lead that does not exist (yet), only to those who see all."""
    if sees_contacts(request):
        return True
    until = request.session.get(_SESSION_KEY, {}).get(str(entry_pk), 0)
    return bool(until > timezone.now().timestamp())


def show_contact(request: HttpRequest, entry: WaitlistEntry) -> None:
    """From now on, and for ``SHOWN_FOR``, the contact of ``entry`` is shown; the trail keeps that it was."""
    record(request, Action.UNMASK, target=entry, waitlist=entry.waitlist)
    now = timezone.now()
    alive = {pk: until for pk, until in request.session.get(_SESSION_KEY, {}).items() if until > now.timestamp()}
    request.session[_SESSION_KEY] = alive | {str(entry.pk): (now + SHOWN_FOR).timestamp()}
