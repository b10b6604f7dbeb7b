"""The one task on the wire: do the outbox row of this number, if it still wants doing."""

import enum
import random

import structlog
from sqlalchemy.exc import DBAPIError

from portal.foundation import jobs
from portal.foundation.logs import error_code
from portal.foundation.unit_of_work import at_once, unit_of_work
from workers.handlers import HANDLERS, Close, Work, leases
from workers.pace import Pace

log = structlog.get_logger(__name__)


class Outcome(enum.StrEnum):
    """What became of one message."""

    DONE = "done"
    SKIPPED = "skipped"  # closed, dead, leased by somebody, or of a kind this release does not know
    PUT_OFF = "put_off"
    DEAD = "dead"


def run(row_id: int, *, pace: Pace, close: Close = jobs.close) -> Outcome:
    """Claim the row, do its work and close it. Safe to call any number of times, from anywhere, at once."""
    claim = _claim(row_id, pace)
    if claim is None:
        return _skip(row_id, pace)
    with structlog.contextvars.bound_contextvars(job=claim.id, kind=claim.kind, attempt=claim.attempt):
        work = Work(claim, close=close)
        try:
            _perform(work)
        except jobs.AlreadyClosed:
            log.info("job was done by another worker")
            return Outcome.SKIPPED
        except Exception as error:  # noqa: BLE001 - the edge: whatever a handler raises is tried again or shown
            return _put_off(claim, error, pace)
        log.info("job done")
        return Outcome.DONE


class NotClosed(Exception):
    """A slow handler returned without having saved inside `work.closing()`."""


def _perform(work: Work) -> None:
    HANDLERS[work.kind].perform(work)
    if not work.is_closed:
        raise NotClosed(work.kind)


def _claim(row_id: int, pace: Pace) -> jobs.Claim | None:
    """A connection may have died since the last job; the first statement of a job is where one notices."""
    try:
        return _claim_once(row_id, pace)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        return _claim_once(row_id, pace)


def _claim_once(row_id: int, pace: Pace) -> jobs.Claim | None:
    with at_once() as connection:
        return jobs.claim(connection, row_id, leases=leases(pace.lease), most_attempts=pace.most_attempts)


def _skip(row_id: int, pace: Pace) -> Outcome:
    with unit_of_work() as session:
        is_dead = jobs.bury(session, row_id, most_attempts=pace.most_attempts)
    if not is_dead:
        return Outcome.SKIPPED
    log.error("job given up", job=row_id, error=jobs.LOST)
    return Outcome.DEAD


def _put_off(claim: jobs.Claim, error: Exception, pace: Pace) -> Outcome:
    code = error_code(error)
    delay = pace.back_off(claim.attempt, chance=random.random())  # noqa: S311 - spreads retries, hides nothing
    with unit_of_work() as session:
        dead_at = jobs.put_off(session, claim, error=code, delay=delay, most_attempts=pace.most_attempts)
    if dead_at is None:
        log.warning("job put off", error=code, delay_seconds=round(delay.total_seconds(), 1), exc_info=error)
        return Outcome.PUT_OFF
    log.error("job given up", error=code, exc_info=error)
    return Outcome.DEAD
