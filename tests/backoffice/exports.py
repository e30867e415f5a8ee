"""Exports as a browser asks for them, and what a spreadsheet reads of the files."""

import csv
import io
import re
import zipfile
from typing import Any
from xml.etree import ElementTree as ET

from django.test import Client
from django.urls import reverse

from accounts.models import User
from backoffice.exports.columns import COLUMNS
from backoffice.models import Export

START = reverse("admin:backoffice_export_start")
USUAL = [column.key for column in COLUMNS if column.is_usual]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def start(client: Client, query: str = "", **answers: Any) -> Any:
    """The answer to the form of the start page: a CSV file with the usual columns, unless said otherwise."""
    given = {"reason": "Trade fair", "format": "csv_semicolon", "columns": USUAL} | answers
    return client.post(f"{START}?{query}", given)


def csv_of(client: Client, query: str = "", **answers: Any) -> bytes:
    """The body of a CSV export."""
    response = start(client, query, **answers)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    body: bytes = response.getvalue()
    return body


def rows_of(body: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    """The rows between header and footer."""
    return list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""), delimiter=delimiter))[:-1]


def column(body: bytes, position: int) -> list[str]:
    """The cells below the header at ``position``."""
    return [list(row.values())[position] for row in rows_of(body)]


def the_export() -> Export:
    """The only one there is."""
    return Export.objects.get()


def make_export(actor: User, **fields: Any) -> Export:
    """An export of all entries with the usual columns that has just begun, unless said otherwise."""
    values = {"reason": "Fair", "columns": USUAL, "format": "csv_semicolon", "status": "running", "file_name": "leads"}
    return Export.objects.create(**values | {"actor": actor} | fields)


def sheet(file: bytes, number: int = 1) -> list[dict[str, Any]]:
    """The rows of a workbook's sheet: cells by their column's letter, as text or as number."""
    with zipfile.ZipFile(io.BytesIO(file)) as archive:
        root = ET.fromstring(archive.read(f"xl/worksheets/sheet{number}.xml"))
    return [{_letter(cell): _value(cell) for cell in row} for row in root.iter(f"{SHEET}row")]


def _letter(cell: ET.Element) -> str:
    return re.sub(r"\d", "", cell.attrib["r"])


def _value(cell: ET.Element) -> str | float:
    assert cell.find(f"{SHEET}f") is None, "a formula"
    if cell.attrib.get("t") == "inlineStr":
        return "".join(cell.itertext())
    return float("".join(cell.itertext()))
