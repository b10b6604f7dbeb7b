"""Dossiers made in bulk are what the same happenings make of a dossier that is recorded act by act."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.demonstration.bulk import NothingToFollow, copy_in, grow
from portal.demonstration.patterns import patterns
from portal.dossiers.models import (
    CodeCounter,
    Dossier,
    DossierAnswers,
    DossierEvent,
    DossierPause,
    DossierStep,
    EventText,
)
from portal.dossiers.record import CALENDAR, Happening, as_event, record
from portal.facts.actions import COLUMNS
from portal.facts.models import DossierFact
from portal.foundation.database import Base, new_id
from portal.foundation.outbox import Timer
from portal.ledger import chain
from portal.payments.kinds import BillState
from portal.payments.models import Bill
from portal.transparency.rebuild import rebuild
from portal.workflow.lifecycle import State
from tests.factories import history
from tests.factories.world import ONE_OF_EACH_FIELD
from tests.fixtures.history import DOSSIERS

SAMPLE = 40 if DOSSIERS > 3000 else 15
"""A fifth of it of each state; each of them is recorded again, act by act."""
OWN = {"id", "code", "client_key", "search_key", "trigrams"}


def grown(session: Session) -> list[Dossier]:
    """A sample of the dossiers without papers, some of each state."""
    found: list[Dossier] = []
    for state in State:
        has_papers = sa.exists().where(LETTERS.c.dossier_id == Dossier.id)
        statement = (
            sa.select(Dossier)
            .where(Dossier.state == state, ~has_papers)
            .order_by(Dossier.code)
            .options(joinedload(Dossier.procedure))
        )
        of_state = session.scalars(statement).all()
        found += random.Random(state.value).sample(of_state, min(len(of_state), SAMPLE // 5))
    assert len(found) >= SAMPLE // 2
    return found


LETTERS = Base.metadata.tables["letters"]


def rows(session: Session, model: Any, dossier: Dossier, *, but: set[str]) -> list[dict[str, Any]]:
    table = model.__table__
    columns = [column for column in table.columns if column.name not in {"dossier_id", *but}]
    statement = sa.select(*columns).where(table.c.dossier_id == dossier.id)
    return sorted((dict(row) for row in session.execute(statement).mappings()), key=str)


def events_of(session: Session, dossier: Dossier) -> Sequence[DossierEvent]:
    return session.scalars(
        sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
    ).all()


def recorded_again(session: Session, dossier: Dossier) -> Dossier:
    """Another dossier with the same terms, to which the same is recorded, event by event."""
    values = {column.name: getattr(dossier, column.name) for column in Dossier.__table__.columns}
    again = Dossier(
        **{name: values[name] for name in values if name in KEPT},
        id=new_id(),
        code=f"{dossier.code}-again",
        client_key=new_id(),
        state=State.DRAFT,
        version=0,
    )
    again.procedure = dossier.procedure
    texts: dict[int, dict[str, str]] = {}
    for text in session.scalars(sa.select(EventText).where(EventText.dossier_id == dossier.id)):
        texts.setdefault(text.event_version, {})[text.key] = text.text
    events = events_of(session, dossier)
    session.add(again)
    for event in events:
        params = {name: value for name, value in event.params.items() if name != CALENDAR}
        happening = Happening(kind=event.kind, params=params, texts=texts.get(event.version, {}))
        record(session, again, [happening], actor=event.actor, now=event.at)
    session.flush()
    return again


KEPT = {
    "procedure_version_id", "case_key", "party_id", "filer_id", "agent_party_id", "intake_agency_id", "language",
    "subject", "commune", "search_key", "trigrams", "terms", "filed_at",
}  # fmt: skip


def test_a_sample_equals_what_record_makes_of_the_same_happenings(province: Session) -> None:
    waiting = 0
    for dossier in grown(province):
        again = recorded_again(province, dossier)
        province.expire_all()
        waiting += compare_the_limit(province, dossier, again)
        for column in Dossier.__table__.columns:
            if column.name not in OWN:
                assert getattr(again, column.name) == getattr(dossier, column.name), (dossier.code, column.name)
        for model, but in ((DossierStep, {"id"}), (DossierPause, set()), (DossierFact, {"counted_version"})):
            assert rows(province, model, again, but=but) == rows(province, model, dossier, but=but), dossier.code
        for one, other in zip(events_of(province, dossier), events_of(province, again), strict=True):
            assert (one.kind, one.at, one.actor, one.params) == (other.kind, other.at, other.actor, other.params)
    assert waiting


def compare_the_limit(session: Session, dossier: Dossier, again: Dossier) -> int:
    """An open dossier waits for the limit that `record` has set for its double; returns how many limits that are."""
    if dossier.ended_at is not None:
        return 0
    expected = session.execute(
        sa.select(Timer.kind, Timer.due_at).where(
            Timer.dossier_id == again.id, Timer.cancelled_at.is_(None), Timer.subject_id == again.id
        )
    ).all()
    found = session.execute(sa.select(Timer.kind, Timer.due_at).where(Timer.dossier_id == dossier.id)).all()
    assert found == expected, dossier.code
    return len(found)


def test_every_chain_holds_and_every_commitment_opens(province: Session) -> None:
    for dossier in grown(province):
        previous = chain.GENESIS
        for row in events_of(province, dossier):
            assert row.previous_hash == previous
            assert row.hash == chain.event_hash(previous, as_event(row).content())
            previous = row.hash
        answers = province.scalars(
            sa.select(DossierAnswers)
            .where(DossierAnswers.dossier_id == dossier.id)
            .order_by(DossierAnswers.supplement_round)
        ).all()
        committed = [row.commitments["answers"] for row in events_of(province, dossier) if "answers" in row.commitments]
        assert len(committed) == len(answers)
        for digest, kept in zip(committed, answers, strict=True):
            assert chain.opens(digest, kept.answers, kept.salt)
        for text in province.scalars(sa.select(EventText).where(EventText.dossier_id == dossier.id)):
            event = events_of(province, dossier)[text.event_version - 1]
            assert chain.opens(event.commitments[text.key], text.text, text.salt)


def test_codes_go_on_where_the_counters_stand(province: Session) -> None:
    codes = province.scalars(sa.select(Dossier.code)).all()
    assert len(set(codes)) == len(codes)
    for agency_id, day, last in province.execute(sa.select(CodeCounter.agency_id, CodeCounter.day, CodeCounter.last)):
        of_day = sa.select(sa.func.count()).where(
            Dossier.intake_agency_id == agency_id, Dossier.code.like(f"%-{day:%y%m%d}-%")
        )
        assert province.scalar(of_day) == last


def test_nothing_is_filed_before_its_law_or_after_now(province: Session) -> None:
    filings = province.execute(
        sa.select(DossierFact.procedure_code, sa.func.min(DossierFact.filed_on)).group_by(DossierFact.procedure_code)
    )
    first = dict(filings.all())
    versions = province.scalars(sa.select(Dossier).options(joinedload(Dossier.procedure)).limit(50)).all()
    for dossier in versions:
        assert first[dossier.procedure.code] >= dossier.procedure.effective_on
    newest = province.scalar(sa.select(sa.func.max(DossierEvent.at)))
    assert newest is not None
    assert newest <= history.NOW


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_number_makes_the_same_history(province: Session, seed: int) -> None:
    made: list[list[Any]] = []
    for _ in range(2):
        nested = province.begin_nested()
        before = set(province.scalars(sa.select(Dossier.id)))
        grow(province, {"1.013225": 5, "1.013952": 5}, months=6, number=seed, now=history.NOW)
        facts = province.execute(sa.select(*(DossierFact.__table__.c[name] for name in COLUMNS))).mappings()
        new = [row for row in facts if row["dossier_id"] not in before]
        made.append(sorted(str({name: row[name] for name in COLUMNS if name != "dossier_id"}) for row in new))
        nested.rollback()
        province.expire_all()
    assert made[0] == made[1]
    assert len(made[0]) == 10


def test_only_those_who_lived_through_the_real_verbs_are_followed(province: Session) -> None:
    """However many grew since; and all their ends are among them."""
    followed = [one.dossier for of_code in patterns(province).values() for one in of_code]

    assert 0 < len(followed) <= len(history.FATES) * len(ONE_OF_EACH_FIELD)
    assert {one.state for one in followed} == {State.RETURNED, State.STOPPED, State.NOT_ACCEPTED}


def test_nothing_is_owed_any_more_for_a_result_that_was_fetched(province: Session) -> None:
    fetched = sa.select(Bill.state).join(Dossier, Dossier.id == Bill.dossier_id).where(Dossier.state == State.RETURNED)

    assert set(province.scalars(fetched)) == {BillState.PAID}


def test_without_a_life_to_follow_nothing_grows(province: Session) -> None:
    with pytest.raises(NothingToFollow):
        grow(province, {"9.999999": 1}, months=1, number=1, now=history.NOW)


def test_words_with_every_kind_of_character_come_through_the_stream(province: Session) -> None:
    hard = 'a\\b\tc\nd\r"e" {f,g} \\N «ệ» 中'
    dossier = province.scalars(sa.select(Dossier).limit(1)).one()
    event = events_of(province, dossier)[0]
    values = {"dossier_id": dossier.id, "event_version": event.version, "key": hard, "text": hard, "salt": b"\x00\\x"}
    copy_in(province, "event_texts", [values])

    found = province.execute(sa.select(EventText.text, EventText.salt).where(EventText.key == hard)).one()
    assert tuple(found) == (hard, b"\x00\\x")


def test_what_was_made_in_bulk_is_what_the_events_say(province: Session) -> None:
    assert [str(one) for one in rebuild(province, check=True)] == []
