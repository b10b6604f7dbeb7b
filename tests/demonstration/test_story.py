"""A small demonstration, told to its end: no room of it is empty, and the counter's work has hardly begun."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Party, PartyKind
from portal.accounts.queries.listings import waiting_registrations
from portal.attachments import queries as files
from portal.calendars.actions import publish_packaged
from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.demonstration.arriving import WAITING
from portal.demonstration.seeding import seed
from portal.demonstration.speaking import TALK
from portal.dossiers.models import Cosignature, Dossier, DossierAnswers, DossierEvent
from portal.hearing.models import Matter, MatterKind, Rating
from portal.letters.printing import PrintingOffice
from portal.payments.gateways import sandbox_bank
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import State
from tests.factories.world import ONE_OF_EACH_FIELD
from tests.fixtures.app import settings_for_tests

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
"""Friday 20 November 2026, 15:00 at the office."""


@pytest.fixture
def told(session: Session, tmp_path: Path) -> Session:
    """The demonstration of eight dossiers."""
    before = NOW - timedelta(weeks=20)
    for path in registers.definition_files():
        if path.stem in {*ONE_OF_EACH_FIELD, "LS-CO-E"}:
            publish(session, registers.read_definition(path), now=before, origin=path.name)
    publish_packaged(session, now=before)
    settings = settings_for_tests(database_url="postgresql://unused", data_dir=tmp_path)
    bank = sandbox_bank(settings)
    seed(session, dossiers=8, number=7, office=PrintingOffice.of(settings), bank=bank, now=NOW)
    return session


def test_a_small_demonstration_leaves_no_room_empty(told: Session) -> None:
    filed = told.scalars(sa.select(Dossier).where(Dossier.state == State.FILED)).all()
    assert len(filed) >= len(WAITING)
    assert sum(one.acceptance_due_at < NOW for one in filed) <= 1
    assert told.scalar(sa.select(sa.func.count()).select_from(Rating))
    kinds = set(told.scalars(sa.select(Matter.kind)))
    assert MatterKind.FEEDBACK in kinds
    written = told.scalar(
        sa.select(sa.func.count()).select_from(DossierEvent).where(DossierEvent.kind == EventKind.MESSAGE_SENT)
    )
    assert written is not None
    assert written >= len(TALK)
    asked = told.scalars(sa.select(Cosignature).where(Cosignature.ended_at.is_(None))).one()
    assert asked.signed_at is None
    (registration,) = waiting_registrations(told)
    assert files.of(told, party_id=registration.party_id)

    rows = told.execute(
        sa.select(Dossier.case_key, Party.kind, Party.name, DossierAnswers.answers)
        .join(Party, Party.id == Dossier.party_id)
        .join(DossierAnswers, DossierAnswers.dossier_id == Dossier.id)
        .where(Dossier.case_key.in_(("house", "works")), DossierAnswers.supplement_round == 0)
    ).all()
    assert rows
    for case, kind, name, answers in rows:
        assert (case == "house") is (kind is PartyKind.INDIVIDUAL)
        assert answers["owner_name"] == name
