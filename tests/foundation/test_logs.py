"""Logs are events in JSON, and carry nothing a person typed."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError

from portal.foundation import logs
from portal.foundation.errors import Refused

CANARY = "Nguyễn Thị Hoa 012345678901"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What was logged; afterwards the process logs as before."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in logs.QUIET}
    stream = io.StringIO()
    logs.configure(stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)
    for name, former in levels.items():
        logging.getLogger(name).setLevel(former)
    structlog.reset_defaults()


def read(lines: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_an_event_is_one_line_of_json_with_the_request_it_belongs_to(lines: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        structlog.get_logger("portal.test").info("dossier filed", code="H37.1-261124-0001")

    (event,) = read(lines)
    assert event["timestamp"].endswith("Z")
    assert {name: event[name] for name in ("event", "code", "request_id", "level", "logger")} == {
        "event": "dossier filed",
        "code": "H37.1-261124-0001",
        "request_id": "r-1",
        "level": "info",
        "logger": "portal.test",
    }


def test_a_librarys_own_logging_takes_the_same_way(lines: io.StringIO) -> None:
    logging.getLogger("some.library").warning("something about %s", "x")

    (event,) = read(lines)
    assert (event["event"], event["level"], event["logger"]) == ("something about x", "warning", "some.library")


def fail() -> None:
    raise ValueError(CANARY) from KeyError(CANARY)


@pytest.mark.parametrize("library", [False, True])
def test_an_exception_is_told_by_class_and_place_without_its_message(lines: io.StringIO, library: bool) -> None:
    with pytest.raises(ValueError, match="Hoa") as failed:
        fail()
    log = logging.getLogger("some.library") if library else structlog.get_logger("portal.test")
    log.error("failed", exc_info=failed.value)

    (event,) = read(lines)
    assert (event["error"], event["cause"]) == ("ValueError", "KeyError")
    assert event["trace"][-1].endswith(" fail")
    assert CANARY not in lines.getvalue()


def test_the_message_of_the_surroundings_is_kept_because_somebody_must_act_on_it(lines: io.StringIO) -> None:
    structlog.get_logger("portal.test").error("failed", exc_info=ConnectionRefusedError("port 6379"))

    assert read(lines)[0]["reason"] == "port 6379"


def test_an_error_of_the_database_is_told_by_its_state_without_the_row(engine: sa.Engine, lines: io.StringIO) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(sa.text("SELECT CAST(:typed AS integer)"), {"typed": CANARY})
    structlog.get_logger("portal.test").error("failed", exc_info=failed.value)

    assert logs.error_code(failed.value) == "InvalidTextRepresentation 22P02"
    assert read(lines)[0]["error"] == "InvalidTextRepresentation 22P02"
    assert "Hoa" not in lines.getvalue()


def test_a_refusal_is_told_by_its_code() -> None:
    assert logs.error_code(Refused("dossiers.closed")) == "Refused dossiers.closed"
