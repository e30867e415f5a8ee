"""For staff who are limited to a list the leads of another do not exist: 404, and no number, choice or word of it."""

import uuid
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from django.test import Client
from django.urls import reverse

from accounts.roles import Role
from backoffice.models import SavedView
from backoffice.search import learn_words
from tests.factories import make_entry, make_signup, make_waitlist
from tests.staff import client_of, make_staff
from trail.models import AuditEvent
from waitlist.choices import SignupStatus
from waitlist.models import Signup, Waitlist, WaitlistEntry

ENTRIES = reverse("admin:waitlist_waitlistentry_changelist")
SIGNUPS = reverse("admin:waitlist_signup_changelist")
LISTS = reverse("admin:waitlist_waitlist_changelist")
INDEX = reverse("admin:index")

pytestmark = pytest.mark.django_db


class Foreign(NamedTuple):
    """Rows of the list that the person does not see."""

    waitlist: Waitlist
    entry: WaitlistEntry
    signup: Signup


@pytest.fixture
def own() -> WaitlistEntry:
    return make_entry(waitlist=make_waitlist("own", name="Eigene Liste"), company_name="Eigene GmbH")


@pytest.fixture
def foreign() -> Foreign:
    waitlist = make_waitlist("foreign", name="Fremde Liste")
    entry = make_entry(
        waitlist=waitlist,
        company_name="Zwiebelturm AG",
        email="f@fremde.example",
        display_name="Frieda Fremd",
        utm_source="fremdquelle",
        utm_campaign="fremdkampagne",
    )
    failed = make_signup(waitlist=waitlist, email="x@fremde.example", status=SignupStatus.FAILED)
    return Foreign(waitlist, entry, failed)


@pytest.fixture
def limited(own: WaitlistEntry) -> Client:
    """Of a founder, who may everything, of one list."""
    return client_of(make_staff(Role.FOUNDER, own.waitlist))


def addresses_of(foreign: Foreign) -> Iterator[tuple[str, str]]:
    """Method and address of everything that concerns rows of the other list."""
    for model, row in (("waitlist", foreign.waitlist), ("waitlistentry", foreign.entry), ("signup", foreign.signup)):
        for page in ("change", "delete", "history"):
            yield "get", reverse(f"admin:waitlist_{model}_{page}", args=(row.pk,))
        yield "post", reverse(f"admin:waitlist_{model}_change", args=(row.pk,))
        yield "post", reverse(f"admin:waitlist_{model}_delete", args=(row.pk,))
    for name in ("resend", "retry", "customer", "unsubscribe"):
        yield "post", reverse("admin:waitlist_waitlistentry_step", args=(foreign.entry.pk, name))
    yield "post", reverse("admin:waitlist_waitlistentry_note", args=(foreign.entry.pk,))
    yield "post", reverse("admin:waitlist_waitlistentry_contact", args=(foreign.entry.pk,))
    yield "post", reverse("admin:waitlist_signup_retry", args=(foreign.signup.pk,))
    yield "get", f"{INDEX}?list=foreign"


def test_everything_of_another_list_is_not_there(limited: Client, foreign: Foreign) -> None:
    answers = {(method, url): getattr(limited, method)(url).status_code for method, url in addresses_of(foreign)}
    assert {request: status for request, status in answers.items() if status != 404} == {}
    assert Signup.objects.get(pk=foreign.signup.pk).status == SignupStatus.FAILED


def test_it_is_there_for_those_who_see_all_lists(foreign: Foreign) -> None:
    unlimited = client_of(make_staff(Role.FOUNDER))
    answers = {url: unlimited.get(url).status_code for method, url in addresses_of(foreign) if method == "get"}
    # A list is closed instead of deleted.
    assert answers.pop(reverse("admin:waitlist_waitlist_delete", args=(foreign.waitlist.pk,))) == 403
    assert set(answers.values()) == {200}


@pytest.mark.parametrize("url", [INDEX, ENTRIES, SIGNUPS, LISTS], ids=["dashboard", "entries", "sign-ups", "lists"])
def test_no_word_of_another_list_stands_in_the_lists_their_filters_and_the_dashboard(
    limited: Client, foreign: Foreign, url: str
) -> None:
    html = limited.get(url).content.decode()
    for word in ("Fremde Liste", "foreign", "Zwiebelturm", "Frieda", "fremde.example", "fremdquelle", "fremdkampagne"):
        assert word not in html, word


def test_the_lists_have_only_the_rows_of_the_own_one(limited: Client, own: WaitlistEntry, foreign: Foreign) -> None:
    assert list(limited.get(ENTRIES).context["cl"].result_list) == [own]
    assert list(limited.get(SIGNUPS).context["cl"].result_list) == list(own.signups.all())
    assert list(limited.get(LISTS).context["cl"].result_list) == [own.waitlist]


@pytest.mark.parametrize("url", [ENTRIES, SIGNUPS])
def test_a_filter_by_the_other_list_finds_none_of_it(limited: Client, foreign: Foreign, url: str) -> None:
    rows = limited.get(url, {"waitlist__id__exact": foreign.waitlist.pk}).context["cl"].result_list
    assert foreign.waitlist not in [row.waitlist for row in rows]


def test_the_dashboard_counts_the_own_list_only(limited: Client, foreign: Foreign) -> None:
    tiles = {tile["title"]: tile["value"] for tile in limited.get(INDEX).context["tiles"]}
    assert "1" in tiles.values()
    assert not {"2", "3"} & set(tiles.values())
    for name in ("daily", "utm_source", "utm_campaign", "providers"):
        table = limited.get(reverse("backoffice_dashboard_csv", args=(name,))).content.decode()
        assert "fremd" not in table


@pytest.mark.parametrize("term", ["Zwiebelturm", "Zwibelturm", "Frieda", "f@fremde.example"])
def test_the_search_neither_finds_another_list_nor_suggests_its_words(
    limited: Client, foreign: Foreign, term: str
) -> None:
    learn_words()
    response = limited.get(ENTRIES, {"q": term}, follow=True)
    assert list(response.context["cl"].result_list) == []
    assert "wiebelturm" not in response.content.decode().replace(term, "").lower()


def test_an_action_on_rows_of_another_list_touches_none(limited: Client, foreign: Foreign) -> None:
    data = {"action": "try_again", "_selected_action": str(foreign.signup.pk)}
    limited.post(SIGNUPS, data)
    assert Signup.objects.get(pk=foreign.signup.pk).status == SignupStatus.FAILED
    limited.post(ENTRIES, {"action": "delete_selected", "_selected_action": str(foreign.entry.pk), "post": "yes"})
    assert WaitlistEntry.objects.filter(pk=foreign.entry.pk).exists()
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize("query", ["", "?id__in={pk}", "?waitlist__id__exact={list}"])
def test_an_export_has_no_row_of_another_list(limited: Client, foreign: Foreign, query: str) -> None:
    url = reverse("admin:backoffice_export_start") + query.format(pk=foreign.entry.pk, list=foreign.waitlist.pk)
    form = limited.get(url).context["form"]
    columns = [value for value, _label in form.fields["columns"].choices]
    response = limited.post(url, {"reason": "Newsletter", "format": "csv_comma", "columns": columns})
    assert response.status_code == 200
    assert "Zwiebelturm" not in response.getvalue().decode()


def test_anothers_export_and_saved_view_are_not_there(limited: Client, foreign: Foreign) -> None:
    stranger = make_staff(Role.FOUNDER, foreign.waitlist)
    view = SavedView.objects.create(owner=stranger, name="Fremde Sicht")
    assert limited.post(reverse("admin:backoffice_savedview_delete", args=(view.pk,))).status_code == 404
    assert "Fremde Sicht" not in limited.get(ENTRIES).content.decode()
    export = stranger.exports.create(reason="Fremd", columns=[], format="xlsx", waitlist_pks=[foreign.waitlist.pk])
    for page in ("backoffice_export_change", "backoffice_export_progress", "backoffice_export_file"):
        assert limited.get(reverse(f"admin:{page}", args=(export.pk,))).status_code == 404, page


def test_those_limited_to_lists_add_none_and_see_no_jobs(limited: Client) -> None:
    assert limited.get(reverse("admin:waitlist_waitlist_add")).status_code == 403
    assert limited.get(reverse("admin:procrastinate_procrastinatejob_changelist")).status_code == 403


def test_whose_last_list_is_taken_away_sees_nothing(own: WaitlistEntry) -> None:
    account = make_staff(Role.FOUNDER, own.waitlist)
    account.waitlists.clear()
    idle = client_of(account)
    assert list(idle.get(ENTRIES).context["cl"].result_list) == []
    assert idle.get(INDEX).status_code == 200


@pytest.mark.parametrize("model", ["waitlist_waitlistentry", "waitlist_signup", "accounts_user", "trail_auditevent"])
def test_what_never_existed_is_a_404_too(limited: Client, model: str) -> None:
    key = uuid.uuid4() if model == "waitlist_signup" else 10**9
    assert limited.get(reverse(f"admin:{model}_change", args=(key,))).status_code == 404
    assert limited.get(reverse(f"admin:{model}_change", args=("nonsense",))).status_code == 404
