"""The accounts in the back office: who sees, makes and changes which, and what of it is recorded."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts.models import Session, User
from accounts.roles import Role, create_roles
from tests.accounts.people import is_in, jobs
from tests.factories import make_waitlist
from tests.staff import client_of, make_staff
from trail.models import Action, AuditEvent

LIST, ADD = reverse("admin:accounts_user_changelist"), reverse("admin:accounts_user_add")

pytestmark = pytest.mark.django_db


def page_of(account: User) -> str:
    return reverse("admin:accounts_user_change", args=(account.pk,))


def role_pk(role: Role) -> str:
    return str(Group.objects.get(name=role.value).pk)


def fields_of(account: User, **changes: Any) -> dict[str, Any]:
    """What the form of ``account`` posts."""
    role = account.role
    data = {
        "name": account.name,
        "organisation": account.organisation,
        "role": str(role.pk) if role else "",
        "waitlists": list(account.waitlists.values_list("pk", flat=True)),
    }
    switches = {name: "on" for name in ("is_active", "sees_all_lists") if getattr(account, name)}
    return {name: value for name, value in (data | switches | changes).items() if value is not None}


def events() -> list[tuple[str, dict[str, Any]]]:
    return [(event.action, event.details) for event in AuditEvent.objects.order_by("pk")]


def listed(client: Client) -> set[str]:
    return {account.email for account in client.get(LIST).context["cl"].result_list}


def test_a_founder_adds_an_account_without_a_password() -> None:
    founder, waitlist = make_staff(Role.FOUNDER), make_waitlist("own")
    data = {"email": "Anna@Kurzum.EXAMPLE", "name": "Anna", "is_active": "on", "role": role_pk(Role.EDITOR)}

    response = client_of(founder).post(ADD, data | {"waitlists": [waitlist.pk]})

    assert response.status_code == 302
    anna = User.objects.get(name="Anna")
    assert (anna.email, anna.is_staff, anna.has_usable_password()) == ("Anna@kurzum.example", True, False)
    assert (anna.role, list(anna.waitlists.all())) == (Group.objects.get(name=Role.EDITOR), [waitlist])
    assert (Action.ACCOUNT, {"email": anna.email, "change": "created"}) in events()
    after = {"role": "Editor", "lists": ["own"]}
    assert (Action.ROLE, {"email": anna.email, "before": {"role": "", "lists": []}, "after": after}) in events()


def test_who_is_added_is_invited_and_who_is_deactivated_is_out_at_once() -> None:
    founder = client_of(make_staff(Role.FOUNDER))
    founder.post(ADD, {"email": "anna@kurzum.example", "is_active": "on", "role": role_pk(Role.EDITOR)})
    anna = User.objects.get(email="anna@kurzum.example")
    assert jobs("mail_invitation") == [str(anna.pk)]

    browser = client_of(anna)
    assert is_in(browser)
    founder.post(page_of(anna), fields_of(anna, is_active=None))
    assert not is_in(browser)
    assert not Session.objects.of(anna).exists()


def test_an_address_in_other_capitals_is_taken() -> None:
    founder = make_staff(Role.FOUNDER, email="mario@kurzum.example")
    data = {"email": "MARIO@kurzum.example", "is_active": "on", "role": role_pk(Role.VIEWER)}
    assert client_of(founder).post(ADD, data).status_code == 200
    assert User.objects.count() == 1


def test_an_account_has_a_role() -> None:
    founder = make_staff(Role.FOUNDER)
    assert client_of(founder).post(ADD, {"email": "anna@kurzum.example", "is_active": "on"}).status_code == 200
    assert User.objects.count() == 1


def test_changes_of_role_and_lists_are_recorded_with_what_they_were() -> None:
    founder, waitlist = make_staff(Role.FOUNDER), make_waitlist("own")
    editor = make_staff(Role.EDITOR, waitlist)

    changed = fields_of(editor, role=role_pk(Role.FOUNDER), sees_all_lists="on", waitlists=[])
    assert client_of(founder).post(page_of(editor), changed).status_code == 302

    event = AuditEvent.objects.get(action=Action.ROLE)
    assert (event.actor, event.target_pk) == (founder, str(editor.pk))
    assert event.details["before"] == {"role": "Editor", "lists": ["own"]}
    assert event.details["after"] == {"role": "Founder", "lists": ["*"]}


def test_an_account_is_deactivated_and_logged_out_and_that_is_recorded() -> None:
    founder, editor = make_staff(Role.FOUNDER), make_staff(Role.EDITOR)
    browser = client_of(editor)
    assert browser.get(reverse("admin:index")).status_code == 200

    assert client_of(founder).post(page_of(editor), fields_of(editor, is_active=None)).status_code == 302

    assert not User.objects.get(pk=editor.pk).is_active
    assert browser.get(reverse("admin:index")).status_code == 302
    assert events() == [(Action.ACCOUNT, {"email": editor.email, "change": "deactivated"})]


def test_saving_without_a_change_records_nothing() -> None:
    founder, editor = make_staff(Role.FOUNDER), make_staff(Role.EDITOR)
    assert client_of(founder).post(page_of(editor), fields_of(editor)).status_code == 302
    assert events() == []


def test_nobody_changes_his_own_role_lists_or_standing() -> None:
    founder = make_staff(Role.FOUNDER)
    changed = fields_of(founder, name="Mario", role=role_pk(Role.VIEWER), is_active=None, sees_all_lists=None)

    assert client_of(founder).post(page_of(founder), changed).status_code == 302

    founder.refresh_from_db()
    assert (founder.name, founder.is_active, founder.sees_all_lists) == ("Mario", True, True)
    assert founder.role == Group.objects.get(name=Role.FOUNDER)


@pytest.mark.parametrize("field", ["email", "password", "is_superuser", "external_id"])
def test_what_the_form_does_not_offer_cannot_be_posted(field: str) -> None:
    founder, editor = make_staff(Role.FOUNDER), make_staff(Role.EDITOR)
    before = getattr(editor, field)
    client_of(founder).post(page_of(editor), fields_of(editor, **{field: "1@kurzum.example"}))
    assert getattr(User.objects.get(pk=editor.pk), field) == before


def test_accounts_are_never_deleted() -> None:
    superuser, editor = User.objects.create_superuser("root@kurzum.example"), make_staff(Role.EDITOR)
    url = reverse("admin:accounts_user_delete", args=(editor.pk,))
    assert client_of(superuser).post(url, {"post": "yes"}).status_code == 403
    assert User.objects.filter(pk=editor.pk).exists()


def test_a_founder_looks_at_a_superuser_and_cannot_change_him() -> None:
    founder, superuser = make_staff(Role.FOUNDER), User.objects.create_superuser("root@kurzum.example")
    browser = client_of(founder)
    assert browser.get(page_of(superuser)).status_code == 200
    assert browser.post(page_of(superuser), {"name": "Renamed"}).status_code == 403


class TestFounderOfOneList:
    def test_gives_no_list_that_he_has_not(self) -> None:
        own, other = make_waitlist("own", name="Eigene"), make_waitlist("other", name="Fremde")
        browser = client_of(make_staff(Role.FOUNDER, own))
        data = {"email": "anna@kurzum.example", "is_active": "on", "role": role_pk(Role.VIEWER)}

        html = browser.get(ADD).content.decode()
        assert own.name in html
        assert other.name not in html
        assert browser.post(ADD, data | {"waitlists": [other.pk]}).status_code == 200
        assert not User.objects.filter(email="anna@kurzum.example").exists()

    def test_makes_nobody_see_all_lists(self) -> None:
        own = make_waitlist("own")
        browser = client_of(make_staff(Role.FOUNDER, own))
        data = {"email": "anna@kurzum.example", "is_active": "on", "role": role_pk(Role.VIEWER)}

        assert browser.post(ADD, data | {"sees_all_lists": "on", "waitlists": [own.pk]}).status_code == 302
        anna = User.objects.get(email="anna@kurzum.example")
        assert not anna.sees_all_lists
        browser.post(page_of(anna), fields_of(anna, sees_all_lists="on"))
        assert not User.objects.get(pk=anna.pk).sees_all_lists

    def test_sees_only_the_accounts_of_his_list(self) -> None:
        own, other = make_waitlist("own"), make_waitlist("other")
        founder, colleague = make_staff(Role.FOUNDER, own), make_staff(Role.VIEWER, own)
        strangers = [make_staff(Role.VIEWER, other), make_staff(Role.VIEWER, own, other), make_staff(Role.VIEWER)]
        browser = client_of(founder)

        assert listed(browser) == {founder.email, colleague.email}
        assert {browser.get(page_of(account)).status_code for account in strangers} == {404}
        assert {browser.post(page_of(account), {}).status_code for account in strangers} == {404}


def test_the_list_is_filtered_by_role_and_asks_a_fixed_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    create_roles()
    founder, waitlist = make_staff(Role.FOUNDER), make_waitlist("own")
    for _ in range(5):
        make_staff(Role.VIEWER, waitlist)
    browser = client_of(founder)
    with django_assert_max_num_queries(14):
        found = browser.get(LIST, {"role": "Viewer"}).context["cl"].result_list
    assert len(found) == 5
