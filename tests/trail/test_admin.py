"""The trail in the back office: read, filtered, taken along, and by whom."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from tests.factories import make_entry, make_waitlist
from tests.staff import client_of, make_staff
from trail import export
from trail.models import Action, AuditEvent, Result
from trail.recording import record

LIST, EXPORT = reverse("admin:trail_auditevent_changelist"), reverse("admin:trail_auditevent_export")

pytestmark = pytest.mark.django_db


@pytest.fixture
def founder() -> User:
    return make_staff(Role.FOUNDER, email="mario@kurzum.example")


@pytest.fixture
def reader(founder: User) -> Client:
    return client_of(founder)


def page_of(event: AuditEvent) -> str:
    return reverse("admin:trail_auditevent_change", args=(event.pk,))


def listed(client: Client, **params: str) -> list[AuditEvent]:
    response = client.get(LIST, params)
    assert response.status_code == 200
    return list(response.context["cl"].result_list)


def rows(response: Any) -> list[dict[str, str]]:
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def test_the_newest_is_first(reader: Client) -> None:
    events = [record(None, action) for action in (Action.LOGIN, Action.EXPORT, Action.LOGOUT)]
    assert listed(reader) == events[::-1]


def test_it_is_filtered_by_action_result_person_list_and_day(reader: Client, founder: User) -> None:
    waitlist = make_waitlist()
    days_ago = timezone.now() - dt.timedelta(days=9)
    login = record(None, Action.LOGIN, actor=founder)
    failure = record(None, Action.LOGIN, result=Result.FAILURE, actor_email="unknown@kurzum.example")
    unmask = record(None, Action.UNMASK, waitlist=waitlist)
    old = AuditEvent.objects.create(action=Action.EXPORT, at=days_ago)

    assert listed(reader, action__exact="unmask") == [unmask]
    assert listed(reader, result__exact="failure") == [failure]
    assert listed(reader, actor__id__exact=str(founder.pk)) == [login]
    assert listed(reader, waitlist__id__exact=str(waitlist.pk)) == [unmask]
    day = timezone.localtime(days_ago).date()
    assert listed(reader, at_from=day.strftime("%d.%m.%Y"), at_to=day.strftime("%d.%m.%Y")) == [old]
    assert listed(reader, q="unknown@") == [failure]


def test_an_event_is_shown_with_its_details_and_changed_by_nobody(reader: Client) -> None:
    event = record(None, Action.EXPORT, target=make_entry(), rows=17, reason="Newsletter")
    html = reader.get(page_of(event)).content.decode()
    assert "Newsletter" in html
    assert "waitlist.waitlistentry" in html
    assert reader.post(page_of(event), {"result": "failure"}).status_code == 403
    assert reader.post(reverse("admin:trail_auditevent_delete", args=(event.pk,))).status_code == 403
    assert reader.get(reverse("admin:trail_auditevent_add")).status_code == 403


def test_strangers_words_are_shown_as_text(reader: Client) -> None:
    event = record(None, Action.LOGIN, actor_email="<script>alert(1)</script>@x")
    for url in (LIST, page_of(event)):
        assert "<script>alert" not in reader.get(url).content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.VIEWER])
def test_only_founders_read_it(role: Role) -> None:
    event = record(None, Action.LOGIN)
    reader = client_of(make_staff(role))
    assert [reader.get(url).status_code for url in (LIST, page_of(event))] == [403, 403]


def test_the_founder_of_one_list_sees_what_belongs_to_it_and_nothing_else() -> None:
    own, other = make_waitlist("own"), make_waitlist("other", name="Fremde")
    mine, *others = (record(None, Action.UNMASK, waitlist=waitlist) for waitlist in (own, other, None))
    make_staff(Role.FOUNDER, other, email="foreign@kurzum.example")
    reader = client_of(make_staff(Role.FOUNDER, own))

    assert listed(reader) == [mine]
    assert [row["waitlist"] for row in rows(reader.post(EXPORT))] == ["own"]
    assert reader.get(page_of(mine)).status_code == 200
    assert {reader.get(page_of(event)).status_code for event in others} == {404}
    html = reader.get(LIST).content.decode()
    assert "Fremde" not in html
    assert "foreign@kurzum.example" not in html


def test_the_export_has_what_the_list_is_filtered_to_and_is_recorded(reader: Client, founder: User) -> None:
    record(None, Action.LOGIN, actor=founder)
    record(None, Action.UNMASK, actor=founder, target=make_entry(), waitlist=make_waitlist(), minutes=5)

    exported = rows(reader.post(f"{EXPORT}?action__exact=unmask", headers={"User-Agent": "Firefox"}))

    assert [row["action"] for row in exported] == ["unmask"]
    assert exported[0]["details"] == '{"minutes": 5}'
    assert exported[0]["target_model"] == "waitlist.waitlistentry"
    event = AuditEvent.objects.get(action=Action.EXPORT)
    assert (event.actor, event.result, event.user_agent) == (founder, Result.SUCCESS, "Firefox")
    assert event.details == {"of": "trail.auditevent", "filter": "action__exact=unmask"}


@pytest.mark.parametrize("agent", ["=HYPERLINK(1)", "+1+1", "@SUM(1)", "-2+3", " =1+1"])
def test_a_formula_in_the_export_is_text(reader: Client, agent: str) -> None:
    AuditEvent.objects.create(action=Action.LOGIN, user_agent=agent)
    assert rows(reader.post(f"{EXPORT}?action__exact=login"))[0]["user_agent"].startswith("'")


def test_a_long_export_comes_in_pieces_without_gap_or_repetition(
    reader: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "FETCHED_AT_ONCE", 3)
    for number in range(8):
        record(None, Action.LOGIN, number=number)
    exported = rows(reader.post(f"{EXPORT}?action__exact=login"))
    assert [row["details"] for row in exported] == [f'{{"number": {number}}}' for number in range(7, -1, -1)]


def test_an_export_without_permission_is_refused_and_recorded() -> None:
    reader = client_of(make_staff(Role.EDITOR))
    assert reader.post(EXPORT).status_code == 403
    event = AuditEvent.objects.get()
    assert (event.action, event.result) == (Action.EXPORT, Result.UNAUTHORIZED)


def test_opening_the_address_of_the_export_takes_nothing_along(reader: Client) -> None:
    assert reader.get(EXPORT).status_code == 405
    assert not AuditEvent.objects.exists()


def test_the_list_asks_a_fixed_number_of_queries(reader: Client, django_assert_max_num_queries: Any) -> None:
    waitlist = make_waitlist()
    for _ in range(30):
        record(None, Action.LOGIN, waitlist=waitlist)
    with django_assert_max_num_queries(14):
        assert len(listed(reader)) == 30
