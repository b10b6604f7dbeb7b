"""An agency is closed while dossiers are open there: they go on with the agency in its place."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import posts
from portal.accounts.models import Agency, Person, Post
from portal.administration.actions import agencies
from portal.administration.queries.agencies import open_work
from portal.dossiers.models import DossierStep
from portal.foundation.errors import Invalid
from portal.foundation.outbox import OutboxRow
from portal.payments.models import Bill
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.abuse.wholeness import assert_whole
from tests.factories import people
from tests.factories.world import MONDAY
from tests.fixtures.app import Browser
from tests.routing.conftest import Bureau


def emptied(session: Session, agency: Agency, by: Person) -> None:
    """Everybody has left."""
    held = session.scalars(sa.select(Post.id).where(Post.agency_id == agency.id, Post.ended_at.is_(None))).all()
    for post_id in held:
        posts.end_post(session, post_id, by=by.id, now=datetime.now(UTC))
    session.flush()


@pytest.fixture
def administrator(session: Session) -> Person:
    return people.officer(session, people.agency(session, "house"), Role.ADMINISTRATOR, name="Quản trị viên")


@pytest.fixture
def successor(session: Session) -> Agency:
    made = people.agency(session, "new_construction", name="Sở mới")
    for role in (Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK):
        people.officer(session, made, role, name=f"{role.value} mới")
    return made


def test_closing_with_open_dossiers_is_refused_and_says_what_is_open(
    bureau: Bureau, session: Session, administrator: Person, successor: Agency
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    emptied(session, bureau.agency, administrator)

    work = open_work(session, bureau.agency.id)
    assert dossier.code in work.codes
    assert (work.deciding, work.working, len(work.dossiers)) == (2, 1, 2), "one of them is not accepted yet"
    with pytest.raises(Invalid) as refused:
        agencies.close(
            session, bureau.agency.key, successor_key=successor.key, version=bureau.agency.version, reason="Sáp nhập",
            by=administrator.id, now=MONDAY,
        )  # fmt: skip
    assert refused.value.fields == {"hands_over": "administration.agency_has_dossiers"}
    assert bureau.agency.closed_at is None


def test_what_is_handed_over_goes_on_with_the_successor_and_its_dates_stay(
    bureau: Bureau, session: Session, administrator: Person, successor: Agency
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    due, step_due = dossier.statutory_due_at, bureau.step(dossier).due_at
    emptied(session, bureau.agency, administrator)

    moved = agencies.close(
        session, bureau.agency.key, successor_key=successor.key, version=bureau.agency.version, reason="Sáp nhập",
        by=administrator.id, now=MONDAY, hands_over=True,
    )  # fmt: skip
    assert moved == 2
    jobs = session.scalars(sa.select(OutboxRow.payload).where(OutboxRow.kind == "route_dossier")).all()
    assert {"dossier_id": str(dossier.id)} in jobs
    route(session, dossier.id, now=MONDAY)

    step = session.scalars(
        sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    ).one()
    assert dossier.agency_id == step.agency_id == successor.id
    assert step.post_id is not None
    assert session.get_one(Post, step.post_id).agency_id == successor.id
    assert (dossier.statutory_due_at, step.due_at) == (due, step_due)
    assert str(dossier.code) not in open_work(session, bureau.agency.id).codes
    assert_whole(session, dossier.id)
    before = dossier.version
    route(session, dossier.id, now=MONDAY)
    assert dossier.version == before, "a second time there is nothing to move"


def test_a_counter_that_closes_hands_its_dossiers_and_their_bills_to_the_next(
    bureau: Bureau, session: Session, administrator: Person
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    centre = session.get_one(Agency, dossier.intake_agency_id)
    other = people.agency(session, "other_centre", is_intake=True)
    emptied(session, centre, administrator)

    agencies.close(
        session, centre.key, successor_key=other.key, version=centre.version, reason="Sáp nhập",
        by=administrator.id, now=MONDAY, hands_over=True,
    )  # fmt: skip
    route(session, dossier.id, now=MONDAY)

    assert dossier.intake_agency_id == other.id
    assert set(session.scalars(sa.select(Bill.agency_id).where(Bill.dossier_id == dossier.id))) == {other.id}


def test_the_administrators_page_says_what_is_open_and_asks_for_the_tick(
    bureau: Bureau, session: Session, administrator: Person, successor: Agency, client: Browser
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    emptied(session, bureau.agency, administrator)
    session.commit()
    people.sign_in(client, administrator)
    address = f"/administration/agencies/{bureau.agency.key}/close"
    assert dossier.code in client.get(address).text
    sent = {"successor": successor.key, "reason": "Sáp nhập", "version": str(bureau.agency.version)}

    assert client.post(address, data=sent).status_code == 422
    assert client.post(address, data={**sent, "hands_over": "y"}).status_code == 303

    session.expire_all()
    assert bureau.agency.closed_at is not None
