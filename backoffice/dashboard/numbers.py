"""The figures, each counted in one place.

- A *sign-up* is an accepted form, counted when it came; one in quarantine is none yet.
- A *lead* is an entry, counted when it was created. Of the leads of a period, those are *mailed* whose confirmation
  was sent, *confirmed* who have pressed the button, *prospects* whom the CRM knows as such - until today, not until
  the period's end. The *rate* is confirmed by leads.
- The chart alone counts confirmations by the day on which they happened.
"""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Aggregate, Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from backoffice.dashboard.period import Period
from backoffice.dashboard.providers import MAIL_LABEL, PROVIDER
from backoffice.models import SearchDocument
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, MailKind, MailStatus, RefusalReason, SignupStatus
from waitlist.models import CrmUpdate, Mail, Refusal, Signup, Waitlist, WaitlistEntry

DIMENSIONS = ("utm_source", "utm_medium", "utm_campaign", "gewerk", "company_size")
COLLAPSE_LEADS, COLLAPSE_SHARE = 20, 0.5

Lists = QuerySet[Waitlist]


class MedianSeconds(Aggregate):
    """The median of a duration, in seconds."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM %(expressions)s))"


@dataclass(frozen=True)
class Figures:
    """What the tiles show."""

    signups: int
    leads: int
    confirmed: int
    median_seconds: float | None
    waiting: int
    failed: int
    quarantined: int
    unsubscribed: int

    @property
    def rate(self) -> float | None:
        """Share of the leads that are confirmed, 0 to 1."""
        return self.confirmed / self.leads if self.leads else None


@dataclass(frozen=True)
class Funnel:
    """From the attempt to the CRM's prospect; refused attempts by reason."""

    refused: dict[str, int]
    accepted: int
    mailed: int
    confirmed: int
    prospects: int

    @property
    def attempted(self) -> int:
        return self.accepted + sum(self.refused.values())


class Share(NamedTuple):
    """Leads and confirmed ones of one value, such as a campaign; the empty value stands for none given."""

    value: str
    leads: int
    confirmed: int
    is_collapsed: bool = False

    @property
    def rate(self) -> float:
        return self.confirmed / self.leads


class Day(NamedTuple):
    """One day of the chart."""

    day: dt.date
    signups: int
    confirmations: int


@dataclass(frozen=True)
class Attention:
    """What the founder can do something about, whenever it came."""

    failed_signups: int
    failed_updates: int
    failed_mails: int
    quarantined: int
    held_mails: int


def signups(lists: Lists, period: Period) -> QuerySet[Signup]:
    """The forms that came in ``period``, those in quarantine too."""
    return Signup.objects.filter(waitlist__in=lists, created_at__gte=period.start, created_at__lt=period.end).order_by()


def leads(lists: Lists, period: Period) -> QuerySet[WaitlistEntry]:
    """The entries that were created in ``period``."""
    return WaitlistEntry.objects.filter(
        waitlist__in=lists, created_at__gte=period.start, created_at__lt=period.end
    ).order_by()


def figures(lists: Lists, period: Period) -> Figures:
    """The figures of ``period``."""
    by_status = Counter(dict(signups(lists, period).values_list("status").annotate(count=Count("pk"))))
    of_leads = leads(lists, period).aggregate(
        leads=Count("pk"),
        confirmed=Count("confirmed_at"),
        median_seconds=MedianSeconds(F("confirmed_at") - F("created_at"), filter=Q(confirmed_at__isnull=False)),
    )
    return Figures(
        signups=by_status.total() - by_status[SignupStatus.QUARANTINED],
        waiting=by_status[SignupStatus.RECEIVED],
        failed=by_status[SignupStatus.FAILED],
        quarantined=by_status[SignupStatus.QUARANTINED],
        unsubscribed=unsubscribed(lists, period),
        **of_leads,
    )


def unsubscribed(lists: Lists, period: Period) -> int:
    """Leads who have unsubscribed in ``period``, whenever they came."""
    return SearchDocument.objects.filter(
        entry__waitlist__in=lists, unsubscribed_at__gte=period.start, unsubscribed_at__lt=period.end
    ).count()


def funnel(lists: Lists, period: Period, of_period: Figures) -> Funnel:
    """The way of the attempts of ``period``, whose figures are given."""
    refusals = Refusal.objects.filter(waitlist__in=lists, day__lte=period.last)
    if period.first:
        refusals = refusals.filter(day__gte=period.first)
    counts: dict[str, int] = dict(refusals.values_list("reason").annotate(total=Sum("count")))
    confirmation = Mail.objects.filter(signup__entry=OuterRef("pk"), kind=MailKind.CONFIRMATION, status=MailStatus.SENT)
    prospect = CrmUpdate.objects.filter(entry=OuterRef("pk"), kind=CrmUpdateKind.PROSPECT, status=CrmUpdateStatus.DONE)
    return Funnel(
        refused={reason: counts.get(reason, 0) for reason in RefusalReason.values},
        accepted=of_period.signups,
        mailed=leads(lists, period).filter(Exists(confirmation)).count(),
        confirmed=of_period.confirmed,
        prospects=leads(lists, period).filter(Exists(prospect)).count(),
    )


def daily(lists: Lists, period: Period) -> list[Day]:
    """Sign-ups and confirmations of each day, from the first that has any; the days between are there too."""
    confirmations = WaitlistEntry.objects.filter(
        waitlist__in=lists, confirmed_at__gte=period.start, confirmed_at__lt=period.end
    ).order_by()
    came = _per_day(signups(lists, period).exclude(status=SignupStatus.QUARANTINED), "created_at")
    confirmed = _per_day(confirmations, "confirmed_at")
    first = period.first or min([*came, *confirmed], default=period.last)
    days = (first + dt.timedelta(days=number) for number in range((period.last - first).days + 1))
    return [Day(day, came[day], confirmed[day]) for day in days]


def _per_day(rows: QuerySet[Any], column: str) -> Counter[dt.date]:
    return Counter(dict(rows.annotate(day=TruncDate(column)).values_list("day").annotate(count=Count("pk"))))


def shares(lists: Lists, period: Period) -> dict[str, list[Share]]:
    """The leads of ``period`` by each of DIMENSIONS, the most frequent value first."""
    rows = leads(lists, period).values_list(*DIMENSIONS).annotate(leads=Count("pk"), confirmed=Count("confirmed_at"))
    counts: dict[str, dict[str, list[int]]] = {dimension: defaultdict(lambda: [0, 0]) for dimension in DIMENSIONS}
    for *values, came, confirmed in rows:
        for dimension, value in zip(DIMENSIONS, values, strict=True):
            count = counts[dimension][value or ""]
            count[0] += came
            count[1] += confirmed
    return {dimension: _most_first(of_values) for dimension, of_values in counts.items()}


def _most_first(of_values: dict[str, list[int]]) -> list[Share]:
    shares = (Share(value, came, confirmed) for value, (came, confirmed) in of_values.items())
    return sorted(shares, key=lambda share: (-share.leads, share.value))


def providers(lists: Lists, period: Period) -> list[Share]:
    """The leads of ``period`` by mail provider; collapsed is one whose mails seem not to arrive any more.

    That is: COLLAPSE_LEADS or more, and a rate below COLLAPSE_SHARE of what all the others have together.
    """
    rows = (
        leads(lists, period)
        .alias(mail_label=MAIL_LABEL)
        .annotate(provider=PROVIDER)
        .values_list("provider")
        .annotate(leads=Count("pk"), confirmed=Count("confirmed_at"))
        .order_by("-leads")
    )
    return list(_marked([Share(*row) for row in rows]))


def _marked(of_providers: list[Share]) -> Iterable[Share]:
    for share in of_providers:
        others = sum(other.leads for other in of_providers) - share.leads
        confirmed = sum(other.confirmed for other in of_providers) - share.confirmed
        expected = COLLAPSE_SHARE * confirmed / others if others else 0
        yield share._replace(is_collapsed=share.leads >= COLLAPSE_LEADS and share.rate < expected)


def attention(lists: Lists) -> Attention:
    """What waits for the founder."""
    kept = Signup.objects.filter(waitlist__in=lists)
    mails = Mail.objects.filter(waitlist__in=lists)
    return Attention(
        failed_signups=kept.filter(status=SignupStatus.FAILED).count(),
        failed_updates=WaitlistEntry.objects.filter(waitlist__in=lists)
        .filter(Exists(CrmUpdate.objects.filter(entry=OuterRef("pk"), status=CrmUpdateStatus.FAILED)))
        .count(),
        failed_mails=kept.filter(Exists(mails.filter(signup=OuterRef("pk"), status=MailStatus.FAILED))).count(),
        quarantined=kept.filter(status=SignupStatus.QUARANTINED).count(),
        held_mails=kept.filter(Exists(mails.filter(signup=OuterRef("pk"), status=MailStatus.HELD))).count(),
    )
