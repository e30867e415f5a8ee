"""The API's envelope: the one shape of every answer under /api/."""

from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _


class ErrorCode(StrEnum):
    """What a client can tell errors apart by."""

    VALIDATION_ERROR = "VALIDATION_ERROR"
    UNAUTHORIZED = "UNAUTHORIZED"
    BOT_DETECTED = "BOT_DETECTED"
    FORBIDDEN = "FORBIDDEN"
    NOT_FOUND = "NOT_FOUND"
    RATE_LIMITED = "RATE_LIMITED"
    INTERNAL_ERROR = "INTERNAL_ERROR"


STATUS = {
    ErrorCode.VALIDATION_ERROR: HTTPStatus.BAD_REQUEST,
    ErrorCode.UNAUTHORIZED: HTTPStatus.UNAUTHORIZED,
    ErrorCode.BOT_DETECTED: HTTPStatus.FORBIDDEN,
    ErrorCode.FORBIDDEN: HTTPStatus.FORBIDDEN,
    ErrorCode.NOT_FOUND: HTTPStatus.NOT_FOUND,
    ErrorCode.RATE_LIMITED: HTTPStatus.TOO_MANY_REQUESTS,
    ErrorCode.INTERNAL_ERROR: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def success_response(data: dict[str, Any]) -> JsonResponse:
    """``{"success": true, "data": data}`` with status 200."""
    return JsonResponse({"success": True, "data": data})


def error_response(
    code: ErrorCode,
    message: str,
    *,
    status: int | None = None,
    fields: dict[str, list[str]] | None = None,
    headers: dict[str, str] | None = None,
) -> JsonResponse:
    """``{"success": false, "error": {...}}`` with the code's status unless ``status`` says otherwise.

    ``message`` is for people; ``fields`` maps a camelCase field to its messages.
    """
    error: dict[str, Any] = {"code": code, "message": message}
    if code is ErrorCode.VALIDATION_ERROR:
        error["fields"] = fields or {}
    return JsonResponse({"success": False, "error": error}, status=status or STATUS[code], headers=headers)


class ApiError(Exception):
    """Answers a request with ``error_response`` of the same arguments."""

    def __init__(
        self,
        code: ErrorCode,
        message: str,
        *,
        fields: dict[str, list[str]] | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.response = error_response(code, message, fields=fields, headers=headers)


class ApiEnvelopeMiddleware:
    """Answers with an ApiError's envelope, and gives one to every other error under /api/.

    Django itself answers in HTML for a wrong method, a refused host or an unhandled exception.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not request.path_info.startswith("/api/") or response.status_code < HTTPStatus.BAD_REQUEST:
            return response
        if isinstance(response, JsonResponse):
            return response
        enveloped = _envelope(response.status_code)
        # Allow, Vary and CORS headers stay true of the new body.
        for name, value in response.items():
            if name.lower() not in {"content-type", "content-length"}:
                enveloped[name] = value
        return enveloped

    def process_exception(self, request: HttpRequest, exception: Exception) -> JsonResponse | None:
        return exception.response if isinstance(exception, ApiError) else None


def _envelope(status: int) -> JsonResponse:
    match status:
        case HTTPStatus.NOT_FOUND:
            return error_response(ErrorCode.NOT_FOUND, _("There is nothing at this address."))
        case HTTPStatus.METHOD_NOT_ALLOWED:
            message = _("This address does not take this method.")
            return error_response(ErrorCode.VALIDATION_ERROR, message, status=status)
        case HTTPStatus.FORBIDDEN:
            return error_response(ErrorCode.FORBIDDEN, _("This is not allowed."))
        case _ if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            return error_response(ErrorCode.VALIDATION_ERROR, _("The request was not understood."))
        case _:
            message = _("Something went wrong on our side. Please try again in a moment.")
            return error_response(ErrorCode.INTERNAL_ERROR, message)
