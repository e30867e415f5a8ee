"""The rows as Markdown, ready for the README."""

import datetime as dt
import os
import platform
from collections.abc import Sequence

from tests.faults.count import Row
from tests.faults.measure import Plan

_COLUMNS = (
    "fault",
    "answered 200",
    "refused",
    "lost",
    "duplicate entries",
    "duplicate parties",
    "duplicate mails",
    "slowest answer, s",
    "drained after, s",
)
_LEGEND = """\
"Refused" is what visitors were told in the end, by code; somebody without an answer sends the same form twice more.
"Lost" is answered with 200 and without its entry, party or mail. "Drained" counts from the end of the fault until no
job, sign-up or mail waits: tries that were put off until later are brought forward once, and where MMS or the mail
server has refused for good, the founder's "try again" is pressed once. A mail may go out twice where a worker was
killed between the mail server's OK and its note of it."""


def head() -> str:
    """The table's first two lines."""
    return "\n".join((_line(_COLUMNS), _line(("---", *("---:" for _ in _COLUMNS[1:])))))


def line(row: Row) -> str:
    """The line of one fault."""
    refused = ", ".join(f"{number} {code}" for code, number in row.refused.items())
    drained = "never" if row.drained is None else f"{row.drained:.0f}"
    counts = (row.lost, row.duplicate_entries, row.duplicate_parties, row.duplicate_mails)
    return _line((row.title, str(row.answered), refused or "0", *map(str, counts), f"{row.slowest:.1f}", drained))


def foot(plan: Plan) -> str:
    """How to read the table, and where and how it was measured."""
    today = dt.datetime.now(dt.UTC).date()
    machine = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{_LEGEND}\n\n{plan.per_second:.0f} sign-ups/s on 2 web and 2 worker processes; {machine}; {today}."


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
