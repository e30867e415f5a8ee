"""The one function for everything that goes out over HTTP: time limits and error types in one place."""

import datetime as dt
import json
import logging
import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any

import requests
from requests.adapters import HTTPAdapter

from integrations.errors import PermanentError, Reason, ServiceError, TransientError
from integrations.public_addresses import NotPublic, PublicAddressAdapter

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 3.0  # seconds
POOL_SIZE = 32  # at least the threads of one process
LOGGED_BODY = 500  # characters
# Bounded: unbounded repetition takes quadratic time on a long answer.
EMAIL_ADDRESS = re.compile(r"[^\s\"'<>@,;:]{1,64}@[^\s\"'<>@,;:]{1,255}")


@cache
def session(*, public_only: bool = False) -> requests.Session:
    """The process's connections, kept alive between calls; with ``public_only`` those that lead nowhere inside."""
    shared = requests.Session()
    # No proxies or .netrc from the environment: every call would look for them anew.
    shared.trust_env = False
    adapter = PublicAddressAdapter if public_only else HTTPAdapter
    for scheme in ("https://", "http://"):
        shared.mount(scheme, adapter(pool_connections=4, pool_maxsize=POOL_SIZE))
    return shared


def call(
    service: str,
    method: str,
    url: str,
    *,
    timeout: float,
    body: Mapping[str, Any] | None = None,
    params: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    is_json: bool = True,
    public_only: bool = False,
) -> Any:
    """Send ``body`` as JSON and return the answer's JSON; None for an empty answer, or one that is no JSON by design.

    ``service`` is the name for logs and errors, ``timeout`` the most seconds to wait for the answer's next byte.
    ``public_only`` is for URLs that somebody has typed: HTTPS, and no address of an inner network.

    Raises TransientError for time-outs, connection errors, 429 and 5xx; PermanentError for every other
    status outside 2xx, for an answer that is not JSON and for a URL that ``public_only`` refuses.
    """
    try:
        response = session(public_only=public_only).request(
            method,
            url,
            json=body,
            params=params,
            headers=headers,
            timeout=(CONNECT_TIMEOUT, timeout),
            allow_redirects=False,
        )
    except NotPublic:
        logger.warning("%s has no public HTTPS address", service)
        raise PermanentError(service, Reason.REJECTED) from None
    except requests.Timeout:
        logger.warning("%s did not answer in time", service)
        raise TransientError(service, Reason.TIMEOUT) from None
    except requests.RequestException as error:
        logger.warning("%s could not be reached: %s", service, type(error).__name__)
        raise TransientError(service, Reason.UNREACHABLE) from None
    try:
        if not requests.codes.ok <= response.status_code < requests.codes.multiple_choices:
            raise _refusal(service, response)
        return response.json() if response.content and is_json else None
    except (requests.JSONDecodeError, json.JSONDecodeError, UnicodeDecodeError):
        _log_answer(service, response, {**(body or {}), **(params or {})})
        raise PermanentError(service, Reason.BAD_ANSWER, response.status_code) from None
    except ServiceError:
        _log_answer(service, response, {**(body or {}), **(params or {})})
        raise


def _refusal(service: str, response: requests.Response) -> ServiceError:
    status = response.status_code
    if status == requests.codes.too_many_requests:
        return TransientError(service, Reason.RATE_LIMITED, status, _retry_after(response))
    if status >= requests.codes.server_error:
        return TransientError(service, Reason.SERVER_ERROR, status, _retry_after(response))
    if status in {requests.codes.unauthorized, requests.codes.forbidden}:
        return PermanentError(service, Reason.UNAUTHORIZED, status)
    return PermanentError(service, Reason.REJECTED, status)


def _retry_after(response: requests.Response) -> float | None:
    """Seconds to wait; the header holds seconds or a date (RFC 9110, section 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max((at - dt.datetime.now(dt.UTC)).total_seconds(), 0.0)


def _log_answer(service: str, response: requests.Response, sent: Mapping[str, Any]) -> None:
    """Log status and body without what a visitor gave us: services like to quote what they refuse."""
    text = response.content[: 10 * LOGGED_BODY].decode(errors="replace")
    for value in sorted((str(value) for value in sent.values() if value), key=len, reverse=True):
        for spelling in {value, json.dumps(value)[1:-1]}:
            text = re.sub(re.escape(spelling), "[redacted]", text, flags=re.IGNORECASE)
    text = " ".join(EMAIL_ADDRESS.sub("[redacted]", text).split())
    logger.warning("%s answered %d: %s", service, response.status_code, text[:LOGGED_BODY])
