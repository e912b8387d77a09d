"""Logs: JSON lines to a file or a pipe, readable lines to a terminal.

What people typed, tokens and figures of a person never enter a log. Slack's own libraries log whole
payloads at DEBUG and INFO, so they are never allowed below WARNING; a fault is logged by its type and
its places in the code, because the message of an exception may quote what somebody typed.
"""

import logging
import sys
import traceback
from pathlib import Path

import structlog

QUIET_LOGGERS = (
    "slack_bolt",
    "slack_sdk",
    "aiohttp",
    "asyncio",
    "apscheduler",
    "uvicorn",
    "alembic",
    "httpx",
    "httpcore",
)


class LogFileUnusable(Exception):
    """The file for the log cannot be written; the message is one sentence that names its variable."""


def log_errors_alone() -> None:
    """For a command that runs flows for somebody at a terminal, who is told what matters otherwise."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))


def configure_logs(level: str, file: Path | None) -> None:
    """Send structlog and the standard library's loggers, from a level such as INFO on, to the file.

    Standard error where there is none. LogFileUnusable where it cannot be written.
    """
    try:
        stream = file.open("a", encoding="utf-8") if file else sys.stderr
    except OSError as error:
        raise LogFileUnusable(
            f"MILEAGE_LOG_FILE: {file} cannot be written: {error.strerror}."
        ) from None
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    is_terminal = file is None and sys.stderr.isatty()
    last: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if is_terminal else structlog.processors.JSONRenderer()
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, _without_message],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, last],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def places_of(error: BaseException) -> list[str]:
    """Where a fault passed through, innermost last: `flows/outcomes.py:41 declare`."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames[-8:]]


def _short(filename: str) -> str:
    return "/".join(Path(filename).parts[-2:])


def _without_message(
    _logger: logging.Logger | None, _method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Keep where a foreign library complained, and drop what it quoted."""
    record: logging.LogRecord | None = event.get("_record")
    if record is not None:
        event["event"] = f"{record.name}: {_template_of(record)}"
        event["at"] = f"{_short(record.pathname)}:{record.lineno}"
    if record is not None and record.exc_info and record.exc_info[1] is not None:
        event["fault"] = type(record.exc_info[1]).__name__
        record.exc_info = None
    event.pop("exc_info", None)
    return event


def _template_of(record: logging.LogRecord) -> str:
    """The constant beginning of a message: up to the first place where a value could stand."""
    text = str(record.msg)
    cut = min((text.find(mark) for mark in "({:%'\"" if mark in text), default=len(text))
    return text[:cut].strip()[:120]
