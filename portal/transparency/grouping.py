"""The groups of five of what has ended, made by the database: the same lines as `open_data.lines`, at any number.

`open_data` says what a line is, purely; a province has a million of them, and going through each dossier in Python
takes minutes and a gigabyte. A test compares the two on the seeded history.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.clock.zone import VIETNAM
from portal.facts.models import DossierFact, HeardCount
from portal.facts.shares import use_memory
from portal.foundation.database import Base
from portal.transparency import open_data
from portal.transparency.open_data import LEAST, Line

_FACTS = Base.metadata.tables[DossierFact.__tablename__].c
_MINUTES = 60
Answered = tuple[str, str, date, int]
"""A topic, an answer, a day, and how often it was given on it."""


def ended(session: Session, day: date, *, since: date) -> list[Line]:
    """The lines of the dossiers settled or stopped up to the day, and of what is counted apart, in no order."""
    use_memory(session)
    is_settled = [_FACTS.settled_on <= day, _FACTS.agency_id == Agency.id]
    found = [*_settled(session, is_settled, since), *_earlier(session, is_settled, since)]
    found += _stopped(session, day, since)
    found += _communes(session, is_settled, since)
    return found + list(_counted([*_topics(session, is_settled), *_heard(session, day)], since))


def _settled(session: Session, which: list[sa.ColumnElement[bool]], since: date) -> Iterator[Line]:
    told = (
        _FACTS.field, _FACTS.procedure_code, Agency.key.label("agency"), _hours(_FACTS.agency_minutes).label("hours"),
        _hours(_FACTS.applicant_minutes).label("filers"), _FACTS.was_on_time, _FACTS.was_on_time_766,
        _FACTS.supplement_rounds, _FACTS.level,
    )  # fmt: skip
    names = (
        "field", "procedure", "agency", "agency_hours", "applicant_hours", "on_time", "on_time_766",
        "supplement_rounds", "level",
    )  # fmt: skip
    groups = _in_fives(_FACTS.settled_on, _key_of_settled(), told, which)
    for on, *values, n in session.execute(_summed(groups, told, groups.c.complete_on >= since)):
        told_of = dict(zip(names, values, strict=True))
        yield Line(kind="settled", day=on.isoformat(), dossiers=n, **told_of)


def _earlier(session: Session, which: list[sa.ColumnElement[bool]], since: date) -> Iterator[Line]:
    """The groups of the year before, by day and field."""
    earliest = since - open_data.YEAR if since > date.min + open_data.YEAR else since
    told = (_FACTS.field, _FACTS.was_on_time)
    groups = _in_fives(_FACTS.settled_on, _key_of_settled(), told, which)
    lately = sa.and_(groups.c.complete_on >= earliest, groups.c.complete_on < since)
    for on, field, on_time, n in session.execute(_summed(groups, told, lately)):
        yield Line(kind="earlier", day=on.isoformat(), field=field, on_time=on_time, dossiers=n)


def _key_of_settled() -> tuple[Any, ...]:
    return _FACTS.procedure_code, Agency.key, sa.func.coalesce(_FACTS.level, 0)


def _stopped(session: Session, day: date, since: date) -> Iterator[Line]:
    reason = sa.func.coalesce(_FACTS.stop_reason, "").label("reason")
    promised = sa.cast(sa.func.timezone(VIETNAM.key, _FACTS.promised_due_at), sa.Date)
    kept = sa.func.coalesce(_FACTS.ended_on <= promised, sa.false()) & (_FACTS.supplement_rounds <= 1)
    told = (reason, kept.label("kept"))
    which = [_FACTS.settled_on.is_(None), _FACTS.ended_on <= day, _FACTS.accepted_on.is_not(None)]
    groups = _in_fives(_FACTS.ended_on, (reason,), told, which)
    for on, why, was_kept, n in session.execute(_summed(groups, told, groups.c.complete_on >= since)):
        yield Line(kind="stopped", day=on.isoformat(), stop_reason=why, on_time_766=was_kept, dossiers=n)


def _communes(session: Session, which: list[sa.ColumnElement[bool]], since: date) -> Iterator[Line]:
    told = (_FACTS.commune, _FACTS.was_on_time)
    groups = _in_fives(_FACTS.settled_on, (_FACTS.commune,), told, [*which, _FACTS.commune != ""])
    for on, commune, on_time, n in session.execute(_summed(groups, told, groups.c.complete_on >= since)):
        yield Line(
            kind="counted", day=on.isoformat(), topic=open_data.COMMUNE, answer=commune, on_time=on_time, dossiers=n
        )


def _topics(session: Session, which: list[sa.ColumnElement[bool]]) -> Iterator[Answered]:
    """What is counted apart and tells nothing else: of these only the days matter, not whose they were."""
    late = sa.case((_FACTS.acceptance_was_late, open_data.LATE), else_=open_data.IN_TIME)
    reason = sa.func.coalesce(sa.func.nullif(_FACTS.refusal_reason, ""), open_data.OWN_WORDS)
    answers = {
        open_data.CHANNEL: _FACTS.channel,
        open_data.LEVEL: sa.cast(sa.func.nullif(_FACTS.level, 0), sa.Text),
        open_data.OUTCOME: _FACTS.outcome,
        open_data.REFUSAL: sa.case((_FACTS.outcome == "refused", reason)),
        open_data.ACCEPTANCE: sa.case((_FACTS.acceptance_was_late.is_not(None), late)),
    }
    each = sa.select(_FACTS.settled_on.label("day"), *(one.label(name) for name, one in answers.items())).where(*which)
    of = each.subquery()
    by = [sa.tuple_(of.c.day, of.c[name]) for name in answers]
    place = sa.func.grouping(*(of.c[name] for name in answers))
    statement = sa.select(place, of.c.day, *(of.c[name] for name in answers), sa.func.count())
    masks = {(2 ** len(answers) - 1) & ~(1 << (len(answers) - 1 - at)): at for at in range(len(answers))}
    names = tuple(answers)
    for mask, on, *values, n in session.execute(statement.group_by(sa.func.grouping_sets(*by))):
        at = masks[mask]
        if values[at]:
            yield names[at], values[at], on, n


def _heard(session: Session, day: date) -> Iterator[Answered]:
    """Ratings, answered feedback and settled bills."""
    row = HeardCount
    by = (row.kind, row.answer, row.day)
    for kind, answer, on, n in session.execute(sa.select(*by, sa.func.sum(row.n)).where(row.day <= day).group_by(*by)):
        yield kind.value, answer, on, int(n)


def _counted(answered: Iterable[Answered], since: date) -> Iterator[Line]:
    """Of every five with the same answer one group, on the day of the fifth."""
    so_far: Counter[tuple[str, str]] = Counter()
    for topic, answer, on, n in sorted(answered):
        before = so_far[topic, answer] // LEAST
        so_far[topic, answer] += n
        groups = so_far[topic, answer] // LEAST - before
        if groups and on >= since:
            yield Line(kind="counted", day=on.isoformat(), topic=topic, answer=answer, dossiers=groups * LEAST)


def _in_fives(
    on: sa.ColumnElement[Any],
    key: Iterable[Any],
    told: Iterable[Any],
    which: Iterable[sa.ColumnElement[bool]],
) -> sa.Subquery:
    """Each dossier with the day on which its group of five was complete; none for those whose group is not."""
    keys = [one.label(f"key_{place}") for place, one in enumerate(key)]
    columns = [one.label(f"told_{place}") for place, one in enumerate(told)]
    rows = sa.select(_FACTS.dossier_id, on.label("day"), *keys, *columns).where(*which).subquery()
    window: dict[str, Any] = {
        "partition_by": [rows.c[one.name] for one in keys],
        "order_by": [rows.c.day, rows.c.dossier_id],
    }
    placed = sa.select(*rows.c, (sa.func.row_number().over(**window) - 1).label("place")).subquery()
    window = {
        "partition_by": [placed.c[one.name] for one in keys],
        "order_by": [placed.c.day, placed.c.dossier_id],
    }
    fifth = sa.cast(LEAST - 1 - placed.c.place % LEAST, sa.Integer)
    complete = sa.func.lead(placed.c.day, fifth).over(**window).label("complete_on")
    return sa.select(*(placed.c[one.name] for one in columns), complete).subquery()


def _summed(groups: sa.Subquery, told: Iterable[Any], which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """How many of the groups' dossiers have the same told of them."""
    by = [groups.c.complete_on, *(groups.c[f"told_{place}"] for place, _ in enumerate(told))]
    return sa.select(*by, sa.func.count()).where(which).group_by(*by)


def _hours(minutes: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Working hours, rounded up."""
    return (sa.func.coalesce(minutes, 0) + _MINUTES - 1) // sa.literal_column(str(_MINUTES), sa.Integer)
