"""Messages between filer and office, correcting an unopened dossier, what changed, stopping from the desk."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.catalogue.fields import Section
from portal.catalogue.queries import definition_of
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier, DossierAnswers, EventText, ReplacedAnswers
from portal.dossiers.typed import section_of
from portal.notices.models import Notice
from portal.routing.actions import route
from portal.workflow.lifecycle import Role, State, StopReason
from tests.dossiers import pages
from tests.dossiers.test_following_pages import accepted, asked
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


@pytest.fixture
def head(world: World, session: Session, new_client: Callable[[], Browser]) -> Callable[[Dossier], Browser]:
    """A browser of the head of the dossier's agency."""

    def sign_in(dossier: Dossier) -> Browser:
        key = next(key for key, agency in world.agencies.items() if agency.id == dossier.agency_id)
        browser = new_client()
        people.sign_in(browser, session.get_one(Person, world.posts[key, Role.HEAD].person_id))
        return browser

    return sign_in


def test_filer_and_office_write_to_each_other_and_the_words_can_be_erased(
    filer: Browser, world: World, session: Session, head: Callable[[Dossier], Browser]
) -> None:
    dossier = accepted(world, session)
    address, officer = f"/dossiers/{dossier.code}", head(dossier)

    assert filer.post(f"{address}/messages", data={"message": " "}).status_code == 422
    assert filer.post(f"{address}/messages", data={"message": "Bao giờ có kết quả?"}).status_code == 303
    session.expire_all()
    read = officer.get(f"/desk/{dossier.code}")
    assert "Bao giờ có kết quả?" in read.text
    answered = officer.post(
        f"/desk/{dossier.code}/messages",
        data={"version": pages.hidden(read, "version"), "message-message": "Đang thẩm định."},
    )
    assert answered.status_code == 303
    page = pages.words(filer.get(address))
    assert page.rindex("Bao giờ có kết quả?") < page.rindex("Đang thẩm định.")
    told = session.scalars(sa.select(Notice).where(Notice.kind == "message")).all()
    assert {one.params.get("link", "") for one in told} == {f"/desk/{dossier.code}#messages", ""}

    session.execute(sa.delete(EventText).where(EventText.key == "message"))
    assert "Bao giờ có kết quả?" not in filer.get(address).text
    assert filer.get(address).status_code == 200


def test_an_unopened_dossier_is_corrected_and_both_sides_see_what_changed(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    dossier = world.file()
    route(session, dossier.id, now=MONDAY)
    address = f"/dossiers/{dossier.code}/correct/site"
    page = filer.get(address)
    assert page.status_code == 200
    typed = pages.own(_site(world), pages.example(world))
    data = {"version": pages.hidden(page, "version"), **typed, "works_name": "Nhà kho Tân Thanh"}

    assert filer.post(address, data={**data, "version": "0"}).status_code == 409
    assert filer.post(address, data={**data, "works_name": ""}).status_code == 422
    assert filer.post(address, data=data).status_code == 303

    session.expire_all()
    assert session.get_one(DossierAnswers, (dossier.id, 0)).answers["works_name"] == "Nhà kho Tân Thanh"
    assert session.scalars(sa.select(ReplacedAnswers)).one().answers["works_name"] != "Nhà kho Tân Thanh"
    assert "Nhà kho Tân Thanh" in filer.get(f"/dossiers/{dossier.code}").text.partition('id="changes"')[2]
    officer = new_client()
    person = session.get_one(Person, world.posts["service_centre", Role.ONE_STOP].person_id)
    people.sign_in(officer, person)
    review = officer.get(f"/desk/{dossier.code}")
    assert "<ins" in review.text
    assert filer.get(address).status_code == 409  # now it has been opened


def test_a_correction_keeps_the_title_the_office_searches_for(filer: Browser, world: World, session: Session) -> None:
    dossier = world.file()
    page = filer.get(f"/dossiers/{dossier.code}/correct/site")
    typed = pages.own(_site(world), pages.example(world))
    data = {"version": pages.hidden(page, "version"), **typed, "works_name": "Xưởng Đồng Đăng"}

    filer.post(f"/dossiers/{dossier.code}/correct/site", data=data)

    session.expire_all()
    kept = session.get_one(Dossier, dossier.id)
    assert "dong dang" in kept.search_key or "Đồng Đăng" not in kept.subject


def test_the_head_stops_a_dossier_with_a_reason_and_not_as_unsupplied_before_the_last_day(
    world: World, session: Session, head: Callable[[Dossier], Browser]
) -> None:
    dossier = asked(world, session)
    officer = head(dossier)
    session.execute(sa.text("UPDATE supplement_requests SET answer_due_on = '2099-01-05'"))
    page = officer.get(f"/desk/{dossier.code}")
    version = pages.hidden(page, "version")
    assert 'value="closed_administratively"' in page.text
    assert 'value="not_supplied"' not in page.text

    empty = officer.post(f"/desk/{dossier.code}/stop", data={"version": version})
    early = officer.post(
        f"/desk/{dossier.code}/stop",
        data={"version": version, "stop-ground": "not_supplied", "stop-reason": "Không bổ sung."},
    )
    assert (empty.status_code, early.status_code) == (422, 409)
    session.execute(sa.text("UPDATE supplement_requests SET answer_due_on = '2026-03-03'"))
    done = officer.post(
        f"/desk/{dossier.code}/stop",
        data={"version": version, "stop-ground": "not_supplied", "stop-reason": "Không bổ sung."},
    )

    assert done.status_code == 303, pages.words(done)
    session.expire_all()
    stopped = session.get_one(Dossier, dossier.id)
    assert (stopped.state, stopped.stop_reason) == (State.STOPPED, StopReason.NOT_SUPPLIED)


def test_what_is_accepted_can_no_longer_be_corrected(world: World, session: Session, filer: Browser) -> None:
    dossier = world.file()
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.accept(session, dossier, viewer=officer, now=MONDAY + timedelta(hours=1))

    assert filer.get(f"/dossiers/{dossier.code}/correct/site").status_code == 409


def _site(world: World) -> Section:
    part = section_of(definition_of(world.versions["1.013225"]), "site")
    assert part is not None
    return part
