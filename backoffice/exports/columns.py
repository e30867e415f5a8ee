"""What an export may consist of."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from backoffice.exports import cells
from backoffice.models import Export

Cell = Callable[[], Combinable]


class Column(NamedTuple):
    """A column of the file: its key, its header, its cell in either kind of file and its width (characters)."""

    key: str
    header: str | Promise
    csv: Cell
    xlsx: Cell
    width: int
    is_time: bool = False
    # Of the person, and so only for those who may see it in the back office.
    is_contact: bool = False
    is_usual: bool = True


def _text(key: str, header: str | Promise, name: str, width: int, *, is_contact: bool = False) -> Column:
    def cell() -> Combinable:
        return cells.disarmed(name)

    return Column(key, header, cell, cell, width, is_contact=is_contact)


def _time(key: str, header: str | Promise, *, is_usual: bool = True) -> Column:
    return Column(
        key, header, lambda: cells.local_time(key), lambda: cells.serial_time(key), 20, is_time=True, is_usual=is_usual
    )


COLUMNS = (
    _text("list", _("List"), "waitlist__slug", 16),
    _text("company_name", _("Company"), "company_name", 34),
    _text("person_name", _("Name"), "person_name", 24),
    _text("person_email", _("E-mail"), "person_email", 36, is_contact=True),
    # In a CSV file E.164 comes out as '+43664...: Excel would make 4,37E+12 of it without the apostrophe.
    Column("phone", _("Phone"), lambda: cells.disarmed("phone"), lambda: cells.text("phone"), 18, is_contact=True),
    _text("gewerk", _("Trade"), "gewerk", 24),
    Column(
        "company_size",
        _("Company size"),
        lambda: cells.undated("company_size"),
        lambda: cells.undated("company_size"),
        14,
    ),
    _text("message", _("Message"), "message", 60, is_contact=True),
    _text("utm_source", _("Source"), "utm_source", 16),
    _text("utm_medium", _("Medium"), "utm_medium", 14),
    _text("utm_campaign", _("Campaign"), "utm_campaign", 26),
    Column("status", _("Status"), cells.status, cells.status, 24),
    _time("created_at", _("Created")),
    _time("confirmed_at", _("Confirmed")),
    _time("unsubscribed_at", _("Unsubscribed")),
    Column(
        "mms_party_id",
        _("MMS party"),
        lambda: cells.uuid("mms_party_id"),
        lambda: cells.uuid("mms_party_id"),
        38,
        is_usual=False,
    ),
    _time("updated_at", _("Updated"), is_usual=False),
)


def offered_to(user: User) -> list[Column]:
    """What ``user`` may take along, in the order of the file."""
    may_see_contacts = user.has_perm("waitlist.view_contact")
    return [column for column in COLUMNS if may_see_contacts or not column.is_contact]


def chosen(keys: Iterable[str], user: User) -> list[Column]:
    """Those of ``keys`` that ``user`` may take along, in the order of the file."""
    wanted = set(keys)
    return [column for column in offered_to(user) if column.key in wanted]


def last_chosen(user: User) -> list[str]:
    """The keys that ``user`` chose the last time, or the usual ones."""
    last = Export.objects.filter(actor=user).order_by("-created_at").values_list("columns", flat=True).first()
    usual = [column.key for column in COLUMNS if column.is_usual]
    return [column.key for column in chosen(last or usual, user)]


def headers(keys: Iterable[str]) -> list[str]:
    """``keys`` in words."""
    wanted = set(keys)
    return [str(column.header) for column in COLUMNS if column.key in wanted]
