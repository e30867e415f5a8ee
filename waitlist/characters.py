"""Characters that a form field must not hold: they break storage, hide in a text, or turn its order around."""

import unicodedata

# Embeddings, overrides and isolates (UAX #9): what stands behind one is shown in another order than it is stored.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Letters, marks and symbols that show nothing: fillers of Hangul, Khmer's inherent vowels, the empty Braille cell.
BLANKS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
LINE_CONTROLS = frozenset("\n\r\t")


def has_control(text: str, *, multiline: bool) -> bool:
    """Whether ``text`` holds what no keyboard types, such as NUL, an escape or, on one line, a line break.

    Cc: control characters; Cs: half of a surrogate pair, which PostgreSQL does not take; Zl, Zp: line separators.
    """
    if multiline:
        return any(unicodedata.category(c) in {"Cc", "Cs"} and c not in LINE_CONTROLS for c in text)
    return any(unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} for c in text)


def has_invisible(text: str, *, multiline: bool) -> bool:
    """Whether ``text`` holds a character that is not seen and changes what is read.

    One line: any format character (Cf), zero-width ones among them. Several lines: only those that reorder the
    text, for people's emoji are joined by zero-width joiners.
    """
    if multiline:
        return not BIDI_CONTROLS.isdisjoint(text)
    return any(c in BLANKS or unicodedata.category(c) == "Cf" for c in text)
