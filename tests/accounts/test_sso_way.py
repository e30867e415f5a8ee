"""The way to the provider of single sign-on and back, and what is asked for after it."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
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
)
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
