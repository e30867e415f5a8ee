"""What gives a bot away on the hosted page, and that no person is taken for one."""

import datetime as dt
import re

import pytest
import time_machine
from django.core.signing import TimestampSigner
from django.test import Client

from tests.api import FakeTurnstile, form, post
from tests.factories import make_waitlist
from waitlist.bot_traps import MAXIMUM, MINIMUM
from waitlist.models import Signup, Waitlist

pytestmark = pytest.mark.usefixtures("waitlist")

RENDERED = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)
SECOND = dt.timedelta(seconds=1)
GENERIC = "Die Sicherheitsprüfung ist fehlgeschlagen. Bitte versuche es noch einmal."


@pytest.fixture
def form_token() -> str:
    """The hosted page's, rendered at RENDERED."""
    with time_machine.travel(RENDERED, tick=False):
        return token_of("/")


def token_of(path: str) -> str:
    [token] = re.findall(r'name="formToken"\s+value="([^"]+)"', Client().get(path).content.decode())
    return str(token)


def refusal(**changes: str) -> str:
    """The message with which a form is refused as a bot's."""
    response = post(form(**changes))
    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (403, "BOT_DETECTED")
    return str(error["message"])


def test_a_filled_trap_is_a_bot_and_costs_no_token_and_no_unit(turnstile: FakeTurnstile) -> None:
    for _ in range(6):
        assert refusal(website="https://spam.example") == GENERIC

    assert not turnstile.asked
    assert post(form(website="")).status_code == 200


@pytest.mark.parametrize("age", [dt.timedelta(0), MINIMUM - SECOND, -5 * SECOND], ids=str)
def test_a_form_filled_in_no_time_is_a_bots(turnstile: FakeTurnstile, form_token: str, age: dt.timedelta) -> None:
    with time_machine.travel(RENDERED + age, tick=False):
        assert refusal(formToken=form_token) == GENERIC

    assert not turnstile.asked


@pytest.mark.parametrize("age", [MINIMUM + SECOND, dt.timedelta(hours=1), MAXIMUM], ids=str)
def test_a_form_filled_in_by_a_person_passes(turnstile: FakeTurnstile, form_token: str, age: dt.timedelta) -> None:
    with time_machine.travel(RENDERED + age, tick=False):
        assert post(form(formToken=form_token, website="")).status_code == 200


def test_a_page_left_open_for_days_is_told_what_helps(turnstile: FakeTurnstile, form_token: str) -> None:
    with time_machine.travel(RENDERED + MAXIMUM + SECOND, tick=False):
        assert "lade die Seite neu" in refusal(formToken=form_token)

    assert not turnstile.asked


def test_a_token_cannot_be_forged_or_carried_over(turnstile: FakeTurnstile, form_token: str) -> None:
    make_waitlist("other")
    slug, stamp, signature = form_token.split(":")
    with time_machine.travel(RENDERED, tick=False):
        forged = (
            "x",
            f"{slug}:{stamp}:{signature[:-1]}",
            f"{slug}:1aaaaa:{signature}",
            token_of("/w/other"),
            TimestampSigner(salt="another").sign(slug),
        )
    with time_machine.travel(RENDERED + 10 * SECOND, tick=False):
        for token in forged:
            assert refusal(formToken=token) == GENERIC

    assert not turnstile.asked


def test_other_sites_need_neither(turnstile: FakeTurnstile) -> None:
    assert post(form()).status_code == 200
    assert post(form(website=None, formToken=None)).status_code == 200

    assert Signup.objects.count() == 2


def test_people_neither_see_nor_reach_nor_hear_the_trap(client: Client, waitlist: Waitlist) -> None:
    page = client.get("/").content.decode()

    [trap] = re.findall(r'<div class="elsewhere" aria-hidden="true">.*?</div>', page, re.DOTALL)
    assert re.search(r'name="website"\s+autocomplete="off"\s+tabindex="-1"', trap)
    assert f'data-minimum-seconds="{MINIMUM.seconds}"' in page
