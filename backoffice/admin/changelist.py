"""Lists whose page 10,000 costs what page 1 does: a page begins after a row, not after a number of rows."""

import base64
import binascii
import json
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import F, Func, QuerySet, Value
from django.db.models.lookups import GreaterThan, LessThan
from django.http import HttpRequest
from unfold.views import ChangeList

from backoffice.planner import expected_rows

AFTER, BEFORE = "after", "before"
COUNTED = 2_000  # rows up to which an exact count is worth its while


class Row(Func):
    """An SQL row, which PostgreSQL compares from left to right, by an index where there is one."""

    function = "ROW"
    output_field = models.TextField()  # never read


class KeysetPaginator(Paginator):
    """Names the template; which rows a page has is the changelist's business."""

    template_name = "backoffice/list/pagination.html"


class KeysetChangeList(ChangeList):
    """Sorts by one column and the primary key, and finds a page by the row that it begins after, or ends before.

    Column and key must have an index together, and the column no NULL.
    """

    previous_page: str | None = None  # query strings
    next_page: str | None = None
    is_estimate = False

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        given = request.GET
        self.after, self.before = given.get(AFTER), given.get(BEFORE)
        # Whatever changes the list, a filter or another order, starts anew on its first page.
        kept = given.copy()
        for name in (AFTER, BEFORE):
            kept.pop(name, None)
        request.GET = kept  # type: ignore[assignment]
        try:
            super().__init__(request, *args, **kwargs)
        finally:
            request.GET = given

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[str]:
        column = str(super().get_ordering(request, queryset)[0])
        return [column, "-pk" if column.startswith("-") else "pk"]

    def get_results(self, request: HttpRequest) -> None:
        backwards = self.before is not None
        # First the keys alone: rows that are sorted and thrown away should not drag their joins along.
        keys = self._from(self.before or self.after, backwards=backwards).values_list("pk", flat=True)
        page = list(keys[: self.list_per_page + 1])
        is_more = len(page) > self.list_per_page
        places = {pk: place for place, pk in enumerate(page[: self.list_per_page])}
        rows = sorted(self._rows(request, list(places)), key=lambda row: places[row.pk])
        if backwards:
            rows.reverse()
        if rows and (is_more or backwards):
            self.next_page = self.get_query_string({AFTER: self.position_of(rows[-1])})
        if rows and (is_more if backwards else self.after is not None):
            self.previous_page = self.get_query_string({BEFORE: self.position_of(rows[0])})
        self.result_list = rows
        self.multi_page = bool(self.next_page or self.previous_page)
        self.result_count = self._count() if self.multi_page else len(rows)
        self.paginator = KeysetPaginator(self.queryset, self.list_per_page)
        self.full_result_count = self.result_count  # or the theme would offer to show all on one page
        self.show_full_result_count = self.can_show_all = False
        self.show_admin_actions = True

    def _rows(self, request: HttpRequest, pks: list[Any]) -> QuerySet[Any]:
        return self.apply_select_related(self.root_queryset.filter(pk__in=pks).order_by())

    @property
    def _column(self) -> str:
        return self.queryset.query.order_by[0]

    def _from(self, position: str | None, *, backwards: bool) -> QuerySet[Any]:
        """The rows behind ``position`` in the list's order, or backwards from it."""
        rows: QuerySet[Any] = self.queryset.reverse() if backwards else self.queryset
        if position is None:
            return rows
        beyond = LessThan if self._column.startswith("-") is not backwards else GreaterThan
        value, pk = self._parse(position)
        return rows.filter(beyond(Row(F(self._column.removeprefix("-")), F("pk")), Row(Value(value), Value(pk))))

    def position_of(self, row: Any) -> str:
        """What ``after`` and ``before`` name ``row`` by, for the list's present order."""
        values = [getattr(row, self._column.removeprefix("-")), row.pk]
        return base64.urlsafe_b64encode(json.dumps(values, cls=DjangoJSONEncoder).encode()).decode()

    def _parse(self, position: str) -> tuple[Any, Any]:
        """Raises IncorrectLookupParameters where ``position`` is none of ours."""
        try:
            value, pk = json.loads(base64.urlsafe_b64decode(position))
            column = self.queryset.query.resolve_ref(self._column.removeprefix("-")).output_field
            parsed = column.to_python(value), self.lookup_opts.pk.to_python(pk)
        except (binascii.Error, ValueError, TypeError, ValidationError) as error:
            raise IncorrectLookupParameters from error
        if None in parsed:
            raise IncorrectLookupParameters
        return parsed

    def _count(self) -> int:
        """Exact where the planner expects few rows, otherwise what it expects."""
        expected = expected_rows(self.queryset)
        if expected <= COUNTED:
            counted = self.queryset.order_by().values("pk")[: COUNTED + 1].count()
            if counted <= COUNTED:
                return counted
        self.is_estimate = True
        return max(expected, COUNTED)
