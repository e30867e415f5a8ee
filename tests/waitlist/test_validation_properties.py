"""The validator under arbitrary input: it never fails, and what it lets through keeps its promises."""

import json
import re
import secrets
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.api import form
from waitlist.addresses import address_key, ascii_domain, is_disposable, mixes_look_alikes
from waitlist.characters import has_control, has_invisible
from waitlist.choices import CompanySize, Gewerk
from waitlist.models import Signup, Waitlist, WaitlistEntry
from waitlist.validation import FIELDS, MalformedBody, SignupForm, parse_body

ONCE_PER_RUN = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=300,
    # One list serves all examples: nothing here changes it.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LIMITS = {"display_name": (2, 100), "company_name": (2, 200), "message": (1, 1000), "page_url": (1, 2048)}
LIMITS |= dict.fromkeys(("utm_source", "utm_medium", "utm_campaign"), (1, 255))

any_text = st.text(st.characters(exclude_categories=[]))
any_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda children: st.lists(children) | st.dictionaries(any_text, children),
    max_leaves=5,
)
# Texts near what is valid: where the rules are that a random text never reaches.
near_email = st.emails() | st.builds("{}@{}".format, any_text, st.text("aäß.-\u0430@0", max_size=12))
near_phone = st.text("+0123456789 ()/-x٣", max_size=20)
near_url = st.builds("{}://{}".format, st.sampled_from(["http", "https", "HTTPS", "ftp"]), any_text)
VALUES: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(FIELDS, any_json | any_text),
    "email": near_email | any_json,
    "phone": near_phone | any_json,
    "pageUrl": near_url | any_json,
}
# Two fields at most: with all of them hardly a form would pass.
field_values = st.sets(st.sampled_from(list(FIELDS)), max_size=2).flatmap(
    lambda names: st.fixed_dictionaries({name: VALUES[name] for name in sorted(names)})
)


@pytest.mark.django_db
@ONCE_PER_RUN
@given(values=field_values)
def test_no_value_makes_the_form_fail_and_what_passes_keeps_its_limits(waitlist: Waitlist, values: Any) -> None:
    signup_form = SignupForm(waitlist, {**form(), **values})

    if not signup_form.is_valid():
        messages = signup_form.errors_by_json_name()
        assert set(messages) <= set(values), "a field that was fine is blamed"
        assert all(all(texts) for texts in messages.values())
        return
    fields = signup_form.signup_fields()
    assert_valid({**fields, **fields["form_data"]})


def assert_valid(fields: dict[str, Any]) -> None:
    """Whether the fields of a sign-up are what the documentation promises."""
    for name, (shortest, longest) in LIMITS.items():
        assert fields[name] is None or shortest <= len(fields[name]) <= longest
    for name, text in fields.items():
        if isinstance(text, str):
            assert not has_control(text, multiline=name == "message")
            assert not has_invisible(text, multiline=name == "message")
            # PostgreSQL's text: UTF-8 without NUL.
            assert b"\0" not in text.encode()
    assert fields["gewerk"] in Gewerk.values
    assert fields["company_size"] in CompanySize.values
    assert fields["phone"] is None or re.fullmatch(r"\+[0-9]{3,17}", fields["phone"])
    assert fields["page_url"] is None or re.match(r"https?://", fields["page_url"], re.IGNORECASE)
    assert re.fullmatch(r"[!-?A-~]+@[a-z0-9.-]+\.[a-z0-9-]+", fields["email"])
    assert len(fields["email"]) <= 254
    assert fields["address_key"] == address_key(fields["email"])


@pytest.mark.django_db
@ONCE_PER_RUN
@given(name=any_text, company=any_text, message=any_text, utm=any_text)
def test_what_passes_can_be_stored_and_comes_back_unchanged(
    waitlist: Waitlist, name: str, company: str, message: str, utm: str
) -> None:
    body = form(name=name + "ab", companyName=company + "ab", message=message, utmSource=utm)
    signup_form = SignupForm(waitlist, body)
    if not signup_form.is_valid():
        return
    fields = signup_form.signup_fields()

    signup = Signup.objects.create(**fields, user_agent="", token_hash=secrets.token_bytes(32))
    signup.refresh_from_db()
    assert signup.is_same_form(fields)
    assert set(signup.form_data) == set(WaitlistEntry.FORM_COLUMNS)


@ONCE_PER_RUN
@given(body=st.binary() | any_json.map(lambda value: json.dumps(value).encode()))
@example(b"[" * 16_000)
@example(b'{"a":' * 3_000)
@example(b"9" * 16_000)
@example(b'{"a": 1e' + b"9" * 16_000 + b"}")
def test_any_bytes_are_an_object_or_malformed(body: bytes) -> None:
    try:
        data = parse_body(body)
    except MalformedBody:
        return
    assert isinstance(data, dict)
    json.dumps(data, allow_nan=False)


@ONCE_PER_RUN
@given(email=near_email | any_text)
def test_a_key_is_the_key_of_itself(email: str) -> None:
    key = address_key(email)

    assert address_key(key) == key
    is_disposable(email)
    mixes_look_alikes(email)


@ONCE_PER_RUN
@given(email=st.emails())
def test_case_never_tells_two_inboxes_apart(email: str) -> None:
    assert address_key(email.upper()) == address_key(email.lower()) == address_key(email)


@ONCE_PER_RUN
@given(domain=any_text)
def test_a_domain_stays_what_it_has_become(domain: str) -> None:
    assert ascii_domain(ascii_domain(domain)) == ascii_domain(domain)
