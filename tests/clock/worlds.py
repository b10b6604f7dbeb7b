"""What the property tests draw from: calendars with their oracles, and dossiers as plain numbers.

Hypothesis draws a few hundred dossiers and makes a mistake small. The million of the full run comes from `slice_of`,
which draws the same dossiers from a seed at a hundredth of the cost; a slice is a test of its own, so that they run
on every core.
"""

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from portal.clock.calendar import Calendar
from portal.clock.stopwatch import Pause
from portal.clock.zone import VIETNAM
from portal.foundation.packaged import CALENDAR, office_calendar
from tests.clock.oracles import DAY, ORIGIN, Office, invented, minute_of, office_of

FULL = os.environ.get("MOTCUA_FULL") == "1"
INVENTED = 11

# 130 slices of a thousand dossiers are more than a million comparisons in days and half a million in hours.
SLICES, DOSSIERS = (130, 1000) if FULL else (2, 200)
SEED = os.environ.get("MOTCUA_SEED", "3")

FIRST = minute_of(datetime(2023, 3, 1))  # noqa: DTZ001 - wall-clock minutes
LAST = minute_of(datetime(2027, 12, 1))  # noqa: DTZ001 - wall-clock minutes


def examples(number: int) -> settings:
    """So many examples in everyday runs; drawn anew each time, and ten times as many, with MOTCUA_FULL=1."""
    return settings(
        max_examples=number * 10 if FULL else number,
        deadline=None,
        derandomize=not FULL,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )


@dataclass(frozen=True)
class World:
    calendar: Calendar
    office: Office


@lru_cache(maxsize=INVENTED + 1)
def world(number: int) -> World:
    """World 0 is Viet Nam; the others are invented."""
    if number == 0:
        return World(office_calendar(), office_of(CALENDAR))
    text, office = invented(number)
    return World(Calendar.parse(text), office)


def moment(minute: int) -> datetime:
    return (ORIGIN + timedelta(minutes=minute)).replace(tzinfo=VIETNAM)


def pauses_of(intervals: list[tuple[int, int]]) -> list[Pause]:
    return [Pause(began_at=moment(begin), ended_at=moment(end)) for begin, end in intervals]


worlds = st.integers(0, INVENTED).map(world)

# Half of the moments are drawn near the edges of the day, where the mistakes live.
EDGES = (0, 419, 420, 450, 480, 689, 690, 705, 720, 809, 810, 840, 1019, 1020, 1021, 1050, 1439)
_time_of_day = st.one_of(st.integers(0, DAY - 1), st.sampled_from(EDGES))
receptions = st.builds(lambda day, minute: day * DAY + minute, st.integers(FIRST // DAY, LAST // DAY), _time_of_day)


_lengths = st.one_of(st.integers(0, 2 * DAY), st.integers(0, 12).map(lambda number: number * DAY))


def waits(*, days: int, most: int = 3) -> st.SearchStrategy[list[tuple[int, int, int]]]:
    """Pauses around a dossier as (day after reception, time of day, length); see `intervals`.

    Some lie before reception, some overlap, some begin when the dossier is long due.
    """
    return st.lists(st.tuples(st.integers(-4, days), _time_of_day, _lengths), max_size=most)


def intervals(received: int, drawn: list[tuple[int, int, int]]) -> list[tuple[int, int]]:
    """The drawn pauses in minutes."""
    begins = [((received // DAY + day) * DAY + minute, length) for day, minute, length in drawn]
    return [(begin, begin + length) for begin, length in begins]


@dataclass(frozen=True)
class Drawn:
    """A dossier of a slice. `short` pauses begin within days of its reception, `stops` within two months."""

    world: int
    received: int
    days: int
    quarters: int
    many_quarters: int
    minutes: int
    stops: list[tuple[int, int]]
    short: list[tuple[int, int]]


def slice_of(number: int) -> Iterator[Drawn]:
    """The dossiers of one slice: the same for the same seed (MOTCUA_SEED)."""
    chance = random.Random(f"{SEED}/{number}")

    def time_of_day() -> int:
        return chance.choice(EDGES) if chance.random() < 0.5 else chance.randrange(DAY)

    def pauses(received: int, days: int) -> list[tuple[int, int]]:
        lengths = (chance.randint(0, 2 * DAY), chance.randint(0, 12) * DAY)
        drawn = [(chance.randint(-4, days), time_of_day(), chance.choice(lengths)) for _ in range(chance.randint(0, 3))]
        return intervals(received, drawn)

    for _ in range(DOSSIERS):
        received = chance.randint(FIRST // DAY, LAST // DAY) * DAY + time_of_day()
        yield Drawn(
            world=chance.randint(0, INVENTED),
            received=received,
            days=chance.randint(1, 45),
            quarters=chance.randint(1, 24 * 4),
            many_quarters=chance.randint(100 * 4, 400 * 4),
            minutes=chance.randint(1, 3000),
            stops=pauses(received, 60),
            short=pauses(received, 6),
        )
