"""Typed reading of environment variables.

A missing or malformed variable does not raise where it is read: it is remembered as a system check
error with a hint, so that one start reports every mistake at once (see ``config.checks``).
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import environ
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")


class Environment:
    """The process's environment, read under the rules of development (``debug``) or of production.

    ``problems`` and ``names`` are what was found wrong and every variable that was asked for.
    """

    def __init__(self) -> None:
        self.problems: list[Error] = []
        self.names: list[str] = []
        self._env = environ.Env()
        self.debug = self.boolean("DEBUG", default=False)

    def text(self, name: str, *, default: str | None = None, local: str | None = None, hint: str = "") -> str:
        """A string. ``default`` applies everywhere, ``local`` only under DEBUG; with neither it is required."""
        return self._read(name, self._env.str, str, "", default=default, local=local, hint=hint)

    def url(
        self,
        name: str,
        *,
        schemes: tuple[str, ...],
        default: str | None = None,
        local: str | None = None,
        hint: str = "",
    ) -> str:
        """A URL of one of ``schemes``, without a trailing slash; or ``default``, which may be "" for none."""

        def cast(value: str) -> str:
            if value == default:
                return value
            scheme, separator, rest = value.partition("://")
            if not separator or not rest or scheme not in schemes:
                raise ValueError(f"expected a URL that starts with {' or '.join(f'{s}://' for s in schemes)}")
            return value.rstrip("/")

        return self._read(name, self._env.str, cast, "", default=default, local=local, hint=hint)

    def integer(self, name: str, *, default: int, minimum: int = 0) -> int:
        """A whole number of at least ``minimum``."""

        def cast(value: int) -> int:
            if value < minimum:
                raise ValueError(f"expected {minimum} or more")
            return value

        return self._read(name, self._env.int, cast, default, default=default, hint="Give a whole number.")

    def boolean(self, name: str, *, default: bool) -> bool:
        """True for 1, true, yes or on; False for 0, false, no, off or nothing."""

        def cast(value: str) -> bool:
            lowered = value.strip().lower()
            if lowered in {"1", "true", "yes", "on"}:
                return True
            if lowered in {"0", "false", "no", "off", ""}:
                return False
            raise ValueError("expected 1 or 0")

        return self._read(name, self._env.str, cast, default, default="1" if default else "0", hint="Give 1 or 0.")

    def words(
        self, name: str, *, default: list[str] | None = None, local: list[str] | None = None, hint: str = ""
    ) -> list[str]:
        """A list of strings, separated by commas."""

        def cast(values: list[str]) -> list[str]:
            return [value.strip() for value in values if value.strip()]

        return self._read(name, self._env.list, cast, [], default=default, local=local, hint=hint)

    def json(self, name: str, *, default: dict[str, Any], hint: str = "") -> dict[str, Any]:
        """A JSON object."""

        def cast(value: Any) -> dict[str, Any]:
            if not isinstance(value, dict):
                raise ValueError("expected a JSON object")  # noqa: TRY004 - one kind of error for every wrong value
            return value

        return self._read(name, self._env.json, cast, {}, default=default, hint=hint)

    def parsed(
        self,
        name: str,
        parse: Callable[[str], T],
        fallback: T,
        *,
        default: str | None = None,
        local: str | None = None,
        hint: str = "",
    ) -> T:
        """Whatever ``parse`` makes of the string; ``fallback`` stands in while the variable is missing or malformed."""
        return self._read(name, self._env.str, parse, fallback, default=default, local=local, hint=hint)

    def _read(
        self,
        name: str,
        read: Callable[..., Any],
        cast: Callable[[Any], T],
        fallback: T,
        *,
        hint: str,
        default: Any = None,
        local: Any = None,
    ) -> T:
        self.names.append(name)
        if getattr(self, "debug", False) and local is not None:
            default = local
        try:
            # An empty variable counts as missing: `.env` files list what they leave open that way.
            given = name in self._env.ENVIRON and self._env.ENVIRON[name] != ""
            if not given and default is None:
                self._report(name, "is missing", hint)
                return fallback
            return cast(read(name) if given else default)
        except (ValueError, ImproperlyConfigured) as error:
            # The message of a failed cast may quote the value, which may be a secret.
            reason = str(error) if str(error).startswith("expected") else "cannot be parsed"
            self._report(name, f"is malformed: {reason}", hint)
            return fallback

    def _report(self, name: str, problem: str, hint: str) -> None:
        self.problems.append(Error(f"The environment variable {name} {problem}.", hint=hint or None, id="config.E001"))


def admin_path(value: str) -> str:
    """A path for ``config.urls``: words with slashes between them and one at the end. Raises ValueError."""
    words = value.strip("/")
    if not re.fullmatch(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*", words):
        raise ValueError("expected a path such as buero/liste")
    return f"{words}/"
