"""Results by post: handed over with a number, arrived, brought back."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.catalogue import registers
from portal.deliveries import queries
from portal.deliveries.actions import choosing, counter, posting
from portal.deliveries.actions.choosing import Address, Wanted
from portal.deliveries.models import Posting, PostingState
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.receiving import Way
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.ledger import chain
from portal.notices.models import Notice
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role, State
from tests.abuse.wholeness import assert_whole
from tests.deliveries.conftest import ISSUED
from tests.factories.world import World

NUMBER = "EA123456785VN"


def home() -> Address:
    places = registers.places()
    return Address(
        recipient="Nguyễn An",
        phone="+84912345678",
        province=places.home,
        commune=places.communes[0].code,
        street="Số 1 Hùng Vương",
    )


@pytest.fixture
def mailed(world: World, session: Session, dossier: Dossier) -> Dossier:
    """A settled dossier whose filer wants the result by post."""
    choosing.choose(session, dossier, Wanted(way=Way.POST, address=home()), viewer=world.company_viewer, now=ISSUED)
    return dossier


@pytest.fixture
def server(world: World, dossier: Dossier) -> Viewer:
    return world.holder(dossier.intake_agency_id, Role.ONE_STOP)


def send(session: Session, dossier: Dossier, server: Viewer, tracking: str = NUMBER) -> Posting:
    return posting.hand_to_post(session, dossier, carrier="VNPost", tracking=tracking, viewer=server, now=ISSUED)


def last_event(session: Session, dossier: Dossier) -> DossierEvent:
    statement = sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id)
    return session.scalars(statement.order_by(DossierEvent.version.desc()).limit(1)).one()


def test_handing_it_to_the_post_leaves_a_commitment_and_tells_the_number(
    session: Session, mailed: Dossier, server: Viewer
) -> None:
    sent = send(session, mailed, server, "ea 123456785 vn")

    event = last_event(session, mailed)
    content = {"carrier": "VNPost", "tracking": NUMBER, "address": sent.address}
    assert event.kind is EventKind.RESULT_POSTED
    assert event.commitments["posting"] == chain.commitment(content, sent.salt)
    assert NUMBER not in str(event.params)
    notice = session.scalars(sa.select(Notice).where(Notice.kind == "result_posted")).first()
    assert notice is not None
    assert notice.params["tracking"] == NUMBER
    assert mailed.state is State.SETTLED
    assert_whole(session, mailed.id)


def test_when_it_arrives_the_filer_has_the_result(
    world: World, session: Session, mailed: Dossier, server: Viewer
) -> None:
    sent = send(session, mailed, server)
    posting.note_arrived(session, mailed, viewer=world.company_viewer, now=ISSUED)

    assert (sent.state, mailed.state) == (PostingState.ARRIVED, State.RETURNED)
    assert last_event(session, mailed).params["how"] == "post"
    with pytest.raises(Refused, match="not_in_the_post"):
        posting.note_arrived(session, mailed, viewer=server, now=ISSUED)


def test_while_the_post_has_it_nothing_else_is_done_with_it(
    world: World, session: Session, mailed: Dossier, server: Viewer
) -> None:
    send(session, mailed, server)

    with pytest.raises(Refused, match="in_the_post"):
        send(session, mailed, server)
    with pytest.raises(Refused, match="in_the_post"):
        counter.hand_over(session, mailed, viewer=server, now=ISSUED)
    with pytest.raises(Refused, match="in_the_post"):
        choosing.choose(session, mailed, Wanted(way=Way.ONLINE), viewer=world.company_viewer, now=ISSUED)


def test_what_came_back_is_sent_again_only_after_the_company_has_chosen_anew(
    world: World, session: Session, mailed: Dossier, server: Viewer
) -> None:
    first = send(session, mailed, server)
    posting.note_came_back(session, mailed, "Không có người nhận", viewer=server, now=ISSUED)

    assert first.state is PostingState.CAME_BACK
    assert last_event(session, mailed).kind is EventKind.RESULT_CAME_BACK
    notice = session.scalars(sa.select(Notice).where(Notice.kind == "result_came_back")).first()
    assert notice is not None
    assert notice.params["link"] == f"/dossiers/{mailed.code}/receiving"
    assert [one.dossier.code for one in queries.outgoing(session, server).came_back] == [mailed.code]
    with pytest.raises(Refused, match="not_chosen_anew"):
        send(session, mailed, server)

    later = ISSUED + timedelta(minutes=1)
    choosing.choose(session, mailed, Wanted(way=Way.POST, address=home()), viewer=world.company_viewer, now=later)
    assert [one.dossier.code for one in queries.outgoing(session, server).to_send] == [mailed.code]
    assert send(session, mailed, server).state is PostingState.ON_THE_WAY
    assert [one.dossier.code for one in queries.outgoing(session, server).on_the_way] == [mailed.code]


@pytest.mark.parametrize(
    ("carrier", "tracking", "field"),
    [("VNPost", "EA123456780VN", "tracking"), ("VNPost", "?", "tracking"), ("  ", NUMBER, "carrier")],
)
def test_a_wrong_number_or_no_carrier_is_named(
    session: Session, mailed: Dossier, server: Viewer, carrier: str, tracking: str, field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        posting.hand_to_post(session, mailed, carrier=carrier, tracking=tracking, viewer=server, now=ISSUED)

    assert set(refusal.value.fields) == {field}


def test_only_the_counter_sends_and_only_what_is_wished_by_post(
    world: World, session: Session, dossier: Dossier, server: Viewer
) -> None:
    with pytest.raises(Refused, match="other_way"):
        send(session, dossier, server)
    with pytest.raises(Forbidden):
        send(session, dossier, world.company_viewer)
    with pytest.raises(Forbidden):
        send(session, dossier, world.holder(dossier.agency_id, Role.HEAD))
