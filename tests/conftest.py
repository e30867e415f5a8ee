"""Fixtures of the whole suite: real PostgreSQL, Valkey, HTTP and SMTP; the outside world is the sandbox."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import responses
from django.core.cache import cache
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from prometheus_client import REGISTRY
from pytest_django import DjangoDbBlocker, Settings

from integrations.sandbox import RunningSandbox, running
from tests.api import FakeTurnstile
from tests.factories import make_waitlist
from waitlist.models import Waitlist

WorkAll = Callable[[], None]


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The test database, which may be emptied."""
    with django_db_blocker.unblock():
        allow_emptying()


def allow_emptying() -> None:
    """Tests with transactions of their own empty all tables afterwards, the audit trail too."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_truncate")


@pytest.fixture(autouse=True)
def clean_redis() -> None:
    """No test sees another one's limits and locks."""
    cache.clear()


@pytest.fixture
def waitlist(db: None) -> Waitlist:
    """The default list with its consent text."""
    return make_waitlist(name="kurzum")


@pytest.fixture
def without_redis(settings: Settings) -> Settings:
    """Redis is away: nothing listens on its port."""
    away = "redis://127.0.0.1:1/0"
    settings.REDIS_URL = away
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": away}}
    return settings


@pytest.fixture
def metric() -> Callable[[str], float]:
    """The value of a counter, as Prometheus would read it."""
    return lambda name: REGISTRY.get_sample_value(name) or 0.0


@pytest.fixture
def network() -> Iterator[responses.RequestsMock]:
    """Every HTTP call must be one that the test foresees."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def turnstile(network: responses.RequestsMock, settings: Settings) -> FakeTurnstile:
    """Siteverify that vouches for every token once, as Cloudflare's does, unless it starts with "fail"."""
    return FakeTurnstile(network, settings.TURNSTILE_VERIFY_URL)


@pytest.fixture(scope="session")
def sandbox_servers() -> Iterator[RunningSandbox]:
    with running() as servers:
        yield servers


@pytest.fixture
def sandbox(sandbox_servers: RunningSandbox, settings: Settings) -> RunningSandbox:
    """Real MMS, siteverify and SMTP on loopback, empty."""
    sandbox_servers.reset()
    settings.MMS_BASE_URL = f"{sandbox_servers.url}/v1"
    settings.TURNSTILE_VERIFY_URL = f"{sandbox_servers.url}/turnstile/v0/siteverify"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = sandbox_servers.smtp_port
    return sandbox_servers


@pytest.fixture
def work(transactional_db: None) -> WorkAll:
    """Runs the due jobs with a real worker until none is left."""

    def work_all() -> None:
        with app.replace_connector(DjangoConnector().get_worker_connector()) as worker_app:
            worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    # In a thread of its own: in the main one the browser tests have left an event loop running.
    return lambda: ThreadPoolExecutor(1).submit(work_all).result()


@pytest.fixture(autouse=True)
def no_jobs_left(request: pytest.FixtureRequest) -> Iterator[None]:
    """The queue's tables are unmanaged, so Django's flush after a transactional test leaves them."""
    marker = request.node.get_closest_marker("django_db")
    transactional = "transactional_db" in request.fixturenames or (marker and marker.kwargs.get("transaction"))
    if transactional:
        request.getfixturevalue("transactional_db")
    yield
    if transactional:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_periodic_defers CASCADE")
