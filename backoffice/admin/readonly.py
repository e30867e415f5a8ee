"""What the back office shows and nobody edits."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.http import HttpRequest

from waitlist.models import Signup


class ReadOnlyInline(admin.options.InlineModelAdmin):
    """Rows to look at: none is added, changed or deleted."""

    extra = 0

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return flatten(self.fields or ())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def mail_states(signup: Signup) -> str:
    """Kind and status of every mail of a sign-up, whose ``mails`` are prefetched."""
    return ", ".join(f"{mail.get_kind_display()}: {mail.get_status_display()}" for mail in signup.mails.all())
