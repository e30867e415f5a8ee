"""Sessions end, and can be ended."""

import re

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Session, User
from accounts.tasks import remove_expired_sessions
from tests.accounts.people import PASSWORD, is_in, jobs, log_in, trail
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db
NOON = "2026-11-21T12:00:00Z"
MINUTE, HOUR = 60, 3600


def profile(client: Client) -> str:
    return client.get(reverse("accounts_profile")).content.decode()


def ends(client: Client) -> list[str]:
    """Where the buttons that end a session lead to."""
    return re.findall(r'action="([^"]+sessions/[0-9a-f]{32}/end/)"', profile(client))


def test_a_session_without_use_ends_after_an_hour(client: Client, mario: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(client)
        for _ in range(3):
            clock.shift(59 * MINUTE)
            assert is_in(client)
        clock.shift(61 * MINUTE)

        assert not is_in(client)


def test_a_session_in_use_ends_after_twelve_hours(client: Client, mario: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(client)
        for _ in range(23):
            clock.shift(HOUR / 2)
            assert is_in(client)
        clock.shift(HOUR / 2)

        assert not is_in(client)


def test_a_session_that_does_not_know_its_beginning_ends(client: Client, mario: User) -> None:
    log_in(client)
    session = client.session
    del session["login"]
    session.save()

    assert not is_in(client)


def test_a_click_writes_at_most_once_a_minute(client: Client, mario: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(client)
        writes = []
        for seconds in (1, 30, 30, 1):
            clock.shift(seconds)
            with CaptureQueriesContext(connection) as queries:
                is_in(client)
            writes.append(sum(query["sql"].startswith("UPDATE") for query in queries.captured_queries))

    assert writes == [0, 0, 1, 0]


def test_the_profile_lists_devices_and_addresses(firefox: Client, mario: User) -> None:
    phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
    log_in(firefox)
    log_in(Client(headers={"User-Agent": phone}, REMOTE_ADDR="2001:db8::7"))
    User.objects.create_user("erika@kurzum.example", PASSWORD)
    log_in(Client(REMOTE_ADDR="198.51.100.1"), "erika@kurzum.example")

    page = profile(firefox)

    for text in ("Firefox", "Linux", "203.0.113.7", "Safari", "iPhone", "2001:db8::7"):
        assert text in page
    assert "198.51.100.1" not in page
    assert not [key for key in Session.objects.values_list("session_key", flat=True) if key in page]


def test_an_ended_session_is_out_at_its_next_click(client: Client, mario: User) -> None:
    here, there, elsewhere = Client(), Client(), Client()
    for one in (elsewhere, there, here):
        log_in(one)
    [first, second] = ends(here)

    assert here.post(first)["Location"] == reverse("accounts_profile")

    assert [is_in(one) for one in (here, there, elsewhere)].count(True) == 2
    assert is_in(here)
    assert here.post(second).status_code == 302
    assert [is_in(one) for one in (here, there, elsewhere)] == [True, False, False]
    assert trail()[-2:] == [("session_revoked", "success", mario.email)] * 2


def test_all_others_end_at_once(client: Client, mario: User) -> None:
    others = [Client() for _ in range(3)]
    for one in (*others, client):
        log_in(one)

    client.post(reverse("accounts_end_other_sessions"))

    assert is_in(client)
    assert not any(is_in(one) for one in others)
    assert AuditEvent.objects.get(action="session_revoked").details == {"count": 3}


def test_nobody_ends_anothers_session(client: Client, mario: User) -> None:
    User.objects.create_user("erika@kurzum.example", PASSWORD)
    erika, erika_too = Client(), Client()
    for one in (erika, erika_too):
        log_in(one, "erika@kurzum.example")
    log_in(client)
    [theirs] = ends(erika)

    assert client.post(theirs).status_code == 404
    client.post(reverse("accounts_end_other_sessions"))
    assert is_in(erika)
    assert is_in(erika_too)


def test_a_session_that_was_ended_meanwhile_is_not_brought_back_by_a_request(client: Client, mario: User) -> None:
    log_in(client)
    session = client.session
    session["anything"] = 1  # by now it is loaded
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()
    assert not Session.objects.exists()


def test_a_new_device_is_mailed_about_and_known_then(firefox: Client, mario: User) -> None:
    log_in(firefox)
    [pk] = jobs("mail_notice")
    assert AuditEvent.objects.get(pk=pk).details["new_device"]
    assert firefox.cookies["device"]["httponly"]

    firefox.post(reverse("account_logout"))
    log_in(firefox)
    assert len(jobs("mail_notice")) == 1

    log_in(Client())
    assert len(jobs("mail_notice")) == 2


def test_a_device_is_known_for_its_own_account_only(firefox: Client, mario: User) -> None:
    User.objects.create_user("erika@kurzum.example", PASSWORD)
    for email in ("mario@kurzum.example", "erika@kurzum.example", "mario@kurzum.example"):
        log_in(firefox, email)
        firefox.post(reverse("account_logout"))

    events = AuditEvent.objects.filter(action="login").order_by("pk")
    assert [event.details["new_device"] for event in events] == [True, True, False]


def test_an_invented_device_is_not_known(firefox: Client, mario: User) -> None:
    firefox.cookies["device"] = "WyJhIl0:1abcde:forged"
    log_in(firefox)

    assert len(jobs("mail_notice")) == 1


def test_the_rows_of_old_sessions_are_removed(client: Client, mario: User) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        log_in(client)
        clock.shift(2 * HOUR)
        log_in(Client())

        remove_expired_sessions(timestamp=0)

        assert Session.objects.count() == 1
