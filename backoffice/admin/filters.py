"""What the lists are filtered by beside their columns."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter, RelatedDropdownFilter
from unfold.utils import parse_date_str

from accounts.staff import staff_of
from backoffice.dashboard.period import midnight
from backoffice.overview import EntryStatus
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, MailStatus
from waitlist.models import CrmUpdate, Mail, Signup, WaitlistEntry

# Campaigns are made up by strangers who write addresses: no more than these are offered.
OFFERED = 100
FEW_UPDATES = 5_000
# From one value to the next by the index, instead of all rows (PostgreSQL wiki, "Loose indexscan").
_DISTINCT = """
WITH RECURSIVE list AS (SELECT unnest(%s::bigint[]) AS pk), found AS (
    SELECT pk, (SELECT min({column}) FROM waitlist_entries WHERE waitlist_id = pk) AS value FROM list
    UNION ALL
    SELECT pk, (SELECT min({column}) FROM waitlist_entries WHERE waitlist_id = pk AND {column} > value)
    FROM found WHERE value IS NOT NULL
)
SELECT DISTINCT value FROM (SELECT value FROM found WHERE value IS NOT NULL LIMIT %s) AS values ORDER BY value
"""


class DaysFilter(RangeDateFilter):
    """From one day to another, both included; the theme's own leaves the last one out."""

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        first, last = (
            parse_date_str(self.used_parameters.get(f"{self.parameter_name}_{end}")) for end in ("from", "to")
        )
        if first:
            queryset = queryset.filter(**{f"{self.parameter_name}__gte": midnight(first)})
        if last:
            queryset = queryset.filter(**{f"{self.parameter_name}__lt": midnight(last + dt.timedelta(days=1))})
        return queryset


class ListFilter(RelatedDropdownFilter):
    """By list, of those that the person may see."""

    def field_choices(self, field: Any, request: HttpRequest, model_admin: Any) -> list[tuple[Any, str]]:
        return [(waitlist.pk, str(waitlist)) for waitlist in staff_of(request).visible_waitlists()]


class EntryStatusFilter(DropdownFilter):
    """By how far the lead has come."""

    title = _("Status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return EntryStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
        match self.value():
            case EntryStatus.WAITING:
                return queryset.filter(confirmed_at=None)
            case EntryStatus.CONFIRMED:
                return queryset.exclude(confirmed_at=None)
            case EntryStatus.CUSTOMER:
                return queryset.filter(Exists(_updates(kind=CrmUpdateKind.CUSTOMER)))
            case EntryStatus.UNSUBSCRIBED:
                return queryset.filter(search_document__unsubscribed_at__isnull=False)
        return queryset


class CrmFilter(DropdownFilter):
    """By what the CRM knows."""

    title = _("CRM")
    parameter_name = "crm"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return [
            (CrmUpdateStatus.QUEUED, _("Has yet to learn something")),
            (CrmUpdateStatus.FAILED, _("Refused an update")),
            (CrmUpdateKind.PROSPECT, _("Knows the prospect")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
        match self.value():
            case CrmUpdateStatus.QUEUED | CrmUpdateStatus.FAILED as status:
                return _with_open_update(queryset, status)
            case CrmUpdateKind.PROSPECT:
                return queryset.filter(Exists(_updates(kind=CrmUpdateKind.PROSPECT, status=CrmUpdateStatus.DONE)))
        return queryset


def _with_open_update(queryset: QuerySet[WaitlistEntry], status: str) -> QuerySet[WaitlistEntry]:
    """By their keys, found by an index, where they are few: the planner would look for them along the whole list."""
    keys = list(CrmUpdate.objects.filter(status=status).order_by().values_list("entry", flat=True)[: FEW_UPDATES + 1])
    if len(keys) <= FEW_UPDATES:
        return queryset.filter(pk__in=keys)
    return queryset.filter(Exists(_updates(status=status)))


def _updates(**fields: str) -> QuerySet[CrmUpdate]:
    return CrmUpdate.objects.filter(entry=OuterRef("pk"), **fields)


class _ValuesFilter(DropdownFilter):
    """By one of the values that a column of the entries has."""

    column: str

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        self.lists = list(staff_of(request).visible_waitlists().values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.execute(_DISTINCT.format(column=self.column), [self.lists, OFFERED])
            values = [value for (value,) in cursor.fetchall()]
        if self.value() and self.value() not in values:
            values.append(self.value())
        return [(value, value) for value in values]

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
        if not self.value():
            return queryset
        # With the lists, so that the index helps.
        return queryset.filter(**{self.column: self.value()}, waitlist__in=self.lists)


class SourceFilter(_ValuesFilter):
    title = _("Source")
    parameter_name = column = "utm_source"


class MediumFilter(_ValuesFilter):
    title = _("Medium")
    parameter_name = column = "utm_medium"


class CampaignFilter(_ValuesFilter):
    title = _("Campaign")
    parameter_name = column = "utm_campaign"


class MailStatusFilter(DropdownFilter):
    """Sign-ups with a mail in this state: a processed one whose mail failed can be tried again too."""

    title = _("Mails")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return MailStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Signup]) -> QuerySet[Signup]:
        if not self.value():
            return queryset
        return queryset.filter(Exists(Mail.objects.filter(signup=OuterRef("pk"), status=self.value())))
