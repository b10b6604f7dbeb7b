"""The desk in a real browser: queue, review, many at once and signing, each page looked at on a desk and a phone.

The pictures of every page stay in the folder of the run (`pytest --basetemp`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.catalogue.models import ProcedureVersion
from portal.dossiers import moves
from portal.dossiers.actions import intake, steps
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import locked
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.browser.walking import press, sign_in
from tests.browser.window import DESKTOP, PHONE, Window
from tests.factories import world
from tests.factories.world import World
from tests.fixtures.workers import until
from tests.journeys.town import ONE_STOP_AGENCY, Town

Open = Callable[..., Window]
Look = Callable[[Window, str], None]
PROCEDURE = "1.004191"
STATES = "SELECT code FROM dossiers WHERE code = ANY(%s) AND accepted_at IS NOT NULL"
SIGNED = "SELECT d.code FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id WHERE e.kind = 'signed'"


@pytest.fixture
def look(tmp_path: Path) -> Look:
    """The page as it is on a desk and on a small phone, with a picture of each."""

    def both(window: Window, name: str) -> None:
        for size, where in ((PHONE, "phone"), (DESKTOP, "desk")):
            window.resize(size)
            window.check()
            window.page.screenshot(path=tmp_path / f"{name}-{where}.png", full_page=True)

    return both


def filed(town: Town, count: int) -> tuple[World, list[Dossier]]:
    """The town's people again, and so many dossiers filed a moment ago and routed."""
    now = datetime.now(UTC) - timedelta(minutes=5)
    with Session(town.engine, expire_on_commit=False) as session:
        made = world.build(session, procedures=(), now=now)
        made.versions = {row.code: row for row in session.scalars(sa.select(ProcedureVersion))}
        dossiers = [made.file(PROCEDURE, now=now, seed=seed) for seed in range(1, count + 1)]
        session.commit()
        for dossier in dossiers:
            route(session, dossier.id, now=now)
        session.commit()
        return made, dossiers


def email_of(town: Town, made: World, key: str, role: Role) -> str:
    with Session(town.engine) as session:
        return session.get_one(Person, made.posts[key, role].person_id).email


def at_signature(town: Town, made: World, dossier: Dossier) -> str:
    """Let everybody do their step until the leader's signature is asked; the key of the agency."""
    now = datetime.now(UTC) - timedelta(minutes=4)
    with Session(town.engine, expire_on_commit=False) as session:
        here, found = replace(made, session=session), locked(session, dossier.id)
        assert found is not None
        intake.accept(session, found, viewer=here.viewer(ONE_STOP_AGENCY, Role.ONE_STOP), now=now)
        route(session, found.id, now=now)
        while graph_of(found)[node := min(moves.open_nodes(session, found))].act is not Act.SIGN:
            step = steps.open_step(session, found, node)
            steps.complete(session, found, node, viewer=here.holder(step.agency_id, step.role), note="Đủ.", now=now)
            route(session, found.id, now=now)
        session.commit()
        return next(key for key, agency in made.agencies.items() if agency.id == found.agency_id)


def test_a_list_is_accepted_at_once_and_each_dossier_has_its_result(town: Town, open_window: Open, look: Look) -> None:
    made, dossiers = filed(town, 3)
    window = open_window()
    sign_in(window, town, email_of(town, made, ONE_STOP_AGENCY, Role.ONE_STOP))
    page = window.open("/desk/many")
    look(window, "how-to-begin")
    press(page, "main a[href='/desk?tab=intake']")
    look(window, "queue")
    for dossier in dossiers:
        page.get_by_label(f"Chọn {dossier.code}").check()
    assert "3" in page.inner_text("[data-chosen]")
    press(page, "button[name=act][value=accept]")
    look(window, "asked")
    press(page, "main form button[type=submit]")

    codes = [dossier.code for dossier in dossiers]
    until(lambda: len(town.rows(STATES, codes)) == len(codes), why=town.said)
    page.locator("#progress .govuk-tag--green").nth(2).wait_for()  # the page looks again by itself
    look(window, "done")

    window.open(f"/desk/{codes[0]}")
    look(window, "review")


def test_the_leader_signs_from_the_page_of_the_dossier_and_many_at_once(
    town: Town, open_window: Open, look: Look
) -> None:
    made, dossiers = filed(town, 3)
    keys = {at_signature(town, made, dossier) for dossier in dossiers}
    window = open_window()
    sign_in(window, town, email_of(town, made, keys.pop(), Role.LEADER))
    page = window.open(f"/desk/{dossiers[0].code}")
    look(window, "decision")
    press(page, "main a[href*='/sign/']")
    look(window, "signing")
    page = window.open("/desk?tab=sign")
    look(window, "to-sign")
    page.locator("input[name=everything]").check()
    press(page, "button[name=act][value=sign]")
    look(window, "asked-to-sign")
    press(page, "main form button[type=submit]")

    codes = {dossier.code for dossier in dossiers}
    until(lambda: codes <= {row["code"] for row in town.rows(SIGNED)}, why=town.said)
    page.locator("#progress .govuk-tag--green").nth(2).wait_for()
    look(window, "signed")
