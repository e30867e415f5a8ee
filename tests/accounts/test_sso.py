"""Single sign-on opens existing accounts of active staff, and makes nobody staff."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.roles import Role
from tests.accounts.oidc import Provider
from tests.accounts.people import (
    PASSWORD,
    back_from_provider,
    code_of,
    give_app,
    is_in,
    log_in,
    log_in_by_provider,
    refusal,
    trail,
)
from tests.staff import make_staff
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db


def test_without_a_provider_there_is_neither_button_nor_page(client: Client) -> None:
    assert reverse("accounts_sso") not in client.get(reverse("account_login")).content.decode()
    assert client.get(reverse("accounts_sso")).status_code == 404
    assert client.get(reverse("openid_connect_callback"), {"code": "1", "state": "1"}).status_code == 404


def test_the_button_leads_to_the_provider_and_back_to_where_one_wanted_to_go(
    client: Client, mario: User, provider: Provider
) -> None:
    wanted = reverse("admin:waitlist_signup_changelist")
    page = client.get(reverse("account_login"), {"next": wanted}).content.decode()
    button = re.search(rf'href="({reverse("accounts_sso")}[^"]*)"[^>]*>(.*?)</a>', page, re.DOTALL)
    assert button
    assert "Mit Firmenkonto anmelden" in button[2]
    assert button[1].partition("?")[2] == f"next={wanted.replace('/', '%2F')}"

    assert log_in_by_provider(client, next=wanted)["Location"] == wanted
    assert is_in(client)


def test_it_leads_back_to_no_other_site(client: Client, mario: User, provider: Provider) -> None:
    answer = log_in_by_provider(client, next="https://evil.example/admin/")

    assert answer["Location"] == reverse("admin:index")


@pytest.mark.parametrize("way", ["client_secret_basic", "client_secret_post"])
def test_the_provider_knows_the_project_by_its_secret(
    client: Client, mario: User, provider: Provider, settings: Settings, way: str
) -> None:
    provider.client_authentication = way
    settings.OIDC_CLIENT_SECRET = "wrong"
    assert refusal(client, log_in_by_provider(client)) == ("failure", "provider")
    assert provider.refusals == ["invalid_client"]

    settings.OIDC_CLIENT_SECRET = "known-to-both"
    log_in_by_provider(client)
    assert is_in(client)


def test_a_verified_address_opens_the_account_and_the_subject_is_stored(
    firefox: Client, mario: User, provider: Provider
) -> None:
    provider.person["email"] = "Mario@Kurzum.Example"
    log_in_by_provider(firefox)

    assert is_in(firefox)
    mario.refresh_from_db()
    assert (mario.external_id, mario.email) == ("subject-of-mario", "mario@kurzum.example")
    event = AuditEvent.objects.get(action="login")
    assert (event.result, event.actor, event.ip_address) == ("success", mario, "203.0.113.7")
    assert event.details == {"method": "sso", "second_factor": "", "new_device": True}


@pytest.mark.parametrize(
    "change", [{"email": "maier@kurzum.example"}, {"email_verified": False}, {"email": None}, {"email": "Mario"}]
)
def test_later_on_the_subject_alone_counts(
    client: Client, mario: User, provider: Provider, change: dict[str, Any]
) -> None:
    other = User.objects.create_user("maier@kurzum.example")
    log_in_by_provider(Client())
    provider.person |= change
    log_in_by_provider(client)

    assert is_in(client)
    assert int(client.session["_auth_user_id"]) == mario.pk
    other.refresh_from_db()
    assert other.external_id is None


@pytest.mark.parametrize("verified", [False, "true", "false", 1, None, ["true"]])
def test_an_address_that_is_not_verified_opens_nothing(
    client: Client, mario: User, provider: Provider, verified: object
) -> None:
    provider.person["email_verified"] = verified

    assert refusal(client, log_in_by_provider(client)) == ("unauthorized", "unverified")
    mario.refresh_from_db()
    assert mario.external_id is None


@pytest.mark.parametrize("where", ["id_token", "userinfo"])
def test_what_is_said_about_one_address_is_not_believed_of_another(
    client: Client, mario: User, provider: Provider, where: str
) -> None:
    """The token and userinfo each have an address, one of them verified: Mario's is the other."""
    verified = {"email": "somebody@evil.example", "email_verified": True}
    provider.person = {"sub": "subject-of-a-thief"}
    provider.id_token, provider.userinfo = (
        (verified, {"email": mario.email}) if where == "id_token" else ({"email": mario.email}, verified)
    )

    refusal(client, log_in_by_provider(client))
    mario.refresh_from_db()
    assert mario.external_id is None


def test_a_domain_that_only_looks_alike_in_capitals_is_another(client: Client, mario: User, provider: Provider) -> None:
    User.objects.update(email="mario@firma.example")
    provider.person["email"] = "mario@f\N{LATIN SMALL LETTER DOTLESS I}rma.example"

    assert refusal(client, log_in_by_provider(client)) == ("unauthorized", "unknown")


def test_an_address_that_only_the_token_has_is_good_too(client: Client, mario: User, provider: Provider) -> None:
    provider.id_token, provider.person = provider.person, {"sub": provider.person["sub"]}
    log_in_by_provider(client)

    assert is_in(client)


def test_who_has_no_account_gets_none(client: Client, mario: User, provider: Provider) -> None:
    provider.person["email"] = "nobody@kurzum.example"
    response = log_in_by_provider(client)

    assert refusal(client, response) == ("unauthorized", "unknown")
    assert "nobody@kurzum.example" in response.content.decode()
    assert trail() == [("login", "unauthorized", "nobody@kurzum.example")]
    assert list(User.objects.all()) == [mario]


@pytest.mark.parametrize("known", [True, False], ids=["known", "first time"])
@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_only_active_staff_gets_in_and_nobody_becomes_it(
    client: Client, mario: User, provider: Provider, change: dict[str, bool], known: bool
) -> None:
    User.objects.update(external_id="subject-of-mario" if known else None, **change)

    assert refusal(client, log_in_by_provider(client)) == ("unauthorized", "unknown")
    assert User.objects.filter(**change).get() == mario


def test_an_account_gets_no_right_by_it(client: Client, provider: Provider) -> None:
    """Whatever the provider says of somebody's roles."""
    viewer = make_staff(Role.VIEWER, email="mario@kurzum.example")
    provider.person |= {"groups": ["Founder"], "roles": ["admin"], "is_superuser": True, "name": "Mario"}
    log_in_by_provider(client)

    assert is_in(client)
    viewer.refresh_from_db()
    assert (viewer.is_superuser, viewer.name, list(viewer.groups.all())) == (
        False,
        "",
        [Group.objects.get(name=Role.VIEWER)],
    )


def test_an_account_is_not_taken_over_by_another_subject(client: Client, mario: User, provider: Provider) -> None:
    User.objects.update(external_id="subject-of-mario")
    provider.person["sub"] = "subject-of-a-thief"

    assert refusal(client, log_in_by_provider(client)) == ("unauthorized", "unknown")
    mario.refresh_from_db()
    assert mario.external_id == "subject-of-mario"


def test_a_subject_opens_one_account(client: Client, mario: User, provider: Provider) -> None:
    """Its account is deactivated, so that it is looked for by the address of another."""
    User.objects.create_user("left@kurzum.example", external_id="subject-of-mario", is_active=False)

    assert refusal(client, log_in_by_provider(client)) == ("unauthorized", "unknown")
    mario.refresh_from_db()
    assert mario.external_id is None


@pytest.mark.parametrize("process", ["connect", "redirect", "login"])
def test_who_is_logged_in_is_not_connected_to_anybody(
    client: Client, mario: User, provider: Provider, process: str
) -> None:
    """Neither by a link that a stranger has sent, nor by a login that the stranger has begun."""
    log_in(client)
    provider.person = {"sub": "subject-of-a-thief", "email": "thief@evil.example", "email_verified": True}
    response = log_in_by_provider(client, process=process)

    assert response.status_code == 403
    assert is_in(client)
    mario.refresh_from_db()
    assert mario.external_id is None


def test_a_link_to_the_login_changes_nothing_of_what_the_provider_is_asked(
    client: Client, mario: User, provider: Provider
) -> None:
    plain = client.get(reverse("accounts_sso"))["Location"]
    made_up = {"scope": "offline_access", "auth_params": "redirect_uri=https://evil.example&prompt=none"}
    crafted = client.get(reverse("accounts_sso"), made_up)["Location"]

    for word in ("offline_access", "evil.example", "prompt"):
        assert word not in crafted
    assert len(crafted) == len(plain)


@pytest.mark.usefixtures("compulsory")
def test_a_second_factor_is_asked_for_as_after_a_password(client: Client, mario: User, provider: Provider) -> None:
    secret = give_app(mario)
    assert log_in_by_provider(client)["Location"] == reverse("mfa_authenticate")
    assert not is_in(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert is_in(client)
    details = AuditEvent.objects.get(action="login").details
    assert (details["method"], details["second_factor"]) == ("sso", "totp")


def test_the_trail_knows_the_way_that_led_in_where_another_was_begun(
    client: Client, mario: User, provider: Provider
) -> None:
    secret = give_app(mario)
    log_in(client)
    log_in_by_provider(client)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})

    assert AuditEvent.objects.get(action="login").details["method"] == "sso"


@pytest.mark.usefixtures("compulsory")
def test_who_has_no_second_factor_sets_one_up_first(client: Client, mario: User, provider: Provider) -> None:
    log_in_by_provider(client)

    assert client.get(reverse("admin:index"))["Location"] == reverse("accounts_enrol")


def test_the_password_still_works(client: Client, mario: User, provider: Provider) -> None:
    log_in_by_provider(Client())
    log_in(client, password=PASSWORD)

    assert is_in(client)


def test_an_address_that_is_used_twice_logs_in_once(client: Client, mario: User, provider: Provider) -> None:
    address = back_from_provider(client)
    other = Client()
    for one in (other, client):
        one.get(address)

    assert (is_in(client), is_in(other)) == (True, False)
    again = client.get(address)
    assert again.status_code == 403
