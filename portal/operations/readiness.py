"""Whether this installation can do its whole work, part by part, for a start-up script and a monitor.

Filing needs the database alone: with the broker, relay or workers away people can still file and read, and
what they file is done later. So a load balancer should ask `/healthz`, and a person should be woken by
`/readyz`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from redis import Redis, RedisError
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError
from sqlalchemy.orm import Session

from portal.foundation import upgrades
from portal.foundation.database import newest_migration
from portal.operations import pulse, queries

LONGEST_LAG_SECONDS = 30
LONGEST_UNTOUCHED_SECONDS = 120
OLDEST_PULSE_SECONDS = 30
SHORT_SECONDS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part and the figures behind the judgement."""

    is_well: bool
    figures: dict[str, Any]


Notes = Callable[[Session], dict[str, Any]]


def look(sessions: Callable[[], Session], broker: Redis, *, certificates: Notes = lambda _: {}) -> dict[str, Part]:
    """Every part by name. Its cost does not depend on how much is waiting.

    `certificates` says what is to be said of seals and signatures; it is a note, since all else does its work.
    """
    return {**_database_parts(sessions, certificates), **_broker_parts(broker)}


def broker_at(redis_url: str) -> Redis:
    """A client that gives up after a second."""
    return Redis.from_url(redis_url, socket_timeout=SHORT_SECONDS, socket_connect_timeout=SHORT_SECONDS)


def _database_parts(sessions: Callable[[], Session], certificates: Notes) -> dict[str, Part]:
    unknown = Part(is_well=False, figures={})
    try:
        with sessions() as session:
            found, newest = _migration(session), _newest_migration()
            migrations = Part(is_well=found == newest, figures={"found": found, "newest": newest})
            if found is None:
                return {"database": _WELL, "migrations": migrations, "relay": unknown}
            health = queries.outbox_health(session)
            todo = upgrades.waiting(session) if found == newest else []
            seals = certificates(session) if found == newest else {}
    except SQLAlchemyError:
        return {"database": unknown, "migrations": unknown, "relay": unknown}
    relay = Part(
        is_well=health.lag_seconds <= LONGEST_LAG_SECONDS, figures={"lag_seconds": round(health.lag_seconds, 3)}
    )
    queue = Part(
        is_well=health.is_busy or health.untouched_seconds <= LONGEST_UNTOUCHED_SECONDS,
        figures={"oldest_untouched_seconds": round(health.untouched_seconds, 3), "is_busy": health.is_busy},
    )
    parts = {"database": _WELL, "migrations": migrations, "relay": relay, "queue": queue}
    if todo:  # a note for whoever looks: the portal does its work, only old figures wait to be counted again
        parts["upgrade"] = Part(is_well=True, figures={"run_once": todo})
    if seals:
        parts["certificates"] = Part(is_well=True, figures=seals)
    return parts


_WELL = Part(is_well=True, figures={})


def _migration(session: Session) -> str | None:
    try:
        return queries.current_migration(session)
    except ProgrammingError:
        return None  # no tables yet


@cache
def _newest_migration() -> str | None:
    return newest_migration()


def _broker_parts(broker: Redis) -> dict[str, Part]:
    try:
        age = pulse.age_seconds(broker)
    except (RedisError, OSError):
        unknown = Part(is_well=False, figures={})
        return {"broker": unknown, "workers": unknown}
    workers = Part(
        is_well=age is not None and age <= OLDEST_PULSE_SECONDS,
        figures={"pulse_age_seconds": None if age is None else round(age, 1)},
    )
    return {"broker": _WELL, "workers": workers}
