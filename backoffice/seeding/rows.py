"""Visitors and their stories as the tables hold them, in PostgreSQL's COPY text format."""

import datetime as dt
import json
import os
from dataclasses import dataclass, field

from backoffice.seeding.stories import Story, Visitor
from backoffice.seeding.vocabulary import USER_AGENTS
from waitlist.choices import CrmUpdateKind, CrmUpdateStatus, MailKind, MailStatus, SignupStatus

NULL = "\\N"

FORM = "company_name, gewerk, company_size, phone, message, utm_source, utm_medium, utm_campaign"
ENTRY = f"id, waitlist_id, mms_party_id, mms_contact_point_id, {FORM}, confirmed_at, created_at, updated_at"
COLUMNS = {
    "waitlist_entries": f"{ENTRY}, confirmation_token",
    "waitlist_entries_history": f"{ENTRY}, pgh_created_at, pgh_label, pgh_obj_id",
    "waitlist_signups": (
        "id, waitlist_id, email, address_key, display_name, form_data, page_url, consent_text_id, ip_address,"
        " user_agent, created_at, token_hash, status, attempts, last_error, processed_at, entry_id, unsubscribe_token,"
        " unsubscribed_at, is_disposable"
    ),
    "waitlist_mails": "waitlist_id, signup_id, kind, status, attempts, last_error, created_at, sent_at",
    "waitlist_crm_updates": "entry_id, kind, status, attempts, last_error, created_at, done_at",
    "waitlist_link_openings": "entry_id, opened_at",
}


@dataclass
class Rows:
    """Lines for each table of ``COLUMNS``, for entries of one list with ascending ids."""

    waitlist_id: int
    consent_text_id: int
    page_url: str
    first_entry_id: int
    last_entry_id: int
    lines: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, entry_id: int, visitor: Visitor, story: Story) -> None:
        """Everything about an entry."""
        self._add_entry(entry_id, visitor, story)
        tail = f"{SignupStatus.PROCESSED}\t0\t"
        signup_id = self._add_signup(visitor, visitor.at, f"{tail}\t{_time(story.processed_at)}\t{entry_id}", story)
        self._add_mails(signup_id, story)
        if story.again_at:
            processed_at = story.again_at + 1
            again_id = self._add_signup(visitor, story.again_at, f"{tail}\t{_time(processed_at)}\t{entry_id}")
            is_known = story.confirmed_at and story.confirmed_at < story.again_at
            kind = MailKind.ALREADY_CONFIRMED if is_known else MailKind.CONFIRMATION_RENEWED
            self._add_mail(again_id, kind, processed_at)
        self._add_crm_updates(entry_id, story)
        if story.opened_at:
            self._add("waitlist_link_openings", entry_id, _time(story.opened_at))

    def add_without_entry(self, visitor: Visitor, status: SignupStatus, error: str = "") -> None:
        """A sign-up that has not come as far as the CRM."""
        attempts = 1 if error else 0
        self._add_signup(visitor, visitor.at, f"{status}\t{attempts}\t{error}\t{NULL}\t{NULL}")

    def _add(self, table: str, *cells: object) -> None:
        self.lines[table].append("\t".join(map(str, cells)))

    def _add_entry(self, entry_id: int, visitor: Visitor, story: Story) -> None:
        ids = os.urandom(48).hex()
        campaign = visitor.campaign
        form = (
            f"{visitor.company}\t{visitor.trade}\t{visitor.size}\t{visitor.phone or NULL}\t{_text(visitor.message)}\t"
            f"{campaign.source or NULL}\t{campaign.medium or NULL}\t{campaign.name or NULL}"
        )
        known = f"{entry_id}\t{self.waitlist_id}\t{ids[:32]}\t{ids[32:64]}\t{form}"
        created_at = _time(story.processed_at)
        confirmed_at = _time(story.confirmed_at)
        updated_at = confirmed_at if story.confirmed_at else created_at
        self._add("waitlist_entries", known, confirmed_at, created_at, updated_at, ids[64:])
        # What the triggers would have written at the time.
        history = "waitlist_entries_history"
        self._add(history, known, NULL, created_at, created_at, created_at, "insert", entry_id)
        if story.confirmed_at:
            self._add(history, known, confirmed_at, created_at, updated_at, confirmed_at, "update", entry_id)

    def _add_signup(self, visitor: Visitor, at: float, outcome: str, story: Story | None = None) -> str:
        """``outcome``: the cells from the status to the entry. With ``story`` it is the one that made the party."""
        ids = os.urandom(80).hex()
        email = visitor.email
        octet, browser = int(ids[:2], 16), int(ids[2:4], 16)
        self._add(
            "waitlist_signups",
            ids[:32],
            self.waitlist_id,
            f"{email}\t{email.lower()}\t{visitor.name}\t{_form_data(visitor)}\t{self.page_url}",
            self.consent_text_id,
            f"203.0.113.{octet}\t{USER_AGENTS[browser % len(USER_AGENTS)]}\t{_time(at)}\t\\\\x{ids[32:96]}",
            outcome,
            ids[96:] if story else NULL,
            _time(story.unsubscribed_at) if story else NULL,
            "t" if visitor.is_throw_away else "f",
        )
        return ids[:32]

    def _add_mails(self, signup_id: str, story: Story) -> None:
        if story.mail_error:
            failed = f"{MailStatus.FAILED}\t1\t{story.mail_error}\t{_time(story.processed_at)}\t{NULL}"
            self._add("waitlist_mails", self.waitlist_id, signup_id, MailKind.CONFIRMATION, failed)
            return
        self._add_mail(signup_id, MailKind.CONFIRMATION, story.processed_at)
        if story.reminded_at:
            self._add_mail(signup_id, MailKind.CONFIRMATION_RENEWED, story.reminded_at)
        if story.confirmed_at:
            self._add_mail(signup_id, MailKind.FOUNDER_NOTICE, story.confirmed_at)

    def _add_mail(self, signup_id: str, kind: MailKind, at: float) -> None:
        sent = f"{MailStatus.SENT}\t0\t\t{_time(at)}\t{_time(at + 1.5)}"
        self._add("waitlist_mails", self.waitlist_id, signup_id, kind, sent)

    def _add_crm_updates(self, entry_id: int, story: Story) -> None:
        learned = (
            (CrmUpdateKind.PROSPECT, story.confirmed_at),
            (CrmUpdateKind.CUSTOMER, story.customer_at),
            (CrmUpdateKind.UNSUBSCRIBE, story.unsubscribed_at),
        )
        for kind, at in learned:
            if at and story.crm_error:
                outcome = f"{CrmUpdateStatus.FAILED}\t1\t{story.crm_error}\t{_time(at)}\t{NULL}"
                self._add("waitlist_crm_updates", entry_id, kind, outcome)
            elif at:
                outcome = f"{CrmUpdateStatus.DONE}\t0\t\t{_time(at)}\t{_time(at + 2)}"
                self._add("waitlist_crm_updates", entry_id, kind, outcome)


def _time(seconds: float | None) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat() if seconds else NULL


def _text(value: str | None) -> str:
    """A text of several lines, or None; the others hold nothing that would need escaping."""
    return value.replace("\n", "\\n") if value else NULL


def _form_data(visitor: Visitor) -> str:
    fields = {
        "company_name": visitor.company,
        "gewerk": visitor.trade,
        "company_size": visitor.size,
        "phone": visitor.phone,
        "message": visitor.message,
        "utm_source": visitor.campaign.source,
        "utm_medium": visitor.campaign.medium,
        "utm_campaign": visitor.campaign.name,
    }
    return json.dumps(fields, ensure_ascii=False).replace("\\", "\\\\")
