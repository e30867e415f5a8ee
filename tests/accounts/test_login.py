"""Logging in with e-mail and password."""

import re
from typing import Any

import pytest
from django.contrib.auth import hashers
from django.core.management import call_command
from django.db import connection
from django.http import HttpRequest
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse
from pytest_django import Settings

from accounts.adapters import AccountAdapter
from accounts.models import Session, User
from accounts.sso import SingleSignOnAdapter
from tests.accounts.people import PASSWORD, is_in, log_in, trail
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db
STRANGERS = ("unknown", "wrong password", "inactive", "not staff", "without password")


@pytest.fixture
def refused(mario: User) -> dict[str, tuple[str, str]]:
    """Why somebody is refused to what he types."""
    User.objects.create_user("inactive@kurzum.example", PASSWORD, is_active=False)
    User.objects.create_user("outsider@kurzum.example", PASSWORD, is_staff=False)
    User.objects.create_user("invited@kurzum.example")
    return {
        "unknown": ("nobody@kurzum.example", PASSWORD),
        "wrong password": ("mario@kurzum.example", "Sonnenschirm und Pinsel"),
        "inactive": ("inactive@kurzum.example", PASSWORD),
        "not staff": ("outsider@kurzum.example", PASSWORD),
        "without password": ("invited@kurzum.example", PASSWORD),
    }


def test_a_stranger_logs_in_and_is_where_he_wanted_to_go(client: Client, mario: User) -> None:
    wanted = reverse("admin:waitlist_signup_changelist")
    login = client.get(wanted)
    assert login["Location"] == f"{reverse('account_login')}?next={wanted}"
    assert f'name="next" value="{wanted}"' in client.get(login["Location"]).content.decode()

    response = client.post(
        login["Location"], {"login": "Mario@Kurzum.Example", "password": PASSWORD, "next": wanted}, follow=True
    )

    assert response.redirect_chain == [(wanted, 302)]
    assert response.status_code == 200


def test_it_leads_to_no_other_site(client: Client, mario: User) -> None:
    answer = client.post(
        reverse("account_login"),
        {"login": mario.email, "password": PASSWORD, "next": "https://evil.example/admin/"},
    )

    assert answer["Location"] == reverse("admin:index")


@pytest.mark.parametrize("name", STRANGERS)
def test_nobody_else_gets_in(client: Client, refused: dict[str, tuple[str, str]], name: str) -> None:
    response = log_in(client, *refused[name])

    assert response.status_code == 200
    assert not is_in(client)


def seen_by_anybody(response: Any, email: str) -> tuple[object, ...]:
    page = re.sub(r'"csrfmiddlewaretoken" value="\w+"', "", response.content.decode()).replace(email, "")
    # The page shows the address that was typed, so its length is compared above.
    headers = {
        name: value for name, value in response.items() if name not in {"X-Request-ID", "Content-Length", "Expires"}
    }
    return response.status_code, page, str(headers)


def test_the_answer_is_the_same_for_unknown_accounts(refused: dict[str, tuple[str, str]]) -> None:
    answers = {seen_by_anybody(log_in(Client(), *typed), typed[0]) for typed in refused.values()}

    assert len(answers) == 1


def test_so_is_what_its_time_is_spent_on(refused: dict[str, tuple[str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash each, which is nearly all of the time, and the same statements."""
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def count(self: Any, password: str, *args: Any) -> str:
        hashed.append(password)
        return encode(self, password, *args)

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", count)
    work = set()
    for typed in refused.values():
        hashed.clear()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            log_in(Client(), *typed)
        statements = tuple(query["sql"].partition(" ")[0] for query in queries.captured_queries)
        work.add((len(hashed), statements))

    assert len(work) == 1
    assert next(iter(work))[0] == 1


def test_the_trail_knows_who_came_who_went_and_who_failed(firefox: Client, mario: User) -> None:
    log_in(firefox, password="wrong")
    log_in(firefox)
    firefox.post(reverse("admin:logout"))

    assert trail() == [
        ("login", "failure", "mario@kurzum.example"),
        ("login", "success", "mario@kurzum.example"),
        ("logout", "success", "mario@kurzum.example"),
    ]
    event = AuditEvent.objects.get(action="login", result="success")
    assert (event.actor, event.ip_address) == (mario, "203.0.113.7")
    assert "Firefox" in event.user_agent
    assert event.details == {"method": "password", "second_factor": "", "new_device": True}
    assert not is_in(firefox)


def test_a_password_typed_as_the_e_mail_is_not_kept(client: Client, mario: User) -> None:
    log_in(client, email=PASSWORD)
    log_in(client, email=f"{PASSWORD}@x")

    assert {event.actor_email for event in AuditEvent.objects.all()} <= {""}


def test_the_session_is_a_new_one_after_the_login(client: Client, mario: User) -> None:
    client.get(reverse("mfa_login_webauthn"), headers={"Accept": "application/json"})
    before = client.cookies["sessionid"].value
    assert before

    log_in(client)

    assert client.cookies["sessionid"].value != before
    assert not Session.objects.filter(session_key=before).exists()


def test_an_account_that_is_no_longer_staff_is_out_at_the_next_click(client: Client, mario: User) -> None:
    log_in(client)
    assert is_in(client)
    User.objects.update(is_staff=False)

    assert not is_in(client)


@pytest.mark.parametrize("address", ["203.0.113.{}", "203.0.113.7"], ids=["one account", "one address"])
def test_too_many_tries_are_refused_and_recorded_once(client: Client, mario: User, address: str) -> None:
    by_account = "{}" in address
    statuses = [
        log_in(
            client,
            email="mario@kurzum.example" if by_account else f"m{attempt}@kurzum.example",
            password="guess",
            REMOTE_ADDR=address.format(attempt),
        ).status_code
        for attempt in range(24)
    ]

    allowed = 10 if by_account else 20
    assert statuses == [200] * allowed + [429] * (24 - allowed)
    assert [event[1] for event in trail()] == ["failure"] * allowed + ["rate_limited"]
    assert log_in(client, REMOTE_ADDR=address.format(99)).status_code == 429


def test_the_page_about_too_many_tries_says_when_to_come_back(client: Client, mario: User) -> None:
    for _ in range(11):
        response = log_in(client, password="guess")

    assert 60 <= int(response["Retry-After"]) <= 300
    assert int(response["Retry-After"]) % 60 == 0


def test_the_address_is_the_one_that_the_proxy_saw(client: Client, mario: User, settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1
    for attempt in range(20):
        log_in(
            client, f"m{attempt}@kurzum.example", "guess", headers={"X-Forwarded-For": f"{attempt}.1.1.1, 203.0.113.9"}
        )

    answers = [
        log_in(client, headers={"X-Forwarded-For": f"1.1.1.1, {address}"}).status_code
        for address in ("203.0.113.9", "203.0.113.8")
    ]
    assert answers == [429, 302]


def test_staff_log_in_while_redis_is_away(client: Client, mario: User, without_redis: Settings) -> None:
    assert [log_in(client, password="guess").status_code for _ in range(25)] == [200] * 25
    assert log_in(client).status_code == 302
    assert is_in(client)


def test_nobody_can_sign_up(client: Client, mario: User) -> None:
    """Whatever address a stranger posts to."""
    form = {
        "email": "new@evil.example",
        "login": "new@evil.example",
        "password": PASSWORD,
        "password1": PASSWORD,
        "password2": PASSWORD,
        "name": "New",
    }
    names = {name for name in get_resolver().reverse_dict if isinstance(name, str)}
    assert not [name for name in names if "signup" in name]
    for path in ("signup", "account/signup", "account/3rdparty/signup", "account/signup/passkey", "account/email"):
        for method in (client.get, client.post):
            assert method(f"/admin/{path}/", form).status_code in {302, 404}

    assert list(User.objects.all()) == [mario]
    assert not AccountAdapter().is_open_for_signup(HttpRequest())
    assert not SingleSignOnAdapter().is_open_for_signup(HttpRequest(), None)


def test_createsuperuser_still_makes_somebody_who_can_log_in(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", "--noinput", "--email", "Root@Kurzum.example", verbosity=0)

    log_in(client, "root@kurzum.example")

    assert is_in(client)


def test_secrets_of_second_factors_are_not_in_the_admin(client: Client, mario: User) -> None:
    log_in(client)

    for path in ("mfa/authenticator/", "account/emailaddress/", "socialaccount/socialapp/"):
        assert client.get(f"/admin/{path}").status_code == 404
