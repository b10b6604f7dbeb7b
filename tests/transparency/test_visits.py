"""How long a dossier stood at its steps, from the acts of a real life."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.actions import intake, steps
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.queries import locked
from portal.facts.models import WHOLE, CountedShare, DossierFact
from portal.foundation.database import new_id
from portal.routing.actions import route
from portal.transparency import counting
from portal.transparency.rebuild import rebuild
from portal.workflow.lifecycle import Role
from tests.factories import world as worlds
from tests.factories.world import MONDAY


def lived(session: Session, world: worlds.World | None = None) -> Dossier:
    """Filed Monday 09:00, accepted 10:00, the head named at 11:00, assigned by the head at 15:00."""
    world = world or worlds.build(session)
    filed = world.file("1.013225")
    route(session, filed.id, now=MONDAY)
    dossier = locked(session, filed.id)
    assert dossier is not None
    one_stop = world.holder(dossier.intake_agency_id, Role.ONE_STOP)
    intake.accept(session, dossier, viewer=one_stop, now=MONDAY + timedelta(hours=1))
    route(session, dossier.id, now=MONDAY + timedelta(hours=2))
    head = world.holder(dossier.agency_id, Role.HEAD)
    steps.complete(session, dossier, "assign", viewer=head, now=MONDAY + timedelta(hours=6))
    session.commit()
    return dossier


def test_a_stay_is_told_apart_into_waiting_and_being_in_hand(session: Session) -> None:
    dossier = lived(session)
    assert counting.count(session) == 1

    share = session.scalars(sa.select(CountedShare).where(CountedShare.step == "assign")).one()

    # 10:00 to 11:30 and 13:30 to 15:00: three working hours, of which nobody was named for the first
    assert (share.agency_minutes, share.waiting_minutes) == (180, 60)
    assert share.agency_id == dossier.agency_id
    assert session.scalars(sa.select(CountedShare).where(CountedShare.step == WHOLE)).all() == []


def test_facts_say_what_the_sheets_need(session: Session) -> None:
    dossier = lived(session)

    fact = session.scalars(sa.select(DossierFact)).one()
    assert fact.accepted_at == MONDAY + timedelta(hours=1)
    assert (fact.level, fact.channel) == (dossier.procedure.level, "online")
    assert (fact.applicant_minutes, fact.agency_minutes) == (0, None)


def test_steps_are_made_again_from_the_events(session: Session) -> None:
    lived(session)
    counting.count(session)
    session.execute(sa.update(CountedShare).values(agency_minutes=7))

    assert {one.what for one in rebuild(session, check=True)} == {"share", "rollup"}
    rebuild(session, check=False)
    assert rebuild(session, check=True) == []


def test_shares_that_are_missing_or_nobodys_are_named_and_put_right(session: Session) -> None:
    dossier = lived(session)
    counting.count(session)
    share = session.execute(sa.select(*CountedShare.__table__.columns)).mappings().first()
    assert share is not None
    session.execute(sa.insert(CountedShare), [{**share, "dossier_id": new_id()}])
    session.execute(sa.delete(CountedShare).where(CountedShare.dossier_id == dossier.id))

    found = {(one.found, one.expected) for one in rebuild(session, check=False) if one.what == "share"}
    assert found == {("nothing", "a row"), ("a row", "no such dossier")}
    assert rebuild(session, check=True) == []


def test_what_has_not_been_counted_yet_is_no_difference(session: Session) -> None:
    world = worlds.build(session)
    dossier = lived(session, world)
    counting.count(session)
    route(session, dossier.id, now=MONDAY + timedelta(hours=25))
    waiting = DossierStep.closed_at.is_(None)
    for step in session.scalars(sa.select(DossierStep).where(DossierStep.dossier_id == dossier.id, waiting)).all():
        hands = world.holder(step.agency_id, step.role)
        steps.complete(
            session, dossier, step.node_key, viewer=hands, note="Đủ điều kiện", now=MONDAY + timedelta(hours=26)
        )

    assert rebuild(session, check=True) == []
    assert counting.count(session) == 1
    assert rebuild(session, check=True) == []
