"""What hides in a text, breaks storage or turns its order around."""

from typing import Any

import pytest

from tests.api import FakeTurnstile, form, post
from waitlist.characters import BIDI_CONTROLS
from waitlist.models import Signup
from waitlist.validation import SignupForm

pytestmark = pytest.mark.usefixtures("waitlist")

ONE_LINE = ("name", "email", "companyName", "phone", "utmSource", "pageUrl", "consentVersion", "turnstileToken")
HIDDEN = {
    "zero-width space": "\u200b",
    "zero-width joiner": "\u200d",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "byte order mark": "\ufeff",
    "left-to-right mark": "\u200e",
    "language tag": "\U000e0041",
    "Hangul filler": "\u3164",
    **{f"U+{ord(c):04X}": c for c in sorted(BIDI_CONTROLS)},
}
INJECTED = {
    "line feed": "\nBcc: all@example.com",
    "carriage return": "\rBcc: all@example.com",
    "both": "\r\n\r\nBuy now",
    "line separator": "\u2028Bcc: all@example.com",
    "next line": "\u0085Bcc: all@example.com",
    "vertical tab": "\x0bBcc: all@example.com",
    "escape": "\x1b[2J",
    "NUL": "\0",
}


def messages_at(field: str, **changes: Any) -> list[str]:
    """The messages at ``field`` in the answer to a form that is refused."""
    response = post(form(**changes))
    assert response.status_code == 400, response.content
    fields: dict[str, list[str]] = response.json()["error"]["fields"]
    return fields[field]


@pytest.mark.parametrize("field", ONE_LINE)
@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN.keys())
def test_nothing_hides_in_a_field_of_one_line(turnstile: FakeTurnstile, field: str, hidden: str) -> None:
    value = form()["turnstileToken"] if field == "turnstileToken" else form(consentVersion="1")[field]

    assert messages_at(field, **{field: f"{value[:2]}{hidden}{value[2:]}"}) == [
        "Hier stecken unsichtbare Zeichen drin. Bitte tippe es neu ein."
    ]
    assert not turnstile.asked


@pytest.mark.parametrize("field", ["name", "email", "companyName"])
@pytest.mark.parametrize("injected", INJECTED.values(), ids=INJECTED.keys())
def test_no_header_gets_into_a_mail(turnstile: FakeTurnstile, field: str, injected: str) -> None:
    value = form()[field]

    for text in (f"{value}{injected}x", f"x{injected}{value}"):
        assert messages_at(field, **{field: text})
    assert not turnstile.asked


@pytest.mark.parametrize("character", sorted(BIDI_CONTROLS))
def test_a_message_cannot_turn_its_order_around(turnstile: FakeTurnstile, character: str) -> None:
    assert messages_at("message", message=f"100 {character}nur heute")


@pytest.mark.parametrize("text", ["Zeile 1\r\nZeile 2\tund so", "Familie 👨‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "می‌خواهم"])
def test_a_message_may_hold_lines_emoji_and_joined_scripts(turnstile: FakeTurnstile, text: str) -> None:
    assert post(form(message=text)).status_code == 200

    assert Signup.objects.get().form_data["message"] == text


@pytest.mark.parametrize(
    "name", ["Jörg Müller-Ößel", "Nguyễn Thị Ánh", "Иван Петров", "李小龙", "O\u2019Neill & Söhne GmbH"]
)
def test_real_names_pass(turnstile: FakeTurnstile, name: str) -> None:
    assert post(form(name=name, companyName=name)).status_code == 200

    assert Signup.objects.get().display_name == name


def test_only_the_message_has_several_lines() -> None:
    assert [name for name, field in SignupForm.base_fields.items() if getattr(field, "multiline", False)] == ["message"]
