"""One confirmation mail per allowed resend; one "already on the list" a day."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from integrations.sandbox import RunningSandbox
from tests.factories import make_signup, make_waitlist
from tests.outside import inbox, parties
from waitlist import pipeline
from waitlist.models import Mail, Waitlist, WaitlistEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("waitlist", "sandbox")]


def sign_up(email: str = "erika@example.com", **fields: Any) -> None:
    pipeline.process(make_signup(email=email, **fields).pk, last_attempt=False)


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


SPELLINGS = ["erika.muster@gmail.com", "ErikaMuster@gmail.com", "e.r.i.k.a.muster+list@googlemail.com"]


def test_spellings_of_one_inbox_are_one_party_one_entry_and_one_mail(sandbox: RunningSandbox) -> None:
    for email in SPELLINGS:
        sign_up(email)

    assert WaitlistEntry.objects.count() == len(parties(sandbox)) == 1
    assert kinds() == ["confirmation"]


def test_the_caps_of_an_inbox_hold_across_lists() -> None:
    other = make_waitlist("other")

    sign_up(SPELLINGS[0])
    sign_up(SPELLINGS[1], waitlist=other)

    assert WaitlistEntry.objects.count() == 2
    assert kinds() == ["confirmation"]


def test_mail_goes_to_what_was_typed(sandbox: RunningSandbox) -> None:
    sign_up(SPELLINGS[0])
    pass_time(minutes=11)
    sign_up(SPELLINGS[2])
    for mail in Mail.objects.all():
        pipeline.deliver(mail.pk, last_attempt=False)

    assert [mail["to"] for mail in inbox(sandbox)] == [SPELLINGS[0], SPELLINGS[2]]


def flood(count: int) -> None:
    for number in range(count):
        sign_up(f"flood{Mail.objects.count()}-{number}@example.com")


def statuses() -> dict[str, int]:
    found = Mail.objects.filter(kind="confirmation").values_list("status", flat=True)
    return {status: list(found).count(status) for status in sorted(set(found))}


def test_a_flood_is_stored_and_its_mails_are_held_back_and_the_founder_is_told_once(sandbox: RunningSandbox) -> None:
    Waitlist.objects.update(hourly_limit=3)

    flood(8)

    assert WaitlistEntry.objects.count() == 8
    assert statuses() == {"held": 5, "queued": 3}
    assert kinds().count("mailing_paused") == 1
    pipeline.deliver(Mail.objects.get(kind="mailing_paused").pk, last_attempt=False)
    [mail] = inbox(sandbox)
    assert mail["to"] == "founder@kurzum.example"
    assert "/admin/waitlist/waitlist/" in mail["text"]


def test_held_mails_go_out_as_fast_as_the_limit_allows() -> None:
    Waitlist.objects.update(hourly_limit=3)
    flood(8)
    assert pipeline.sweep() == 0

    Mail.objects.filter(status="queued").update(status="sent", sent_at=timezone.now())
    pass_time(minutes=61)

    assert pipeline.sweep() == 3
    assert statuses() == {"held": 2, "queued": 3, "sent": 3}
    assert pipeline.sweep() == 0


def test_confirmed_leads_are_no_flood() -> None:
    Waitlist.objects.update(hourly_limit=3)

    for number in range(8):
        sign_up(f"lead{number}@example.com")
        WaitlistEntry.objects.update(confirmed_at=timezone.now())

    assert statuses() == {"queued": 8}


def test_one_lists_flood_does_not_hold_another_lists_mails() -> None:
    Waitlist.objects.update(hourly_limit=3)
    flood(4)

    sign_up("else@example.com", waitlist=make_waitlist("other"))

    assert statuses() == {"held": 1, "queued": 4}
