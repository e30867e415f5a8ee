"""Every address, action and export of the back office, asked as each role: the table is the product's promise.

A new address or action fails here until it has a row.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from backoffice.models import Export, SavedView
from trail.models import AuditEvent
from waitlist.models import Signup, WaitlistEntry

pytestmark = pytest.mark.django_db

# The columns of the table: founder, editor and viewer of all lists, founder of another list, somebody not logged in.
PERSONS = ("founder", "editor", "viewer", "founder of another list", "nobody")
EVERYBODY = "200 200 200 200 302"
# Rows of the list that the founder of the other one does not see.
OPEN, LEADS, FOUNDERS = EVERYBODY, "200 200 200 404 302", "200 403 403 404 302"


class Row(NamedTuple):
    """An address below the admin's path, and the statuses of GET and of an empty POST."""

    get: str
    post: str = ""  # as GET


class World(NamedTuple):
    """One of everything, of one list, none of it made by the persons who ask."""

    entry: WaitlistEntry
    failed: Signup
    quarantined: Signup
    account: User
    event: AuditEvent
    export: Export
    view: SavedView
    job: ProcrastinateJob


TABLE: dict[str, Row] = {}


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The pattern of every address, such as ``waitlist/signup/<path:object_id>/change/``."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def admin_routes() -> list[str]:
    """Those below the admin's path, without it."""
    found = routes(get_resolver().url_patterns)
    return [route.removeprefix(settings.ADMIN_PATH) for route in found if route.startswith(settings.ADMIN_PATH)]
