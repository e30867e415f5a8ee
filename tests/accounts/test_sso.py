"""Single sign-on opens existing accounts of active staff, and makes nobody staff."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import Group
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.accounts.oidc import Provider
from tests.accounts.people import is_in, log_in, log_in_by_provider, refusal, trail
from tests.staff import make_staff
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db


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
    assert not SocialAccount.objects.exists()
