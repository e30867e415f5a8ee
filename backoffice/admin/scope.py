"""Staff who are limited to certain lists: what belongs to others does not exist for them."""

from collections.abc import Sequence
from typing import Any

from django.db.models import ForeignKey, Model, QuerySet
from django.http import Http404, HttpRequest

from accounts.models import User
from accounts.staff import staff_of
from waitlist.models import Waitlist


def scoped(rows: QuerySet[Any], user: User, path: str = "waitlist") -> QuerySet[Any]:
    """Those of ``rows`` that are of lists which ``user`` sees; ``path`` is the lookup from a row to its list."""
    return rows if user.sees_all_lists else rows.filter(**{f"{path}__in": user.visible_waitlists()})


class NotFoundIs404:
    """For a ModelAdmin, before it: what is not there is a 404, not Django's redirect that repeats the key."""

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Model:
        """Raises Http404."""
        found: Model | None = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if found is None:
            raise Http404
        return found


class ListScoped(NotFoundIs404):
    """For a ModelAdmin, before it: rows and choices of the person's lists only, and 404 for all others."""

    waitlist_path = "waitlist"  # "pk" for the lists themselves

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return scoped(super().get_queryset(request), staff_of(request), self.waitlist_path)  # type: ignore[misc]

    def formfield_for_foreignkey(self, db_field: ForeignKey, request: HttpRequest, **kwargs: Any) -> Any:
        """The lists to choose from are those that the person sees."""
        if db_field.related_model is Waitlist:
            kwargs["queryset"] = staff_of(request).visible_waitlists()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]


class ListColumn:
    """For a ModelAdmin, before it: a last column with the row's list, where the person sees several."""

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        columns: Sequence[Any] = super().get_list_display(request)  # type: ignore[misc]
        has_several = len(staff_of(request).visible_waitlists()[:2]) > 1
        return (*columns, "waitlist") if has_several else columns
