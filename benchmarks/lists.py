"""``python -m benchmarks.lists``: what each list, search and filter of the back office costs on the server and in the
database, over the leads that DATABASE_URL has (``manage.py seed --entries 1000000``).
"""

import logging
import statistics
import time
from typing import Any

import django

django.setup()

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from backoffice.admin.changelist import KeysetChangeList
from waitlist.models import WaitlistEntry

RUNS = 15
ENTRIES, SIGNUPS = "waitlist_waitlistentry", "waitlist_signup"
PAGES = (
    ("first page", ENTRIES, ""),
    ("sorted by company", ENTRIES, "o=1"),
    ("sorted by confirmation", ENTRIES, "o=-6"),
    ("common word", ENTRIES, "q=elektro"),
    ("rare word", ENTRIES, "q=kaltenbrunner"),
    ("two words", ENTRIES, "q=gruber+wien"),
    ("stem", ENTRIES, "q=elektriker"),
    ("two mistyped words", ENTRIES, "q=elektrp+grubr"),
    ("beginning of an e-mail", ENTRIES, "q=office"),
    ("phone", ENTRIES, "q=0664+1234"),
    ("nothing found", ENTRIES, "q=xyzzyx"),
    ("unconfirmed", ENTRIES, "status=waiting"),
    ("customers", ENTRIES, "status=customer"),
    ("unsubscribed", ENTRIES, "status=unsubscribed"),
    ("CRM refused", ENTRIES, "crm=failed"),
    ("trade and size", ENTRIES, "gewerk__exact=Sonstige&company_size__exact=50%2B"),
    ("campaign and status", ENTRIES, "utm_campaign=pilot&status=waiting"),
    ("confirmed between", ENTRIES, "confirmed_at_from=2026-10-01&confirmed_at_to=2026-10-02"),
    ("sign-ups", SIGNUPS, ""),
    ("sign-ups that failed", SIGNUPS, "status__exact=failed"),
    ("sign-ups in quarantine", SIGNUPS, "status__exact=quarantined"),
    ("sign-ups, common word", SIGNUPS, "q=elektro"),
    ("sign-ups, name", SIGNUPS, "q=kaltenbrunner"),
    ("sign-ups, e-mail", SIGNUPS, "q=office@koch-999981.example"),
)


def main() -> None:
    logging.disable()
    settings.ALLOWED_HOSTS = ["testserver"]
    client = Client()
    client.force_login(User.objects.filter(is_superuser=True)[0])
    print(f"{WaitlistEntry.objects.count()} leads, {RUNS} runs each\n")
    print("| page | server, ms (median) | server, ms (slowest) | database, ms (median) | queries |")
    print("| --- | ---: | ---: | ---: | ---: |")
    for name, model, query in (*PAGES, ("page 10,000", ENTRIES, _page_10_000(client))):
        print(_row(client, name, f"{reverse(f'admin:{model}_changelist')}?{query}"))


def _row(client: Client, name: str, url: str) -> str:
    server, database, queries = [], [], 0
    client.get(url)
    for _ in range(RUNS):
        with CaptureQueriesContext(connection) as captured:
            start = time.perf_counter()
            response = client.get(url)
            server.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:  # noqa: PLR2004 - a benchmark of errors tells nothing
            raise RuntimeError(f"{name}: {response.status_code}")
        database.append(sum(float(query["time"]) for query in captured.captured_queries) * 1000)
        queries = len(captured)
    median, slowest = statistics.median(server), max(server)
    return f"| {name} | {median:.0f} | {slowest:.0f} | {statistics.median(database):.0f} | {queries} |"


def _page_10_000(client: Client) -> str:
    """The query string of the page that begins after half a million rows, or after half of those that there are."""
    page: Any = client.get(reverse(f"admin:{ENTRIES}_changelist"))
    changelist = page.context_data["cl"]
    assert isinstance(changelist, KeysetChangeList)  # noqa: S101 - for the type checker
    place = min(10_000 * changelist.list_per_page, WaitlistEntry.objects.count() // 2)
    row = WaitlistEntry.objects.order_by("-created_at", "-pk")[place]
    return f"after={changelist.position_of(row)}"


if __name__ == "__main__":
    main()
