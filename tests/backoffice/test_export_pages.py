"""Who may export, what is asked and recorded, and who gets at exports of others."""

import html
from http import HTTPStatus

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from backoffice.models import Export
from backoffice.models.exports import ExportFormat, ExportStatus
from tests.backoffice.conftest import CountQueries, StaffClient
from tests.backoffice.exports import START, USUAL, column, csv_of, make_export, start, the_export
from tests.factories import make_entry, make_waitlist
from trail.models import Action, AuditEvent, Result

LIST = reverse("admin:waitlist_waitlistentry_changelist")
EXPORTS = reverse("admin:backoffice_export_changelist")

pytestmark = pytest.mark.django_db


def page(client: Client, name: str, export: Export) -> str:
    return reverse(f"admin:backoffice_export_{name}", args=[export.pk])


def with_file(actor: User) -> Export:
    export = make_export(actor, format=ExportFormat.XLSX, status=ExportStatus.QUEUED)
    assert export.store_file([b"first ", b"second"], [], 2)
    export.refresh_from_db()
    return export


def test_without_a_reason_nothing_leaves_the_house(admin_client: Client) -> None:
    make_entry()
    response = start(admin_client, reason=" ")
    assert response.status_code == HTTPStatus.OK
    assert "export-error" in response.content.decode()
    assert not Export.objects.exists()


def test_the_export_is_recorded(admin_client: Client, admin_user: User) -> None:
    make_entry()
    start(admin_client, "q=muster&p=2", columns=["company_name", "status"], HTTP_USER_AGENT="Firefox")
    export, event = the_export(), AuditEvent.objects.get(action=Action.EXPORT)
    assert (export.actor, export.reason, export.query) == (admin_user, "Trade fair", "q=muster")
    assert "muster" in export.filter
    assert (event.actor, event.result, event.target_pk) == (admin_user, Result.SUCCESS, str(export.pk))
    assert event.details["columns"] == ["company_name", "status"]
    assert (event.details["rows"], event.details["reason"]) == (1, "Trade fair")


def test_the_page_says_how_many_and_of_what(admin_client: Client) -> None:
    make_entry(company_name="Wanted")
    make_entry(company_name="Other")
    text = html.unescape(admin_client.get(START, {"q": "wanted", "gewerk__exact": "Elektrotechnik"}).content.decode())
    assert "wanted" in text
    assert "Elektrotechnik" in text
    assert '<p class="export-count">\n        1 ' in text


def test_the_last_columns_and_format_are_remembered(admin_client: Client) -> None:
    make_entry()
    first = admin_client.get(START).context["form"]
    assert (first["columns"].initial, first["format"].initial) == (USUAL, "csv_semicolon")
    csv_of(admin_client, columns=["company_name", "gewerk"], format="csv_comma")
    second = admin_client.get(START).context["form"]
    assert (second["columns"].initial, second["format"].initial) == (["company_name", "gewerk"], "csv_comma")


def test_only_the_chosen_columns_are_in_the_file(admin_client: Client) -> None:
    make_entry()
    header, row, _footer, _end = (
        csv_of(admin_client, columns=["gewerk", "company_name"]).decode("utf-8-sig").split("\r\n")
    )
    assert header.count(";") == 1
    assert row == "Muster GmbH;Elektrotechnik"


def test_who_may_not_see_contacts_cannot_take_them_along(staff_client: StaffClient) -> None:
    make_entry(phone="+436641234567")
    client = staff_client("view_waitlistentry", "export_waitlistentry")
    assert "person_email" not in client.get(START).content.decode()
    assert "export-error" in start(client, columns=["company_name", "person_email"]).content.decode()
    assert not Export.objects.exists()


def test_the_lists_button_keeps_the_filters_but_not_the_page(admin_client: Client) -> None:
    text = admin_client.get(LIST, {"q": "muster", "status": "waiting"}).content.decode()
    assert f'href="{START}?q=muster&amp;status=waiting"' in text


def test_the_action_exports_the_selected(admin_client: Client) -> None:
    selected, _other = make_entry(company_name="Selected"), make_entry(company_name="Other")
    response = admin_client.post(LIST, {"action": "export_selected", "_selected_action": [selected.pk]})
    assert response.status_code == HTTPStatus.FOUND
    path, _question_mark, query = response["Location"].partition("?")
    assert path == START
    assert column(csv_of(admin_client, query), 1) == ["Selected"]


def test_the_action_on_all_exports_the_filtered_list(admin_client: Client) -> None:
    wanted, _other = make_entry(company_name="Wanted"), make_entry(company_name="Other")
    data = {"action": "export_selected", "_selected_action": [wanted.pk], "select_across": "1"}
    response = admin_client.post(f"{LIST}?q=wanted", data)
    assert response["Location"] == f"{START}?q=wanted"


@pytest.mark.parametrize("query", ["nonsense=1", "created_at__year=never"])
def test_a_filter_that_makes_no_sense_exports_nothing(admin_client: Client, query: str) -> None:
    make_entry()
    assert start(admin_client, query).status_code == HTTPStatus.BAD_REQUEST
    assert not Export.objects.exists()


def test_without_the_permission_there_is_no_button_no_action_and_no_file(staff_client: StaffClient) -> None:
    entry = make_entry()
    client = staff_client("view_waitlistentry", "change_waitlistentry")
    text = client.get(LIST).content.decode()
    assert START not in text
    assert "export_selected" not in text
    client.post(LIST, {"action": "export_selected", "_selected_action": [entry.pk]})
    assert client.get(START).status_code == HTTPStatus.FORBIDDEN
    assert start(client).status_code == HTTPStatus.FORBIDDEN
    assert not Export.objects.exists()
    assert AuditEvent.objects.filter(action=Action.EXPORT, result=Result.UNAUTHORIZED).count() == 2


@pytest.mark.parametrize("name", ["start", "progress", "file"])
def test_strangers_are_sent_to_the_login(client: Client, admin_user: User, name: str) -> None:
    url = START if name == "start" else page(client, name, with_file(admin_user))
    assert client.get(url).status_code == HTTPStatus.FOUND


def test_a_file_is_for_the_one_who_had_it_made(staff_client: StaffClient, admin_user: User) -> None:
    client = staff_client("export_waitlistentry")
    own = with_file(User.objects.get(email="staff@kurzum.example"))
    assert client.get(page(client, "file", own)).getvalue() == b"first second"
    others = with_file(admin_user)
    for name in ("file", "progress"):
        assert client.get(page(client, name, others)).status_code == HTTPStatus.NOT_FOUND
    assert str(others.pk) not in client.get(EXPORTS).content.decode()


def test_who_may_look_at_all_exports_still_gets_no_file(staff_client: StaffClient, admin_user: User) -> None:
    client = staff_client("export_waitlistentry", "view_export")
    export = with_file(admin_user)
    assert str(export.pk) in client.get(EXPORTS).content.decode()
    assert client.get(page(client, "file", export)).status_code == HTTPStatus.FORBIDDEN
    assert AuditEvent.objects.filter(result=Result.UNAUTHORIZED, target_pk=export.pk).exists()


def test_a_superuser_gets_every_file_and_it_is_recorded(admin_client: Client, staff_client: StaffClient) -> None:
    staff_client("export_waitlistentry")
    export = with_file(User.objects.get(email="staff@kurzum.example"))
    assert admin_client.get(page(admin_client, "file", export)).getvalue() == b"first second"
    assert AuditEvent.objects.get(target_pk=export.pk).details["fetched"]


def test_who_has_lost_a_list_does_not_get_the_file_with_it(staff_client: StaffClient) -> None:
    client = staff_client("export_waitlistentry")
    user = User.objects.get(email="staff@kurzum.example")
    export = with_file(user)
    Export.objects.update(waitlist_pks=[make_waitlist().pk])
    User.objects.filter(pk=user.pk).update(sees_all_lists=False)
    assert client.get(page(client, "file", export)).status_code == HTTPStatus.FORBIDDEN


def test_there_is_no_file_before_the_end(admin_client: Client, admin_user: User) -> None:
    export = make_export(admin_user, format=ExportFormat.XLSX)
    assert admin_client.get(page(admin_client, "file", export)).status_code == HTTPStatus.NOT_FOUND


def test_its_page_follows_it_to_the_download(admin_client: Client, admin_user: User) -> None:
    export = make_export(admin_user, format=ExportFormat.XLSX, rows=250, expected_rows=1000)
    assert admin_client.get(page(admin_client, "progress", export)).json() == {
        "unfinished": True,
        "status": ExportStatus.RUNNING.label,
        "percent": 25,
        "rows": 250,
        "expected": 1000,
    }
    change = page(admin_client, "change", export)
    assert page(admin_client, "progress", export) in admin_client.get(change).content.decode()
    assert page(admin_client, "file", export) not in admin_client.get(change).content.decode()
    export.store_file([b"file"], [], 1000)
    assert page(admin_client, "file", export) in admin_client.get(change).content.decode()


@pytest.mark.parametrize("action", ["add", "delete"])
def test_nobody_adds_or_deletes_a_record(admin_client: Client, admin_user: User, action: str) -> None:
    arguments = [] if action == "add" else [make_export(admin_user).pk]
    url = reverse(f"admin:backoffice_export_{action}", args=arguments)
    assert admin_client.get(url).status_code == HTTPStatus.FORBIDDEN


def test_the_list_of_exports_needs_as_many_queries_for_20_as_for_2(
    count_queries: CountQueries, admin_user: User
) -> None:
    for _ in range(2):
        make_export(admin_user)
    few = count_queries(EXPORTS)
    for _ in range(18):
        make_export(admin_user)
    assert count_queries(EXPORTS) == few
