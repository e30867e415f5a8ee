"""What each role may do, and who may give it."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import IntegrityError, transaction

from accounts.models import User
from accounts.roles import Role, create_roles, grantable_roles, label, manageable, may_manage
from tests.factories import make_waitlist
from tests.staff import make_staff

pytestmark = pytest.mark.django_db


def permissions_of(role: Role) -> set[str]:
    group = Group.objects.get(name=role.value)
    return set(group.permissions.values_list("codename", flat=True))


def test_the_command_can_be_repeated_and_mends_what_was_changed_by_hand() -> None:
    call_command("create_roles")
    before = {role: permissions_of(role) for role in Role}
    Group.objects.get(name=Role.VIEWER).permissions.add(Permission.objects.get(codename="export_waitlistentry"))
    Group.objects.get(name=Role.FOUNDER).permissions.clear()
    call_command("create_roles")

    assert {role: permissions_of(role) for role in Role} == before
    assert Group.objects.count() == len(Role)


def test_an_editor_works_with_leads_and_takes_none_along() -> None:
    create_roles()
    may = permissions_of(Role.EDITOR)
    assert may >= {"view_waitlistentry", "change_waitlistentry", "view_contact", "change_signup", "add_note"}
    assert may.isdisjoint({"export_waitlistentry", "view_user", "view_waitlist", "change_waitlist", "view_auditevent"})
    assert not {name for name in may if name.startswith("delete_")}


def test_a_viewer_only_reads_and_sees_no_contact() -> None:
    create_roles()
    may = permissions_of(Role.VIEWER)
    assert may >= {"view_waitlistentry", "view_signup"}
    assert {name.split("_")[0] for name in may} == {"view"}
    assert "view_contact" not in may


def test_nobody_may_delete_an_account_and_a_founder_may_everything_else() -> None:
    create_roles()
    may = permissions_of(Role.FOUNDER)
    assert permissions_of(Role.EDITOR) < may
    assert may >= {"add_user", "change_user", "view_auditevent", "export_auditevent", "export_waitlistentry"}
    assert "delete_user" not in may


def test_the_database_allows_an_account_one_role() -> None:
    account = make_staff(Role.EDITOR)
    viewer = Group.objects.get(name=Role.VIEWER)
    with pytest.raises(IntegrityError), transaction.atomic():
        User.groups.through.objects.create(user=account, group=viewer)
    account.groups.set([viewer])
    assert User.objects.get(pk=account.pk).role == viewer


def test_a_role_is_given_by_those_who_may_all_that_it_permits() -> None:
    founder, editor = make_staff(Role.FOUNDER), make_staff(Role.EDITOR)
    assert {group.name for group in grantable_roles(founder)} == set(Role.values)
    assert {group.name for group in grantable_roles(editor)} == {Role.EDITOR, Role.VIEWER}


@pytest.mark.parametrize(
    ("role", "slugs", "fields", "may"),
    [
        (Role.VIEWER, ["own"], {}, True),
        (Role.FOUNDER, ["own"], {}, True),
        (Role.VIEWER, ["own"], {"is_active": False}, True),
        (Role.VIEWER, ["other"], {}, False),
        (Role.VIEWER, ["own", "other"], {}, False),
        (Role.VIEWER, [], {}, False),
        (None, ["own"], {"is_superuser": True}, False),
    ],
    ids=["his list", "founder of it", "inactive", "another list", "both lists", "all lists", "superuser"],
)
def test_a_founder_of_one_list_manages_the_accounts_of_that_list(
    role: Role | None, slugs: list[str], fields: dict[str, Any], may: bool
) -> None:
    founder = make_staff(Role.FOUNDER, make_waitlist("own"))
    account = make_staff(role, *map(make_waitlist, slugs), **fields)
    assert may_manage(founder, account) is may
    assert (account in manageable(founder)) is may
    assert founder in manageable(founder)


def test_a_deactivated_founder_is_not_managed_by_an_editor() -> None:
    assert not may_manage(make_staff(Role.EDITOR), make_staff(Role.FOUNDER, is_active=False))


def test_only_superusers_manage_superusers() -> None:
    superuser = User.objects.create_superuser("root@kurzum.example")
    assert not may_manage(make_staff(Role.FOUNDER), superuser)
    assert may_manage(User.objects.create_superuser("root2@kurzum.example"), superuser)


def test_a_role_has_a_name_for_people() -> None:
    editor = make_staff(Role.EDITOR)
    assert label(editor.role) == str(Role.EDITOR.label)
    assert label(None)
    assert label(Group.objects.create(name="Interns")) == "Interns"
