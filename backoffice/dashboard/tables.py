"""The tables behind the charts: what a screen reader reads, and what is taken along as CSV."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from backoffice.dashboard.numbers import Day, Funnel, Share
from waitlist.choices import RefusalReason


class Table(NamedTuple):
    """Rows of a label and figures; ``plain_rows`` are for machines, ``rows`` for people."""

    title: str
    headers: Sequence[str]
    plain_rows: list[list[Any]]
    rows: list[list[str]]


def percent(share: float | None) -> str:
    """0.654 as "65 %", an en dash for no share at all."""
    return "\N{EN DASH}" if share is None else f"{number_format(share * 100, 0)}\N{NARROW NO-BREAK SPACE}%"


def share_table(title: str, shares: list[Share], empty: str) -> Table:
    """Leads, confirmed ones and the rate by value."""
    headers = (title, _("Leads"), _("Confirmed"), _("Rate"))
    plain: list[list[Any]] = [
        [share.value or empty, share.leads, share.confirmed, round(share.rate, 4)] for share in shares
    ]
    rows = [[row[0], count(row[1]), count(row[2]), percent(row[3])] for row in plain]
    return Table(title, headers, plain, rows)


def daily_table(days: list[Day]) -> Table:
    """Sign-ups and confirmations by day, the latest first."""
    plain: list[list[Any]] = [[day.day.isoformat(), day.signups, day.confirmations] for day in reversed(days)]
    rows = [[f"{day.day:%d.%m.%Y}", count(day.signups), count(day.confirmations)] for day in reversed(days)]
    return Table(_("Sign-ups and confirmations a day"), (_("Day"), _("Sign-ups"), _("Confirmations")), plain, rows)


def funnel_table(funnel: Funnel) -> Table:
    """The steps, with the share of the attempts, and the refused ones by reason."""
    steps: list[tuple[str, int]] = [
        (_("Attempted"), funnel.attempted),
        *((_("Refused: %s") % RefusalReason(reason).label, number) for reason, number in funnel.refused.items()),
        (_("Accepted"), funnel.accepted),
        (_("Mailed"), funnel.mailed),
        (_("Confirmed"), funnel.confirmed),
        (_("Prospect in the CRM"), funnel.prospects),
    ]
    whole = funnel.attempted
    plain = [[label, number, round(number / whole, 4) if whole else ""] for label, number in steps]
    rows = [[label, count(number), percent(number / whole if whole else None)] for label, number in steps]
    return Table(_("Funnel"), (_("Step"), _("Number"), _("Share of attempts")), plain, rows)


def count(number: int) -> str:
    """1234 as "1.234"."""
    return number_format(number, 0, force_grouping=True)


def duration(seconds: float | None) -> str:
    """7200 as "2 h"; an en dash for none."""
    if seconds is None:
        return "\N{EN DASH}"
    minutes = round(seconds / 60)
    if minutes < 60:  # noqa: PLR2004 - a clock's
        return _("%d min") % minutes
    hours = round(seconds / 3600)
    return _("%(hours)d h") % {"hours": hours} if hours < 48 else _("%d days") % round(hours / 24)  # noqa: PLR2004
