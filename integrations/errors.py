"""How a service outside can fail, and whether trying again helps."""

from enum import StrEnum


class Reason(StrEnum):
    """What went wrong, for logs and for the founder's admin."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate_limited"
    SERVER_ERROR = "server_error"
    UNAUTHORIZED = "unauthorized"
    REJECTED = "rejected"
    BAD_ANSWER = "bad_answer"


class ServiceError(Exception):
    """A call to a service outside has failed. Holds no part of the answer, which may quote a visitor.

    ``status`` is the HTTP status, or None where there was no answer.
    """

    def __init__(self, service: str, reason: Reason, status: int | None = None) -> None:
        super().__init__(f"{service}: {reason} (status {status})")
        self.service = service
        self.reason = reason
        self.status = status


class TransientError(ServiceError):
    """Trying again later may help; not before ``retry_after`` seconds where the service has said so."""

    def __init__(
        self, service: str, reason: Reason, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(service, reason, status)
        self.retry_after = retry_after


class PermanentError(ServiceError):
    """Trying again with the same data gives the same answer."""
