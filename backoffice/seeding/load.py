"""Brings the made-up rows into the database, in pieces that are each committed as a whole."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from random import Random

import pgtrigger
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from backoffice.search import learn_words
from backoffice.seeding.curve import moments
from backoffice.seeding.rows import COLUMNS, Rows
from backoffice.seeding.stories import DAY, make_story, make_visitor
from waitlist.choices import Failure, RefusalReason, SignupStatus
from waitlist.models import Waitlist

CHUNK_SIZE = 20_000  # entries
CONNECTIONS = 2  # that write at once, while this thread makes up the next piece
# Per entry of a day: the attempts that were turned away before anything was stored.
REFUSALS = {RefusalReason.VALIDATION: 0.11, RefusalReason.BOT: 0.06, RefusalReason.LIMIT: 0.012}
# Beside the entries: one sign-up in so many has failed for good, or waits in quarantine, which keeps them for a week.
FAILED_EVERY, QUARANTINED_EVERY = 300, 40
QUARANTINE = 6 * DAY

Progress = Callable[[int], None]


def seed(waitlist: Waitlist, count: int, random: Random, *, progress: Progress | None = None) -> None:
    """Give ``waitlist`` ``count`` entries of the last year with all that belongs to them, finished or failed for good.

    Nothing is left for the worker to take up: no mail goes out, and the CRM hears of nobody. ``progress`` is told
    how many entries are on their way. Raises ValueError where the list has no consent text.
    """
    now = timezone.now()
    days: Counter[dt.date] = Counter()
    pieces = _pieces(waitlist, moments(count, now, random), now.timestamp(), random, days, progress)
    if count <= CHUNK_SIZE:
        # In this thread, and so in the caller's transaction.
        for piece in pieces:
            _load(piece)
    else:
        _load_at_once(pieces)
    with connection.cursor() as cursor:
        _count_refusals(cursor, waitlist, days, random)
        for table in (*COLUMNS, "backoffice_search_documents"):
            cursor.execute(f"ANALYZE {table}")


def _pieces(
    waitlist: Waitlist,
    times: Iterator[float],
    until: float,
    random: Random,
    days: Counter[dt.date],
    progress: Progress | None,
) -> Iterator[Rows]:
    """The rows for CHUNK_SIZE of ``times`` after the other; counts in ``days`` what came in on each."""
    consent = waitlist.consent_text()
    if consent is None:
        raise ValueError(f"the list {waitlist.slug} has no consent text")
    done = 0
    while chunk := list(islice(times, CHUNK_SIZE)):
        entry_ids = _reserve("waitlist_entries", len(chunk))
        page_url = f"https://{waitlist.slug.replace('_', '-')}.example/pilot"
        rows = Rows(waitlist.pk, consent.pk, page_url, entry_ids[0], entry_ids[-1])
        for number, (entry_id, at) in enumerate(zip(entry_ids, chunk, strict=True), start=done):
            visitor = make_visitor(str(entry_id), at, random)
            rows.add(entry_id, visitor, make_story(visitor, until, random))
            if number % FAILED_EVERY == 0:
                failed = make_visitor(f"{entry_id}f", at, random)
                rows.add_without_entry(failed, SignupStatus.FAILED, Failure.REJECTED)
            if number % QUARANTINED_EVERY == 0 and at > until - QUARANTINE:
                rows.add_without_entry(make_visitor(f"{entry_id}q", at, random), SignupStatus.QUARANTINED)
        days.update(timezone.localdate(dt.datetime.fromtimestamp(at, dt.UTC)) for at in chunk)
        done += len(chunk)
        if progress:
            progress(done)
        yield rows


def _reserve(table: str, count: int) -> list[int]:
    """``count`` keys that nobody else will get."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", (table, count))
        return [key for (key,) in cursor.fetchall()]


def _load_at_once(pieces: Iterator[Rows]) -> None:
    """Load ``pieces`` over several connections, each handed over as soon as one is free."""
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        running: set[Future[None]] = set()
        for piece in pieces:
            running.add(pool.submit(_load_and_close, piece))
            if len(running) > CONNECTIONS:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    future.result()
        for future in running:
            future.result()


def _load_and_close(rows: Rows) -> None:
    try:
        _load(rows)
    finally:
        connection.close()  # the thread's own


def _load(rows: Rows) -> None:
    """Without the history's trigger: ``rows`` has its rows too, with the times of the story."""
    ignoring = pgtrigger.ignore("waitlist.WaitlistEntry:insert_insert")
    with transaction.atomic(), ignoring, connection.cursor() as cursor:
        # Beside its own effect the first statement tells the database what to ignore; COPY would not.
        cursor.execute("SET LOCAL statement_timeout = 0; SET LOCAL synchronous_commit = off")
        cursor.execute("SET LOCAL backoffice.index_later = 'on'")
        for table, lines in rows.lines.items():
            with cursor.copy(f"COPY {table} ({COLUMNS[table]}) FROM STDIN") as copy:
                copy.write("".join(f"{line}\n" for line in lines))
        cursor.execute("SELECT backoffice_index_entries(%s, %s)", (rows.first_entry_id, rows.last_entry_id))
    # At once, while they are few: it takes longer the more there are.
    while learn_words():
        pass


def _count_refusals(cursor: CursorWrapper, waitlist: Waitlist, days: Counter[dt.date], random: Random) -> None:
    counts = [
        (day, reason.value, round(entries * share * random.uniform(0.5, 1.5) + random.random()))
        for day, entries in days.items()
        for reason, share in REFUSALS.items()
    ]
    cursor.execute(
        "INSERT INTO waitlist_refusals (waitlist_id, day, reason, count)"
        " SELECT %s, * FROM unnest(%s::date[], %s::text[], %s::bigint[])"
        " ON CONFLICT (waitlist_id, day, reason) DO UPDATE SET count = waitlist_refusals.count + excluded.count",
        (waitlist.pk, *map(list, zip(*counts, strict=True))),
    )
