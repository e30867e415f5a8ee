"""Who runs the mailbox behind an address, as far as it matters: large providers, and all others together."""

from django.db.models import Case, F, Func, TextField, Value, When
from django.db.models.functions import Lower

# By the first label of the domain, since GMX, for one, has gmx.at, gmx.net and a dozen more.
PROVIDERS = {
    "Gmail": ("gmail", "googlemail"),
    "GMX": ("gmx",),
    "Microsoft": ("outlook", "hotmail", "live", "msn"),
    "iCloud": ("icloud",),
    "Yahoo": ("yahoo",),
    "WEB.DE": ("web",),
    "A1": ("a1", "aon"),
    "Magenta": ("chello", "inode"),
    "T-Online": ("t-online",),
}


class _Part(Func):
    """``_Part(text, separator, number)``: a piece of a text, counted from 1."""

    function = "split_part"
    output_field = TextField()


MAIL_LABEL = _Part(_Part(Lower(F("search_document__person_email")), Value("@"), Value(2)), Value("."), Value(1))
# The provider of an entry that is annotated with ``mail_label``; "" for all others.
PROVIDER = Case(
    *(When(mail_label__in=labels, then=Value(name)) for name, labels in PROVIDERS.items()),
    default=Value(""),
    output_field=TextField(),
)
