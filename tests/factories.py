"""Rows for tests, valid as they stand; every keyword sets the field of that name."""

import secrets
import uuid
from typing import Any

from django.utils import timezone

from waitlist.addresses import address_key
from waitlist.choices import CompanySize, Gewerk, MailKind, SignupStatus
from waitlist.models import Mail, Signup, Waitlist, WaitlistEntry


def make_waitlist(slug: str = "kurzum_app", **fields: Any) -> Waitlist:
    """The list ``slug`` with consent text "1"; the existing one, as it is, where there is one."""
    defaults = {"name": slug, "origins": ["https://kurzum.example"], "founder_email": "founder@kurzum.example"}
    waitlist, created = Waitlist.objects.get_or_create(slug=slug, defaults=defaults | fields)
    if created:
        waitlist.consent_texts.create(version="1", text="Ja, ich bin einverstanden.")
    return waitlist


def make_signup(**fields: Any) -> Signup:
    """An unprocessed sign-up for the default list; with ``entry`` a processed one that led to it."""
    entry: WaitlistEntry | None = fields.get("entry")
    if entry:
        fields = {"status": SignupStatus.PROCESSED, "processed_at": timezone.now(), "waitlist": entry.waitlist} | fields
    waitlist = fields.setdefault("waitlist", None) or make_waitlist()
    form_data = dict.fromkeys(WaitlistEntry.FORM_COLUMNS) | {
        "company_name": "Muster GmbH",
        "gewerk": Gewerk.ELECTRICAL,
        "company_size": CompanySize.UP_TO_5,
    }
    defaults = {
        "email": "erika@example.com",
        "display_name": "Erika Muster",
        "form_data": form_data,
        "page_url": "https://kurzum.example/pilot",
        "consent_text": waitlist.consent_text(),
        "ip_address": "203.0.113.7",
        "user_agent": "Mozilla/5.0",
        "token_hash": secrets.token_bytes(32),
    }
    values = defaults | fields | {"waitlist": waitlist}
    return Signup.objects.create(**{"address_key": address_key(values["email"])} | values)


def make_entry(*, email: str = "erika@example.com", display_name: str = "Erika Muster", **fields: Any) -> WaitlistEntry:
    """An unconfirmed entry of the default list, with the processed sign-up that it came from."""
    defaults = {
        "mms_party_id": uuid.uuid4(),
        "mms_contact_point_id": uuid.uuid4(),
        "company_name": "Muster GmbH",
        "gewerk": Gewerk.ELECTRICAL,
        "company_size": CompanySize.UP_TO_5,
    }
    waitlist = fields.pop("waitlist", None) or make_waitlist()
    entry = WaitlistEntry.objects.create(**defaults | fields, waitlist=waitlist)
    make_signup(
        entry=entry,
        created_at=entry.created_at,
        email=email,
        display_name=display_name,
        form_data={name: getattr(entry, name) for name in WaitlistEntry.FORM_COLUMNS},
    )
    return entry


def make_mail(signup: Signup, kind: str = MailKind.CONFIRMATION, **fields: Any) -> Mail:
    """A queued mail that ``signup`` has led to."""
    return Mail.objects.create(waitlist=signup.waitlist, signup=signup, kind=kind, **fields)
