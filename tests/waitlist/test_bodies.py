"""Bodies that two readers would understand differently, or that grow."""

import gzip
import json
import zlib

import pytest
from django.test import Client

from tests.api import FakeTurnstile, form, post

pytestmark = pytest.mark.usefixtures("waitlist")

VALID = json.dumps(form(turnstileToken="token"))


def with_field(text: str) -> bytes:
    """A valid form with ``text``, one more member of the object, in front."""
    return f"{{{text}, {VALID[1:]}".encode()


AMBIGUOUS = {
    "a key twice": with_field('"email": "victim@example.com"'),
    "a key twice, once escaped": with_field('"\\u0065mail": "victim@example.com"'),
    "a key twice within an ignored field": with_field('"x": {"a": 1, "a": 2}'),
    "NaN": with_field('"x": NaN'),
    "Infinity": with_field('"x": [-Infinity]'),
    "a number that is infinite": with_field('"x": 1e400'),
    "a number of 5,000 digits": with_field('"x": ' + "9" * 5_000),
    "UTF-16": VALID.encode("utf-16"),
    "UTF-32": VALID.encode("utf-32"),
    "a byte order mark": VALID.encode("utf-8-sig"),
    "Latin-1": json.dumps(form(name="Jörg"), ensure_ascii=False).encode("latin-1"),
    "an overlong UTF-8 NUL": VALID.replace("Martin Maier", "Martin@Maier")
    .encode()
    .replace(b"Martin@", b"Martin\xc0\x80"),
    "a surrogate in UTF-8": VALID.encode().replace(b"Martin Maier", b"Martin \xed\xa0\x80"),
    "two objects": VALID.encode() * 2,
    "a comment": b"/* */" + VALID.encode(),
}


@pytest.mark.parametrize("body", AMBIGUOUS.values(), ids=AMBIGUOUS.keys())
def test_an_ambiguous_body_is_refused(turnstile: FakeTurnstile, body: bytes) -> None:
    response = post(body)

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "Der Inhalt ist kein JSON-Objekt."
    assert not turnstile.asked


def test_a_huge_number_in_a_field_is_no_text(turnstile: FakeTurnstile) -> None:
    assert post(form(name=10**4000)).json()["error"]["fields"]["name"] == ["Bitte gib Text ein."]


BOMB = gzip.compress(b"0" * 10_000_000)


@pytest.mark.parametrize(
    ("encoding", "body"),
    {
        "a gzip bomb": ("gzip", BOMB),
        "a bomb by its old name": ("x-gzip", BOMB),
        "a deflate bomb": ("deflate", zlib.compress(b"0" * 10_000_000)),
        "a form in gzip": ("gzip", gzip.compress(VALID.encode())),
        "two layers": ("gzip, gzip", gzip.compress(BOMB)),
        "Brotli": ("br", b"\x1b\x00"),
        "one that nobody knows": ("ümlaut", VALID.encode()),
        "a form that only says so": ("gzip", VALID.encode()),
    }.values(),
)
def test_a_compressed_body_is_refused_unread(turnstile: FakeTurnstile, encoding: str, body: bytes) -> None:
    response = Client().post(
        "/api/waitlist", body, content_type="application/json", headers={"Content-Encoding": encoding}
    )

    assert response.status_code == 400
    assert response.json()["error"]["message"] == "Bitte schick das Formular unkomprimiert."
    assert not turnstile.asked


@pytest.mark.parametrize("encoding", ["identity", "Identity", ""])
def test_a_body_that_says_that_it_is_not_compressed_is_fine(turnstile: FakeTurnstile, encoding: str) -> None:
    response = Client().post(
        "/api/waitlist", form(), content_type="application/json", headers={"Content-Encoding": encoding}
    )

    assert response.status_code == 200
