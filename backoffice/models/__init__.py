from backoffice.models.exports import Export, ExportedRange, ExportPart
from backoffice.models.notes import Note
from backoffice.models.search import SearchDocument, SearchWord, UnlearnedEntry
from backoffice.models.views import SavedView

__all__ = [
    "Export",
    "ExportPart",
    "ExportedRange",
    "Note",
    "SavedView",
    "SearchDocument",
    "SearchWord",
    "UnlearnedEntry",
]
