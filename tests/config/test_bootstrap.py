"""``manage.py bootstrap``: safe to repeat at every release."""

import pytest
from django.core.management import call_command

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
