"""MMS, the founder's CRM. Functions keep the names of the founder's story; JSON is snake_case.

Every function raises TransientError or PermanentError (``integrations.errors``).
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal
from uuid import UUID

from django.conf import settings

from integrations.errors import PermanentError, Reason
from integrations.http import call

SERVICE = "MMS"
TIMEOUT = 10.0  # seconds

Status = Literal["lead", "prospect", "customer"]


@dataclass(frozen=True)
class CreatedParty:
    """The answer to find-or-create. The token exists only in the answer that created the party."""

    party_id: UUID
    contact_point_id: UUID
    created: bool
    unsubscribe_token: str | None


@dataclass(frozen=True)
class Party:
    """A party as MMS has it; what a deployment leaves out is None."""

    party_id: UUID
    email: str | None
    display_name: str | None
    status: str | None


def create_party(
    *,
    email: str,
    display_name: str,
    source_project: str,
    consent_ip: str | None,
    consent_user_agent: str,
    consent_text_version: str,
) -> CreatedParty:
    """Find or create the party of ``email``; repeating it is safe."""
    answer = _call(
        "POST",
        "/parties",
        body={
            "email": email,
            "display_name": display_name,
            "source_project": source_project,
            "marketing_consent": True,
            "consent_ip": consent_ip,
            "consent_user_agent": consent_user_agent,
            "consent_text_version": consent_text_version,
        },
    )
    try:
        return CreatedParty(
            party_id=UUID(answer["party_id"]),
            contact_point_id=UUID(answer["contact_point_id"]),
            created=answer["created"],
            unsubscribe_token=answer.get("unsubscribe_token"),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PermanentError(SERVICE, Reason.BAD_ANSWER) from None


def lookup_party(email: str) -> Party | None:
    """The party of ``email``, or None where MMS has none."""
    try:
        return _party(_call("GET", "/parties/lookup", params={"email": email}))
    except PermanentError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return None
        raise


def get_party(party_id: UUID) -> Party:
    """The party with this id."""
    return _party(_call("GET", f"/parties/{party_id}"))


def update_party_status(party_id: UUID, status: Status) -> None:
    """Move the party along the CRM's funnel."""
    _call("PATCH", f"/parties/{party_id}", body={"status": status})


def unsubscribe(token: str) -> None:
    """Take the party that ``token`` was issued to off the newsletter. Public: carries no key."""
    _call(
        "POST",
        "/email-preferences/unsubscribe",
        body={"token": token, "preference_type": "newsletter"},
        with_key=False,
    )


def _call(
    method: str,
    path: str,
    *,
    body: dict[str, Any] | None = None,
    params: dict[str, str] | None = None,
    with_key: bool = True,
) -> Any:
    answer = call(
        SERVICE,
        method,
        settings.MMS_BASE_URL + path,
        body=body,
        params=params,
        headers={"x-api-key": settings.MMS_API_KEY} if with_key else None,
        timeout=TIMEOUT,
    )
    # Some deployments wrap every answer.
    return answer["data"] if isinstance(answer, dict) and isinstance(answer.get("data"), dict) else answer


def _party(answer: Any) -> Party:
    try:
        return Party(
            party_id=UUID(answer["party_id"]),
            email=answer.get("email"),
            display_name=answer.get("display_name"),
            status=answer.get("status"),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise PermanentError(SERVICE, Reason.BAD_ANSWER) from None
