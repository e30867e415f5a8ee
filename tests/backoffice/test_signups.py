"""The sign-ups' list and pages, and setting failed ones going again."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.backoffice.conftest import CountQueries, StaffClient
from tests.factories import make_entry, make_mail, make_signup, make_waitlist
from waitlist.choices import Failure, MailKind, MailStatus, SignupStatus
from waitlist.models import Mail, Signup

LIST = reverse("admin:waitlist_signup_changelist")

pytestmark = pytest.mark.django_db


def page_of(signup: Signup) -> str:
    return reverse("admin:waitlist_signup_change", args=(signup.pk,))


def retry_url(signup: Signup) -> str:
    return reverse("admin:waitlist_signup_retry", args=(signup.pk,))


def make_failed_signup(reason: Failure = Failure.REJECTED) -> Signup:
    return make_signup(status=SignupStatus.FAILED, attempts=3, last_error=reason)


def jobs() -> list[tuple[str, str]]:
    """Task and row of every job that waits."""
    waiting = ProcrastinateJob.objects.filter(status="todo")
    return [(job.task_name, job.args["pk"]) for job in waiting.order_by("task_name")]


def listed(client: Client, **params: str) -> list[str]:
    response = client.get(LIST, params)
    assert response.status_code == 200
    return [signup.email for signup in response.context["cl"].result_list]


def try_again(client: Client, *signups: Signup) -> dict[str, str]:
    """Run the action; level and text of the messages that it leaves."""
    data = {"action": "try_again", "_selected_action": [str(signup.pk) for signup in signups]}
    response = client.post(LIST, data)
    return {message.level_tag: str(message) for message in get_messages(response.wsgi_request)}


def test_the_list_gives_the_last_error_in_words_and_a_link_to_the_entry(admin_client: Client) -> None:
    make_failed_signup(Failure.UNAUTHORIZED)
    entry = make_entry(company_name="Linked GmbH")
    html = admin_client.get(LIST).content.decode()
    assert str(Failure.UNAUTHORIZED.label).split(".")[0] in html
    assert f'<a href="/admin/waitlist/waitlistentry/{entry.pk}/change/">Linked GmbH</a>' in html


@pytest.mark.parametrize(
    "params",
    [
        {"status__exact": "failed"},
        {"mail": "failed"},
        {"waitlist__id__exact": "{list_id}"},
        {"q": "wanda@example.com"},
        {"q": "Wolf"},
        {"q": "Wanted"},
    ],
    ids=str,
)
def test_every_filter_and_search_finds_the_one_signup(admin_client: Client, params: dict[str, str]) -> None:
    make_signup(email="other@example.com")
    wanted = make_signup(
        email="wanda@example.com",
        display_name="Wanda Wolf",
        waitlist=make_waitlist("other_app"),
        status=SignupStatus.FAILED,
        form_data={"company_name": "Wanted GmbH"},
    )
    for kind in (MailKind.CONFIRMATION, MailKind.FOUNDER_NOTICE):
        make_mail(wanted, kind, status=MailStatus.FAILED)
    params = {name: value.format(list_id=wanted.waitlist_id) for name, value in params.items()}
    assert listed(admin_client, **params) == ["wanda@example.com"]


def test_the_page_shows_the_form_as_a_list_of_terms_and_the_wording(admin_client: Client) -> None:
    signup = make_signup(form_data={"company_name": "Muster <b>& Co</b>", "gewerk": "Sonstige"})
    html = admin_client.get(page_of(signup)).content.decode()
    assert "<dd>Muster &lt;b&gt;&amp; Co&lt;/b&gt;</dd>" in html
    assert "company_name" not in html
    assert "Ja, ich bin einverstanden." in html


def test_the_page_never_shows_a_token(admin_client: Client) -> None:
    signup = make_signup(token_hash=b"\xab" * 32)
    Signup.objects.update(unsubscribe_token="secret-token")
    html = admin_client.get(page_of(signup)).content.decode()
    assert "secret-token" not in html
    assert "abababab" not in html


def test_evidence_cannot_be_added_or_edited_by_anyone(admin_client: Client) -> None:
    signup = make_signup()
    assert admin_client.get(reverse("admin:waitlist_signup_add")).status_code == 403
    assert admin_client.post(page_of(signup), {"email": "forged@example.com"}).status_code == 403
    assert 'name="email"' not in admin_client.get(page_of(signup)).content.decode()


def test_trying_again_enqueues_what_failed_and_warns_of_the_rest(admin_client: Client) -> None:
    failed, processed = make_failed_signup(), make_entry().latest_signup()
    messages = try_again(admin_client, failed, processed)
    failed.refresh_from_db()
    assert (failed.status, failed.attempts) == (SignupStatus.RECEIVED, 0)
    assert jobs() == [("process_signup", str(failed.pk))]
    assert set(messages) == {"success", "warning"}
    assert all("1" in text for text in messages.values())


def test_trying_again_counts_the_signups(admin_client: Client) -> None:
    messages = try_again(admin_client, *(make_failed_signup() for _ in range(3)))
    assert set(messages) == {"success"}
    assert "3" in messages["success"]


def test_trying_again_sends_a_failed_mail_of_a_processed_signup(admin_client: Client) -> None:
    signup = make_entry().latest_signup()
    mail = make_mail(signup, status=MailStatus.FAILED)
    try_again(admin_client, signup)
    assert jobs() == [("deliver_mail", str(mail.pk))]


def test_trying_again_needs_the_change_permission(staff_client: StaffClient) -> None:
    signup = make_failed_signup()
    client = staff_client("view_signup")
    try_again(client, signup)
    assert client.post(retry_url(signup)).status_code == 403
    assert jobs() == []


def test_the_button_tries_again_and_returns_to_the_page(staff_client: StaffClient) -> None:
    signup = make_failed_signup()
    client = staff_client("view_signup", "change_signup")
    assert retry_url(signup) in client.get(page_of(signup)).content.decode()
    response = client.post(retry_url(signup))
    assert response["Location"] == page_of(signup)
    assert jobs() == [("process_signup", str(signup.pk))]


def test_there_is_no_button_without_the_permission(staff_client: StaffClient) -> None:
    signup = make_failed_signup()
    assert retry_url(signup) not in staff_client("view_signup").get(page_of(signup)).content.decode()


def test_there_is_no_button_where_nothing_has_failed(admin_client: Client) -> None:
    signup = make_signup()
    assert retry_url(signup) not in admin_client.get(page_of(signup)).content.decode()


def test_opening_the_buttons_address_changes_nothing(admin_client: Client) -> None:
    assert admin_client.get(retry_url(make_failed_signup())).status_code == 405
    assert jobs() == []


@pytest.mark.parametrize("by_action", [True, False])
def test_a_signup_that_an_entry_came_from_cannot_be_deleted_alone(admin_client: Client, by_action: bool) -> None:
    signup = make_entry().latest_signup()
    if by_action:
        data = {"action": "delete_selected", "_selected_action": [str(signup.pk)], "post": "yes"}
        admin_client.post(LIST, data)
    else:
        admin_client.post(reverse("admin:waitlist_signup_delete", args=(signup.pk,)), {"post": "yes"})
    assert Signup.objects.exists()


def test_a_signup_without_an_entry_can_be_deleted(admin_client: Client) -> None:
    signup = make_failed_signup()
    admin_client.post(reverse("admin:waitlist_signup_delete", args=(signup.pk,)), {"post": "yes"})
    assert not Signup.objects.exists()


def test_the_list_needs_as_many_queries_for_20_signups_as_for_2(count_queries: CountQueries) -> None:
    def make(number: int) -> None:
        entry = make_entry(waitlist=make_waitlist(f"app_{number % 5}"))
        make_mail(entry.latest_signup())

    for number in range(2):
        make(number)
    few = count_queries(LIST)
    for number in range(18):
        make(number)
    assert count_queries(LIST) == few


def test_the_page_needs_as_many_queries_for_30_mails_as_for_2(count_queries: CountQueries) -> None:
    signup = make_entry().latest_signup()
    Mail.objects.bulk_create(
        Mail(waitlist=signup.waitlist, signup=signup, kind=MailKind.CONFIRMATION) for _ in range(2)
    )
    few = count_queries(page_of(signup))
    Mail.objects.bulk_create(
        Mail(waitlist=signup.waitlist, signup=signup, kind=MailKind.CONFIRMATION_RENEWED) for _ in range(28)
    )
    assert count_queries(page_of(signup)) == few
