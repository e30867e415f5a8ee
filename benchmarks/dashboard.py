"""``python -m benchmarks.dashboard``: what the overview costs for each period, over the leads that DATABASE_URL has
(``manage.py seed --entries 1000000``): counted anew, and from the cache.
"""

import logging
import statistics
import time

import django

django.setup()

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from backoffice.dashboard.period import CHOICES
from waitlist.models import WaitlistEntry

RUNS = 7


def main() -> None:
    logging.disable()
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.filter(is_superuser=True)[0])
    print(f"{WaitlistEntry.objects.count()} leads, {RUNS} runs each\n")
    print("| period | server, ms (median) | server, ms (slowest) | database, ms (median) | queries | cached, ms |")
    print("| --- | ---: | ---: | ---: | ---: | ---: |")
    for choice in CHOICES:
        print(_row(client, choice, f"{reverse('admin:index')}?period={choice}&from=2026-06-01&to=2026-08-31"))


def _row(client: Client, choice: str, url: str) -> str:
    server, database, cached, queries = [], [], [], 0
    client.get(url)
    for _ in range(RUNS):
        cache.clear()
        milliseconds, in_database, queries = _get(client, url)
        server.append(milliseconds)
        database.append(in_database)
        cached.append(_get(client, url)[0])
    return (
        f"| {choice} | {statistics.median(server):.0f} | {max(server):.0f} | {statistics.median(database):.0f}"
        f" | {queries} | {statistics.median(cached):.0f} |"
    )


def _get(client: Client, url: str) -> tuple[float, float, int]:
    """Milliseconds on the server and of those in the database, and the number of queries."""
    with CaptureQueriesContext(connection) as captured:
        start = time.perf_counter()
        response = client.get(url)
        milliseconds = (time.perf_counter() - start) * 1000
    if response.status_code != 200:  # noqa: PLR2004 - a benchmark of errors tells nothing
        raise RuntimeError(f"{url}: {response.status_code}")
    return milliseconds, sum(float(query["time"]) for query in captured.captured_queries) * 1000, len(captured)


if __name__ == "__main__":
    main()
