"""The public API as an OpenAPI 3.1 document, made from the form's fields and the envelope's codes."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from waitlist.choices import CompanySize, Gewerk
from waitlist.envelope import STATUS, ErrorCode
from waitlist.validation import FIELDS, SignupForm

Schema = dict[str, Any]

# What ``waitlist.characters`` refuses, but for the rarest: classes such as \p{Cf} are not known to every client.
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff]*$"

# What the form's fields do not say themselves, by JSON name.
DETAILS: dict[str, Schema] = {
    "name": {"examples": ["Martin Maier"]},
    "email": {
        "format": "idn-email",
        "description": "Compared without regard to case; an international domain is kept as punycode.",
        "examples": ["martin@maier-elektro.at"],
    },
    "companyName": {"examples": ["Maier Elektrotechnik"]},
    "gewerk": {"enum": Gewerk.values},
    "companySize": {"enum": CompanySize.values, "description": "Number of employees."},
    "phone": {
        "description": "A possible number, read as Austrian without a country code.",
        "examples": ["0664 1234567"],
    },
    "message": {"description": "The one field that may have several lines."},
    "pageUrl": {
        "pattern": "^(https?://.*)?$",
        "description": "The page that showed the form.",
        "examples": ["https://kurzum.app/pilot?utm_source=linkedin"],
    },
    "consentVersion": {
        "description": "The wording that the form has shown; unset, the list's current one.",
        "examples": ["1"],
    },
    "turnstileToken": {"description": "From Cloudflare's widget. It counts once, and is the idempotency key."},
    "website": {"description": "A trap on the hosted page. Leave it out."},
    "formToken": {"description": "When the hosted page was rendered, signed. Leave it out."},
}


def document() -> Schema:
    """The whole document; texts that the API speaks are in its language."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Waitlist",
            "version": settings.VERSION,
            "description": "Every answer under /api/ but this document is an envelope, whatever went wrong.",
        },
        "servers": [{"url": settings.BASE_URL}],
        "paths": {
            "/api/waitlist": {"post": _sign_up("signUp", "Sign up for the default list")},
            "/api/waitlist/{slug}": {
                "parameters": [
                    {
                        "name": "slug",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$", "maxLength": 100},
                        "example": settings.DEFAULT_WAITLIST,
                    }
                ],
                "post": _sign_up("signUpForList", "Sign up for a list"),
            },
            "/health": {"get": _health()},
        },
        "components": {"schemas": {"Signup": form_schema(), "Accepted": _accepted()}},
    }


def form_schema() -> Schema:
    """The body of a sign-up. Names that it does not list are ignored, and so is white space around a text."""
    fields = {name: SignupForm.base_fields[field] for name, field in FIELDS.items()}
    return {
        "type": "object",
        "required": [name for name, field in fields.items() if field.required],
        "properties": {name: _field(field, DETAILS.get(name, {})) for name, field in fields.items()},
    }


def _field(field: Any, details: Schema) -> Schema:
    limits = {"minLength": field.min_length, "maxLength": field.max_length}
    pattern = {} if field.multiline or "enum" in details else {"pattern": ONE_LINE}
    return {
        "type": "string" if field.required else ["string", "null"],
        **{name: limit for name, limit in limits.items() if limit is not None},
        **pattern,
        **details,
    }


def _sign_up(operation: str, summary: str) -> Schema:
    retry_after = {
        "description": "Seconds until the next one may pass.",
        "required": True,
        "schema": {"type": "integer", "minimum": 1},
    }
    return {
        "operationId": operation,
        "summary": summary,
        "requestBody": {
            "required": True,
            "description": "At most 16 KiB of UTF-8, uncompressed. White space around a text does not count.",
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Signup"}}},
        },
        "responses": {
            "200": _answer("Accepted: a mail asks to confirm.", {"$ref": "#/components/schemas/Accepted"}),
            **_errors(_("Please check your entries."), ErrorCode.VALIDATION_ERROR),
            **_errors(_("The bot check failed. Please try again."), ErrorCode.BOT_DETECTED, ErrorCode.FORBIDDEN),
            **_errors(_("There is no such list."), ErrorCode.NOT_FOUND),
            **_errors(
                _("This address does not take this method."),
                ErrorCode.VALIDATION_ERROR,
                status=HTTPStatus.METHOD_NOT_ALLOWED,
            ),
            **_errors(
                _("Too many sign-ups from your connection. Please try again later."),
                ErrorCode.RATE_LIMITED,
                headers={"Retry-After": retry_after},
            ),
            **_errors(_("Something went wrong on our side. Please try again in a moment."), ErrorCode.INTERNAL_ERROR),
        },
    }


def _accepted() -> Schema:
    return _object(
        success={"const": True},
        data=_object(
            signupId={"type": "string", "format": "uuid", "examples": ["2f1c6f0e-7f0b-4c39-9a43-0c4a9b0f3d55"]},
            status={"const": "confirmation_pending"},
        ),
    )


def _errors(
    message: str, *codes: ErrorCode, status: HTTPStatus | None = None, headers: Schema | None = None
) -> dict[str, Schema]:
    """The answer that ``codes`` share: its status, to their envelope with ``message`` as the example."""
    status = status or STATUS[codes[0]]
    error = _object(code={"enum": list(codes)}, message={"type": "string", "examples": [message]})
    if ErrorCode.VALIDATION_ERROR in codes:
        messages = {"type": "array", "items": {"type": "string"}, "minItems": 1}
        error["properties"]["fields"] = {
            "description": "JSON name to messages for people.",
            "type": "object",
            "propertyNames": {"enum": list(FIELDS)},
            "additionalProperties": messages,
        }
        error["required"].append("fields")
    answer = _answer(status.phrase, _object(success={"const": False}, error=error))
    return {str(status.value): answer | ({"headers": headers} if headers else {})}


def _health() -> Schema:
    jobs = _object(oldestWaitingSeconds={"type": "number", "minimum": 0}, failed={"type": "integer", "minimum": 0})
    part = {"enum": ["ok", "down"]}
    data = _object(
        status={"enum": ["ok", "degraded", "down"]},
        database=part,
        redis=part,
        jobs={"anyOf": [jobs, {"type": "null"}]},
        version={"type": "string"},
    )
    return {
        "operationId": "health",
        "summary": "Whether the parts are up",
        "responses": {
            "200": _answer("The database is up.", _object(success={"const": True}, data=data)),
            "503": _answer("The database is away.", _object(success={"const": False}, data=data, error={})),
        },
    }


def _answer(description: str, schema: Schema) -> Schema:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "required": list(properties), "properties": properties, "additionalProperties": False}
