"""One confirmation mail per allowed resend; one "already on the list" a day."""

import datetime as dt

import pytest
from django.db.models import F
from django.utils import timezone

from integrations.sandbox import RunningSandbox
from tests.factories import make_signup
from tests.outside import parties
from waitlist import pipeline
from waitlist.models import Mail, WaitlistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waitlist", "sandbox")]


def sign_up() -> None:
    pipeline.process(make_signup().pk, last_attempt=False)


def pass_time(**time: float) -> None:
    Mail.objects.update(created_at=F("created_at") - dt.timedelta(**time))


def kinds() -> list[str]:
    return list(Mail.objects.order_by("pk").values_list("kind", flat=True))


def test_signing_up_again_within_ten_minutes_sends_nothing_more() -> None:
    for _ in range(5):
        sign_up()

    assert kinds() == ["confirmation"]


def test_signing_up_again_later_renews_the_link() -> None:
    sign_up()
    pass_time(minutes=11)
    sign_up()

    assert kinds() == ["confirmation", "confirmation_renewed"]


def test_a_day_brings_three_confirmations_at_most() -> None:
    for _ in range(100):
        sign_up()
        pass_time(minutes=14)

    assert len(kinds()) == 3


def test_a_confirmed_address_is_told_once_a_day() -> None:
    sign_up()
    WaitlistEntry.objects.update(confirmed_at=timezone.now())

    for _ in range(3):
        sign_up()
    assert kinds() == ["confirmation", "already_confirmed"]

    pass_time(hours=25)
    sign_up()
    assert kinds() == ["confirmation", "already_confirmed", "already_confirmed"]


def test_every_sign_up_is_kept_as_evidence(sandbox: RunningSandbox) -> None:
    for _ in range(4):
        sign_up()

    entry = WaitlistEntry.objects.get()
    assert entry.signups.filter(status="processed").count() == 4
    assert len(parties(sandbox)) == 1
