"""Second factors: compulsory outside of DEBUG, shown at every login, used once."""

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import Settings

from accounts.middleware import ENROLMENT
from accounts.models import User
from tests.accounts.people import PASSWORD, code_of, give_app, is_in, jobs, log_in, recovery_codes, trail
from tests.config.test_surface import routes
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db
# What follows a change of a second factor follows the commit.
committed = pytest.mark.django_db(transaction=True)
ENROL = "/admin/account/enrol/"


def show(client: Client, code: str) -> int:
    """The status of the answer to ``code`` at the login."""
    return client.post(reverse("mfa_authenticate"), {"code": code}).status_code


@pytest.mark.usefixtures("compulsory")
def test_without_one_every_page_of_the_back_office_leads_to_the_enrolment(client: Client, mario: User) -> None:
    log_in(client)
    allowed = {reverse(name) for name in ENROLMENT}

    paths = {f"/{route}" for route in routes(get_resolver().url_patterns) if route.startswith("admin/")}
    plain = {path for path in paths if "<" not in path} - allowed
    assert len(plain) > 30
    for path in plain:
        for response in (client.get(path), client.post(path)):
            assert (response.status_code, response["Location"]) == (302, ENROL), path
    assert client.get(ENROL).status_code == 200


def test_under_debug_nobody_has_to_have_one(client: Client, mario: User) -> None:
    log_in(client)

    assert is_in(client)


@committed
@pytest.mark.usefixtures("compulsory")
def test_who_sets_up_an_app_is_in_and_shows_it_at_the_next_login(client: Client, mario: User) -> None:
    log_in(client)
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    response = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)}, follow=True)

    assert response.redirect_chain == [(reverse("mfa_view_recovery_codes"), 302)]
    assert all(code in response.content.decode() for code in recovery_codes(mario))
    assert is_in(client)

    client.post(reverse("account_logout"))
    response = log_in(client)
    assert response["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    assert show(client, "000000") == 200
    assert not is_in(client)
    assert show(client, code_of(secret, 1)) == 302
    assert is_in(client)


@committed
def test_the_code_that_an_app_was_set_up_with_does_not_log_in(client: Client, mario: User) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        log_in(client)
        secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
        client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
        client.post(reverse("account_logout"))
        log_in(client)
        show(client, code_of(secret))

        assert not is_in(client)


@committed
def test_what_was_changed_is_recorded_and_mailed(client: Client, mario: User) -> None:
    log_in(client)
    secret = client.get(reverse("mfa_activate_totp")).context["form"].secret
    client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    client.post(reverse("mfa_generate_recovery_codes"))
    client.post(reverse("mfa_deactivate_totp"))

    events = AuditEvent.objects.filter(action="second_factor").order_by("pk")
    assert [(event.details["type"], event.details["change"]) for event in events] == [
        ("totp", "added"),
        ("recovery_codes", "added"),
        ("recovery_codes", "renewed"),
        ("totp", "removed"),
        ("recovery_codes", "removed"),
    ]
    assert {event.actor for event in events} == {mario}
    mailed = [event for event in events if str(event.pk) in jobs("mail_notice")]
    assert [event.details["change"] for event in mailed] == ["added", "renewed", "removed"]


def test_a_code_works_once(mario: User) -> None:
    secret = give_app(mario)
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False):
        code = code_of(secret)
        first, second = Client(), Client()
        for client in (first, second):
            log_in(client)
            show(client, code)

        assert (is_in(first), is_in(second)) == (True, False)


@pytest.mark.parametrize(("late", "works"), [(0, True), (30, True), (75, False)])
def test_a_code_may_be_half_a_minute_late(client: Client, mario: User, late: int, works: bool) -> None:
    secret = give_app(mario)
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False) as clock:
        log_in(client)
        code = code_of(secret)
        clock.shift(late)
        show(client, code)

        assert is_in(client) is works


def test_a_recovery_code_stands_in_for_it_once(mario: User) -> None:
    give_app(mario)
    code = recovery_codes(mario)[0]
    first, second = Client(), Client()
    for client in (first, second):
        log_in(client)
        show(client, code)

    assert (is_in(first), is_in(second)) == (True, False)
    assert len(recovery_codes(mario)) == 9
    event = AuditEvent.objects.get(action="login", result="success")
    assert event.details["second_factor"] == "recovery_codes"


def test_codes_cannot_be_guessed_at_will(client: Client, mario: User) -> None:
    secret = give_app(mario)
    log_in(client)

    statuses = [show(client, "000000") for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert show(client, code_of(secret)) == 429
    assert trail() == [("login", "failure", mario.email)] * 5 + [("login", "rate_limited", mario.email)]


def test_codes_are_taken_while_redis_is_away(client: Client, mario: User, without_redis: Settings) -> None:
    secret = give_app(mario)
    log_in(client)
    show(client, code_of(secret))

    assert is_in(client)


@committed
@pytest.mark.usefixtures("compulsory")
def test_who_waits_with_the_password_alone_does_not_get_in_by_anothers_enrolment(mario: User) -> None:
    thief, owner = Client(), Client()
    for client in (thief, owner):
        log_in(client)
    secret = owner.get(reverse("mfa_activate_totp")).context["form"].secret
    owner.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})

    assert is_in(owner)
    assert thief.get(reverse("mfa_add_webauthn"))["Location"] == reverse("account_login")
    assert not is_in(thief)


@pytest.mark.usefixtures("compulsory")
def test_the_last_one_stays(client: Client, mario: User) -> None:
    secret = give_app(mario)
    log_in(client)
    show(client, code_of(secret))
    page = client.post(reverse("mfa_deactivate_totp"))
    assert page.context["form"].errors

    passkey = Authenticator.objects.create(user=mario, type="webauthn", data={"name": "Stick", "credential": {}})
    Authenticator.objects.filter(type="totp").delete()
    client.post(reverse("mfa_remove_webauthn", args=(passkey.pk,)))
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_nobody_removes_anothers_passkey(client: Client, mario: User) -> None:
    other = User.objects.create_user("erika@kurzum.example", PASSWORD)
    passkey = Authenticator.objects.create(user=other, type="webauthn", data={"name": "Stick", "credential": {}})
    log_in(client)

    assert client.post(reverse("mfa_remove_webauthn", args=(passkey.pk,))).status_code == 404
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_later_on_the_password_is_asked_for_once_more(client: Client, mario: User) -> None:
    with time_machine.travel("2026-11-21T12:00:00Z", tick=False) as clock:
        log_in(client)
        clock.shift(600)
        wanted = reverse("mfa_activate_totp")
        response = client.get(wanted)
        assert response["Location"] == f"{reverse('account_reauthenticate')}?next={wanted.replace('/', '%2F')}"

        wrong = client.post(reverse("account_reauthenticate"), {"password": "wrong", "next": wanted})
        assert wrong.context["form"].errors
        right = client.post(reverse("account_reauthenticate"), {"password": PASSWORD, "next": wanted})
        assert right["Location"] == wanted
        assert client.get(wanted).status_code == 200
    assert trail()[-1] == ("login", "failure", mario.email)
