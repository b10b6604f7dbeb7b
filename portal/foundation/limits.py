"""How often something may be tried, counted in Redis; where Redis does not answer, nobody is turned away.

A fixed window per key. Sign-in has its own throttle in PostgreSQL (decision 26); these limits only slow down
guessing and crawling, so losing them for a while is better than closing the page.
"""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import redis
import structlog

from portal.foundation.errors import TooMany

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `most` tries within `seconds`; `name` separates the counters of different pages."""

    name: str
    most: int
    seconds: int


def spend(redis_url: str, limit: Limit, key: str) -> None:
    """Count one try of `key`. Raises TooMany, which says how long to wait, once the window is used up.

    The key is kept as a fingerprint: nobody reads addresses or codes out of Redis.
    """
    counter = f"limit:{limit.name}:{hashlib.sha256(key.encode()).hexdigest()[:24]}"
    try:
        client = _client(redis_url)
        with client.pipeline(transaction=True) as pipe:
            pipe.incr(counter)
            pipe.expire(counter, limit.seconds, nx=True)
            pipe.ttl(counter)
            count, _, left = pipe.execute()
    except (redis.RedisError, OSError) as fault:
        log.warning("limit not counted, let through", limit=limit.name, fault=type(fault).__name__)
        return
    if count > limit.most:
        raise TooMany("access.too_many", retry_after_seconds=max(int(left), 1))


@lru_cache(maxsize=4)
def _client(redis_url: str) -> redis.Redis:
    return redis.Redis.from_url(
        redis_url, socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS, retry=None
    )
