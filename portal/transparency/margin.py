"""How many may still go wrong before a goal is missed. Pure, exact arithmetic.

With `kept` of `counted` so far and a goal of g, after `following` more of which L are late the share is
(kept + following − L) ÷ (counted + following). It stays at g as long as
L ≤ kept + following − g × (counted + following).
"""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """Of the next `following` at most `most_late` may be late; None: the goal is missed even if none is.

    Then `needed` in a row must be on time to reach it; None: no number reaches it.
    """

    following: int
    most_late: int | None
    needed: int | None


def margin(*, kept: int, counted: int, goal: Fraction, following: int) -> Margin:
    """What may still go wrong among the next ones; `goal` is a share of one."""
    room = kept + following - goal * (counted + following)
    if room >= 0:
        return Margin(following=following, most_late=min(following, floor(room)), needed=0)
    needed = None if goal >= 1 else ceil((goal * counted - kept) / (1 - goal))
    return Margin(following=following, most_late=None, needed=needed)
