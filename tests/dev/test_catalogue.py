"""The catalogue's tool: what it finds in sources, what it complains about, when it compiles."""

import os
from pathlib import Path

import pytest

from dev import catalogue


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "waitlist").mkdir()
    return tmp_path


def found(root: Path) -> list[tuple[object, str | None]]:
    return [(message.id, message.context) for message in catalogue.messages(root)]


def write(root: Path, *entries: str) -> Path:
    path = root / "django.po"
    path.write_text(catalogue.HEADER + "\n\n".join(entries) + "\n", encoding="utf-8")
    return path


def test_committed_catalogue_is_complete() -> None:
    assert list(catalogue.problems(catalogue.ROOT, catalogue.CATALOGUE)) == []


@pytest.mark.parametrize(
    ("template", "message", "context"),
    [
        ('<p title="{% translate "Hello" %}">', "Hello", None),
        ("{% blocktranslate trimmed with n=name %}\n  Dear\n  {{ n }}\n{% endblocktranslate %}", "Dear %(n)s", None),
        ("{% blocktranslate count n=days %}{{ n }} day{% plural %}{{ n }} days{% endblocktranslate %}",
         ("%(n)s day", "%(n)s days"), None),
        ('{% translate "Open" context "list" %}', "Open", "list"),
        ("\t{% if a %}\n  \"it's\n{% translate 'After odd text' %}{% endif %}", "After odd text", None),
    ],
)  # fmt: skip
def test_templates_are_read(root: Path, template: str, message: object, context: str | None) -> None:
    (root / "templates" / "page.html").write_text(template)
    assert found(root) == [(message, context)]


def test_python_is_read(root: Path) -> None:
    (root / "waitlist" / "texts.py").write_text(
        '_("One " "text")\nngettext_lazy("%d day", "%d days", 2)\npgettext_lazy("list", "Open")\ngettext(variable)\n'
    )
    assert found(root) == [("One text", None), (("%d day", "%d days"), None), ("Open", "list")]


def test_update_keeps_translations_and_drops_what_is_gone(root: Path) -> None:
    (root / "waitlist" / "texts.py").write_text('_("Kept"), _("New")')
    path = write(root, 'msgid "Gone"\nmsgstr "Weg"', 'msgid "Kept"\nmsgstr "Geblieben"')
    text = catalogue.updated(root, path)
    path.write_text(text, encoding="utf-8")
    assert 'msgid "Kept"\nmsgstr "Geblieben"' in text
    assert 'msgid "New"\nmsgstr ""' in text
    assert "Gone" not in text
    assert catalogue.updated(root, path) == text


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ('msgid "Days: %(n)s"\nmsgstr ""', "Untranslated: Days: %(n)s"),
        ('#, fuzzy\nmsgid "Days: %(n)s"\nmsgstr "Tage: %(n)s"', "Fuzzy: Days: %(n)s"),
        ('msgid "Days: %(n)s"\nmsgstr "Tage: %(m)s"', "Other placeholders: Days: %(n)s"),
        ('msgid "Days: %(n)s"\nmsgstr "Tage"', "Other placeholders: Days: %(n)s"),
        ('msgid "Hours"\nmsgstr "Stunden"', "The sources have changed. Run: python -m dev.catalogue update"),
    ],
)
def test_problems_are_named(root: Path, entry: str, problem: str) -> None:
    (root / "waitlist" / "texts.py").write_text('_("Days: %(n)s")')
    assert problem in list(catalogue.problems(root, write(root, entry)))


def test_compiles_only_what_is_older(root: Path) -> None:
    path = write(root, 'msgid "Days"\nmsgstr "Tage"')
    target = root / "django.mo"
    catalogue.compile_catalogue(path)
    assert b"Tage" in target.read_bytes()
    target.write_bytes(b"newer")
    catalogue.compile_catalogue(path)
    assert target.read_bytes() == b"newer"
    os.utime(target, (0, 0))
    catalogue.compile_catalogue(path)
    assert b"Tage" in target.read_bytes()
