"""The double opt-in: the link changes nothing, the button confirms, once."""

import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.db.models import F
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from tests.factories import make_entry
from waitlist.models import Mail, WaitlistEntry


def url(entry: WaitlistEntry) -> str:
    entry.refresh_from_db()
    return f"/confirm/{entry.confirmation_token}"


def jobs() -> list[str]:
    return sorted(ProcrastinateJob.objects.values_list("task_name", flat=True))


def backdate(entry: WaitlistEntry, **age: float) -> None:
    created_at = timezone.now() - dt.timedelta(**age)
    WaitlistEntry.objects.filter(pk=entry.pk).update(created_at=created_at)


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_changes_nothing(client: Client, method: str) -> None:
    entry = make_entry()

    for _ in range(3):
        response = getattr(client, method)(url(entry))
        assert response.status_code == 200

    entry.refresh_from_db()
    assert entry.confirmed_at is None
    assert jobs() == []
    assert not response.cookies, "a cookie would need a banner"
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_the_button_confirms_tells_the_crm_and_tells_the_founder(client: Client) -> None:
    entry = make_entry()
    page = client.get(url(entry)).content.decode()
    assert "Muster GmbH" in page
    assert "<form" in page

    response = client.post(url(entry))

    assert response.status_code == 200
    entry.refresh_from_db()
    assert entry.confirmed_at is not None
    assert jobs() == ["deliver_mail", "update_crm"]
    assert Mail.objects.get().kind == "founder_notice"


@pytest.mark.django_db
def test_pressing_again_keeps_the_first_time(client: Client) -> None:
    entry = make_entry()
    client.post(url(entry))
    entry.refresh_from_db()
    first = entry.confirmed_at

    with time_machine.travel(timezone.now() + dt.timedelta(days=90)):
        again = client.post(url(entry)), client.get(url(entry))

    entry.refresh_from_db()
    assert [response.status_code for response in again] == [200, 200]
    assert entry.confirmed_at == first
    assert len(jobs()) == 2


@pytest.mark.django_db(transaction=True)
def test_ten_presses_at_once_confirm_once() -> None:
    address = url(make_entry())

    def press(_: int) -> int:
        try:
            return Client().post(address).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert list(pool.map(press, range(10))) == [200] * 10

    assert jobs() == ["deliver_mail", "update_crm"]


@pytest.mark.django_db
def test_a_link_expires_and_offers_a_new_mail(client: Client) -> None:
    entry = make_entry()
    backdate(entry, days=29, hours=23)
    assert client.get(url(entry)).status_code == 200
    backdate(entry, days=30)

    page, press = client.get(url(entry)), client.post(url(entry))

    assert (page.status_code, press.status_code) == (410, 410)
    assert f"{url(entry)}/renew" in page.content.decode()
    entry.refresh_from_db()
    assert entry.confirmed_at is None


@pytest.mark.django_db
def test_the_days_are_a_setting(client: Client, settings: Settings) -> None:
    settings.CONFIRMATION_DAYS = 2
    entry = make_entry()
    backdate(entry, days=3)

    assert client.get(url(entry)).status_code == 410


@pytest.mark.django_db
def test_a_renewed_link_works_again(client: Client) -> None:
    entry = make_entry()
    backdate(entry, days=31)

    response = client.post(f"{url(entry)}/renew")

    assert response.status_code == 200
    assert Mail.objects.get().kind == "confirmation_renewed"
    assert jobs() == ["deliver_mail"]
    assert client.post(url(entry)).status_code == 200
    entry.refresh_from_db()
    assert entry.confirmed_at is not None


@pytest.mark.django_db
def test_renewing_again_and_again_does_not_flood_an_inbox(client: Client) -> None:
    """One mail in ten minutes and three in a day, and nobody learns which press has sent one."""
    entry = make_entry()
    answers = set()
    for half_hour in range(48):
        address = f"203.0.113.{half_hour}"
        answers |= {client.post(f"{url(entry)}/renew", REMOTE_ADDR=address).content for _ in range(3)}
        Mail.objects.update(created_at=F("created_at") - dt.timedelta(minutes=30))

    assert Mail.objects.count() == 3
    assert len(answers) == 1
    Mail.objects.update(created_at=F("created_at") - dt.timedelta(minutes=30))
    client.post(f"{url(entry)}/renew")
    assert Mail.objects.count() == 4


@pytest.mark.django_db
def test_a_confirmed_address_gets_no_new_link(client: Client) -> None:
    entry = make_entry(confirmed_at=timezone.now())

    client.post(f"{url(entry)}/renew")

    assert not Mail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/confirm/1809f6fb-ba46-4572-9187-eae6286f591e", "/unsubscribe/unknown"])
def test_an_unknown_link_leads_back_to_the_form(client: Client, path: str) -> None:
    for response in (client.get(path), client.post(path)):
        assert response.status_code == 404
        assert 'href="/"' in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/confirm/1", "/confirm/", "/confirm/x/renew", "/unsubscribe/"])
def test_a_broken_link_is_not_found(client: Client, path: str) -> None:
    response: Any = client.get(path)

    assert response.status_code == 404


@pytest.mark.django_db
def test_renewing_needs_a_press(client: Client) -> None:
    assert client.get(f"{url(make_entry())}/renew").status_code == 405
    assert client.post(f"/confirm/{uuid.uuid4()}/renew").status_code == 404
