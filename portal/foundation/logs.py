"""Logs as events: one JSON object a line on standard output, a constant message, the rest in fields.

No personal data: the message of an exception may quote what a person typed or a row of the database, so it is
left out unless it can only speak of the surroundings or of a mistake in the code. What stays is the class, its
code and the places in the code.
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from typing import TextIO

import structlog
from sqlalchemy.exc import DBAPIError
from structlog.typing import EventDict

from portal.foundation.errors import PortalError

HARMLESS = (OSError, ImportError, AttributeError, NameError, NotImplementedError, PortalError)
"""Exceptions whose message quotes no value of a person."""

DEEPEST_TRACE = 40
QUIET = {"celery.worker.strategy": logging.WARNING, "celery.app.trace": logging.ERROR, "fontTools": logging.ERROR}


def configure(*, level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything this process logs, its own and its libraries', as JSON lines to `stream`."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        describe_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=repr),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, quieter in QUIET.items():
        logging.getLogger(name).setLevel(quieter)


def error_code(error: BaseException) -> str:
    """What went wrong, fit for a log or a table an administrator reads: class and code, never the message."""
    name = type(error).__name__
    if isinstance(error, PortalError):
        return f"{name} {error.code}"
    if isinstance(error, DBAPIError) and error.orig is not None:
        state = getattr(error.orig, "sqlstate", None)
        return f"{type(error.orig).__name__} {state}" if state else type(error.orig).__name__
    return name


def describe_exception(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Replace `exc_info` by class, code, places in the code and, where it is harmless, the message."""
    error = _exception_of(event)
    if error is not None:
        event["error"] = error_code(error)
        event["trace"] = _places(error)
        if isinstance(error, HARMLESS):
            event["reason"] = str(error)
        if error.__cause__ is not None:
            event["cause"] = error_code(error.__cause__)
    return event


def _exception_of(event: MutableMapping[str, object]) -> BaseException | None:
    given = event.pop("exc_info", None)
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if len(given) > 1 and isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-DEEPEST_TRACE:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
