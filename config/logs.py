"""Log lines without personal data."""

import copy
import logging
import re
import traceback
from types import TracebackType

# Django logs the path of every refused request; these paths hold a token.
SECRET_PATHS = re.compile(r"/(confirm|unsubscribe)/[^/\s]+")


class PrivateFormatter(logging.Formatter):
    """One line of time, level, logger and message; of an exception its type and frames, never its text.

    An exception's text may quote a visitor: PostgreSQL's names the values of the failing row. Below ERROR an
    exception is a foreseen one, such as a refused request, and its frames would only be noise.
    """

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.levelno < logging.ERROR:
            record = copy.copy(record)
            record.exc_info = record.exc_text = None
        return SECRET_PATHS.sub(r"/\1/[redacted]", super().format(record))

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        lines = []
        error = ei[1]
        while error is not None:
            lines.append(f"{type(error).__module__}.{type(error).__qualname__}, raised in")
            lines += [line.rstrip() for line in traceback.format_tb(error.__traceback__)]
            error = error.__cause__ or error.__context__
        return "\n".join(lines)
