"""Ways to receive a result. Pure. Which there are is said by the procedure's results (`collection`).

Source of the ways: online, by public post, at the counter (Decree 61/2018/NĐ-CP, Art. 20; Decree 118/2025/NĐ-CP).
"""

import enum
from collections.abc import Iterable, Sequence

from portal.catalogue.steps import Result


class Way(enum.StrEnum):
    """How a result comes to the filer."""

    ONLINE = "online"
    COUNTER = "counter"
    POST = "post"


def offered(results: Iterable[Result]) -> tuple[Way, ...]:
    """The ways every one of the results can go, the quickest first; the counter where they have none in common."""
    common = set(Way)
    for result in results:
        common &= {Way(one) for one in result.collection}
    return tuple(way for way in Way if way in common) or (Way.COUNTER,)


def default(ways: Sequence[Way], *, at_counter: bool) -> Way:
    """What is done where nobody has chosen: who stood at the counter comes there again; else online where possible."""
    return Way.COUNTER if at_counter and Way.COUNTER in ways else ways[0]
