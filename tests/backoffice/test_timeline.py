"""A lead's timeline: everything that was recorded, the latest first, with who it was."""

import datetime as dt
from collections import Counter

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from backoffice.models import Export, ExportedRange, Note
from backoffice.timeline import Moment, timeline
from tests.factories import make_entry, make_mail
from trail.models import Action
from trail.recording import record
from waitlist import pipeline
from waitlist.models import WaitlistEntry

pytestmark = pytest.mark.django_db


def moments_of(entry: WaitlistEntry) -> list[Moment]:
    return timeline(WaitlistEntry.objects.get(pk=entry.pk), contacts=True)


def test_it_tells_everything_that_was_recorded(admin_user: User) -> None:
    now = timezone.now()
    entry = make_entry(confirmed_at=now)
    make_mail(entry.latest_signup(), status="sent", sent_at=now)
    make_mail(entry.latest_signup(), kind="confirmation_renewed", status="sent", sent_at=now)
    make_mail(entry.latest_signup(), kind="founder_notice", status="failed")
    make_mail(entry.latest_signup(), kind="already_confirmed", status="held")
    entry.crm_updates.create(kind="prospect", status="done", done_at=now)
    entry.crm_updates.create(kind="customer", status="failed", last_error="rejected")
    pipeline.open_link(entry)
    entry.signups.update(unsubscribed_at=now)
    Note.objects.create(entry=entry, author=admin_user, text="Ruft am Montag an")
    record(None, Action.LEAD, target=entry, actor=admin_user, step="unsubscribe", worked=True)
    record(None, Action.UNMASK, target=entry, actor=admin_user)
    WaitlistEntry.objects.filter(pk=entry.pk).update(company_name="Neu GmbH")

    signup = ["edit_document", "sync", "unsubscribe"]
    mails = ["mail", "forward_to_inbox", "error", "schedule"]
    visitor = ["visibility", "verified"]
    staff = ["sticky_note_2", "touch_app", "visibility", "edit"]
    assert Counter(moment.icon for moment in moments_of(entry)) == Counter(
        [*signup, *mails, *visitor, *staff, "sync", "sync_problem"]
    )


def test_the_latest_comes_first() -> None:
    start = timezone.now() - dt.timedelta(days=3)
    entry = make_entry(created_at=start, confirmed_at=start + dt.timedelta(hours=2))
    entry.signups.update(processed_at=start + dt.timedelta(minutes=1))
    make_mail(entry.latest_signup(), status="sent", sent_at=start + dt.timedelta(hours=1))

    icons = [moment.icon for moment in moments_of(entry)]

    assert icons == ["verified", "mail", "sync", "edit_document"]


def test_it_names_who_wrote_exported_pressed_and_changed(admin_client: Client, admin_user: User) -> None:
    entry = make_entry()
    admin_user.name = "Mario Gruber"
    admin_user.save()
    export = Export.objects.create(actor=admin_user, reason="Newsletter", columns=[], format="xlsx")
    ExportedRange.objects.create(export=export, first_pk=entry.pk, last_pk=entry.pk, entry_pks=[entry.pk])
    form = {"company_name": "Neu GmbH", "gewerk": "Sonstige", "company_size": "50+"}
    admin_client.post(reverse("admin:waitlist_waitlistentry_change", args=(entry.pk,)), form)
    admin_client.post(reverse("admin:waitlist_waitlistentry_note", args=(entry.pk,)), {"text": "Ruft an"})
    admin_client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "resend")))

    named = {moment.icon for moment in moments_of(entry) if moment.who == "Mario Gruber"}

    assert named == {"download", "edit", "sticky_note_2", "touch_app"}


def test_a_step_without_effect_is_told_as_such(admin_client: Client) -> None:
    entry = make_entry()
    admin_client.post(reverse("admin:waitlist_waitlistentry_step", args=(entry.pk, "retry")))
    [pressed] = [moment for moment in moments_of(entry) if moment.icon == "touch_app"]
    assert pressed.detail == "Es hatte keine Wirkung."


def test_it_tells_that_a_confirmation_was_taken_back_and_by_whom(admin_user: User) -> None:
    entry = make_entry(confirmed_at=timezone.now())
    WaitlistEntry.objects.update(confirmed_at=None)
    [moment] = [moment for moment in moments_of(entry) if moment.icon in {"verified", "unpublished"}]
    assert (moment.icon, moment.who) == ("unpublished", "direkt in der Datenbank")


def test_an_export_of_others_is_not_told(admin_user: User) -> None:
    first, second, third = (make_entry(email=f"{name}@example.com") for name in "abc")
    export = Export.objects.create(actor=admin_user, reason="Newsletter", columns=[], format="xlsx")
    pks = [first.pk, third.pk]
    ExportedRange.objects.create(export=export, first_pk=first.pk, last_pk=third.pk, entry_pks=pks)
    exported = ["download" in {moment.icon for moment in moments_of(entry)} for entry in (first, second, third)]
    assert exported == [True, False, True]
