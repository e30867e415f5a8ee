"""The real processes - web, worker, sandbox - on the test database, and a real browser before them."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from django.contrib.auth import get_user_model
from django.db import connection
from django.db.models.functions import Now
from playwright.sync_api import Browser, BrowserType, ConsoleMessage, Page, Request, expect
from procrastinate.contrib.django.models import ProcrastinateJob
from pytest_django import Settings

from dev.addresses import Addresses
from dev.services import commands, running, wait_until_answering
from tests.accounts import oidc
from tests.factories import make_waitlist
from tests.journey import compulsory
from tests.ports import free_addresses
from tests.waiting import eventually

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="package")
def provider() -> Iterator[oidc.Provider]:
    """The provider of single sign-on that the site knows."""
    with oidc.running() as provider:
        yield provider


@pytest.fixture(scope="package")
def addresses(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory, provider: oidc.Provider
) -> Iterator[Addresses]:
    """Web, worker and sandbox, run for this folder's tests: elsewhere the worker would take their jobs."""
    addresses = free_addresses(9300)
    provider.redirect_uris = {f"{addresses.web}/admin/account/sso/callback/"}
    sso = {
        "OIDC_SERVER_URL": provider.url,
        "OIDC_CLIENT_ID": oidc.CLIENT_ID,
        "OIDC_CLIENT_SECRET": oidc.CLIENT_SECRET,
        "OIDC_NAME": "Firmenkonto",
    }
    with running(commands(addresses, tmp_path_factory.mktemp("sandbox")), environment(addresses) | sso) as processes:
        wait_until_answering(processes, addresses.sandbox)
        wait_until_answering(processes, f"{addresses.web}/health")
        yield addresses


@pytest.fixture(scope="package")
def guarded_web(addresses: Addresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a second web process answers, which asks everybody for a second factor."""
    own = free_addresses(9300)
    # By its name, since a browser keeps no passkey for an IP address.
    url = f"http://localhost:{own.port}"
    given = {"DJANGO_SETTINGS_MODULE": "tests.journey.compulsory", "BASE_URL": url}
    web = {"web": commands(own, tmp_path_factory.mktemp("guarded"))["web"]}
    with running(web, environment(addresses) | given) as processes:
        wait_until_answering(processes, f"{own.web}/health")
        yield url


def environment(addresses: Addresses) -> dict[str, str]:
    """The variables of processes on the test database."""
    ours = ("DATABASE_URL", "REDIS_URL", "PATH", "HOME", "DJANGO_SETTINGS_MODULE", "ENV_FILE", "SECRET_KEY")
    env = addresses.environment({key: os.environ[key] for key in ours if key in os.environ})
    env["DATABASE_URL"] = f"{env['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}"
    env["FOUNDER_EMAIL"] = "founder@kurzum.example"
    return env


@pytest.fixture
def site(addresses: Addresses, transactional_db: None) -> Iterator[Addresses]:
    """The processes with a list and the founder's account, and nothing left of another test."""
    requests.post(f"{addresses.sandbox}/reset", timeout=5).raise_for_status()
    make_waitlist(name="kurzum")
    get_user_model().objects.create_superuser("founder@kurzum.example", "demo-password")
    yield addresses
    # Tables are not emptied under a worker's hands.
    unfinished = ProcrastinateJob.objects.filter(status__in=("todo", "doing")).exclude(scheduled_at__gt=Now())
    eventually(lambda: not unfinished.exists())


@pytest.fixture
def guarded(site: Addresses, guarded_web: str, settings: Settings) -> str:
    """The site, on the same data, behind a compulsory second factor."""
    settings.PASSWORD_HASHERS = compulsory.PASSWORD_HASHERS
    return guarded_web


@pytest.fixture
def mail_to(site: Addresses) -> Callable[[str], dict[str, Any]]:
    """Waits for the mail to an address and returns it."""

    def wait(to: str) -> dict[str, Any]:
        def arrived() -> dict[str, Any] | None:
            mails = requests.get(f"{site.sandbox}/inbox.json", timeout=5).json()
            return next((mail for mail in reversed(mails) if mail["to"] == to), None)

        return eventually(arrived)

    return wait


@pytest.fixture(scope="session")
def browser(browser_type: BrowserType) -> Iterator[Browser]:
    """Debian's chromium. CI must have it; elsewhere its tests are skipped where it is missing."""
    if CHROMIUM is None:
        reason = "chromium is not installed"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    # Without these, chromium looks for its maker's hosts in the background.
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    sandboxed = [] if os.geteuid() else ["--no-sandbox"]
    browser = browser_type.launch(executable_path=CHROMIUM, args=[*quiet, *sandboxed])
    yield browser
    browser.close()


@pytest.fixture
def open_page(browser: Browser, site: Addresses) -> Iterator[Callable[..., Page]]:
    """Opens a page of a width in pixels, which shares no cookies with others; at the end there must have been no
    console error, except those that contain ``foreseen``, and no request to another host.
    """
    complaints: list[str] = []
    contexts = []
    # The form itself waits for some seconds before it is sent.
    expect.set_options(timeout=15_000)

    def open_one(width: int, foreseen: str = "nothing is foreseen", **options: Any) -> Page:
        options = {"viewport": {"width": width, "height": 900}, "base_url": site.web, "locale": "de-AT"} | options
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)

        def on_console(message: ConsoleMessage) -> None:
            if message.type == "error" and foreseen not in message.text:
                complaints.append(f"{message.text} {message.location['url']}")

        def on_request(request: Request) -> None:
            if urlsplit(request.url).hostname not in {"127.0.0.1", "localhost", None}:  # none of data and blobs
                complaints.append(f"request to {request.url}")

        page.on("console", on_console)
        page.on("request", on_request)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
