"""What one person asks to have erased: shown before, kept where a law says so, and the record still whole."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.actions.people import add_own_party
from portal.accounts.models import AuditRow, Person
from portal.administration.actions import erasing, holds
from portal.administration.queries.erasure import Ground, Part, of_person
from portal.dossiers.actions import withdrawal
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent
from portal.dossiers.record import as_event, history
from portal.dossiers.replaying import replayed
from portal.foundation.database import Base
from portal.foundation.errors import Refused, Stale
from portal.hearing.actions import raise_matter
from portal.hearing.models import Matter, MatterAbout, MatterKind, MatterState
from portal.ledger.chain import Link, verify
from portal.notices.models import Notice
from portal.transparency.rebuild import rebuild
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

LATER = MONDAY + timedelta(days=4000)


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def own(world: World, *, is_ended: bool = True) -> Dossier:
    """A dossier the filer has filed for themselves."""
    assert world.filer is not None
    dossier = world.file("1.013225")
    party = add_own_party(world.session, world.filer, now=MONDAY)
    if is_ended:
        withdrawal.withdraw(world.session, dossier, viewer=world.company_viewer, reason="Bán nhà rồi", now=MONDAY)
    table = Base.metadata.tables[Dossier.__tablename__]
    world.session.execute(sa.update(table).where(table.c.id == dossier.id).values(party_id=party.id))
    world.session.flush()
    world.session.expire_all()
    return dossier


def asked(world: World, *, about: MatterAbout = MatterAbout.ERASURE, now: datetime) -> Matter:
    assert world.filer is not None
    viewer = world.company_viewer
    agency = next(iter(world.agencies.values())).id
    return raise_matter(
        world.session, MatterKind.OWN_DATA, "Xin xoá hồ sơ cũ.", viewer=viewer, now=now, agency_id=agency, about=about
    )


def person_of(world: World) -> Person:
    assert world.filer is not None
    return world.filer


def test_what_the_law_does_not_keep_goes_and_the_record_stays_whole(session: Session, world: World) -> None:
    dossier, filer = own(world), person_of(world)
    filer.phone = "0912345678"
    session.flush()
    hashes = session.scalars(sa.select(DossierEvent.hash).where(DossierEvent.dossier_id == dossier.id)).all()
    shown = of_person(session, filer.id, now=LATER)
    assert {Part.DOSSIER, Part.TELEPHONE} <= set(shown.counts)
    assert not [one for one in shown.stays if one.code]
    who = world.posts["construction", Role.HEAD].person_id

    erasing.erase_person(session, filer.id, seal=shown.seal, request=dossier.id, by=who, now=LATER)

    session.expire_all()
    answered = session.scalars(sa.select(DossierAnswers).where(DossierAnswers.dossier_id == dossier.id)).all()
    assert answered
    assert all((one.answers, one.salt) == ({}, b"") for one in answered)
    assert not session.scalar(sa.select(sa.func.count()).where(Notice.person_id == filer.id))
    assert session.get_one(Person, filer.id).phone is None
    assert not of_person(session, filer.id, now=LATER).counts
    assert session.scalars(sa.select(DossierEvent.hash).where(DossierEvent.dossier_id == dossier.id)).all() == hashes
    known = session.scalars(sa.select(Dossier).where(Dossier.id == dossier.id).options(joinedload(Dossier.procedure)))
    events = history(session, dossier.id)
    assert replayed(known.one(), events).version == len(hashes)
    stored = session.scalars(
        sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
    )
    links = [
        Link(version=one.version, content=as_event(one).content(), previous=one.previous_hash, hash=one.hash)
        for one in stored
    ]
    assert verify(links).intact
    assert not [str(one) for one in rebuild(session, check=True) if dossier.code in str(one)]
    (row,) = session.scalars(sa.select(AuditRow).where(AuditRow.verb == "administration.erase_person"))
    assert (row.before or {})["dossier"] == 1
    assert (row.after or {})["dossier"] == 0
    assert dossier.code not in str([row.before, row.after])


@pytest.mark.parametrize(
    ("ground", "is_ended", "at"),
    [
        (Ground.OPEN, False, LATER),
        (Ground.HOLD, True, LATER),
        (Ground.PERIOD, True, MONDAY + timedelta(days=30)),
    ],
)
def test_what_the_law_keeps_is_named_with_its_ground_and_stays(
    session: Session, world: World, ground: Ground, is_ended: bool, at: datetime
) -> None:
    dossier, filer = own(world, is_ended=is_ended), person_of(world)
    who = world.posts["construction", Role.HEAD].person_id
    if ground is Ground.HOLD:
        holds.hold(session, dossier.code, reason="Thanh tra", by=who, now=MONDAY)

    shown = of_person(session, filer.id, now=at)

    (stays,) = (one for one in shown.stays if one.code)
    assert (stays.code, stays.ground) == (dossier.code, ground)
    assert (stays.until is not None) == (ground is Ground.PERIOD)
    assert Part.DOSSIER not in shown.counts
    kept = sa.select(DossierAnswers.answers).where(DossierAnswers.dossier_id == dossier.id)
    before = session.scalars(kept).all()
    if shown.counts:
        erasing.erase_person(session, filer.id, seal=shown.seal, request=dossier.id, by=who, now=at)
    session.expire_all()
    assert any(before)
    assert session.scalars(kept).all() == before


def test_the_dossiers_of_a_company_are_not_its_filers(session: Session, world: World) -> None:
    dossier = world.file("1.013225")
    withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason="", now=MONDAY)
    shown = of_person(session, person_of(world).id, now=LATER)
    assert Part.DOSSIER not in shown.counts
    assert (Part.COMPANY_DOSSIERS, Ground.COMPANY, 1) in {(one.part, one.ground, one.n) for one in shown.stays}


def test_what_was_not_shown_is_not_erased(session: Session, world: World) -> None:
    dossier, filer = own(world), person_of(world)
    who = world.posts["construction", Role.HEAD].person_id
    seal = of_person(session, filer.id, now=LATER).seal
    holds.hold(session, dossier.code, reason="Khiếu nại", by=who, now=LATER)
    with pytest.raises(Stale):
        erasing.erase_person(session, filer.id, seal=seal, request=dossier.id, by=who, now=LATER)
    nobody = people.person(session)
    empty = of_person(session, nobody.id, now=LATER)
    with pytest.raises(Refused):
        erasing.erase_person(session, nobody.id, seal=empty.seal, request=dossier.id, by=who, now=LATER)


def test_an_administrator_looks_ticks_and_erases_and_the_person_is_answered(office: Office, world: World) -> None:
    filer = person_of(world)
    filer.phone = "0912345678"
    matter = asked(world, now=datetime.now(UTC))
    office.session.commit()
    request = f"/administration/data-requests/{matter.id}"
    address = f"{request}/erasure"
    assert address in office.browser.get(request).text
    page = office.browser.get(address)
    assert page.status_code == 200
    seal = re.findall(r'name="seal" value="([0-9a-f]{64})"', page.text)[-1]

    unsure = office.browser.post(address, data={"words": "Đã xoá.", "seal": seal})
    stale = office.browser.post(address, data={"words": "Đã xoá.", "seal": "0" * 64, "sure": "y"})

    assert (unsure.status_code, "Đã xoá." in unsure.text) == (422, True)
    assert (stale.status_code, "Đã xoá." in stale.text) == (409, True)
    office.session.expire_all()
    assert office.session.get_one(Person, filer.id).phone == "0912345678"
    assert not rows(office)
    assert office.browser.post(address, data={"words": "Đã xoá.", "seal": seal, "sure": "y"}).status_code == 303
    office.session.expire_all()
    assert office.session.get_one(Person, filer.id).phone is None
    assert office.session.get_one(Matter, matter.id).state is MatterState.SETTLED
    (row,) = rows(office)
    assert (row.after or {})["request"] == str(matter.id)
    assert "Erased because" not in office.browser.get("/administration/audit").text  # it speaks Vietnamese
    assert office.browser.get(address).status_code == 200


def test_a_request_to_correct_something_erases_nothing(office: Office, world: World) -> None:
    matter = asked(world, about=MatterAbout.CORRECTION, now=datetime.now(UTC))
    office.session.commit()
    assert office.browser.get(f"/administration/data-requests/{matter.id}/erasure").status_code == 404


def rows(office: Office) -> list[AuditRow]:
    office.session.expire_all()
    return list(office.session.scalars(sa.select(AuditRow).where(AuditRow.verb == "administration.erase_person")))
