"""The pulse of the workers: one key in the broker, set by a worker each time a tick of beat reaches it.

A fresh pulse proves the whole way: beat sends, the broker carries, a worker consumes and does. "Process up"
proves nothing, since a worker may stay alive and stop consuming after its broker was away.
"""

from redis import Redis

KEY = "motcua:pulse"
KEPT_SECONDS = 600


def beat(broker: Redis) -> None:
    """A worker is at work now."""
    broker.set(KEY, "1", ex=KEPT_SECONDS)


def age_seconds(broker: Redis) -> float | None:
    """How long ago the last beat was, by the broker's own clock; None if there was none in ten minutes."""
    left_milliseconds = int(broker.pttl(KEY))
    return None if left_milliseconds < 0 else KEPT_SECONDS - left_milliseconds / 1000
