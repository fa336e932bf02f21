"""Logging to standard error: readable lines, or JSON for machines, without tokens, secrets and phone numbers."""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from types import TracebackType
from typing import Any, TextIO

from bot.redaction import Redaction

QUIET = ("aiosqlite", "aiohttp.access", "httpx", "aiogram.event", "alembic")  # their debug lines hold whole messages


ABOUT: ContextVar[str] = ContextVar("about", default="")  # the key of the message whose turn this thread runs
_TICKET = re.compile(r"\b(?:CD|IN)-[0-9A-HJKMNP-TV-Z]{6}\b")


@contextmanager
def about(key: str) -> Iterator[None]:
    """Let every line within the block name this message in JSON logs."""
    before = ABOUT.set(key)
    try:
        yield
    finally:
        ABOUT.reset(before)


class Lines(logging.Formatter):
    """One readable line, and the trace below it."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")
        self.redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as a line, its trace included."""
        return self.redact(super().format(record))


class JsonLines(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self.redact = redact

    def format(self, record: logging.LogRecord) -> str:
        """Return a record as one line."""
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + f".{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self.redact(record.getMessage()),
        }
        if key := ABOUT.get():
            line["about"] = self.redact(key)
        if numbers := sorted(set(_TICKET.findall(line["message"]))):
            line["tickets"] = numbers
        if record.exc_info:
            line["trace"] = self.redact(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class Handler(logging.StreamHandler[TextIO]):
    """Standard error; a record that cannot be shaped is named without what it holds."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's own name
        """Say where a line is missing."""
        with suppress(OSError, ValueError):  # standard error itself may be gone
            self.stream.write(f"a line of {record.name} ({record.pathname}:{record.lineno}) could not be written\n")


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logging.getLogger("bot").critical("stopped by an unforeseen failure", exc_info=(kind, error, trace))


def _thread_crashed(failure: threading.ExceptHookArgs) -> None:
    error = failure.exc_value
    told = (failure.exc_type, error, failure.exc_traceback) if error else None
    logging.getLogger("bot").critical("a thread was ended by an unforeseen failure", exc_info=told)


def set_up(level: str, style: str, secrets: Iterable[str] = ()) -> None:
    """Send the logs of this level and above to standard error; all loggers', warnings too, and none with a secret."""
    redact = Redaction(secrets)
    handler = Handler(sys.stderr)
    handler.setFormatter(JsonLines(redact) if style == "json" else Lines(redact))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(True)
    sys.excepthook, threading.excepthook = _crashed, _thread_crashed
    for noisy in QUIET:
        logging.getLogger(noisy).setLevel(logging.WARNING)
