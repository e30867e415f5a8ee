"""How a value is written into a cell, as SQL: the database makes the text of a million rows faster than Python."""

from django.db.models import Case, CharField, F, FloatField, TextField, Value, When
from django.db.models.expressions import CombinedExpression, Expression
from django.db.models.functions import (
    Cast,
    Collate,
    Concat,
    Extract,
    Floor,
    Left,
    NullIf,
    Replace,
    StrIndex,
    TruncSecond,
)
from django.db.models.lookups import GreaterThan, IsNull, LessThan
from django.utils import timezone

from backoffice.overview import EntryStatus

# What a spreadsheet may take for the beginning of a formula, a command or another cell, OWASP's full-width forms
# included (https://owasp.org/www-community/attacks/CSV_Injection).
FORMULA_STARTS = "=+-@|%\t\r\n＝＋－＠"  # noqa: RUF001
DAY = 86400.0  # seconds
EXCEL_EPOCH = 25569.0  # 1970-01-01, in days since Excel's beginning of time


def disarmed(name: str) -> Expression:
    """The text of the column ``name``, with an apostrophe before what would begin a formula; NULL for none."""
    text = NullIf(F(name), Value(""), output_field=TextField())
    start = StrIndex(Value(FORMULA_STARTS), Left(text, 1))
    escaped = Replace(F(name), Value("|"), Value("\\|"), output_field=TextField())
    armless = Concat(Value("'"), escaped, output_field=TextField())
    # Most texts begin with a letter: two comparisons of bytes save them the search.
    plain = Collate(F(name), "C")
    return Case(
        When(GreaterThan(plain, Value("A")) & LessThan(plain, Value("|")), then=F(name)),
        When(GreaterThan(start, Value(0)), then=armless),
        default=text,
        output_field=TextField(),
    )


def text(name: str) -> Expression:
    """The column ``name`` as it is."""
    return NullIf(F(name), Value(""), output_field=TextField())


def undated(name: str) -> Expression:
    """Excel reads 1-5 as the first of May, but leaves an en dash alone."""
    return Replace(F(name), Value("-"), Value("\N{EN DASH}"), output_field=TextField())


def local_time(name: str) -> Expression:
    """Local time without its offset, which Excel would not take for a date."""
    return TruncSecond(F(name), tzinfo=timezone.get_current_timezone())


def serial_time(name: str) -> CombinedExpression:
    """Local time as Excel counts it: in days."""
    seconds = Floor(Extract(F(name), "epoch", tzinfo=timezone.get_current_timezone(), output_field=FloatField()))
    return Cast(seconds, FloatField()) / Value(DAY) + Value(EXCEL_EPOCH)


def status() -> Expression:
    """In words, as the list shows it."""
    return Case(
        When(IsNull(F("unsubscribed_at"), False), then=Value(str(EntryStatus.UNSUBSCRIBED.label))),
        When(IsNull(F("confirmed_at"), False), then=Value(str(EntryStatus.CONFIRMED.label))),
        default=Value(str(EntryStatus.WAITING.label)),
        output_field=CharField(),
    )


def uuid(name: str) -> Expression:
    """With hyphens, as the CRM shows it."""
    return Cast(F(name), TextField())
