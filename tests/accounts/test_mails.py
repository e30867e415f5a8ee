"""The mails to staff, read as the mail server got them."""

import re
import time
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from integrations.sandbox import RunningSandbox
from tests.accounts.people import PASSWORD, code_of, is_in, log_in
from tests.conftest import WorkAll
from tests.outside import inbox

pytestmark = pytest.mark.django_db(transaction=True)
NEW_PASSWORD = "Leiter und Wasserwaage"
SITE = "http://127.0.0.1:8000"
LINK = re.compile(rf"{SITE}/admin/account/password/reset/key/\S+/")


def ask_for_link(email: str) -> Any:
    """The page after somebody has asked for a new password."""
    return Client().post(reverse("account_reset_password"), {"email": email}, follow=True)


def link_in(mail: dict[str, Any]) -> str:
    """The one link to a password, which both parts of the mail have."""
    [link] = LINK.findall(mail["text"])
    assert f'href="{link}"' in mail["html"]
    return str(link)


def open_link(client: Client, link: str) -> Any:
    return client.get(link.removeprefix(SITE), follow=True)


def set_password(client: Client, link: str, password: str = NEW_PASSWORD) -> Any:
    """What opening the link and sending the form that it leads to gives."""
    form = open_link(client, link).request["PATH_INFO"]
    return client.post(form, {"password1": password, "password2": password})


def assert_to_staff(mail: dict[str, Any], to: str, subject: str) -> None:
    """To that account only, in German, with all that a mail of ours has, and without a password."""
    assert (mail["to"], mail["from"]) == (to, "Mario von kurzum <mario@kurzum.example>")
    assert mail["subject"] == subject
    assert 'lang="de"' in mail["html"]
    assert not {"Cc", "Bcc"} & set(mail["headers"])
    for part in (mail["text"], mail["html"]):
        for password in (PASSWORD, NEW_PASSWORD):
            assert password not in part
        assert "weil du in diesem Backoffice ein Konto hast" in part
        assert "Anmeldeformular" not in part


def assert_notice(mail: dict[str, Any], subject: str, *texts: str) -> None:
    """A notice to Mario of something done with Firefox on Linux."""
    assert_to_staff(mail, "mario@kurzum.example", subject)
    for text in ("Hallo Mario,", "Firefox", "Linux", "203.0.113.7", f"{SITE}/admin/account/", *texts):
        assert text in mail["text"]
        assert escape(text) in mail["html"]


def test_an_invitation_leads_to_a_first_password(client: Client, sandbox: RunningSandbox, work: WorkAll) -> None:
    call_command("create_staff", "erika@kurzum.example", "--name", "Erika", "--role", "Viewer", "--all-lists")
    work()

    [mail] = inbox(sandbox)
    assert_to_staff(mail, "erika@kurzum.example", "Dein Konto im Backoffice")
    assert "Hallo Erika," in mail["text"]
    assert "24 Stunden" in mail["text"]
    set_password(client, link_in(mail))
    log_in(client, "erika@kurzum.example", NEW_PASSWORD)
    assert is_in(client)


def test_a_link_to_a_new_password_works_once(mario: User, sandbox: RunningSandbox, work: WorkAll) -> None:
    ask_for_link("Mario@Kurzum.example")
    work()

    [mail] = inbox(sandbox)
    assert_to_staff(mail, "mario@kurzum.example", "Dein Link für ein neues Passwort")
    assert "24 Stunden" in mail["text"]
    link = link_in(mail)
    # Mail scanners open links: that alone changes nothing.
    open_link(Client(), link)
    mario.refresh_from_db()
    assert mario.check_password(PASSWORD)

    assert set_password(Client(), link).status_code == 302
    assert set_password(Client(), link, "Hammer und Meissel am Abend").status_code == 200
    assert "token_fail" in open_link(Client(), link).context
    mario.refresh_from_db()
    assert mario.check_password(NEW_PASSWORD)


def test_a_link_to_a_new_password_ends_after_a_day(mario: User, sandbox: RunningSandbox, work: WorkAll) -> None:
    ask_for_link(mario.email)
    work()
    link = link_in(inbox(sandbox)[-1])

    with time_machine.travel(time.time() + 24 * 3600 + 60, tick=False):
        set_password(Client(), link)

    mario.refresh_from_db()
    assert mario.check_password(PASSWORD)


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_who_may_not_log_in_gets_no_link_and_the_same_answer_as_everybody(
    mario: User, sandbox: RunningSandbox, work: WorkAll, change: dict[str, bool]
) -> None:
    User.objects.create_user("left@kurzum.example", PASSWORD, **change)
    answers = {
        re.sub(r'value="\w{64}"', "", ask_for_link(email).content.decode())
        for email in ("left@kurzum.example", "nobody@kurzum.example", "mario@kurzum.example")
    }
    work()

    assert len(answers) == 1
    assert [mail["to"] for mail in inbox(sandbox)] == ["mario@kurzum.example"]


def test_who_is_deactivated_meanwhile_gets_no_link_and_has_none(
    mario: User, sandbox: RunningSandbox, work: WorkAll
) -> None:
    ask_for_link(mario.email)
    work()
    link = link_in(inbox(sandbox)[-1])
    ask_for_link(mario.email)
    User.objects.update(is_active=False)
    work()

    assert len(inbox(sandbox)) == 1
    set_password(Client(), link)
    mario.refresh_from_db()
    assert mario.check_password(PASSWORD)


def test_nobodys_inbox_is_flooded(mario: User, sandbox: RunningSandbox, work: WorkAll) -> None:
    answers = {ask_for_link(mario.email).status_code for _ in range(5)}
    work()

    assert answers == {200}
    assert len(inbox(sandbox)) == 3


def test_a_login_from_a_new_device_is_told(
    firefox: Client, mario: User, sandbox: RunningSandbox, work: WorkAll
) -> None:
    log_in(firefox)
    work()

    [mail] = inbox(sandbox)
    assert_notice(mail, "Anmeldung mit einem neuen Gerät")


def test_a_new_password_is_told_however_it_was_set(
    firefox: Client, mario: User, sandbox: RunningSandbox, work: WorkAll
) -> None:
    log_in(firefox)
    fields = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    firefox.post(reverse("account_change_password"), fields)
    ask_for_link(mario.email)
    work()
    set_password(firefox, link_in(inbox(sandbox)[-1]), PASSWORD)
    work()

    told = [mail for mail in inbox(sandbox) if mail["subject"] == "Dein Passwort wurde geändert"]
    assert len(told) == 2
    for mail in told:
        assert_notice(mail, "Dein Passwort wurde geändert")
        assert LINK.search(mail["text"]) is None


def test_a_changed_second_factor_is_told(firefox: Client, mario: User, sandbox: RunningSandbox, work: WorkAll) -> None:
    log_in(firefox)
    secret = firefox.get(reverse("mfa_activate_totp")).context["form"].secret
    firefox.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    work()

    mail = inbox(sandbox)[-1]
    assert_notice(mail, "Dein zweiter Faktor wurde geändert")
    assert secret not in mail["text"] + mail["html"]


def test_a_name_is_text_and_no_markup(mario: User, sandbox: RunningSandbox, work: WorkAll) -> None:
    User.objects.update(name="<b>Mario</b> & Söhne")
    ask_for_link(mario.email)
    work()

    [mail] = inbox(sandbox)
    assert "Hallo <b>Mario</b> & Söhne," in mail["text"]
    assert "Hallo &lt;b&gt;Mario&lt;/b&gt; &amp; Söhne," in mail["html"]
