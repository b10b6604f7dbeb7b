"""Who else has a dossier open now, as colleagues would call it across the room. Kept in Redis for minutes only.

Nobody is kept out by it: two officers who act at once are told apart by the dossier's version. So where Redis does
not answer, the page says nothing about presence and a line goes to the log. Kept are the name, since when and when
last heard of; the person is a fingerprint that is another one for each dossier.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import cast
from uuid import UUID

import redis
import structlog

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.25
LASTS = timedelta(minutes=5)
"""Who has not been heard of for so long has left: an open page calls every minute where scripts work."""


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
        kept = _read(cast("dict[bytes, bytes]", client.hgetall(key)), now)
        since = kept[own].since if own in kept else now
        value = json.dumps({"name": name, "since": since.isoformat(), "heard": now.isoformat()})
        with client.pipeline(transaction=True) as pipe:
            pipe.hset(key, own, value)
            pipe.expire(key, LASTS)
            pipe.execute()
    except (redis.RedisError, OSError) as fault:
        log.warning("presence not known", fault=type(fault).__name__)
        return ()
    return tuple(sorted((one for field, one in kept.items() if field != own), key=lambda one: (one.since, one.name)))


def _read(kept: dict[bytes, bytes], now: datetime) -> dict[str, Present]:
    """Those heard of lately; what is not as we write it is nobody."""
    found = {}
    for field, value in kept.items():
        try:
            said = json.loads(value)
            heard, since = datetime.fromisoformat(said["heard"]), datetime.fromisoformat(said["since"])
            if now - heard <= LASTS:
                found[field.decode()] = Present(name=str(said["name"]), since=since)
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _fingerprint(dossier_id: UUID, person_id: UUID) -> str:
    return hashlib.sha256(f"{dossier_id}:{person_id}".encode()).hexdigest()[:16]


@lru_cache(maxsize=4)
def _client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, retry=None
    )
