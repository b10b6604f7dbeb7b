"""People and work in a real browser: nobody is shut out, without scripts too, from a phone to a desktop."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import AbsenceKind, Agency, Person, Post
from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import office_day
from portal.dossiers.actions import intake
from portal.dossiers.models import Dossier
from portal.routing.actions import route
from portal.routing.actions.people import Period, add_absence, add_substitution, need_skill, set_skills
from portal.workflow.lifecycle import Role
from tests.browser.walking import sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import people, world
from tests.journeys.town import Town
from tests.routing.conftest import viewer_of

Open = Callable[..., Window]
SHOTS = os.environ.get("MOTCUA_SHOTS")


@pytest.fixture
def office(town: Town) -> Iterator[tuple[str, str, str]]:
    """Addresses of the head and the specialist of an office, and the code of a dossier that stands there."""
    now = datetime.now(UTC)
    with Session(town.engine, expire_on_commit=False) as session:
        made = world.build(session, procedures=(), now=now)
        made.versions = {row.code: row for row in session.scalars(sa.select(ProcedureVersion))}
        dossier = made.file(now=now - timedelta(minutes=1))
        session.commit()
        route(session, dossier.id, now=now)
        found = session.get_one(Dossier, dossier.id)
        intake.accept(session, found, viewer=made.viewer("service_centre", Role.ONE_STOP), now=now)
        session.commit()
        route(session, dossier.id, now=now)
        agency = session.get_one(Agency, found.agency_id)
        key = agency.key
        head, specialist = made.posts[key, Role.HEAD], made.posts[key, Role.SPECIALIST]
        colleague = people.officer(session, agency, Role.SPECIALIST, name="Nông Thị Ánh")
        other = session.scalars(sa.select(Post).where(Post.person_id == colleague.id)).one()
        viewer = viewer_of(session, head)
        days = Period(first_day=office_day(now), last_day=office_day(now) + timedelta(days=3))
        note = "Hồ sơ nhà xưởng cần gấp trong tuần."
        add_absence(session, colleague.id, days, kind=AbsenceKind.MISSION, note=note, viewer=viewer, now=now)
        add_substitution(session, other.id, specialist.id, days, viewer=viewer, now=now)
        set_skills(session, colleague.id, ["kết cấu", "language:zh"], viewer=viewer, now=now)
        need_skill(session, agency.id, role=Role.CLERK, skill="đóng dấu", procedure_code="", viewer=viewer, now=now)
        session.commit()
        emails = [session.get_one(Person, post.person_id).email for post in (head, specialist)]
        yield emails[0], emails[1], found.code


def look(window: Window, path: str, name: str) -> None:
    for size, width in ((DESKTOP, "desktop"), (PHONE, "phone")):
        page = window.open(path)
        window.resize(size)
        for fold in page.query_selector_all("main details.govuk-details > summary"):
            fold.click()
        window.check()
        if SHOTS:
            page.screenshot(path=str(Path(SHOTS) / f"{name}-{width}.png"), full_page=True)


@pytest.mark.parametrize("scripts", [True, False])
def test_head_and_officer_find_their_people_and_their_day(
    town: Town, open_window: Open, office: tuple[str, str, str], scripts: bool
) -> None:
    head, specialist, code = office
    window = open_window(scripts=scripts)
    sign_in(window, town, head)
    look(window, "/team", f"team-{scripts}")
    look(window, f"/desk/{code}", f"why-{scripts}")
    window.open("/team")
    window.page.click("main table tbody a >> nth=0")
    window.check()
    officer = open_window(scripts=scripts)
    sign_in(officer, town, specialist)
    look(officer, "/my-day", f"my-day-{scripts}")
