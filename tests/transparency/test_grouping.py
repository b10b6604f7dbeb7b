"""The lines of the open data made by the database are those of the pure definition, dossier by dossier."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.facts.models import DossierFact, Heard, HeardCount
from portal.transparency import figures, grouping
from portal.transparency.open_data import LEAST, Settled, Stopped, Told, in_order, lines
from tests.factories import people
from tests.factories.facts import TODAY, many

SINCE = figures.published_since(TODAY)


@pytest.fixture
def varied(session: Session) -> Session:
    """Dossiers of every kind, with answers that are missing, empty or rare, many on a day; and what was heard."""
    chance, offices = Random(5), [people.agency(session, name) for name in ("construction", "finance")]
    for one in many(900, seed=3):
        one.agency_id = chance.choice(offices).id
        one.level = chance.choice((3, 4, 4, None))
        one.channel = chance.choice(("online", "counter", None))
        one.commune = chance.choice(("06001", "06002", "06003", "", None))
        one.acceptance_was_late = chance.choice((True, False, None))
        if one.settled_on is not None:
            one.outcome = chance.choice(("granted", "granted", "refused", None))
            one.refusal_reason = chance.choice(("not_in_scope", "", None)) if one.outcome == "refused" else None
        session.add(one)
    for days, n in ((0, 3), (1, 4), (40, 12), (364, 1), (370, 9)):
        for kind, answer in ((Heard.RATING, "5"), (Heard.FEEDBACK, "on_time"), (Heard.PAYMENT, "online")):
            row = {"day": TODAY - timedelta(days=days), "procedure_code": "", "agency_id": offices[days % 2].id}
            session.add(HeardCount(kind=kind, answer=answer, n=n, **row))
    session.flush()
    return session


@pytest.mark.parametrize("days", [0, 3, 40, 200])
def test_the_database_groups_as_the_definition_does(varied: Session, days: int) -> None:
    day = TODAY - timedelta(days=days)
    since = figures.published_since(day)

    expected = lines(settled_until(varied, day), stopped_until(varied, day), [], since=since, heard=told(varied, day))

    assert in_order(grouping.ended(varied, day, since=since)) == expected
    kinds = {(line.kind, line.topic) for line in expected}
    assert {kind for kind, _ in kinds} >= {"settled", "stopped", "counted"}
    if not days:
        topics = {"commune", "channel", "level", "outcome", "refusal", "acceptance", "rating", "feedback", "payment"}
        assert {topic for _, topic in kinds if topic} == topics
        assert ("earlier", None) in kinds
    assert sum(line.dossiers for line in expected) % LEAST == 0


def test_nothing_is_published_of_nothing(session: Session) -> None:
    assert grouping.ended(session, TODAY, since=SINCE) == []


def settled_until(session: Session, day: date) -> list[Settled]:
    """Every dossier settled up to the day."""
    fact = DossierFact
    columns: tuple[Any, ...] = (
        fact.dossier_id,
        fact.settled_on,
        fact.field,
        fact.procedure_code,
        Agency.key,
        fact.agency_minutes,
        fact.applicant_minutes,
        fact.was_on_time,
        fact.was_on_time_766,
        fact.supplement_rounds,
        fact.commune,
        fact.level,
        fact.channel,
        fact.outcome,
        fact.refusal_reason,
        fact.acceptance_was_late,
    )
    statement = sa.select(*columns).join(Agency, Agency.id == fact.agency_id).where(fact.settled_on <= day)
    names_ = tuple(Settled.__dataclass_fields__)
    return [Settled(**dict(zip(names_, row, strict=True))) for row in session.execute(statement)]


def stopped_until(session: Session, day: date) -> list[Stopped]:
    """Every accepted dossier stopped without a decision up to the day."""
    fact = DossierFact
    statement = sa.select(
        fact.dossier_id, fact.ended_on, fact.stop_reason, fact.promised_due_at, fact.supplement_rounds
    ).where(fact.settled_on.is_(None), fact.ended_on <= day, fact.accepted_on.is_not(None))
    return [
        Stopped(
            id=dossier_id,
            on=ended_on,
            reason=reason or "",
            was_on_time_766=promised is not None and ended_on <= office_day(promised) and rounds <= 1,
        )
        for dossier_id, ended_on, reason, promised, rounds in session.execute(statement)
        if ended_on is not None
    ]


def told(session: Session, day: date) -> Iterator[Told]:
    """Every answer up to the day, for the open data."""
    row = HeardCount
    by_day = (row.kind, row.answer, row.day)
    statement = sa.select(*by_day, sa.func.sum(row.n)).where(row.day <= day).group_by(*by_day).order_by(*by_day)
    for kind, answer, on, n in session.execute(statement):
        for _ in range(int(n)):
            yield Told(on=on, topic=kind.value, answer=answer)
