"""The German catalogue, without GNU gettext: ``python -m dev.catalogue update|check|compile``."""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "locale" / "de" / "LC_MESSAGES" / "django.po"
PACKAGES = ("accounts", "backoffice", "config", "integrations", "trail", "waitlist")
# Not the sandbox's pages: they serve development only and speak German without a catalogue.
TEMPLATES = ("templates", "config/templates", "waitlist/templates")
LAZY = ("gettext", "ngettext", "pgettext", "npgettext")
KEYWORDS = DEFAULT_KEYWORDS | {f"{name}_lazy": DEFAULT_KEYWORDS[name] for name in LAZY} | {"gettext_noop": None}
PLACEHOLDER = re.compile(r"%(?:\(\w+\))?[a-z]")
# Constant, unlike Babel's own: a date in it would be a change at every run.
HEADER = r"""msgid ""
msgstr ""
"Language: de\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

"""


def main(arguments: list[str] | None = None) -> int:
    """Return 0, or from ``check`` 1 where something is wrong."""
    parser = argparse.ArgumentParser(prog="python -m dev.catalogue", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("update", help="take up new texts of the sources, drop the ones that are gone")
    commands.add_parser("check", help="fail unless the catalogue is up to date, complete and consistent")
    commands.add_parser("compile", help="write the .mo file where it is older than the catalogue")
    match parser.parse_args(arguments).command:
        case "update":
            CATALOGUE.write_text(updated(ROOT, CATALOGUE), encoding="utf-8")
        case "compile":
            compile_catalogue(CATALOGUE)
        case _:
            found = list(problems(ROOT, CATALOGUE))
            print("\n".join(found) or "The catalogue is complete.")
            return int(bool(found))
    return 0


def updated(root: Path, path: Path) -> str:
    """The catalogue with the texts of the sources under ``root`` and the translations in ``path``."""
    old, new = read(path), Catalog(locale="de")
    for message in messages(root):
        known = old.get(message.id, message.context)
        # A text that has got a plural, or lost it, is a new one.
        if known and known.pluralizable == message.pluralizable:
            new.add(message.id, known.string, flags=known.flags, context=message.context)
        else:
            new.add(message.id, context=message.context)
    output = BytesIO()
    write_po(output, new, width=0, no_location=True, omit_header=True, sort_output=True)
    return HEADER + output.getvalue().decode().strip() + "\n"


def problems(root: Path, path: Path) -> Iterator[str]:
    """What keeps the catalogue at ``path`` from being up to date, complete and consistent, in words."""
    if path.read_text(encoding="utf-8") != updated(root, path):
        yield "The sources have changed. Run: python -m dev.catalogue update"
    for message in read(path):
        if not message.id:
            continue  # the header
        originals, translations = _forms(message.id), _forms(message.string)
        if not all(translations):
            yield f"Untranslated: {originals[0]}"
        elif message.fuzzy:
            yield f"Fuzzy: {originals[0]}"
        elif [_placeholders(text) for text in originals] != [_placeholders(text) for text in translations]:
            yield f"Other placeholders: {originals[0]}"


def compile_catalogue(path: Path) -> None:
    """Write the .mo file beside ``path`` where it is missing or older."""
    target = path.with_suffix(".mo")
    if target.exists() and target.stat().st_mtime >= path.stat().st_mtime:
        return
    # Moved into place: a process that starts meanwhile finds the old catalogue or the new one, not a half.
    unfinished = target.with_suffix(".mo.new")
    with unfinished.open("wb") as output:
        write_mo(output, read(path))
    unfinished.replace(target)


def read(path: Path) -> Catalog:
    """The catalogue at ``path``; an empty one where there is none."""
    if not path.exists():
        return Catalog(locale="de")
    with path.open("rb") as source:
        return read_po(source, locale="de", ignore_obsolete=True, abort_invalid=True)


def messages(root: Path) -> Iterator[Message]:
    """Every translatable text of the Python sources and templates under ``root``."""
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            yield from _extract(path.read_bytes())
    for folder in TEMPLATES:
        for path in sorted((root / folder).rglob("*.*")):
            yield from _extract(_as_python(path.read_text(encoding="utf-8"), str(path)))


def _as_python(template: str, origin: str) -> bytes:
    """Django turns the tags into calls of gettext; without indentation Python's tokenizer takes the rest."""
    lines = templatize(template, origin=origin).splitlines()
    return "\n".join(line.lstrip() for line in lines).encode()


def _extract(source: bytes) -> Iterator[Message]:
    for line, text, _comments, context in extract("python", BytesIO(source), keywords=KEYWORDS):
        yield Message(text, context=context, lineno=line)


def _forms(text: str | list[str] | tuple[str, ...] | None) -> list[str]:
    """One form, or singular and plural."""
    return [text] if isinstance(text, str) else list(text or [""])


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


if __name__ == "__main__":
    sys.exit(main())
