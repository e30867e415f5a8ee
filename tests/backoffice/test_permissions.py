"""Every address and action of the back office, asked as each role; new ones fail here until they have a row."""

import re
from collections.abc import Iterator
from copy import deepcopy
from typing import Any, NamedTuple

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts.models import User
from accounts.roles import Role
from backoffice.models import Export, SavedView
from tests.backoffice.permissions import ACTIONS, ADDRESSES, PERSONS
from tests.factories import make_entry, make_signup, make_waitlist
from tests.staff import client_of, make_staff
from trail.models import Action, AuditEvent
from trail.recording import record
from waitlist.choices import SignupStatus
from waitlist.models import Signup, WaitlistEntry

pytestmark = pytest.mark.django_db


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


@pytest.fixture
def world() -> World:
    waitlist = make_waitlist("list")
    colleague = make_staff(Role.FOUNDER)
    with transaction.atomic():
        job_pk = app.configure_task("sweep", allow_unknown=True).defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE id = %s", (job_pk,))
    return World(
        entry=make_entry(waitlist=waitlist),
        failed=make_signup(waitlist=waitlist, status=SignupStatus.FAILED),
        quarantined=make_signup(waitlist=waitlist, status=SignupStatus.QUARANTINED),
        account=make_staff(Role.VIEWER, waitlist),
        event=record(None, Action.LEAD, waitlist=waitlist),
        export=Export.objects.create(actor=colleague, reason="Fair", columns=[], format="xlsx"),
        view=SavedView.objects.create(owner=colleague, name="Mine"),
        job=ProcrastinateJob.objects.get(pk=job_pk),
    )


@pytest.fixture
def browsers(world: World) -> dict[str, Client]:
    """One for each of PERSONS."""
    accounts = (
        make_staff(Role.FOUNDER),
        make_staff(Role.EDITOR),
        make_staff(Role.VIEWER),
        make_staff(Role.FOUNDER, make_waitlist("other")),
    )
    return dict(zip(PERSONS, [*map(client_of, accounts), Client()], strict=True))


def routes(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """The pattern of every address, such as ``waitlist/signup/<path:object_id>/change/``."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, prefix + str(pattern.pattern))
        else:
            yield prefix + str(pattern.pattern)


def path_of(route: str, world: World) -> str:
    """An address that fits ``route``. Raises KeyError where an argument of it has no sample here."""
    keys = {
        "account/2fa/passkeys": 1,
        "waitlist/waitlistentry": world.entry.pk,
        "waitlist/waitlistentry/views": world.view.pk,
        "waitlist/waitlist": world.entry.waitlist.pk,
        "waitlist/signup": world.failed.pk,
        "backoffice/export": world.export.pk,
        "accounts/user": world.account.pk,
        "trail/auditevent": world.event.pk,
        "procrastinate/procrastinatejob": world.job.pk,
    }
    key = keys.get(route.partition("/<")[0])
    words = {"object_id": key, "pk": key, "app_label": "waitlist", "url": "nothing/here", "content_type_id": 1}
    words |= {"uidb36": "1", "key": "nonsense", "handle": "nonsense"}
    words["name"] = "resend" if "/step/" in route else "daily"
    plain = re.sub(r"\(\?P(<\w+>)[^)]*\)", r"\1", route).replace("^", "").removesuffix("$")
    return f"/{settings.ADMIN_PATH}" + re.sub(r"<(?:\w+:)?(\w+)>", lambda argument: str(words[argument[1]]), plain)


def status_of(client: Client, method: str, path: str) -> str:
    """The answer's, with all that the request did taken back, a logout too."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        status = str(getattr(client, method)(path).status_code)
        transaction.set_rollback(True)
    client.cookies = cookies
    return status


def test_every_address_has_a_row() -> None:
    known = routes(get_resolver().url_patterns)
    below = {route.removeprefix(settings.ADMIN_PATH) for route in known if route.startswith(settings.ADMIN_PATH)}
    assert below == set(ADDRESSES)


@pytest.mark.parametrize("person", PERSONS)
def test_every_address_answers_each_role_as_promised(world: World, browsers: dict[str, Client], person: str) -> None:
    client, column = browsers[person], PERSONS.index(person)
    wrong = {}
    for route, row in ADDRESSES.items():
        for method, promised in (("get", row.get), ("post", row.post)):
            status = status_of(client, method, path_of(route, world))
            if status != promised.split()[column]:
                wrong[f"{method} {route}"] = f"{status} instead of {promised.split()[column]}"
    assert wrong == {}


def test_every_action_has_a_row(world: World, rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("all@kurzum.example")
    known = {
        (model._meta.label_lower, name)
        for model, model_admin in admin.site._registry.items()
        for name in model_admin.get_actions(request)
    }
    assert known == set(ACTIONS)


def state(world: World) -> list[Any]:
    """All that an action might change."""
    signups, jobs = Signup.objects.order_by("pk"), ProcrastinateJob.objects.order_by("pk")
    entries = WaitlistEntry.objects.order_by("pk")
    return [list(entries.values()), list(signups.values("pk", "status")), list(jobs.values("pk", "status"))]


def has_effect(client: Client, world: World, model: str, action: str) -> bool:
    """Whether the action, asked for by hand with the list's own row, does something; it is taken back then."""
    is_of_quarantine = action in {"release", "discard"}
    chosen = {
        "waitlist.waitlistentry": world.entry,
        "waitlist.signup": world.quarantined if is_of_quarantine else world.failed,
        "procrastinate.procrastinatejob": world.job,
    }[model]
    form = {"action": action, "_selected_action": chosen.pk, "post": "yes"}
    with transaction.atomic():
        before = state(world)
        response = client.post(reverse(f"admin:{model.replace('.', '_')}_changelist"), form)
        has_effect = state(world) != before
        # An export begins with a page that asks for its reason and says how many it is about.
        if reverse("admin:backoffice_export_start") in response.get("Location", ""):
            page = client.get(response["Location"])
            has_effect = page.status_code == 200 and page.context["selection"].entries.exists()
        transaction.set_rollback(True)
    return has_effect


@pytest.mark.parametrize(("model", "action"), ACTIONS)
def test_every_action_works_for_just_those_who_may(
    world: World, browsers: dict[str, Client], model: str, action: str
) -> None:
    able = {person for person, client in browsers.items() if has_effect(client, world, model, action)}
    assert able == ACTIONS[model, action]
