"""What was published and has changed since is listed with its reason; the snapshot itself is never rewritten."""

import copy
from datetime import UTC, datetime, time, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM, office_day
from portal.facts.actions import upsert
from portal.facts.models import DossierFact
from portal.transparency.actions import snapshots
from portal.transparency.models import FigureCorrection, Snapshot
from tests.factories import people
from tests.factories.facts import settled
from tests.fixtures.app import Browser

TODAY = office_day(datetime.now(UTC))
FIRST = TODAY - timedelta(days=2)
SECOND = TODAY - timedelta(days=1)


def night_after(day: object) -> datetime:
    return datetime.combine(day, time(0, 15), VIETNAM) + timedelta(days=1)  # type: ignore[arg-type]


def lived(session: Session, *, count: int = 30) -> list[DossierFact]:
    office = people.agency(session, "construction")
    facts = [settled(480, on=FIRST - timedelta(days=number % 9), agency_id=office.id) for number in range(count)]
    for fact in facts:
        upsert(session, fact)
    session.flush()
    assert snapshots.publish_snapshot(session, FIRST, night_after(FIRST))
    return facts


def corrections(session: Session) -> list[FigureCorrection]:
    return list(session.scalars(sa.select(FigureCorrection).order_by(FigureCorrection.month)))


def test_a_quiet_day_corrects_nothing(session: Session) -> None:
    lived(session)
    office = session.scalars(sa.select(DossierFact.agency_id)).first()
    for _ in range(7):
        upsert(session, settled(480, on=SECOND, agency_id=office))
    assert snapshots.publish_snapshot(session, SECOND, night_after(SECOND))
    assert corrections(session) == []


def test_a_dossier_that_is_opened_again_is_listed_and_the_old_snapshot_stays(session: Session, client: Browser) -> None:
    facts = lived(session)
    before = copy.deepcopy(session.scalars(sa.select(Snapshot)).one().figures)
    again = session.get_one(DossierFact, facts[0].dossier_id)
    again.settled_on = again.ended_on = again.was_on_time = again.agency_minutes = None
    session.flush()
    assert snapshots.publish_snapshot(session, SECOND, night_after(SECOND))
    session.commit()

    found = corrections(session)
    assert sum(one.before["n"] - one.after["n"] for one in found) == 5, "its group of five is complete no more"
    assert all((one.as_of, one.corrects, one.kind) == (SECOND, FIRST, "settled") for one in found)
    assert session.scalars(sa.select(Snapshot).where(Snapshot.as_of == FIRST)).one().figures == before
    page = client.get("/en/transparency/corrections")
    assert page.status_code == 200
    assert f"n = {found[0].before['n']}" in page.text


def test_a_decision_recorded_late_is_listed_with_its_reason(session: Session, client: Browser) -> None:
    facts = lived(session)
    for _ in range(5):
        upsert(session, settled(4800, on=FIRST - timedelta(days=3), agency_id=facts[0].agency_id, was_on_time=False))
    assert snapshots.publish_snapshot(session, SECOND, night_after(SECOND))
    session.commit()
    found = corrections(session)
    assert sum(one.after["n"] - one.before["n"] for one in found) == 5
    assert {one.reason for one in found} == {"recorded_late"}
    assert "recorded late" in client.get("/en/transparency/corrections").text
    assert not snapshots.publish_snapshot(session, SECOND, night_after(SECOND)), "a day is published once"


def test_without_any_the_page_says_so(client: Browser) -> None:
    assert "No published figure has had to be corrected" in client.get("/en/transparency/corrections").text
