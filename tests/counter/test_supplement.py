"""A supplement asked of somebody who filed at the counter: told, brought, entered there, and the clock goes on."""

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.clock.zone import office_day
from portal.dossiers.actions import supplement
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    DossierEvent,
    DossierPause,
    SupplementRequest,
    SupplementState,
)
from portal.dossiers.queries import locked
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role, State
from tests.counter.conftest import SignIn
from tests.counter.test_walk_in import UNKNOWN, filed
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

NAME = "Kho số 2 theo bản vẽ"


@pytest.fixture
def asked(officer: Browser, world: World, session: Session) -> Dossier:
    """Accepted at the counter, at work with the competent office, whose head has asked for an answer and a paper."""
    dossier = filed(officer, world, session)
    assert officer.post(f"/counter/dossiers/{dossier.code}/accept").status_code == 303
    session.expire_all()
    dossier = _found(session, dossier.id)
    assert dossier.accepted_at is not None
    items = [
        supplement.Item(kind="field", key="works_name", what_is_wrong="Tên công trình chưa khớp bản vẽ."),
        supplement.Item(kind="document", key="drawings", what_is_wrong="Thiếu mặt cắt."),
    ]
    head = world.holder(dossier.agency_id, Role.HEAD)
    later = dossier.accepted_at + timedelta(minutes=1)
    supplement.draft_request(session, dossier, items, reason="Cần khớp bản vẽ", legal_ground="", viewer=head, now=later)
    session.commit()
    assert dossier.state is State.SUPPLEMENT_REQUESTED
    return dossier


def _found(session: Session, dossier_id: UUID) -> Dossier:
    found = locked(session, dossier_id)
    assert found is not None
    return found


def test_what_they_bring_is_entered_at_the_counter_and_the_clock_goes_on(
    officer: Browser, asked: Dossier, world: World, session: Session, clerk_at_counter: Person
) -> None:
    address = f"/dossiers/{asked.code}/supplement"
    assert address in officer.get(f"/counter/dossiers/{asked.code}").text
    page = officer.get(address)
    assert "Tên công trình chưa khớp bản vẽ." in page.text
    assert "Thiếu mặt cắt." in page.text
    assert 'name="plot_number"' not in page.text, "only what was asked"

    without_paper = officer.post(address, data={"seen": pages.hidden(page, "seen"), "works_name": NAME, "send": "yes"})
    assert without_paper.status_code == 422
    assert 'href="#drawings-document"' in without_paper.text
    assert f'value="{NAME}"' in without_paper.text, "what was typed is kept"
    assert pages.upload(officer, address, "drawings", pages.PDF + b"section").status_code == 303
    page = officer.get(address)
    sent = officer.post(address, data={"seen": pages.hidden(page, "seen"), "works_name": NAME, "send": "yes"})

    assert sent.status_code == 303, pages.words(sent)
    assert str(sent.location).endswith(f"/counter/dossiers/{asked.code}"), "back to the counter, not to the company"
    session.expire_all()
    assert session.scalars(sa.select(SupplementRequest)).one().state is SupplementState.ANSWERED
    assert session.get_one(DossierAnswers, (asked.id, 1)).answers["works_name"] == NAME
    assert session.get_one(Dossier, asked.id).state is State.IN_PROGRESS
    pause = session.scalars(sa.select(DossierPause)).one()
    assert pause.ended_at is not None
    answered = session.scalars(sa.select(DossierEvent).where(DossierEvent.kind == EventKind.SUPPLEMENT_ANSWERED)).one()
    held = sa.select(Post.id).where(Post.person_id == clerk_at_counter.id, Post.role == Role.ONE_STOP)
    assert answered.actor == f"post:{session.scalars(held).one()}", "an officer entered it, and the record says so"
    assert officer.get(address).status_code == 409, "it is answered once"


def test_the_owner_reads_by_code_and_number_that_the_office_waits_for_them(client: Browser, asked: Dossier) -> None:
    answer = client.post("/vi/track", data={"code": asked.code, "fact": UNKNOWN})

    assert "bổ sung" in pages.words(answer)
    assert "Thiếu mặt cắt" not in answer.text, "state and dates only (decision 24)"


def test_a_colleague_of_the_counter_takes_the_answer_and_other_counters_know_of_nothing(
    asked: Dossier, commune: Agency, session: Session, sign_in: SignIn
) -> None:
    colleague = people.officer(session, commune, Role.ONE_STOP, name="Bế Thị Na")
    elsewhere = people.agency(session, "other_counter", is_intake=True)
    stranger = people.officer(session, elsewhere, Role.ONE_STOP, name="Hứa Văn Xa")
    address = f"/dossiers/{asked.code}/supplement"

    assert sign_in(colleague).get(address).status_code == 200
    assert sign_in(stranger).get(address).status_code == 404
    assert sign_in(stranger).post(address, data={"send": "yes"}).status_code == 404


def test_an_answer_the_officer_has_begun_is_kept_until_they_come_again(officer: Browser, asked: Dossier) -> None:
    address = f"/dossiers/{asked.code}/supplement"
    page = officer.get(address)

    kept = officer.post(address, data={"seen": pages.hidden(page, "seen"), "works_name": NAME, "later": "yes"})

    assert kept.status_code == 303
    assert f'value="{NAME}"' in officer.get(address).text


def test_the_last_day_for_the_answer_lies_ahead_and_stands_on_the_counters_page(
    officer: Browser, asked: Dossier, session: Session
) -> None:
    request = session.scalars(sa.select(SupplementRequest)).one()
    assert request.sent_at is not None

    assert request.answer_due_on > office_day(request.sent_at)
    assert f"{request.answer_due_on:%d/%m/%Y}" in officer.get(f"/dossiers/{asked.code}/supplement").text
