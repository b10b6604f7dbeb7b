"""A limit in working hours: acceptance is the first step inside it, so both run from effective filing (decision 2)."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from portal.catalogue.answers import posted_from
from portal.catalogue.queries import definition_of
from portal.clock import words
from portal.clock.explain import Kind
from portal.dossiers import following
from portal.dossiers.actions import intake, supplement
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.record import history
from portal.dossiers.terms import Terms
from portal.facts.models import DossierFact
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from portal.workflow.replay import replay
from tests.factories import world as worlds
from tests.factories.world import World

CODE = "LS-CO-E"


def at(text: str) -> datetime:
    """A moment of the office as the database keeps it."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=(CODE,))


def filed(world: World, session: Session, when: str) -> Dossier:
    dossier = world.file(CODE, now=at(when))
    route(session, dossier.id, now=at(when))
    return dossier


def ledger(session: Session, dossier: Dossier, now: datetime) -> dict[Kind, str]:
    events = history(session, dossier.id)
    clock = following.clock_of(dossier, replay(events, graph_of(dossier)), events=events, now=now)
    return {line.kind: words.line(line, "en") for line in clock.ledger}


@pytest.mark.parametrize(
    ("when", "answer_due", "settle_due"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:30", "2026-03-02T17:00"),
        ("2026-03-02T06:00", "2026-03-02T07:30", "2026-03-02T15:00"),
        ("2026-03-02T11:15", "2026-03-02T13:45", "2026-03-03T09:15"),
        ("2026-03-06T18:00", "2026-03-09T07:30", "2026-03-09T15:00"),
    ],
)
def test_six_hours_run_from_filing_and_half_an_hour_of_them_is_for_the_answer(
    world: World, session: Session, when: str, answer_due: str, settle_due: str
) -> None:
    dossier = filed(world, session, when)
    assert dossier.acceptance_due_at == at(answer_due)
    answered_at = at(answer_due) - timedelta(minutes=10)
    said = ledger(session, dossier, answered_at)
    assert said[Kind.LIMIT].startswith("Time allowed: 30 working minutes")

    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.accept(session, dossier, viewer=officer, now=answered_at)

    assert dossier.statutory_due_at == dossier.promised_due_at == at(settle_due)
    assert ledger(session, dossier, answered_at)[Kind.LIMIT].startswith("Time allowed: 6 working hours")


def test_an_answer_after_half_an_hour_is_late_and_moves_no_date(world: World, session: Session) -> None:
    dossier = filed(world, session, "2026-03-02T09:00")
    officer = world.viewer("service_centre", Role.ONE_STOP)

    intake.accept(session, dossier, viewer=officer, now=at("2026-03-02T10:00"))

    assert dossier.statutory_due_at == at("2026-03-02T17:00")
    assert session.get_one(DossierFact, dossier.id, populate_existing=True).acceptance_was_late is True


def test_the_filers_turn_before_the_acceptance_stops_the_hours(world: World, session: Session) -> None:
    dossier = filed(world, session, "2026-03-02T09:00")
    officer = world.viewer("service_centre", Role.ONE_STOP)
    supplement.draft_request(
        session,
        dossier,
        [supplement.Item(kind="other", key="", what_is_wrong="Thiếu hóa đơn.")],
        reason="",
        legal_ground="",
        viewer=officer,
        now=at("2026-03-02T09:15"),
    )
    answers = supplement.latest_answers(session, dossier.id).answers
    typed = posted_from(definition_of(dossier.procedure), answers)
    supplement.answer(session, dossier, typed, viewer=world.company_viewer, now=at("2026-03-03T08:00"))
    assert dossier.acceptance_due_at == at("2026-03-03T08:15")

    intake.accept(session, dossier, viewer=officer, now=at("2026-03-03T08:10"))

    assert dossier.statutory_due_at == at("2026-03-03T15:45")


def test_what_arrives_after_the_latest_hour_counts_from_the_next_working_day(world: World, session: Session) -> None:
    dossier = filed(world, session, "2026-03-02T15:10")
    terms = dossier.terms | {"statutory": dossier.terms["statutory"] | {"same_day_cutoff": "15:00"}}
    dossier.terms = terms
    assert Terms.from_json(Terms.from_json(terms).to_json()) == Terms.from_json(terms)
    officer = world.viewer("service_centre", Role.ONE_STOP)

    intake.accept(session, dossier, viewer=officer, now=at("2026-03-02T15:20"))

    assert dossier.statutory_due_at == at("2026-03-03T15:00")
    assert dossier.promised_due_at == at("2026-03-03T11:10")
    said = ledger(session, dossier, at("2026-03-02T15:20"))
    assert "what arrives after 15:00 counts from the next working day" in said[Kind.LIMIT]
    assert said[Kind.EFFECTIVE].startswith("Too late for the same day: it counts as received at 07:00")
