"""The three roles, which are Django's groups: what each may do, and who may give them."""

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class Role(TextChoices):
    """The value is the group's name. An account has one role."""

    FOUNDER = "Founder", _("Founder")
    EDITOR = "Editor", _("Editor")
    VIEWER = "Viewer", _("Viewer")


# Everything in the back office, whatever is added to it.
FOUNDERS_APPS = ("waitlist", "backoffice", "accounts", "trail")
FOUNDERS = ("procrastinate.view_procrastinatejob", "procrastinate.change_procrastinatejob")
# Accounts are deactivated, since what they have done stays theirs.
NOBODYS = ("accounts.delete_user",)
VIEWERS = (
    "waitlist.view_waitlistentry",
    "waitlist.view_signup",
    "waitlist.view_mail",
    "waitlist.view_crmupdate",
    "backoffice.view_note",
)
EDITORS = (
    *VIEWERS,
    "waitlist.view_contact",
    "waitlist.change_waitlistentry",
    "waitlist.change_signup",  # try again
    "backoffice.add_note",
)


def create_roles() -> None:
    """Make the groups with just these permissions. Safe to repeat; whatever was added by hand is gone then."""
    for role, permissions in (
        (Role.FOUNDER, _of_apps(FOUNDERS_APPS) | _named(FOUNDERS)),
        (Role.EDITOR, _named(EDITORS)),
        (Role.VIEWER, _named(VIEWERS)),
    ):
        group, _created = Group.objects.get_or_create(name=role.value)
        group.permissions.set(permissions)


def label(group: Group | None) -> str:
    """What people call the role of ``group``."""
    if group is None:
        return str(_("No role"))
    return str(Role(group.name).label) if group.name in Role.values else group.name


def grantable_roles(giver: User) -> QuerySet[Group]:
    """Those that permit nothing which ``giver`` is not permitted himself."""
    roles = Group.objects.filter(name__in=Role.values).prefetch_related("permissions__content_type")
    permitted = giver.get_all_permissions()
    return Group.objects.filter(pk__in=[role.pk for role in roles if _names(role.permissions.all()) <= permitted])


def may_manage(manager: User, account: User) -> bool:
    """Whether nothing of what ``account`` may do and see is out of ``manager``'s own reach."""
    if manager.is_superuser:
        return True
    if account.is_superuser or (account.sees_all_lists and not manager.sees_all_lists):
        return False
    if not manager.sees_all_lists and account.waitlists.exclude(pk__in=manager.visible_waitlists()).exists():
        return False
    # Not ``get_all_permissions()``: a deactivated account is permitted nothing, but would be again.
    permitted = Permission.objects.filter(Q(group__user=account) | Q(user=account)).select_related("content_type")
    return _names(permitted) <= manager.get_all_permissions()


def manageable(manager: User) -> QuerySet[User]:
    """The accounts that exist for ``manager``: his own, and those that see no list which he does not see."""
    if manager.is_superuser or manager.sees_all_lists:
        return User.objects.all()
    elsewhere = User.waitlists.through.objects.exclude(waitlist__in=manager.visible_waitlists())
    limited = User.objects.filter(is_superuser=False, sees_all_lists=False).exclude(pk__in=elsewhere.values("user"))
    return User.objects.filter(Q(pk=manager.pk) | Q(pk__in=limited))


def _of_apps(labels: Iterable[str]) -> QuerySet[Permission]:
    nobodys = _named(NOBODYS)
    return Permission.objects.filter(content_type__app_label__in=labels).exclude(pk__in=nobodys)


def _named(names: Iterable[str]) -> QuerySet[Permission]:
    """Raises Permission.DoesNotExist for a name that is none: a role must not silently lack something."""
    wanted = [name.split(".", 1) for name in names]
    pks = [Permission.objects.get(content_type__app_label=app, codename=code).pk for app, code in wanted]
    return Permission.objects.filter(pk__in=pks)


def _names(permissions: Iterable[Permission]) -> set[str]:
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in permissions}
