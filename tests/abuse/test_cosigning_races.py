"""A second person signs while somebody changes, declines or files: nothing is filed that was not signed as it is."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.catalogue.queries import definition_of
from portal.dossiers import cosigning
from portal.dossiers.actions import cosigning as verbs
from portal.dossiers.actions import drafts, filing
from portal.dossiers.models import Cosignature, Dossier, DossierAnswers
from portal.foundation.database import driver_url
from tests.abuse.test_races import CODE, PAIRS, raced, refusals
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

PHONE = {"owner_phone": ["0912345678"]}
CHANGED = "912345678"


@pytest.fixture
def factory(empty_database_url: str) -> Iterator[sessionmaker[Session]]:
    engine = sa.create_engine(driver_url(empty_database_url), pool_size=8)
    yield sessionmaker(engine, expire_on_commit=False)
    engine.dispose()


@pytest.fixture
def world(factory: sessionmaker[Session]) -> Iterator[World]:
    with factory() as session:
        world = worlds.build(session)
        assert world.company is not None
        world.company.needs_cosignature = True
        session.commit()
        yield world


@pytest.fixture
def signer(world: World) -> Viewer:
    assert world.company is not None
    second = people.person(world.session, name="Lý Thị Cùng")
    people.membership(world.session, second, world.company)
    world.session.commit()
    return replace(world.company_viewer, person_id=second.id, name=second.name, email=second.email)


def asked(world: World, signer: Viewer, number: int) -> tuple[UUID, str]:
    """A draft the second person has been asked about, and the fingerprint they read."""
    draft = world.draft(CODE, seed=number)
    verbs.ask(world.session, draft, of=signer.person_id, viewer=world.company_viewer, now=MONDAY)
    held = files.of(world.session, draft_id=draft.id)
    content = cosigning.content_now(draft, definition_of(draft.procedure), held)
    world.session.commit()
    return draft.id, content.fingerprint


def changing(world: World, draft_id: UUID, session: Session) -> str:
    draft = drafts.editable(session, draft_id, viewer=world.company_viewer)
    drafts.save(session, draft, PHONE, replacing=["owner_phone"], now=MONDAY)
    return "changed"


def signed(world: World, signer: Viewer, number: int) -> UUID:
    """A draft its second owner has signed."""
    draft_id, read = asked(world, signer, number)
    draft = drafts.editable(world.session, draft_id, viewer=signer)
    verbs.sign(world.session, draft, seen=read, viewer=signer, now=MONDAY)
    world.session.commit()
    return draft_id


def filing_it(world: World, draft_id: UUID, session: Session) -> str:
    draft = drafts.editable(session, draft_id, viewer=world.company_viewer)
    return filing.file(session, draft, viewer=world.company_viewer, language="vi", now=MONDAY).code


def test_signing_and_changing_at_once_leaves_no_signature_for_what_was_not_read(
    world: World, signer: Viewer, factory: sessionmaker[Session]
) -> None:
    for number in range(PAIRS):
        draft_id, read = asked(world, signer, number)

        def sign(session: Session, draft_id: UUID = draft_id, read: str = read) -> str:
            draft = drafts.editable(session, draft_id, viewer=signer)
            verbs.sign(session, draft, seen=read, viewer=signer, now=MONDAY)
            return "signed"

        def change(session: Session, draft_id: UUID = draft_id) -> str:
            return changing(world, draft_id, session)

        outcomes = raced(factory, sign, change)

        assert "changed" in outcomes
        with factory() as session:
            row = session.scalars(sa.select(Cosignature).where(Cosignature.draft_id == draft_id)).one()
            assert (row.signed_at is None) == bool(refusals(outcomes))
            assert row.content_fingerprint == read
            with pytest.raises(cosigning.NotCosigned):
                filing_it(world, draft_id, session)


def test_filing_and_changing_at_once_files_what_was_signed_or_nothing(
    world: World, signer: Viewer, factory: sessionmaker[Session]
) -> None:
    for number in range(PAIRS):
        draft_id = signed(world, signer, number)

        def file(session: Session, draft_id: UUID = draft_id) -> str:
            return filing_it(world, draft_id, session)

        def change(session: Session, draft_id: UUID = draft_id) -> str:
            return changing(world, draft_id, session)

        filed, _changed = raced(factory, file, change)

        with factory() as session:
            answers = session.scalars(
                sa.select(DossierAnswers.answers)
                .join(Dossier, Dossier.id == DossierAnswers.dossier_id)
                .where(Dossier.code == str(filed))
            ).all()
            assert bool(answers) != bool(refusals([filed]))
            assert all(CHANGED not in one["owner_phone"] for one in answers)


def test_filing_and_taking_the_signature_back_at_once_does_one_of_them(
    world: World, signer: Viewer, factory: sessionmaker[Session]
) -> None:
    for number in range(PAIRS):
        draft_id = signed(world, signer, number)

        def file(session: Session, draft_id: UUID = draft_id) -> str:
            return filing_it(world, draft_id, session)

        def take_back(session: Session, draft_id: UUID = draft_id) -> str:
            draft = drafts.editable(session, draft_id, viewer=signer)
            verbs.decline(session, draft, "Chưa khớp bản vẽ", viewer=signer, now=MONDAY)
            return "taken back"

        outcomes = raced(factory, file, take_back)

        assert len(refusals(outcomes)) == 1
