"""The search of entries, over HTTP; its documents are kept by the database, whoever writes."""

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from backoffice.models import SearchDocument, SearchWord, UnlearnedEntry
from backoffice.search import few_keys, learn_words, matching
from tests.backoffice.conftest import StaffClient
from tests.backoffice.test_entries import LIST, listed
from tests.factories import make_entry, make_signup
from waitlist.models import WaitlistEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def mueller() -> WaitlistEntry:
    make_entry(company_name="Malerei Berger", display_name="Berta Berger", email="b@example.com")
    return make_entry(
        company_name="Elektrotechnik Müller & Söhne GmbH",
        display_name="Željko Weiß",
        email="office@mueller-elektro.at",
        phone="+436641234567",
        message="Wir suchen eine Lösung für unsere Baustellen.",
        utm_campaign="innung_herbst",
    )


@pytest.mark.parametrize(
    "text",
    [
        "müller",
        "mueller",
        "Muller",
        "MÜLLER",
        "elektrotech",  # the beginning of a word
        "weiss",
        "Weiß",
        "office@mueller-elektro.at",
        "mueller-elektro",
        "0664 1234567",
        "+43 664 1234567",
        "0664/123",
        "baustelle",  # by its stem
        "Lösungen",
        "innung",
        "innung_herbst",
        "söhne müller",  # all words, in any order
        "müller & (söhne) | 'gmbh':*",
    ],
)
def test_finds_the_one_lead(admin_client: Client, mueller: WaitlistEntry, text: str) -> None:
    assert listed(admin_client, q=text) == [mueller.company_name]


@pytest.mark.parametrize("text", ["müller berger", "xyzzy", "'", ":*", "\\", "%", "&!|()<->"])
def test_finds_nothing_and_does_not_break(admin_client: Client, mueller: WaitlistEntry, text: str) -> None:
    assert listed(admin_client, q=text) == []


@pytest.mark.parametrize("text", ["elektrotehnik", "Mülller", "bergr"])
def test_a_mistyped_word_finds_what_was_meant_and_says_so(
    admin_client: Client, mueller: WaitlistEntry, text: str
) -> None:
    assert learn_words() == 2
    response = admin_client.get(LIST, {"q": text})

    assert len(response.context["cl"].result_list) == 1
    assert [str(message) for message in response.context["messages"]]


def test_words_are_learnt_once_and_again_when_they_change(mueller: WaitlistEntry) -> None:
    assert learn_words() == 2
    assert learn_words() == 0
    mueller.company_name = "Blitzschutz Ober"
    mueller.save()

    assert learn_words() == 1
    assert SearchWord.objects.filter(word="blitzschutz").exists()
    assert not UnlearnedEntry.objects.exists()


def test_who_may_not_see_contacts_cannot_find_them_out_by_searching(
    staff_client: StaffClient, mueller: WaitlistEntry
) -> None:
    client = staff_client("view_waitlistentry")

    for text in ("office@mueller-elektro.at", "office", "0664 1234567", "baustelle"):
        assert listed(client, q=text) == [], text
    assert listed(client, q="söhne") == [mueller.company_name]


def test_the_latest_signup_counts_and_raw_sql_is_noticed(admin_client: Client) -> None:
    entry = make_entry(display_name="Alte Frau", email="alt@example.com")
    make_signup(entry=entry, display_name="Neue Frau", email="neu@example.com")
    assert listed(admin_client, q="alt@example.com") == []
    with connection.cursor() as cursor:
        cursor.execute("UPDATE waitlist_entries SET company_name = 'Zimmerei Huber' WHERE id = %s", [entry.pk])
        cursor.execute("UPDATE waitlist_signups SET display_name = 'Neueste' WHERE email = 'neu@example.com'")

    assert listed(admin_client, q="zimmerei neueste") == ["Zimmerei Huber"]
    entry.signups.get(email="neu@example.com").delete()
    assert listed(admin_client, q="zimmerei alt@example.com") == ["Zimmerei Huber"]
    entry.delete()
    assert not SearchDocument.objects.exists()


def test_common_words_are_left_to_the_order_of_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        make_entry(email=f"{number}@example.com")
    found = matching("muster", contacts=True)
    assert len(few_keys(found) or ()) == 5
    monkeypatch.setattr("backoffice.search.FEW", 4)

    assert few_keys(found) is None
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("m@kurzum.example"))
    assert len(listed(client, q="muster")) == 5
