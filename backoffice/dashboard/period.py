"""From when to when figures are counted."""

import datetime as dt
from dataclasses import dataclass

from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DEFAULT = "30"
CHOICES: dict[str, str | Promise] = {
    "7": _("7 days"),
    "30": _("30 days"),
    "90": _("90 days"),
    "all": _("All time"),
    "own": _("Own range"),
}


@dataclass(frozen=True)
class Period:
    """Whole days of the project's time zone, the last one included; ``first`` is None for all time."""

    first: dt.date | None
    last: dt.date

    @property
    def start(self) -> dt.datetime:
        return midnight(self.first or dt.date(2000, 1, 1))

    @property
    def end(self) -> dt.datetime:
        """The first instant that is no more part of it."""
        return midnight(self.last + dt.timedelta(days=1))

    @property
    def days(self) -> int | None:
        return (self.last - self.first).days + 1 if self.first else None

    def before(self) -> "Period | None":
        """As many days right before; None for all time."""
        if self.first is None or self.days is None:
            return None
        return Period(self.first - dt.timedelta(days=self.days), self.first - dt.timedelta(days=1))

    @classmethod
    def of_day(cls, day: dt.date) -> "Period":
        return cls(day, day)

    @classmethod
    def from_query(cls, query: QueryDict) -> tuple[str, "Period"]:
        """What ``period``, ``from`` and ``to`` ask for, and the choice; anything strange means the default."""
        today = timezone.localdate()
        choice = query.get("period", DEFAULT)
        if choice == "all":
            return choice, cls(None, today)
        first, last = _date(query.get("from")), _date(query.get("to"))
        if choice == "own" and first and last and first <= last:
            return choice, cls(first, last)
        days = int(choice) if choice in {"7", "30", "90"} else int(DEFAULT)
        return str(days), cls(today - dt.timedelta(days=days - 1), today)


def _date(value: str | None) -> dt.date | None:
    try:
        return parse_date(value or "")
    except ValueError:
        return None


def midnight(day: dt.date) -> dt.datetime:
    """The instant at which ``day`` begins in the project's time zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))
