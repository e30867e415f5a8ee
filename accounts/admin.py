"""The accounts of the staff: who may log in, with which role, and for which lists."""

from collections.abc import Sequence
from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from accounts import mails, sessions
from accounts.admin_form import AccountForm, Standing
from accounts.models import User
from accounts.roles import Role, label, manageable, may_manage
from accounts.staff import staff_of
from backoffice.admin.scope import NotFoundIs404
from trail.models import Action
from trail.recording import record

# The roles are made by ``manage.py create_roles``.
admin.site.unregister(Group)


class RoleFilter(DropdownFilter):
    """By role."""

    title = _("Role")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[Any, Any]]:
        return Role.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(User)
class UserAdmin(NotFoundIs404, ModelAdmin):
    """Accounts are added and deactivated, never deleted; passwords are their owners' business."""

    list_display = ("person", "role", "lists", "is_active", "last_login", "created_at")
    list_filter = (RoleFilter, "is_active")
    list_filter_submit = True
    list_filter_sheet = True
    list_fullwidth = True
    search_fields = ("email", "name", "organisation")
    search_help_text = _("E-mail, name or organisation")
    actions = None
    fieldsets = (
        (None, {"fields": ("email", "name", "organisation", "is_active")}),
        (_("May"), {"fields": ("role", "sees_all_lists", "waitlists")}),
    )
    facts = (_("Facts"), {"fields": ("created_at", "last_login", "external_id")})
    # The address is the login, and where a new password would go: its owner changes it.
    fixed = ("email", "created_at", "last_login", "external_id")
    not_of_oneself = ("role", "is_active", "sees_all_lists", "waitlists")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        accounts = super().get_queryset(request).filter(pk__in=manageable(staff_of(request)).values("pk"))
        return accounts.prefetch_related("groups", "waitlists")

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Sequence[Any]:
        return (*self.fieldsets, self.facts) if obj else self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Sequence[str]:
        giver = staff_of(request)
        if obj is None:
            return () if giver.sees_all_lists else ("sees_all_lists",)
        if obj == giver:
            return self.fixed + self.not_of_oneself
        return self.fixed if giver.sees_all_lists else (*self.fixed, "sees_all_lists")

    def get_form(self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002 - Django's
        giver = staff_of(request)
        kwargs["form"] = AccountForm
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"giver": giver})

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        may = super().has_change_permission(request, obj)
        return may and (obj is None or obj == request.user or may_manage(staff_of(request), obj))

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    @display(description=_("Account"), ordering="email", header=True)
    def person(self, account: User) -> tuple[str, str]:
        return account.name or account.email, account.email

    @display(description=_("Role"))
    def role(self, account: User) -> str:
        return str(_("Superuser")) if account.is_superuser else label(account.role)

    @display(description=_("Lists"))
    def lists(self, account: User) -> str:
        return str(_("All lists")) if account.sees_all_lists else ", ".join(map(str, account.waitlists.all()))

    def save_model(self, request: HttpRequest, obj: User, form: AccountForm, change: bool) -> None:  # noqa: FBT001 - Django's
        if not change:
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: AccountForm, formsets: Any, change: bool) -> None:  # noqa: FBT001 - Django's
        super().save_related(request, form, formsets, change)
        account: User = form.instance
        if not change:
            record(request, Action.ACCOUNT, target=account, email=account.email, change="created")
            mails.invite(account)
        elif "is_active" in form.changed_data:
            change_made = "activated" if account.is_active else "deactivated"
            if not account.is_active:
                sessions.end_all(account)
            record(request, Action.ACCOUNT, target=account, email=account.email, change=change_made)
        if set(form.changed_data) & {"name", "organisation"} and change:
            record(request, Action.ACCOUNT, target=account, email=account.email, change="details")
        before, after = form.standing, Standing.of(account)
        if before != after:
            record(
                request,
                Action.ROLE,
                target=account,
                email=account.email,
                before=before._asdict(),
                after=after._asdict(),
            )
