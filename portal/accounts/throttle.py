"""How long a stranger must wait between attempts to sign in. Pure: counts and instants in, seconds out.

Nobody is ever locked out for good, and what strangers do slows down strangers: attempts are counted for one
account *from one network*, and a browser that has signed in to the account before is counted on its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

COUNTED_FOR = timedelta(hours=1)
FIRST_WAIT_SECONDS = 15
LONGEST_WAIT_SECONDS = 15 * 60

FREE_TRIES = 5
FREE_TRIES_UNDER_ATTACK = 2
FREE_TRIES_OF_NETWORK = 50
ATTACK_FAILURES = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    """Failed attempts of the last hour that count together, since the last success among them."""

    count: int
    last_at: datetime | None

    def wait_seconds(self, *, free_tries: int, now: datetime) -> int:
        """Seconds until the next attempt is taken; 0 while there are free tries.

        Each further failure doubles the wait, from 15 seconds up to 15 minutes, counted from the last one.
        """
        excess = self.count - free_tries
        if excess < 0 or self.last_at is None:
            return 0
        wait = min(FIRST_WAIT_SECONDS * 2 ** min(excess, 16), LONGEST_WAIT_SECONDS)
        left = (self.last_at + timedelta(seconds=wait) - now).total_seconds()
        return max(0, -int(-left // 1))


def free_tries(failures_elsewhere: int) -> int:
    """Tries a network has before it waits: fewer while the account is being attacked from other networks."""
    return FREE_TRIES_UNDER_ATTACK if failures_elsewhere >= ATTACK_FAILURES else FREE_TRIES
