"""What the operator does on the command line: adding staff, resetting a second factor, deactivating."""

import re
from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.accounts.people import PASSWORD, give_app, is_in, jobs, log_in, trail
from tests.factories import make_waitlist
from trail.models import AuditEvent

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    """What the command says."""
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_create_staff_makes_an_account_with_role_and_lists_and_invites_it() -> None:
    make_waitlist("bau")
    run("create_staff", "Erika@Kurzum.example", "--name", "Erika", "--role", "Editor", "--list", "bau")

    account = User.objects.get(email__iexact="erika@kurzum.example")
    assert (account.role.name if account.role else None) == "Editor"
    assert [waitlist.slug for waitlist in account.visible_waitlists()] == ["bau"]
    assert not account.has_usable_password()
    assert jobs("mail_invitation") == [str(account.pk)]
    event = AuditEvent.objects.get(action="account")
    assert (event.target_pk, event.details["change"], event.details["role"]) == (str(account.pk), "created", "Editor")


def test_the_printed_link_sets_the_first_password(client: Client) -> None:
    url = run("create_staff", "erika@kurzum.example", "--role", "Viewer", "--all-lists", "--print-link").strip()
    assert jobs("mail_invitation") == []

    page = client.get(url.partition("://")[2].partition("/")[2].join("/ ").replace(" ", ""), follow=True)
    answer = client.post(page.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})

    assert answer.status_code == 302
    log_in(client, "erika@kurzum.example")
    assert is_in(client)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("erika@kurzum.example", "--role", "Boss", "--all-lists"), "invalid choice"),
        (("erika@kurzum.example", "--role", "Editor"), "required"),
        (("erika@kurzum.example", "--role", "Editor", "--list", "nowhere"), "There is no list nowhere"),
        (("nonsense", "--role", "Editor", "--all-lists"), "E-Mail|e-mail"),
        (("MARIO@kurzum.example", "--role", "Editor", "--all-lists"), "."),
    ],
    ids=["role", "lists", "list", "address", "taken"],
)
def test_create_staff_refuses_what_it_cannot_do(mario: User, arguments: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(CommandError, match=complaint):
        run("create_staff", *arguments)
    assert User.objects.count() == 1
    assert not AuditEvent.objects.exists()


def test_reset_second_factor_takes_all_of_them_ends_the_sessions_and_tells_the_person(
    client: Client, mario: User
) -> None:
    log_in(client)
    give_app(mario)
    run("reset_second_factor", "Mario@kurzum.example")

    assert not Authenticator.objects.filter(user=mario).exists()
    assert not is_in(client)
    event = AuditEvent.objects.get(action="second_factor")
    assert (event.details["change"], event.actor, event.target_pk) == ("reset", None, str(mario.pk))
    assert str(event.pk) in map(str, jobs("mail_notice"))


def test_deactivate_staff_throws_out_at_once_and_is_recorded(client: Client, mario: User) -> None:
    log_in(client)
    run("deactivate_staff", mario.email)

    assert not is_in(client)
    log_in(client)
    assert not is_in(client)
    assert AuditEvent.objects.filter(action="account", details__change="deactivated", actor=None).count() == 1


@pytest.mark.parametrize("command", ["reset_second_factor", "deactivate_staff"])
def test_an_unknown_account_is_an_error(command: str) -> None:
    with pytest.raises(CommandError, match=r"no account nobody@kurzum\.example"):
        run(command, "nobody@kurzum.example")
    assert trail() == []


def test_the_demo_accounts_are_a_founder_and_a_viewer_made_once(settings: Settings) -> None:
    settings.DEBUG = True
    printed = re.findall(r"account (\S+) \((\w+)\) with the password (\S+)", run("demo_accounts"))

    assert [role for _email, role, _password in printed] == ["Founder", "Viewer"]
    for email, role, password in printed:
        account = authenticate(username=email, password=password)
        assert isinstance(account, User)
        assert account.role
        assert account.role.name == role
    assert run("demo_accounts") == ""


def test_demo_accounts_are_refused_outside_debug() -> None:
    with pytest.raises(CommandError):
        run("demo_accounts")


def test_the_mailed_links_page_is_reached_through_the_admin() -> None:
    assert reverse("account_reset_password_from_key", kwargs={"uidb36": "1", "key": "x"}).startswith("/admin/")
