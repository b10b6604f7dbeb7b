"""Who else has a dossier open now, as colleagues would call it across the room. Kept in Redis for moments only.

Nobody is kept out by it: two officers who act at once are told apart by the dossier's version. So where Redis does
not answer, the page says nothing about presence and a line goes to the log. Kept are the name, since when and when
last heard of; the person is a fingerprint that is another one for each dossier.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

import redis
import structlog

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.25
LASTS = timedelta(seconds=100)
"""Who has not been heard of for so long has left. Where scripts work an open page calls every half minute, and one
that lies behind others at least every minute; without them a page is not known to be open any longer than this."""

QUIET = timedelta(seconds=20)
"""Whoever has just done their act is on the way out: the page that answers it announces them no more. One who stays
is heard of again at the next call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """A colleague who has the dossier open."""

    name: str
    since: datetime


def note(redis_url: str, dossier_id: UUID, *, person_id: UUID, name: str, now: datetime) -> tuple[Present, ...]:
    """Note that this person has the dossier open, and tell who else has, the longest first."""
    key, own = f"presence:{dossier_id}", _fingerprint(dossier_id, person_id)
    try:
        client = _client(redis_url)
        kept = _read(cast("dict[bytes, bytes]", client.hgetall(key)))
        if not _has_just_acted(kept.get(own), now):
            before = _present(kept.get(own), now)
            said = {"name": name, "since": (before.since if before else now).isoformat(), "heard": now.isoformat()}
            _write(client, key, own, said)
    except (redis.RedisError, OSError) as fault:
        log.warning("presence not known", fault=type(fault).__name__)
        return ()
    found = (_present(said, now) for field, said in kept.items() if field != own)
    return tuple(sorted((one for one in found if one is not None), key=lambda one: (one.since, one.name)))


def leave(redis_url: str, dossier_id: UUID, *, person_id: UUID, now: datetime) -> None:
    """Note that this person has done what they opened the dossier for."""
    try:
        own = _fingerprint(dossier_id, person_id)
        _write(_client(redis_url), f"presence:{dossier_id}", own, {"left": now.isoformat()})
    except (redis.RedisError, OSError) as fault:
        log.warning("presence not known", fault=type(fault).__name__)


Said = dict[str, Any]


def _write(client: redis.Redis, key: str, own: str, said: Said) -> None:
    with client.pipeline(transaction=True) as pipe:
        pipe.hset(key, own, json.dumps(said))
        pipe.expire(key, LASTS)
        pipe.execute()


def _read(kept: dict[bytes, bytes]) -> dict[str, Said]:
    """What is kept by fingerprint; what is not as we write it is nobody."""
    found = {}
    for field, value in kept.items():
        try:
            said = json.loads(value)
        except ValueError:
            continue
        if isinstance(said, dict):
            found[field.decode()] = said
    return found


def _present(said: Said | None, now: datetime) -> Present | None:
    """Who this is, if heard of lately."""
    try:
        heard, since = datetime.fromisoformat((said or {})["heard"]), datetime.fromisoformat((said or {})["since"])
        return Present(name=str((said or {})["name"]), since=since) if now - heard <= LASTS else None
    except (ValueError, KeyError, TypeError):
        return None


def _has_just_acted(said: Said | None, now: datetime) -> bool:
    try:
        return now - datetime.fromisoformat((said or {})["left"]) <= QUIET
    except (ValueError, KeyError, TypeError):
        return False


def _fingerprint(dossier_id: UUID, person_id: UUID) -> str:
    return hashlib.sha256(f"{dossier_id}:{person_id}".encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, retry=None
    )
