"""Canaries: values that must not turn up in anything that is written, however a sign-up goes wrong."""

import json
import os
import re
import shutil
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import requests

from dev.addresses import Addresses
from dev.servers import postgres
from dev.services import MANAGE, ROOT
from tests.api import form
from tests.journey.recorded import Recorded, recorded
from tests.ports import free_addresses
from tests.waiting import eventually

pytestmark = pytest.mark.slow

CANARY = "kanari"  # begins every text below, and nothing else that is ever written
PHONE, NETWORK = "6649871234", "203.0.113."
UUID = "00000000-cafe-4000-8000-000000000000"
VISITOR = {"User-Agent": f"{CANARY}-browser/1.0", "Cookie": f"__Host-session={CANARY}session"}


def environment(addresses: Addresses, database_url: str) -> dict[str, str]:
    """Production, with secrets that would be recognised."""
    return {
        "PATH": os.environ["PATH"],
        "ENV_FILE": str(ROOT / "dev" / "production.env"),
        "SECRET_KEY": f"{CANARY}-secret-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789",
        "DATABASE_URL": database_url,
        "REDIS_URL": os.environ["REDIS_URL"],
        "ALLOWED_HOSTS": "127.0.0.1",
        "MMS_BASE_URL": f"{addresses.sandbox}/v1",
        "MMS_API_KEY": f"{CANARY}-crm-key",
        "TURNSTILE_VERIFY_URL": f"{addresses.sandbox}/turnstile/v0/siteverify",
        "TURNSTILE_SECRET_KEY": f"{CANARY}-turnstile-key",
        "EMAIL_URL": f"smtp://127.0.0.1:{addresses.smtp_port}",
        "FOUNDER_EMAIL": f"{CANARY}-founder@example.com",
        "METRICS_TOKEN": f"{CANARY}-metrics",
    }


def lead(which: str, **changes: str) -> dict[str, object]:
    """A form with a canary in each field that takes text; ``which`` tells it from the other leads."""
    fields = {
        "name": f"{CANARY}-name {which}",
        "email": f"{CANARY}-{which}@example.com",
        "companyName": f"{CANARY}-company {which}",
        "phone": f"0{PHONE}",
        "message": f"{CANARY}-message\n{which}",
        "utmSource": f"{CANARY}-source",
        "utmMedium": f"{CANARY}-medium",
        "utmCampaign": f"{CANARY}-campaign",
        "pageUrl": f"https://www.example.com/?mail={CANARY}",
        "turnstileToken": f"{CANARY}-token-{which}",
    }
    return form(**fields | changes)


@pytest.fixture
def product() -> Iterator[Recorded]:
    folder = ROOT / ".data" / f"canary-{os.getpid()}"
    addresses = free_addresses(9700)
    with postgres(folder / "postgres", durable=False) as url:
        (folder / "logs").mkdir()
        with recorded(addresses, environment(addresses, url), folder / "logs") as running:
            yield running
    shutil.rmtree(folder, ignore_errors=True)


def test_no_personal_data_and_no_secret_is_written(product: Recorded) -> None:
    refuse_visitors(product)
    fail_to_store(product)
    request_id = sign_up(product, "waiting")
    jobs = str(product.sql("SELECT args, lock, queueing_lock FROM procrastinate_jobs"))
    assert request_id in jobs
    product.start("worker", *MANAGE, "worker")
    eventually(lambda: mail_to(product, "waiting"))
    fail_to_process(product)
    confirm_and_unsubscribe(product)
    lock_out(product)
    jobs += str(product.sql("SELECT job::text, event::text FROM procrastinate_jobs job, procrastinate_events event"))

    written = product.written()
    for name in ("web", "worker"):
        lines = [json.loads(line) for line in written[name].splitlines()]
        assert all({"timestamp", "level", "logger", "event"} <= line.keys() for line in lines)
        assert request_id in {line.get("request_id") for line in lines}
    assert_it_happened(written)
    assert_no_canary({**written, **product.bodies, "jobs": jobs}, product)


def refuse_visitors(product: Recorded) -> None:
    """Every refusal that a visitor can meet."""

    def refuse(method: str, path: str, status: int, more: dict[str, str] | None = None, **kwargs: Any) -> None:
        headers = VISITOR | (more or {})
        assert product.request(method, path, headers=headers, **kwargs).status_code == status, path

    wrong = {"name": "", "email": f"{CANARY}@@", "gewerk": CANARY, "phone": CANARY, "pageUrl": CANARY}
    refuse("POST", "/api/waitlist", 400, json=lead("invalid", **wrong))
    refuse("POST", "/api/waitlist", 400, json=lead("invalid", consentVersion=f"{CANARY}-version"))
    refuse("POST", "/api/waitlist", 400, json={CANARY: CANARY})
    refuse("POST", "/api/waitlist", 400, data=f'{{"name": "{CANARY}', more={"Content-Type": "application/json"})
    refuse("POST", "/api/waitlist", 400, data={"name": CANARY})
    refuse("POST", "/api/waitlist", 403, json=lead("bot", turnstileToken=f"fail-{CANARY}"))
    refuse("POST", "/api/waitlist", 403, json=lead("origin"), more={"Origin": f"https://{CANARY}.example"})
    for status in (200, 400, 500):
        token = f"{CANARY}-token-quoted-{status}"
        quoted = {"success": False, "error-codes": [f"{token} of {NETWORK}78 with {CANARY}-turnstile-key"]}
        product.break_service("turnstile", status, json.dumps(quoted))
        refuse("POST", "/api/waitlist", 403, json=lead("quoted", turnstileToken=token), ip=f"{NETWORK}78")
    refuse("PUT", "/api/waitlist", 405, json=lead("put"))
    for method in ("GET", "POST"):
        for path in (f"/api/{CANARY}", f"/{CANARY}@example.com", f"/confirm/{CANARY}", f"/confirm/{UUID}/{CANARY}"):
            refuse(method, path, 404)
        for path in (f"/confirm/{UUID}", f"/unsubscribe/{CANARY}", f"//unsubscribe//{CANARY}?{CANARY}"):
            refuse(method, path, 404)
    refuse("POST", "/admin/login/", 403, data={"username": CANARY, "password": CANARY})
    refuse("GET", "/metrics", 404, more={"Authorization": f"Bearer {CANARY}"})
    refuse("GET", f"/confirm/{CANARY}", 400, more={"Host": "elsewhere.example"})


def fail_to_store(product: Recorded) -> None:
    """PostgreSQL refuses the row, and quotes it."""
    product.sql("ALTER TABLE waitlist_signups ADD CONSTRAINT broken CHECK (false) NOT VALID")
    assert product.request("POST", "/api/waitlist", json=lead("row"), ip=f"{NETWORK}79").status_code == 500
    product.sql("ALTER TABLE waitlist_signups DROP CONSTRAINT broken")
    product.sql("ALTER TABLE waitlist_signups RENAME TO elsewhere")
    assert product.request("POST", "/api/waitlist", json=lead("table"), ip=f"{NETWORK}79").status_code == 500
    product.sql("ALTER TABLE elsewhere RENAME TO waitlist_signups")


def sign_up(product: Recorded, which: str, ip: str = f"{NETWORK}80") -> str:
    """A sign-up that is taken; its request's id."""
    response = product.request("POST", "/api/waitlist", json=lead(which), headers=VISITOR, ip=ip)
    assert response.status_code == 200, response.text
    return response.headers["X-Request-ID"]


def fail_to_process(product: Recorded) -> None:
    """The CRM, the mail server and the database refuse a lead, and quote it."""
    for number, status in enumerate((422, 500), start=1):
        which = f"crm{status}"
        visitor = f"{CANARY}-NAME {which} <{CANARY}-{which}@Example.com> of {NETWORK}80, {VISITOR['User-Agent']}"
        product.break_service("mms", status, f"no: {visitor}; {json.dumps({'detail': visitor, 'key': 'unknown'})}")
        sign_up(product, which)
        failed = "SELECT 1 FROM waitlist_signups WHERE email LIKE '%-crm%' AND last_error > ''"
        eventually(lambda: len(product.sql(failed)) == number)  # noqa: B023 - called before the next round
    product.break_service("smtp", 550, f"5.1.1 <{CANARY}-mail@example.com> {CANARY}-name is unknown")
    sign_up(product, "mail", ip=f"{NETWORK}81")
    eventually(lambda: product.sql("SELECT 1 FROM waitlist_mails WHERE status = 'failed'"))
    product.sql("ALTER TABLE waitlist_entries ADD CONSTRAINT broken CHECK (false) NOT VALID")
    sign_up(product, "entry", ip=f"{NETWORK}81")
    eventually(lambda: "CheckViolation" in product.written()["worker"])
    product.sql("ALTER TABLE waitlist_entries DROP CONSTRAINT broken")


def mail_to(product: Recorded, which: str) -> str | None:
    """The text of the mail to a lead."""
    mails = requests.get(f"{product.addresses.sandbox}/inbox.json", timeout=5).json()
    return next((mail["text"] for mail in mails if mail["to"].startswith(f"{CANARY}-{which}@")), None)


def tokens(product: Recorded) -> dict[str, str]:
    """What the links in the first lead's mail hold, by page."""
    return dict(re.findall(r"/(confirm|unsubscribe)/([\w-]+)", mail_to(product, "waiting") or ""))


def confirm_and_unsubscribe(product: Recorded) -> None:
    links = tokens(product)
    for page in ("confirm", "unsubscribe"):
        for method in ("GET", "POST"):
            assert product.request(method, f"/{page}/{links[page]}", headers=VISITOR).status_code == 200
        assert product.request("GET", f"/{page}/{links[page]}/", headers=VISITOR).status_code == 404
    eventually(lambda: mail_to(product, "founder"))


def lock_out(product: Recorded) -> None:
    """The database does not know the password any more, and says so to every new connection."""
    user = urlsplit(product.env["DATABASE_URL"]).username
    with psycopg.connect(product.env["DATABASE_URL"], autocommit=True) as connection:
        hashed = connection.execute("SELECT rolpassword FROM pg_authid WHERE rolname = current_user").fetchone()
        assert hashed
        connection.execute(f"ALTER ROLE {user} PASSWORD NULL")
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
        assert product.request("GET", "/health").status_code == 503
        assert product.request("GET", f"/confirm/{UUID}").status_code == 500
        connection.execute(f"ALTER ROLE {user} PASSWORD '{hashed[0]}'")
    eventually(lambda: product.request("GET", "/health").status_code == 200)


def assert_it_happened(written: dict[str, str]) -> None:
    """A log without the faults in it would prove nothing."""
    for line in ("MMS answered 422: ", "MMS answered 500: ", "job failed", "job finished", "CheckViolation"):
        assert line in written["worker"]
    for line in ("CheckViolation", "UndefinedTable", "Turnstile rejected", "Invalid HTTP_HOST", '"status": 500'):
        assert line in written["web"]


def assert_no_canary(texts: dict[str, str], product: Recorded) -> None:
    password = urlsplit(product.env["DATABASE_URL"]).password
    assert password
    canaries = [CANARY, PHONE, NETWORK, password, *tokens(product).values()]
    assert len(canaries) == 6
    for name, text in texts.items():
        for canary in canaries:
            at = text.lower().find(canary.lower())
            assert at < 0, f"{canary} in {name}: {text[max(at - 200, 0) : at + 100]}"
