"""Made-up leads: plausible, whole, and nothing that the worker would act upon."""

import io
from collections import Counter

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db.models import Count
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from backoffice.models import SearchDocument
from backoffice.seeding import load
from tests.factories import make_waitlist
from waitlist import pipeline
from waitlist.addresses import address_key
from waitlist.choices import CrmUpdateStatus, MailStatus, SignupStatus
from waitlist.models import CrmUpdate, LinkOpening, Mail, Refusal, Signup, Waitlist, WaitlistEntry

ENTRIES = 700


@pytest.fixture
def debug(settings: Settings) -> None:
    settings.DEBUG = True


def seed(entries: int = ENTRIES, **options: object) -> str:
    out = io.StringIO()
    call_command("seed", entries=entries, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.usefixtures("waitlist", "debug")
class TestLeads:
    def test_there_are_as_many_as_asked_for_and_it_says_how_fast(self) -> None:
        assert f"{ENTRIES:,} entries" in seed()
        assert WaitlistEntry.objects.count() == ENTRIES
        assert 0.55 < WaitlistEntry.objects.exclude(confirmed_at=None).count() / ENTRIES < 0.75

    def test_nothing_is_left_for_the_worker(self) -> None:
        seed()
        assert pipeline.sweep() == 0
        assert not ProcrastinateJob.objects.exists()
        assert not Signup.objects.filter(status=SignupStatus.RECEIVED).exists()
        assert not Mail.objects.filter(status__in=(MailStatus.QUEUED, MailStatus.HELD)).exists()
        assert not CrmUpdate.objects.filter(status=CrmUpdateStatus.QUEUED).exists()

    def test_no_address_can_be_mailed_and_each_is_one_persons(self) -> None:
        seed()
        assert not Signup.objects.exclude(email__endswith=".example").exists()
        people = Counter(Signup.objects.values_list("email").annotate(Count("entry", distinct=True)))
        assert set(people.values()) == {1}
        assert all(signup.address_key == address_key(signup.email) for signup in Signup.objects.all())

    def test_the_history_has_happened_when_the_story_says(self) -> None:
        seed()
        history = apps.get_model("waitlist", "WaitlistEntryEvent")._default_manager
        confirmed = WaitlistEntry.objects.exclude(confirmed_at=None)
        assert history.filter(pgh_label="insert", confirmed_at=None).count() == ENTRIES
        assert history.filter(pgh_label="update").count() == confirmed.count()
        entry = confirmed.latest("created_at")
        insert, update = history.filter(pgh_obj_id=entry.pk).order_by("pgh_created_at")
        assert (insert.pgh_created_at, update.pgh_created_at) == (entry.created_at, entry.confirmed_at)

    def test_the_funnel_has_all_its_stages(self) -> None:
        seed(1500)
        assert Mail.objects.filter(status=MailStatus.FAILED).exists()
        assert Signup.objects.filter(status=SignupStatus.FAILED, entry=None).exists()
        assert Signup.objects.exclude(unsubscribed_at=None).exists()
        assert LinkOpening.objects.count() > WaitlistEntry.objects.exclude(confirmed_at=None).count()
        assert Refusal.objects.values("reason").distinct().count() == 3
        assert SearchDocument.objects.count() == 1500

    def test_the_same_number_makes_the_same_people(self) -> None:
        other = make_waitlist("other_app")
        seed(50, seed_number=7)
        seed(50, seed_number=7, list=other.slug)
        first, second = (
            list(WaitlistEntry.objects.filter(waitlist=waitlist).order_by("pk").values_list("company_name", flat=True))
            for waitlist in Waitlist.objects.order_by("pk")
        )
        assert first == second

    def test_seeding_again_adds_to_the_refusals(self) -> None:
        seed(50)
        before = sum(Refusal.objects.values_list("count", flat=True))
        seed(50)
        assert sum(Refusal.objects.values_list("count", flat=True)) > before

    def test_an_unknown_list_is_refused(self) -> None:
        with pytest.raises(CommandError, match="no list"):
            seed(list="nowhere")


@pytest.mark.django_db(transaction=True)
def test_large_numbers_come_over_several_connections(
    waitlist: Waitlist, debug: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(load, "CHUNK_SIZE", 40)
    seed(200)
    assert WaitlistEntry.objects.filter(waitlist=waitlist).count() == 200


@pytest.mark.django_db
def test_outside_debug_it_needs_to_be_told(waitlist: Waitlist) -> None:
    with pytest.raises(CommandError, match="even-in-production"):
        seed(1)
    seed(1, even_in_production=True)
    assert WaitlistEntry.objects.count() == 1
