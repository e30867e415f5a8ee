"""Log lines keep visitors' data and tokens to themselves."""

import logging
import sys

from config.logs import PrivateFormatter


def record(level: int, message: str, *args: object, exc_info: bool = False) -> str:
    info = sys.exc_info() if exc_info else None
    return PrivateFormatter().format(logging.LogRecord("name", level, "file", 1, message, args, info))


def test_an_exceptions_text_is_left_out_and_its_place_kept() -> None:
    secret = "martin@maier.at"
    try:
        try:
            raise KeyError(secret)
        except KeyError as error:
            raise ValueError(secret) from error
    except ValueError:
        line = record(logging.ERROR, "failed", exc_info=True)

    assert secret not in line
    assert "builtins.ValueError" in line
    assert "builtins.KeyError" in line
    assert "test_logs.py" in line


def test_a_foreseen_exception_has_no_frames() -> None:
    try:
        raise ValueError("martin@maier.at")
    except ValueError:
        line = record(logging.WARNING, "refused", exc_info=True)

    assert line.count("\n") == 0
    assert "martin" not in line


def test_tokens_in_paths_are_left_out() -> None:
    line = record(logging.WARNING, "Not Found: %s", "/confirm/5d0b1bb6-3c2b-4f0e-8a57-1df8a2f1c922/renew")

    assert line.endswith("Not Found: /confirm/[redacted]/renew")
    assert "secret" not in record(logging.WARNING, "Gone: /unsubscribe/secret")
