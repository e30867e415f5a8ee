"""From the stored sign-up to entry, CRM party and mail: once, whatever is tried twice or at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connections
from procrastinate.contrib.django.models import ProcrastinateJob

from integrations.errors import TransientError
from integrations.sandbox import RunningSandbox
from tests.api import form, post
from tests.conftest import WorkAll
from tests.factories import make_entry, make_mail, make_signup
from tests.outside import fault, heal, inbox, parties
from waitlist import pipeline
from waitlist.models import Mail, Signup, Waitlist, WaitlistEntry

pytestmark = pytest.mark.usefixtures("waitlist")


def process(signup: Signup, *, last_attempt: bool = False) -> Signup:
    pipeline.process(signup.pk, last_attempt=last_attempt)
    signup.refresh_from_db()
    return signup


def jobs(task: str) -> list[dict[str, Any]]:
    return [job.args for job in ProcrastinateJob.objects.filter(task_name=task, status="todo")]


@pytest.mark.django_db(transaction=True)
def test_a_form_becomes_party_entry_and_mail(sandbox: RunningSandbox, work: WorkAll) -> None:
    post(form(), **{"User-Agent": "Firefox"})

    work()

    signup, entry, party = Signup.objects.get(), WaitlistEntry.objects.get(), parties(sandbox)[0]
    assert (signup.status, signup.entry, signup.last_error) == ("processed", entry, "")
    assert signup.processed_at
    assert (str(entry.mms_party_id), str(entry.mms_contact_point_id)) == (party["party_id"], party["contact_point_id"])
    assert {name: getattr(entry, name) for name in WaitlistEntry.FORM_COLUMNS} == signup.form_data
    assert entry.confirmed_at is None
    sent = {name: party[name] for name in ("email", "display_name", "source_project", "marketing_consent")}
    assert sent == {
        "email": "martin@maier-elektro.at",
        "display_name": "Martin Maier",
        "source_project": "kurzum_app",
        "marketing_consent": True,
    }
    consent = {name: party[f"consent_{name}"] for name in ("ip", "user_agent", "text_version")}
    assert consent == {"ip": "203.0.113.7", "user_agent": "Firefox", "text_version": "1"}
    assert [mail["to"] for mail in inbox(sandbox)] == ["martin@maier-elektro.at"]
    assert Mail.objects.get().sent_at


@pytest.mark.django_db
def test_processing_twice_changes_nothing(sandbox: RunningSandbox) -> None:
    signup = process(make_signup())
    fault(sandbox, "mms", status=500)

    process(signup)

    assert WaitlistEntry.objects.count() == Mail.objects.count() == len(parties(sandbox)) == 1


@pytest.mark.django_db
def test_a_worker_killed_between_crm_and_row_leaves_one_party_and_one_entry(
    sandbox: RunningSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    signup = make_signup()

    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as dying:
        dying.setattr("waitlist.pipeline.processing._settle", kill)
        with pytest.raises(Killed):
            process(signup)
    assert len(parties(sandbox)) == 1

    process(signup)

    assert signup.status == "processed"
    assert WaitlistEntry.objects.count() == len(parties(sandbox)) == 1


@pytest.mark.django_db(transaction=True)
def test_sign_ups_of_one_address_at_once_give_one_entry_and_one_mail(sandbox: RunningSandbox) -> None:
    signups = [make_signup() for _ in range(8)]

    def one(pk: UUID) -> None:
        try:
            pipeline.process(pk, last_attempt=False)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, [signup.pk for signup in signups]))

    entry = WaitlistEntry.objects.get()
    assert {signup.entry for signup in Signup.objects.all()} == {entry}
    assert Mail.objects.count() == len(jobs("deliver_mail")) == 1


@pytest.mark.django_db
def test_one_party_may_be_on_two_lists(sandbox: RunningSandbox) -> None:
    other = Waitlist.objects.create(slug="other", name="Other", founder_email="f@other.example")
    other.consent_texts.create(version="1", text="Ja")

    process(make_signup())
    process(make_signup(waitlist=other))

    assert WaitlistEntry.objects.count() == 2
    assert len(parties(sandbox)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"status": 500}, "server_error"),
        ({"status": 503, "body": "<html>"}, "server_error"),
        ({"status": 429, "headers": {"Retry-After": "7"}}, "rate_limited"),
        ({"drop": True}, "unreachable"),
    ],
)
def test_a_transient_failure_is_recorded_and_left_to_the_next_attempt(
    sandbox: RunningSandbox, what: dict[str, Any], reason: str
) -> None:
    fault(sandbox, "mms", **what)
    signup = make_signup()

    for attempt in (1, 2):
        with pytest.raises(TransientError):
            process(signup)
        signup.refresh_from_db()
        assert (signup.status, signup.attempts, signup.last_error) == ("received", attempt, reason)

    heal(sandbox)
    assert process(signup).status == "processed"
    assert signup.last_error == ""


@pytest.mark.django_db
def test_the_last_attempt_marks_the_sign_up_failed(sandbox: RunningSandbox) -> None:
    fault(sandbox, "mms", status=500)
    signup = make_signup()

    with pytest.raises(TransientError):
        process(signup, last_attempt=True)

    signup.refresh_from_db()
    assert (signup.status, signup.last_error) == ("failed", "server_error")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("what", "reason"),
    [
        ({"status": 422, "body": '{"error": "email"}'}, "rejected"),
        ({"status": 401}, "unauthorized"),
        ({"status": 200, "body": "<html>"}, "bad_answer"),
        ({"status": 200, "body": '{"party_id": "1"}'}, "bad_answer"),
    ],
)
def test_a_permanent_failure_is_marked_with_a_reason_and_can_be_retried(
    sandbox: RunningSandbox, what: dict[str, Any], reason: str
) -> None:
    fault(sandbox, "mms", **what)
    signup = process(make_signup())
    assert (signup.status, signup.attempts, signup.last_error) == ("failed", 1, reason)
    assert not WaitlistEntry.objects.exists()

    heal(sandbox)
    assert pipeline.retry(signup) is True

    assert jobs("process_signup") == [{"pk": str(signup.pk)}]
    assert process(signup).status == "processed"


@pytest.mark.django_db
def test_only_what_has_failed_is_retried(sandbox: RunningSandbox) -> None:
    signup = make_signup()

    assert pipeline.retry(signup) is False
    assert pipeline.retry(process(signup)) is False

    assert jobs("process_signup") == []


@pytest.mark.django_db
def test_an_error_of_our_own_is_recorded_and_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(**_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("integrations.mms.create_party", bug)
    signup = make_signup()

    with pytest.raises(ZeroDivisionError):
        process(signup)

    signup.refresh_from_db()
    assert (signup.status, signup.last_error) == ("received", "internal")


@pytest.mark.django_db
def test_a_late_failure_does_not_undo_what_another_worker_has_settled(sandbox: RunningSandbox) -> None:
    late = make_signup()
    process(Signup.objects.get())

    late.record_failure("timeout", final=True)

    late.refresh_from_db()
    assert (late.status, late.attempts) == ("processed", 0)


@pytest.mark.django_db
def test_what_a_lost_job_left_is_swept_up_once() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("waitlist.pipeline.upkeep.ABANDONED_AFTER", dt.timedelta(minutes=-1))
        signup, entry = make_signup(), make_entry()
        mail = make_mail(entry.signups.get())

        assert pipeline.sweep() == 2
        assert pipeline.sweep() == 0, "rows whose job waits are not abandoned"

    assert jobs("process_signup") == [{"pk": str(signup.pk)}]
    assert jobs("deliver_mail") == [{"pk": str(mail.pk)}]


@pytest.mark.django_db
def test_a_fresh_sign_up_is_not_abandoned() -> None:
    make_signup()

    assert pipeline.sweep() == 0
