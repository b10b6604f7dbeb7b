"""Every figure can be made again from the event log; what somebody altered is named and put right."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.facts.models import DossierFact, TurnaroundCell
from portal.routing.actions import route
from portal.transparency.actions import snapshots
from portal.transparency.models import Snapshot
from portal.transparency.rebuild import rebuild
from portal.workflow.lifecycle import Role
from tests.factories import world as worlds
from tests.factories.facts import fact
from tests.factories.world import MONDAY


@pytest.fixture
def dossier(session: Session) -> Dossier:
    """An accepted dossier with its fact."""
    world = worlds.build(session)
    dossier = world.file("1.013225")
    route(session, dossier.id, now=MONDAY)
    one_stop = world.viewer("service_centre", Role.ONE_STOP)
    intake.accept(session, dossier, viewer=one_stop, now=MONDAY + timedelta(hours=1))
    session.commit()
    return dossier


def names(session: Session, *, check: bool) -> list[str]:
    found = [str(one) for one in rebuild(session, check=check)]
    session.commit()
    return found


def test_facts_are_what_the_events_say(session: Session, dossier: Dossier) -> None:
    assert names(session, check=True) == []


def test_an_altered_fact_is_named_and_put_right(session: Session, dossier: Dossier) -> None:
    session.execute(sa.update(DossierFact).values(supplement_rounds=7))

    found = names(session, check=True)
    assert [one.partition(":")[0] for one in found] == [f"fact {dossier.code}, supplement_rounds"]
    assert names(session, check=False) == found
    assert names(session, check=True) == []


def test_missing_and_invented_rows_are_named_and_put_right(session: Session, dossier: Dossier) -> None:
    session.execute(sa.delete(DossierFact))
    stray = fact()
    session.add(stray)
    key = {"settled_on": office_day(MONDAY), "procedure_code": "1.013225", "case_key": "works", "bin": 4}
    sums = {"dossiers": 1, "agency_minutes": 60, "applicant_minutes": 0, "supplement_rounds": 0, "supplemented": 0}
    cell = TurnaroundCell(**key, **sums, agency_id=dossier.intake_agency_id, was_on_time=True, was_on_time_766=True)
    session.add(cell)
    session.flush()

    found = names(session, check=True)
    assert [one.split()[0] for one in found] == ["fact", "fact", "cell"]
    assert dossier.code in found[0]
    assert str(stray.dossier_id) in found[1]
    names(session, check=False)
    assert names(session, check=True) == []


def test_an_altered_snapshot_is_named_and_never_rewritten(session: Session, dossier: Dossier) -> None:
    snapshots.publish_snapshot(session, office_day(MONDAY), MONDAY + timedelta(days=1))
    snapshot = session.scalars(sa.select(Snapshot)).one()
    snapshot.figures = snapshot.figures | {"province": snapshot.figures["province"] | {"n": 1000}}
    session.commit()

    assert [one.partition(":")[0] for one in names(session, check=False)] == [f"snapshot {snapshot.as_of}, province"]
    assert [one.partition(":")[0] for one in names(session, check=True)] == [f"snapshot {snapshot.as_of}, province"]
