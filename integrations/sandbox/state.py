"""What the sandbox remembers: parties, mails, spent Turnstile tokens and faults to come."""

import uuid
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypedDict

from integrations.sandbox.faults import Faults
from integrations.sandbox.journal import Journal


def now() -> str:
    """This moment in UTC as ISO 8601."""
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True, slots=True)
class Consent:
    """What a caller says about a person when it creates a party."""

    display_name: str | None
    source_project: str | None
    marketing_consent: bool
    consent_ip: str | None
    consent_user_agent: str | None
    consent_text_version: str | None


@dataclass(frozen=True, slots=True)
class Party(Consent):
    """A person as MMS knows them, together with the secret that unsubscribes them."""

    party_id: str
    contact_point_id: str
    email: str
    status: str
    newsletter: bool
    created_at: str
    unsubscribe_token: str

    def public(self) -> dict[str, Any]:
        """The party as MMS shows it: without the token, which is handed out once, on creation."""
        fields = asdict(self)
        del fields["unsubscribe_token"]
        return fields


class Parties:
    """Parties by id, by e-mail address (whatever its case) and by unsubscribe token."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._by_id: dict[str, Party] = {}
        self._id_by_email: dict[str, str] = {}
        self._id_by_token: dict[str, str] = {}
        # The journal holds every version of a party; the last one stands.
        for record in journal.replay():
            self._remember(Party(**record))

    def all(self) -> list[Party]:
        """Every party, oldest first."""
        return list(self._by_id.values())

    def by_id(self, party_id: str) -> Party | None:
        """The party of this id, or None."""
        return self._by_id.get(party_id)

    def by_email(self, email: str) -> Party | None:
        """The party of this address in any case, or None."""
        return self._by_id.get(self._id_by_email.get(email.lower(), ""))

    def find_or_create(self, email: str, consent: Consent) -> tuple[Party, bool]:
        """The party of this address, and whether it is new. A known party stays as it is."""
        if known := self.by_email(email):
            return known, False
        party = Party(
            **asdict(consent),
            party_id=str(uuid.uuid4()),
            contact_point_id=str(uuid.uuid4()),
            email=email,
            status="lead",
            newsletter=consent.marketing_consent,
            created_at=now(),
            unsubscribe_token=uuid.uuid4().hex,
        )
        self._save(party)
        return party, True

    def set_status(self, party: Party, status: str) -> Party:
        """The party with its new status."""
        return self._save(replace(party, status=status))

    def unsubscribe(self, token: str) -> bool:
        """End the newsletter of the token's party; False for an unknown token. Doing it again changes nothing."""
        party = self._by_id.get(self._id_by_token.get(token, ""))
        if party is not None and party.newsletter:
            self._save(replace(party, newsletter=False))
        return party is not None

    def clear(self) -> None:
        """Forget all parties."""
        for index in (self._by_id, self._id_by_email, self._id_by_token):
            index.clear()
        self._journal.clear()

    def _save(self, party: Party) -> Party:
        self._journal.append(asdict(party))
        return self._remember(party)

    def _remember(self, party: Party) -> Party:
        self._by_id[party.party_id] = party
        self._id_by_email[party.email.lower()] = party.party_id
        self._id_by_token[party.unsubscribe_token] = party.party_id
        return party


# In this form because `from` is no name for an attribute.
Mail = TypedDict(
    "Mail",
    {
        "to": str,
        "from": str,
        "subject": str,
        "text": str,
        "html": str,
        "headers": dict[str, str],
        "received_at": str,
    },
)


class Mails:
    """Received mails, oldest first."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._mails: list[Mail] = [Mail(**record) for record in journal.replay()]  # type: ignore[typeddict-item]

    def all(self) -> list[Mail]:
        """Every mail, oldest first."""
        return self._mails

    def numbered(self, number: int) -> Mail | None:
        """The mail that came as number 1, 2, ..., or None."""
        return self._mails[number - 1] if 1 <= number <= len(self._mails) else None

    def add(self, mail: Mail) -> None:
        """Keep a mail."""
        self._journal.append(mail)
        self._mails.append(mail)

    def clear(self) -> None:
        """Forget all mails."""
        self._mails.clear()
        self._journal.clear()


class Tokens:
    """Turnstile tokens that were verified. They live for minutes, so no restart has to remember them."""

    def __init__(self) -> None:
        self._spent: set[str] = set()

    def spend(self, token: str) -> bool:
        """Whether this is the token's first use."""
        if token in self._spent:
            return False
        self._spent.add(token)
        return True

    def clear(self) -> None:
        """Make every token good again."""
        self._spent.clear()


class State:
    """Everything together.

    With a directory, parties and mails are kept in it as JSON lines and survive a restart.
    """

    def __init__(self, directory: Path | None = None) -> None:
        if directory is not None:
            directory.mkdir(parents=True, exist_ok=True)
        self.parties = Parties(Journal(directory and directory / "parties.jsonl"))
        self.mails = Mails(Journal(directory and directory / "mails.jsonl"))
        self.tokens = Tokens()
        self.faults = Faults()

    def reset(self) -> None:
        """Forget everything, on disk too."""
        for part in (self.parties, self.mails, self.tokens, self.faults):
            part.clear()
