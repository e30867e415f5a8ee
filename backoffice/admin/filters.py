"""What the lists are filtered by beside their columns."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from backoffice.overview import EntryStatus
from waitlist.choices import MailStatus
from waitlist.models import Mail, Signup, WaitlistEntry


class EntryStatusFilter(admin.SimpleListFilter):
    """Entries with or without a confirmed address."""

    title = _("Status")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return EntryStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[WaitlistEntry]) -> QuerySet[WaitlistEntry]:
        if self.value() == EntryStatus.WAITING:
            return queryset.filter(confirmed_at=None)
        if self.value() == EntryStatus.CONFIRMED:
            return queryset.exclude(confirmed_at=None)
        return queryset


class MailStatusFilter(admin.SimpleListFilter):
    """Sign-ups with a mail in this state: a processed one whose mail failed can be tried again too."""

    title = _("Mails")
    parameter_name = "mail"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return MailStatus.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Signup]) -> QuerySet[Signup]:
        if not self.value():
            return queryset
        return queryset.filter(pk__in=Mail.objects.filter(status=self.value()).values("signup"))
