"""What tells where a file has come from, wherever it goes."""

from django.utils.translation import gettext

from backoffice.models import Export


def footer(export: Export) -> str:
    """The last line of a file: the export's id, which its record is found by."""
    return gettext("Export %s") % export.pk
