"""What a sign-up form must look like. Costs nothing outside this process, so it comes before everything else."""

import json
import math
from typing import Any, NoReturn

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _
from email_validator import EmailNotValidError, validate_email

from waitlist.addresses import address_key, is_disposable, mixes_look_alikes
from waitlist.characters import has_control, has_invisible
from waitlist.choices import CompanySize, Gewerk
from waitlist.models import ConsentText, Waitlist, WaitlistEntry

DEFAULT_REGION = "AT"
# JSON name to field name; whatever else a body holds is ignored.
FIELDS = {
    "name": "display_name",
    "email": "email",
    "companyName": "company_name",
    "gewerk": "gewerk",
    "companySize": "company_size",
    "phone": "phone",
    "message": "message",
    "utmSource": "utm_source",
    "utmMedium": "utm_medium",
    "utmCampaign": "utm_campaign",
    "pageUrl": "page_url",
    "consentVersion": "consent_version",
    "turnstileToken": "turnstile_token",
    # What only the hosted page has: see waitlist.bot_traps.
    "website": "website",
    "formToken": "form_token",
}


class MalformedBody(ValueError):
    """The body is not a JSON object."""


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object in ``body``. Raises MalformedBody for anything else, whatever is wrong with it.

    Stricter than Python: UTF-8 only (RFC 8259, section 8.1), no NaN, no Infinity, no key twice. Two readers of
    one body, say a firewall and this one, must not see two different forms.
    """
    try:
        text = body.decode()
        data = json.loads(text, object_pairs_hook=_unique, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:  # not JSON, not UTF-8, a number too long, or nested too deep
        raise MalformedBody from error
    if not isinstance(data, dict):
        raise MalformedBody
    return data


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) < len(pairs):
        raise MalformedBody
    return data


def _refuse(constant: str) -> NoReturn:
    raise MalformedBody


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise MalformedBody
    return number


class Text(forms.CharField):
    """A string or nothing: numbers, lists and objects are refused, not turned into text; nothing is None."""

    def __init__(self, *, multiline: bool = False, **kwargs: Any) -> None:
        super().__init__(
            empty_value=None,
            error_messages={
                "required": _("Please fill in this field."),
                "min_length": _("Please enter at least %(limit_value)d characters."),
                "max_length": _("Please enter at most %(limit_value)d characters."),
            },
            **kwargs,
        )
        self.multiline = multiline

    def to_python(self, value: Any) -> str | None:
        if value is not None and not isinstance(value, str):
            raise ValidationError(_("Please enter text."), code="type")
        text = super().to_python(value)
        if text and has_control(text, multiline=self.multiline):
            raise ValidationError(_("Please leave out control characters."), code="control")
        if text and has_invisible(text, multiline=self.multiline):
            # Often pasted without knowing.
            raise ValidationError(_("This holds invisible characters. Please type it anew."), code="invisible")
        return text


class SignupForm(forms.Form):
    """A sign-up for ``waitlist``. Errors and data are keyed by field; ``errors_by_json_name`` speaks JSON's names."""

    display_name = Text(min_length=2, max_length=100)
    email = Text(max_length=254)
    company_name = Text(min_length=2, max_length=200)
    gewerk = Text()
    company_size = Text()
    phone = Text(required=False, max_length=50)
    message = Text(required=False, max_length=1000, multiline=True)
    utm_source = Text(required=False, max_length=255)
    utm_medium = Text(required=False, max_length=255)
    utm_campaign = Text(required=False, max_length=255)
    page_url = Text(required=False, max_length=2048)
    consent_version = Text(required=False, max_length=50)
    turnstile_token = Text(max_length=2048, strip=False)
    website = Text(required=False, max_length=2048)
    form_token = Text(required=False, max_length=255)

    def __init__(self, waitlist: Waitlist, body: dict[str, Any]) -> None:
        super().__init__({field: body.get(name) for name, field in FIELDS.items()})
        self.waitlist = waitlist

    def clean_email(self) -> str:
        """In ASCII, an IDN's domain in punycode: what the mail server, the CRM and the founder's eye can rely on.

        Django would encode the domain by IDNA 2003, to which straße.at is strasse.at, somebody else's. There is no
        DNS look-up: a visitor must not wait for somebody's name server.
        """
        try:
            address = validate_email(self.cleaned_data["email"], check_deliverability=False, allow_smtputf8=False)
        except EmailNotValidError:
            raise ValidationError(_("Please enter a valid e-mail address."), code="invalid") from None
        if mixes_look_alikes(address.domain):
            message = _("This domain mixes letters of several alphabets. Please type it anew.")
            raise ValidationError(message, code="look_alike")
        if self.waitlist.refuse_disposable and is_disposable(address.normalized):
            message = _("Please enter an address that you use permanently, not a throw-away one.")
            raise ValidationError(message, code="disposable")
        return f"{address.local_part}@{address.ascii_domain}"

    def clean_gewerk(self) -> str:
        return _one_of(Gewerk.values, self.cleaned_data["gewerk"])

    def clean_company_size(self) -> str:
        return _one_of(CompanySize.values, self.cleaned_data["company_size"])

    def clean_phone(self) -> str | None:
        """E.164. Possible is enough: new ranges are dialled before a library knows them."""
        text = self.cleaned_data["phone"]
        if text is None:
            return None
        try:
            number = phonenumbers.parse(text, DEFAULT_REGION)
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_possible_number(number):
            raise ValidationError(_("Please enter a phone number such as 0664 1234567."), code="invalid")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def clean_page_url(self) -> str | None:
        url: str | None = self.cleaned_data["page_url"]
        if url is not None:
            URLValidator(schemes=("http", "https"), message=_("Please give an address that begins with https://."))(url)
        return url

    def clean_consent_version(self) -> ConsentText:
        text = self.waitlist.consent_text(self.cleaned_data["consent_version"] or "")
        if text is None:
            raise ValidationError(_("This list has no such consent text."), code="invalid")
        return text

    def signup_fields(self) -> dict[str, Any]:
        """The valid form as attributes of a Signup."""
        data = self.cleaned_data
        return {
            "waitlist": self.waitlist,
            "email": data["email"],
            "address_key": address_key(data["email"]),
            "is_disposable": is_disposable(data["email"]),
            "display_name": data["display_name"],
            "form_data": {name: data[name] for name in WaitlistEntry.FORM_COLUMNS},
            "page_url": data["page_url"],
            "consent_text": data["consent_version"],
        }

    def errors_by_json_name(self) -> dict[str, list[str]]:
        """JSON name to messages for people."""
        return {name: [str(m) for m in self.errors[field]] for name, field in FIELDS.items() if field in self.errors}


def _one_of(values: list[str], value: str) -> str:
    if value not in values:
        raise ValidationError(_("Please choose one of the options."), code="invalid_choice")
    return value
