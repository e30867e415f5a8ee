"""What the first page shows, and the same as CSV."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from defusedcsv import csv
from django.core.cache import cache
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.staff import staff_of
from backoffice.dashboard import numbers
from backoffice.dashboard.period import CHOICES, Period
from backoffice.dashboard.tables import Table, count, daily_table, duration, funnel_table, percent, share_table
from waitlist.models import Signup, Waitlist

CACHED, CACHED_LONG_PERIOD = 60, 600  # seconds
LONG_PERIOD = 31  # days
ROWS = 8
UNITS: dict[str, Callable[[Any], str]] = {"count": count, "percent": percent, "duration": duration}


def chosen_lists(request: HttpRequest) -> tuple[QuerySet[Waitlist], Waitlist | None]:
    """The lists to count, and the one that was chosen. Raises Http404 for one that does not exist for the person."""
    visible: QuerySet[Waitlist] = staff_of(request).visible_waitlists().order_by("name")
    slug = request.GET.get("list")
    if not slug:
        return visible, None
    waitlist = visible.filter(slug=slug).first()
    if waitlist is None:
        raise Http404
    return visible.filter(pk=waitlist.pk), waitlist


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """django-unfold's DASHBOARD_CALLBACK: adds what ``templates/admin/index.html`` shows."""
    if not request.user.has_perm("waitlist.view_waitlistentry"):
        return context
    lists, waitlist = chosen_lists(request)
    choice, period = Period.from_query(request.GET)
    counted = _counted(lists, period)
    return context | {
        "title": _("Overview"),
        "period": period,
        "periods": [(key, label, _query(request.GET, period=key)) for key, label in CHOICES.items() if key != "own"],
        "chosen_period": choice,
        "waitlist": waitlist,
        "waitlists": staff_of(request).visible_waitlists(),
        "attention": _attention(numbers.attention(lists)),
        "csv_query": _query(request.GET),
        "is_new": not Signup.objects.filter(waitlist__in=lists).exists(),
        **_shown(counted),
    }


def csv_view(request: HttpRequest, name: str) -> HttpResponse:
    """One of the dashboard's tables. Its texts come from strangers' addresses, so formulas in them are disarmed."""
    lists, _waitlist = chosen_lists(request)
    _choice, period = Period.from_query(request.GET)
    tables = _tables(_counted(lists, period))
    if name not in tables or not request.user.has_perm("waitlist.view_waitlistentry"):
        raise Http404
    response = HttpResponse("\N{ZERO WIDTH NO-BREAK SPACE}", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.localdate()}.csv"'
    writer = csv.writer(response, delimiter=";", lineterminator="\r\n")
    writer.writerow(tables[name].headers)
    writer.writerows(tables[name].plain_rows)
    return response


def _counted(lists: QuerySet[Waitlist], period: Period) -> dict[str, Any]:
    """All figures, some minutes old at most; without Redis they are counted each time."""
    key = f"dashboard:{sorted(lists.values_list('pk', flat=True))}:{period.first}:{period.last}"
    counted: dict[str, Any] | None = cache.get(key)
    if counted is None:
        counted = _count(lists, period)
        is_long = period.days is None or period.days > LONG_PERIOD
        cache.set(key, counted, CACHED_LONG_PERIOD if is_long else CACHED)
    return counted


def _count(lists: QuerySet[Waitlist], period: Period) -> dict[str, Any]:
    earlier = period.before()
    of_period = numbers.figures(lists, period)
    return {
        "figures": of_period,
        "before": numbers.figures(lists, earlier) if earlier else None,
        "funnel": numbers.funnel(lists, period, of_period),
        "daily": numbers.daily(lists, period),
        "shares": numbers.shares(lists, period),
        "providers": numbers.providers(lists, period),
    }


def _tables(counted: dict[str, Any]) -> dict[str, Table]:
    titles = {
        "utm_source": _("Source"),
        "utm_medium": _("Medium"),
        "utm_campaign": _("Campaign"),
        "gewerk": _("Trade"),
        "company_size": _("Company size"),
    }
    return {
        "daily": daily_table(counted["daily"]),
        "funnel": funnel_table(counted["funnel"]),
        **{name: share_table(title, counted["shares"][name], _("not given")) for name, title in titles.items()},
        "providers": share_table(_("Mail provider"), counted["providers"], _("all others")),
    }


def _shown(counted: dict[str, Any]) -> dict[str, Any]:
    figures, before = counted["figures"], counted["before"]
    tables = _tables(counted)
    return {
        "tiles": list(_tiles(figures, before)),
        "funnel": counted["funnel"],
        "funnel_table": tables.pop("funnel"),
        "daily_table": tables.pop("daily"),
        "chart": _chart(counted["daily"]),
        "share_tables": [(name, table, table.rows[:ROWS]) for name, table in tables.items()],
        "collapsed": [share for share in counted["providers"] if share.is_collapsed],
    }


def _tiles(figures: numbers.Figures, before: numbers.Figures | None) -> Iterable[dict[str, Any]]:
    tile = partial(_tile, figures, before)
    yield tile(_("Sign-ups"), lambda of: of.signups)
    yield tile(_("Confirmed"), lambda of: of.confirmed)
    yield tile(_("Confirmation rate"), lambda of: of.rate, unit="percent")
    yield tile(_("Time to confirm (median)"), lambda of: of.median_seconds, unit="duration")
    yield tile(_("Waiting for the CRM"), lambda of: of.waiting)
    yield tile(_("Failed"), lambda of: of.failed)
    yield tile(_("In quarantine"), lambda of: of.quarantined)
    yield tile(_("Unsubscribed"), lambda of: of.unsubscribed)


def _tile(
    figures: numbers.Figures,
    before: numbers.Figures | None,
    title: str,
    of: Callable[[numbers.Figures], float | None],
    *,
    unit: str = "count",
) -> dict[str, Any]:
    show = UNITS[unit]
    return {"title": title, "value": show(of(figures)), "before": show(of(before)) if before else None}


def _chart(days: list[numbers.Day]) -> dict[str, Any]:
    return {
        "labels": [f"{day.day:%d.%m.}" for day in days],
        "datasets": [
            {"label": _("Sign-ups"), "data": [day.signups for day in days]},
            {"label": _("Confirmations"), "data": [day.confirmations for day in days]},
        ],
    }


def _attention(waiting: numbers.Attention) -> list[tuple[str, int, str]]:
    """Text, number and the filtered list behind it, of what there is any of."""
    of_signups = reverse("admin:waitlist_signup_changelist")
    of_entries = reverse("admin:waitlist_waitlistentry_changelist")
    rows = [
        (_("Sign-ups that did not get into the CRM"), waiting.failed_signups, f"{of_signups}?status__exact=failed"),
        (_("Leads of which the CRM refused an update"), waiting.failed_updates, f"{of_entries}?crm=failed"),
        (_("Sign-ups with a mail that could not be delivered"), waiting.failed_mails, f"{of_signups}?mail=failed"),
        (_("Sign-ups in quarantine"), waiting.quarantined, f"{of_signups}?status__exact=quarantined"),
        (_("Sign-ups whose mail is held back: mailing is paused"), waiting.held_mails, f"{of_signups}?mail=held"),
    ]
    return [row for row in rows if row[1]]


def _query(given: QueryDict, **changes: str) -> str:
    kept = {name: given[name] for name in ("list", "period", "from", "to") if given.get(name)}
    if changes:
        kept.pop("from", None)
        kept.pop("to", None)
    return urlencode(kept | changes)
