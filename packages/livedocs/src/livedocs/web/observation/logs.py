"""Logs: a line of JSON for each record in production, a readable line elsewhere; always with the request's id."""

from __future__ import annotations

import json
import logging
import sys
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from livedocs.web.observation.request_ids import current

if TYPE_CHECKING:
    from livedocs.settings import Settings

FIELDS = "livedocs_fields"
"""Name of the attribute of a record that holds fields of its own."""


_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


@lru_cache(maxsize=2)
def _time_of_day(seconds: int) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))


@lru_cache(maxsize=2)  # many lines are of the same second
def _utc(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class JsonLines(logging.Formatter):
    """A JSON object on a line: time (UTC), level, logger, message, request_id if there is one, the record's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line: dict[str, Any] = {
            "time": f"{_utc(int(record.created))}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "process": record.process,
        }
        if identity := current.get():
            line["request_id"] = identity
        line |= getattr(record, FIELDS, {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return _encode(line)


class TextLines(logging.Formatter):
    """A line for people; control characters in a message are shown, not sent to the terminal."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - logging's own name
        """The local time of day."""
        del datefmt
        return _time_of_day(int(record.created))

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        """The line without a traceback."""
        line = super().formatMessage(record)
        if not line.isprintable():
            line = "".join(char if char.isprintable() or char == "\n" else repr(char)[1:-1] for char in line)
        identity = current.get()
        return f"{line} [{identity}]" if identity else line


def configure_logging(settings: Settings) -> None:
    """Have this process log to standard error as the settings say."""
    wants_json = settings.log_format == "json" or (
        settings.log_format == "auto" and settings.environment == "production"
    )
    # Nothing of this is written, and looking it up for each record takes as long as the rest of it.
    logging.logThreads = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if wants_json else TextLines())
    level = logging.DEBUG if settings.debug else getattr(logging, settings.log_level.upper())
    logging.basicConfig(handlers=[handler], level=max(level, logging.WARNING), force=True)
    logging.getLogger("livedocs").setLevel(level)
