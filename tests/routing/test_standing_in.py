"""Whoever stands in sees and does the steps of the absent, and the record says who really did."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import AbsenceKind, Person, Post
from portal.accounts.queries import standing_in
from portal.clock.zone import office_day
from portal.dossiers.actions import decision, steps
from portal.dossiers.models import Dossier
from portal.dossiers.record import history
from portal.dossiers.writing import Writer
from portal.foundation.errors import Forbidden, NotFound
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.contents import Capacity
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.letters.verify import verify_sealed
from portal.routing.actions import route
from portal.routing.actions.people import Period, add_absence, add_substitution, end_substitution
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role
from tests.factories import people
from tests.factories.world import MONDAY
from tests.fixtures.app import Browser
from tests.letters.test_pdf import text_of
from tests.routing.conftest import Bureau, viewer_of

TODAY = date(2026, 3, 2)
WEEK = Period(first_day=TODAY, last_day=TODAY + timedelta(days=6))


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


def stand_in(session: Session, absent: Post, substitute: Post, viewer: object) -> object:
    """The substitute as the portal sees them on Monday."""
    from dataclasses import replace  # noqa: PLC0415

    add_substitution(session, absent.id, substitute.id, WEEK, viewer=viewer, now=MONDAY)  # type: ignore[arg-type]
    own = viewer_of(session, substitute)
    seats = standing_in.seats(session, own.person_id, day=TODAY)
    return replace(own, posts=(*own.posts, *seats))


def test_a_head_signs_for_the_leader_by_order_and_the_decision_says_so(
    bureau: Bureau, session: Session, office: PrintingOffice
) -> None:
    dossier = bureau.at(Act.SIGN)
    other_head = people.officer(session, bureau.agency, Role.HEAD, name="Hoàng Văn Thụ")
    post = session.scalars(sa.select(Post).where(Post.person_id == other_head.id)).one()
    leader = bureau.post(Role.LEADER)
    viewer = stand_in(session, leader, post, bureau.viewer(Role.LEADER))
    node = bureau.step(dossier).node_key

    letter = decision.sign(
        session,
        dossier,
        node,
        outcome=Outcome.GRANTED,
        viewer=viewer,
        office=office,
        now=MONDAY,  # type: ignore[arg-type]
    )

    event = [one for one in history(session, dossier.id) if one.kind is EventKind.SIGNED][-1]
    assert event.actor == f"post:{post.id}"
    assert (event.params["in_place_of"], event.params["manner"]) == (str(leader.id), "TL.")
    assert (letter.signed_by, letter.signed_for, letter.signed_manner) == (post.id, leader.id, "TL.")
    printed = Writer(session, dossier).holder(post.id, in_place_of=leader.id, manner="TL.")
    assert (printed.capacity, printed.name) == (Capacity.ORDER, "Hoàng Văn Thụ")
    assert printed.principal == "Trưởng ban"
    assert printed.post == "Trưởng phòng"
    sealed = issued(bureau, session, dossier, office, letter)
    assert "TL. TRƯỞNG BAN TRƯỞNG PHÒNG" in text_of(sealed)
    assert "Hoàng Văn Thụ" in text_of(sealed)
    assert leader.person_id != other_head.id
    assert session.get_one(Person, leader.person_id).name not in text_of(sealed)


def issued(bureau: Bureau, session: Session, dossier: Dossier, office: PrintingOffice, letter: Letter) -> bytes:
    """Number and issue the signed decision; the sealed file, which says the words that were signed."""
    for act, verb in ((Act.NUMBER, decision.number), (Act.ISSUE, decision.issue)):
        route(session, dossier.id, now=MONDAY)
        step = bureau.step(dossier)
        more = {"office": office} if act is Act.ISSUE else {}
        verb(session, dossier, step.node_key, viewer=bureau.holder(step), now=MONDAY, **more)  # type: ignore[operator]
    assert letter.storage_key is not None
    sealed = office.storage.get(letter.storage_key)
    assert verify_sealed(sealed, office.roots(now=MONDAY), now=MONDAY).valid
    return sealed


def test_a_deputy_signs_in_the_leaders_place_and_the_issued_decision_says_so(
    bureau: Bureau, session: Session, office: PrintingOffice
) -> None:
    dossier = bureau.at(Act.SIGN)
    deputy = people.officer(session, bureau.agency, Role.LEADER, name="Vy Thị Thu")
    post = session.scalars(sa.select(Post).where(Post.person_id == deputy.id)).one()
    leader = bureau.post(Role.LEADER)
    viewer = stand_in(session, leader, post, bureau.viewer(Role.LEADER))

    letter = decision.sign(
        session,
        dossier,
        bureau.step(dossier).node_key,
        outcome=Outcome.GRANTED,
        viewer=viewer,
        office=office,
        now=MONDAY,  # type: ignore[arg-type]
    )

    assert (letter.signed_by, letter.signed_for, letter.signed_manner) == (post.id, leader.id, "KT.")
    printed = text_of(issued(bureau, session, dossier, office, letter))
    assert "KT. TRƯỞNG BAN PHÓ TRƯỞNG BAN" in printed
    assert "Vy Thị Thu" in printed


def test_a_deputy_of_the_same_role_signs_for_the_leader(bureau: Bureau, session: Session) -> None:
    deputy = people.officer(session, bureau.agency, Role.LEADER, name="Vy Thị Thu")
    post = session.scalars(sa.select(Post).where(Post.person_id == deputy.id)).one()
    dossier = bureau.at(Act.ASSIGN)
    printed = Writer(session, dossier).holder(post.id, in_place_of=bureau.post(Role.LEADER).id, manner="KT.")
    assert (printed.capacity, printed.principal, printed.post) == (Capacity.DEPUTY, "Trưởng ban", "Phó trưởng ban")


def test_the_two_person_rule_holds_for_whoever_stands_in(
    bureau: Bureau, session: Session, office: PrintingOffice
) -> None:
    dossier = bureau.at(Act.SIGN)
    viewer = stand_in(session, bureau.post(Role.LEADER), bureau.post(Role.HEAD), bureau.viewer(Role.LEADER))
    node = bureau.step(dossier).node_key
    with pytest.raises(Exception, match="two_persons"):  # the head has approved it already
        decision.sign(
            session,
            dossier,
            node,
            outcome=Outcome.GRANTED,
            viewer=viewer,
            office=office,
            now=MONDAY,  # type: ignore[arg-type]
        )


def test_substitution_in_mid_step_and_its_end(bureau: Bureau, session: Session) -> None:
    dossier = bureau.at(Act.ASSIGN)
    node, head = bureau.step(dossier).node_key, bureau.post(Role.HEAD)
    specialist = bureau.specialists[0]
    with pytest.raises(Forbidden):
        steps.complete(session, dossier, node, viewer=viewer_of(session, specialist), now=MONDAY)

    viewer = stand_in(session, head, specialist, bureau.viewer(Role.HEAD))
    steps.complete(session, dossier, node, viewer=viewer, now=MONDAY)  # type: ignore[arg-type]
    done = next(one for one in history(session, dossier.id) if one.params.get("in_place_of"))
    assert done.actor == f"post:{specialist.id}"

    substitution, _, _ = standing_in.substitutions_of(session, [head.person_id], since=TODAY)[0]
    end_substitution(session, substitution.id, viewer=bureau.viewer(Role.HEAD), now=MONDAY)
    assert standing_in.seats(session, specialist.person_id, day=TODAY) == ()


def test_strangers_arrange_nothing_for_others(bureau: Bureau, session: Session) -> None:
    elsewhere = people.officer(session, bureau.world.agencies["land_registry"], Role.HEAD)
    stranger = viewer_of(session, session.scalars(sa.select(Post).where(Post.person_id == elsewhere.id)).one())
    first, second, _ = bureau.specialists
    with pytest.raises(NotFound):
        add_substitution(session, first.id, second.id, WEEK, viewer=stranger, now=MONDAY)
    with pytest.raises(NotFound):
        add_absence(session, first.person_id, WEEK, kind=AbsenceKind.LEAVE, note="", viewer=stranger, now=MONDAY)


def test_the_substitute_finds_the_step_in_their_own_queue(
    bureau: Bureau, session: Session, new_client: Callable[[], Browser]
) -> None:
    dossier = bureau.at(Act.APPRAISE)
    absent = bureau.specialists[0]
    held = session.get_one(Post, bureau.step(dossier).post_id)
    substitute = next(post for post in bureau.specialists if post.id != held.id)
    today = office_day(datetime.now(UTC))
    assert absent in bureau.specialists
    browser = new_client()
    people.sign_in(browser, session.get_one(Person, substitute.person_id))
    assert dossier.code not in browser.get("/desk?tab=mine").text

    period = Period(first_day=today, last_day=today)
    add_substitution(session, held.id, substitute.id, period, viewer=bureau.viewer(Role.HEAD), now=datetime.now(UTC))
    session.commit()

    assert dossier.code in browser.get("/desk?tab=mine").text
