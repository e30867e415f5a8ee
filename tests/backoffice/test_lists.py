"""The lists and their wording of consent."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_signup, make_waitlist
from waitlist.models import ConsentText, Waitlist

LIST = reverse("admin:waitlist_waitlist_changelist")

pytestmark = pytest.mark.django_db


def page_of(waitlist: Waitlist) -> str:
    return reverse("admin:waitlist_waitlist_change", args=(waitlist.pk,))


def save(client: Client, waitlist: Waitlist, *new: dict[str, str], **changes: str) -> list[dict[str, list[str]]]:
    """Post the list's page as a browser does, with ``new`` texts and ``changes``; the errors of the texts."""
    data = {
        "name": "kurzum",
        "slug": waitlist.slug,
        "origins": "https://kurzum.example",
        "founder_email": "founder@kurzum.example",
        "notices": "each",
        "is_open": "on",
        "hourly_limit": "200",
    }
    texts = list(waitlist.consent_texts.all())
    rows = [{"id": str(text.pk), "version": text.version, "text": text.text} for text in texts] + list(new)
    for index, row in enumerate(rows):
        for name, value in ({"waitlist": str(waitlist.pk)} | row).items():
            data[f"consent_texts-{index}-{name}"] = value
    data |= {"consent_texts-TOTAL_FORMS": str(len(rows)), "consent_texts-INITIAL_FORMS": str(len(texts))}
    response = client.post(page_of(waitlist), data | changes)
    if response.status_code == 302:
        return []
    assert response.status_code == 200
    formset = response.context["inline_admin_formsets"][0].formset
    return [dict(errors) for errors in formset.errors if errors]


def test_the_list_counts_signups_and_entries_of_each_list(admin_client: Client) -> None:
    busy, _quiet = make_waitlist("busy"), make_waitlist("quiet")
    entry = make_entry(waitlist=busy)
    make_signup(entry=entry)
    make_signup(waitlist=busy)
    counts = {
        waitlist.slug: (waitlist.signup_count, waitlist.entry_count)
        for waitlist in admin_client.get(LIST).context["cl"].result_list
    }
    assert counts == {"busy": (3, 1), "quiet": (0, 0)}


def test_the_slug_is_asked_once_and_fixed_from_then_on(admin_client: Client) -> None:
    waitlist = make_waitlist()
    assert 'name="slug"' in admin_client.get(reverse("admin:waitlist_waitlist_add")).content.decode()
    assert 'name="slug"' not in admin_client.get(page_of(waitlist)).content.decode()
    assert save(admin_client, waitlist, slug="other") == []
    assert Waitlist.objects.get().slug == "kurzum_app"


def test_an_origin_with_a_path_is_refused(admin_client: Client) -> None:
    waitlist = make_waitlist()
    save(admin_client, waitlist, origins="https://kurzum.example/form")
    assert Waitlist.objects.get().origins == ["https://kurzum.example"]


def test_a_list_with_an_agreed_text_can_be_saved_and_gets_a_new_version(admin_client: Client) -> None:
    waitlist = make_signup().waitlist
    assert save(admin_client, waitlist, {"version": "2", "text": "Ja, gerne."}, name="renamed") == []
    assert Waitlist.objects.get().name == "renamed"
    newest = waitlist.consent_text()
    assert newest
    assert newest.version == "2"


def test_an_agreed_text_is_shown_but_neither_changed_nor_deleted(admin_client: Client) -> None:
    waitlist = make_signup().waitlist
    html = admin_client.get(page_of(waitlist)).content.decode()
    for name in ("version", "text", "DELETE"):
        widget = html.split(f'name="consent_texts-0-{name}"')[1].split(">")[0]
        assert "disabled" in widget
    forged = {"consent_texts-0-version": "9", "consent_texts-0-text": "Nein.", "consent_texts-0-DELETE": "on"}
    assert save(admin_client, waitlist, **forged) == []
    assert list(ConsentText.objects.values_list("version", "text")) == [("1", "Ja, ich bin einverstanden.")]


def test_staff_who_may_only_look_see_an_agreed_text(staff_client: StaffClient) -> None:
    waitlist = make_signup().waitlist
    html = staff_client("view_waitlist", "view_consenttext").get(page_of(waitlist)).content.decode()
    assert "Ja, ich bin einverstanden." in html


def test_a_text_that_nobody_agreed_to_can_be_changed(admin_client: Client) -> None:
    waitlist = make_waitlist()
    assert save(admin_client, waitlist, **{"consent_texts-0-text": "Ja, bitte."}) == []
    assert ConsentText.objects.get().text == "Ja, bitte."


def test_a_text_that_nobody_agreed_to_can_be_deleted(admin_client: Client) -> None:
    waitlist = make_waitlist()
    assert save(admin_client, waitlist, **{"consent_texts-0-DELETE": "on"}) == []
    assert not ConsentText.objects.exists()


def test_a_version_that_exists_already_is_a_form_error(admin_client: Client) -> None:
    waitlist = make_signup().waitlist
    assert save(admin_client, waitlist, {"version": "1", "text": "Something else."})
    assert ConsentText.objects.count() == 1


def test_nobody_can_delete_a_list(admin_client: Client) -> None:
    url = reverse("admin:waitlist_waitlist_delete", args=(make_waitlist().pk,))
    assert admin_client.post(url, {"post": "yes"}).status_code == 403


def test_a_list_can_be_added_with_its_first_text(admin_client: Client) -> None:
    data = {
        "name": "Next",
        "slug": "next_app",
        "origins": "https://next.example,https://www.next.example",
        "founder_email": "founder@next.example",
        "notices": "each",
        "is_open": "on",
        "hourly_limit": "200",
        "consent_texts-TOTAL_FORMS": "1",
        "consent_texts-INITIAL_FORMS": "0",
        "consent_texts-0-version": "1",
        "consent_texts-0-text": "Ja.",
    }
    assert admin_client.post(reverse("admin:waitlist_waitlist_add"), data).status_code == 302
    waitlist = Waitlist.objects.get(slug="next_app")
    assert waitlist.origins == ["https://next.example", "https://www.next.example"]
    assert waitlist.consent_text()


def test_the_list_needs_as_many_queries_for_30_lists_as_for_2(count_queries: CountQueries) -> None:
    for number in range(2):
        make_entry(waitlist=make_waitlist(f"app_{number}"))
    few = count_queries(LIST)
    for number in range(2, 30):
        make_entry(waitlist=make_waitlist(f"app_{number}"))
    assert count_queries(LIST) == few


def test_the_page_needs_as_many_queries_for_30_texts_as_for_2(count_queries: CountQueries) -> None:
    waitlist = make_signup().waitlist
    make_signup(consent_text=waitlist.consent_texts.create(version="2", text="Ja."))
    few = count_queries(page_of(waitlist))
    for number in range(3, 31):
        make_signup(consent_text=waitlist.consent_texts.create(version=str(number), text="Ja."))
    assert count_queries(page_of(waitlist)) == few
