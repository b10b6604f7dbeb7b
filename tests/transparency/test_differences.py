"""Nobody can find out about fewer than five dossiers by any two filters, whatever they add or subtract.

A filter is any choice of what an outsider may know of a dossier: kind, day, field, procedure, agency, level, standing,
age, 766 verdict of open ones, reason of stopping, topic and answer. Hours, rounds and "on time" are told of each
dossier inside a group of five and are no filters here: they say how offices work, and nobody knows them of a
stranger's dossier.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.transparency import figures, queries
from portal.transparency.actions import snapshots
from portal.transparency.models import Snapshot
from portal.transparency.open_data import LEAST, Line, Open, Settled, Stopped, Told, lines
from portal.transparency.publishing import unpacked
from tests.factories.history import NOW
from tests.transparency.test_open_data import (
    LONG_AGO,
    TODAY,
    open_ones,
    settled_ones,
    stopped_ones,
)

KNOWN: Mapping[str, tuple[str, ...]] = {
    "settled": ("day", "field", "procedure", "agency", "level"),
    "earlier": ("day", "field"),
    "stopped": ("day", "stop_reason"),
    "open": ("field", "procedure", "agency", "standing", "age", "on_time_766"),
    "counted": ("day", "topic", "answer"),
}
"""What may be known of a dossier from outside, by kind of line."""
Filter = frozenset[tuple[str, Any]]
heard_ones = st.lists(
    st.builds(
        lambda number, days, topic, answer: Told(
            on=TODAY - timedelta(days=days), topic=topic, answer=answer, order=str(number)
        ),
        st.integers(0, 10**9),
        st.integers(0, 500),
        st.sampled_from(("rating", "feedback", "payment")),
        st.sampled_from(("1", "5", "late", "online")),
    ),
    max_size=60,
)


def answers_of(told: Iterable[Mapping[str, Any]]) -> Counter[Filter]:
    """How many dossiers each filter finds that finds any."""
    found: Counter[Filter] = Counter()
    for line in told:
        known = [(name, line[name]) for name in KNOWN[line["kind"]] if line[name] is not None]
        for size in range(len(known) + 1):
            for chosen in combinations(known, size):
                found[frozenset((("kind", line["kind"]), *chosen))] += line["dossiers"]
    return found


def every_count(content: Any, name: str = "") -> Iterator[tuple[str, int]]:
    """Every whole number in the published figures that counts dossiers, with its name."""
    if isinstance(content, Mapping):
        for key, value in content.items():
            yield from every_count(value, key)
    elif isinstance(content, list):
        for value in content:
            yield from every_count(value, name)
    elif isinstance(content, int) and not isinstance(content, bool):
        yield name, content


COUNTS = ("n", "open", "open_overdue", "open_waiting", "counted_766", "year_ago_n", "within_limit", "overdue")


def assert_nothing_small(*snapshots_: Iterable[Line]) -> None:
    """No filter of any of the files, and no difference of any two filters of any two files, uncovers one to four."""
    values: set[int] = set()
    for told in snapshots_:
        values |= set(answers_of(line.to_json() for line in told).values())
    assert not {abs(one - other) for one in values for other in values} & set(range(1, LEAST))
    # So that no sum of any number of them does either:
    assert all(value % LEAST == 0 for value in values)


def some(settled: list[Settled]) -> list[Settled]:
    """The same with communes, levels, channels, outcomes and reasons."""
    return [
        Settled(
            id=one.id, on=one.on, field=one.field, procedure=one.procedure, agency=one.agency,
            agency_minutes=one.agency_minutes, applicant_minutes=one.applicant_minutes,
            was_on_time=one.was_on_time, was_on_time_766=one.was_on_time_766,
            supplement_rounds=one.supplement_rounds, commune=("c1", "c2", None)[one.id.int % 3],
            level=3 + one.id.int % 2, channel=("online", "counter")[one.id.int % 4 == 0],
            outcome=("granted", "refused")[one.id.int % 5 == 0], refusal_reason=("", "not_in_scope")[one.id.int % 2],
            acceptance_was_late=one.id.int % 7 == 0,
        )
        for one in settled
    ]  # fmt: skip


@given(settled_ones, stopped_ones, open_ones, heard_ones, st.integers(1, 40))
def test_no_two_filters_of_any_two_days_uncover_fewer_than_five(
    settled: list[Settled], stopped: list[Stopped], still_open: list[Open], heard: list[Told], days: int
) -> None:
    ended, earlier = some(settled), TODAY - timedelta(days=days)
    today = lines(ended, stopped, still_open, since=LONG_AGO, heard=heard)
    before = lines(
        [one for one in ended if one.on <= earlier],
        [one for one in stopped if one.on <= earlier],
        still_open[: len(still_open) // 2],
        since=LONG_AGO - timedelta(days=days),
        heard=[one for one in heard if one.on <= earlier],
    )
    assert_nothing_small(today, before)


@given(settled_ones, stopped_ones, open_ones, heard_ones)
def test_the_published_figures_count_by_fives(
    settled: list[Settled], stopped: list[Stopped], still_open: list[Open], heard: list[Told]
) -> None:
    told = figures.compute(lines(some(settled), stopped, still_open, since=LONG_AGO, heard=heard), on=TODAY)
    counts = [value for name, value in every_count(told) if name in COUNTS]
    answers = [n for of in told["topics"]["counts"].values() for n in of.values()]
    assert all(value % LEAST == 0 for value in (*counts, *answers, *told["stopped"].values()))


def test_a_dossier_that_is_taken_back_leaves_no_small_difference() -> None:
    """Twelve settled; one of them is reopened the next day: two groups before, two after, and no group of one."""
    twelve = [
        Settled(
            id=UUID(int=number), on=TODAY - timedelta(days=20 - number), field="land", procedure="p1", agency="a1",
            agency_minutes=60 * number, applicant_minutes=0, was_on_time=True, was_on_time_766=True,
            supplement_rounds=0,
        )
        for number in range(12)
    ]  # fmt: skip
    before = lines(twelve, [], [], since=LONG_AGO)
    after = lines([one for one in twelve if one.id.int != 3], [], [], since=LONG_AGO)
    assert sum(line.dossiers for line in before) == sum(line.dossiers for line in after) == 10
    assert_nothing_small(before, after)


def test_on_the_seeded_history_no_two_filters_of_a_week_of_files_uncover_fewer_than_five(province: Session) -> None:
    today = office_day(NOW)
    days = [today - timedelta(days=back) for back in (1, 2, 3, 7)]
    for day in reversed(days):
        snapshots.publish_snapshot(province, day, NOW)
    files = province.scalars(sa.select(Snapshot)).all()
    assert len(files) == len(days)
    assert_nothing_small(*(list(unpacked(one.file)) for one in files))
    kinds = {line.kind for one in files for line in unpacked(one.file)}
    assert kinds == {"settled", "stopped", "open", "earlier", "counted"}
    small = _true_cells(queries.open_on(province, days[0]))
    assert any(n < LEAST for n in small.values()), "there is something to be hidden"


def _true_cells(still_open: Iterable[Open]) -> Counter[tuple[str, str, str]]:
    return Counter((one.procedure, one.agency, one.standing) for one in still_open)
