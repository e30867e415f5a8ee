"""``manage.py bootstrap``: safe to repeat at every release."""

import re

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from pytest_django import Settings

from waitlist.models import ConsentText, Waitlist

pytestmark = pytest.mark.django_db


def test_it_makes_the_first_list_with_its_wording() -> None:
    call_command("bootstrap")

    waitlist = Waitlist.objects.get()
    assert (waitlist.slug, waitlist.name, waitlist.is_open) == ("kurzum_app", "kurzum", True)
    assert (waitlist.origins, waitlist.founder_email) == (["https://kurzum.example"], "founder@kurzum.example")
    assert "kurzum" in ConsentText.objects.get().text


def test_repeating_it_keeps_what_the_founder_changed() -> None:
    call_command("bootstrap")
    Waitlist.objects.update(name="Mein Name", origins=[], is_open=False)

    call_command("bootstrap")

    waitlist = Waitlist.objects.get()
    assert (waitlist.name, waitlist.origins, waitlist.is_open) == ("Mein Name", [], False)
    assert ConsentText.objects.count() == 1


def test_the_demo_founder_can_log_in_and_is_made_once(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    settings.DEBUG = True
    call_command("bootstrap", "--demo-founder")
    printed = re.search(r"account (\S+) with the password (\S+)", capsys.readouterr().out)
    assert printed

    call_command("bootstrap", "--demo-founder")

    assert "password" not in capsys.readouterr().out
    assert authenticate(username=printed[1], password=printed[2])


def test_a_demo_account_is_refused_outside_debug() -> None:
    with pytest.raises(CommandError):
        call_command("bootstrap", "--demo-founder")
