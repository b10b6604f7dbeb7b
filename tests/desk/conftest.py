"""The office at work: a small province, and a browser for each officer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import Person
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser


@dataclass
class Office:
    """The province with its browsers; acts go through the pages, the worker's routing is called by hand."""

    world: World
    session: Session
    new_browser: Callable[[], Browser]
    browsers: dict[UUID, Browser] = field(default_factory=dict)

    def browser(self, key: str, role: Role) -> Browser:
        """The signed-in browser of the officer who holds this role in this agency."""
        return self.of_person(self.world.posts[key, role].person_id)

    def competent(self, dossier: Dossier) -> str:
        """The key of the agency that decides about the dossier."""
        self.session.expire_all()
        agency_id = self.session.get_one(Dossier, dossier.id).agency_id
        return next(key for key, agency in self.world.agencies.items() if agency.id == agency_id)

    def at(self, dossier: Dossier, role: Role) -> Browser:
        """The browser of the officer with this role in the competent agency."""
        return self.browser(self.competent(dossier), role)

    def of_person(self, person_id: UUID) -> Browser:
        if person_id not in self.browsers:
            browser = self.new_browser()
            people.sign_in(browser, self.session.get_one(Person, person_id))
            self.browsers[person_id] = browser
        return self.browsers[person_id]

    def holder(self, step: DossierStep) -> Browser:
        """The browser of whoever holds the step's role in its agency."""
        key = next(key for key, agency in self.world.agencies.items() if agency.id == step.agency_id)
        return self.browser(key, step.role)

    def file(self, code: str = "1.013225", *, seed: int = 1) -> Dossier:
        """A dossier filed a moment ago and routed."""
        dossier = self.world.file(code, now=_now(), seed=seed)
        route(self.session, dossier.id, now=_now())
        self.session.commit()
        return dossier

    def accepted(self, code: str = "1.013225", *, seed: int = 1) -> Dossier:
        """One that has been accepted through the pages."""
        dossier = self.file(code, seed=seed)
        answer = self.do(self.browser("service_centre", Role.ONE_STOP), dossier, "accept")
        assert answer.status_code == 303, answer.text
        return dossier

    def do(self, browser: Browser, dossier: Dossier, path: str, **data: str) -> TestResponse:
        """One act on the dossier as it now stands; then the worker routes what has opened."""
        self.session.expire_all()
        version = self.session.scalar(sa.select(Dossier.version).where(Dossier.id == dossier.id))
        form = {"version": str(version), **data}
        answer = browser.post(f"/desk/{dossier.code}/{path}", data=form)
        self.session.expire_all()
        route(self.session, dossier.id, now=_now())
        self.session.commit()
        self.session.expire_all()
        return answer

    def open_steps(self, dossier: Dossier) -> list[DossierStep]:
        """Where the dossier stands, in the order it came there."""
        self.session.expire_all()
        return list(
            self.session.scalars(
                sa.select(DossierStep)
                .where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
                .order_by(DossierStep.entry)
            )
        )

    def work_until(self, dossier: Dossier, act: Act) -> DossierStep:
        """Do the steps through the pages until one with this act is open."""
        self.session.refresh(dossier, ["procedure"])
        graph = graph_of(dossier)
        for _ in range(60):
            standing = self.open_steps(dossier)
            found = next((step for step in standing if graph[step.node_key].act is act), None)
            if found is not None:
                return found
            self.do_step(dossier, standing[0])
        raise AssertionError("the dossier never came there")

    def do_step(self, dossier: Dossier, step: DossierStep) -> None:
        """Do one ordinary step through its page."""
        self.session.refresh(dossier, ["procedure"])
        act = graph_of(dossier)[step.node_key].act
        data = {f"do-{step.node_key}-note": "Đủ điều kiện."}
        if act is Act.OPINION:
            data[f"do-{step.node_key}-conclusion"] = "agree"
        answer = self.do(self.holder(step), dossier, f"steps/{step.node_key}/complete", **data)
        assert answer.status_code == 303, answer.text

    def sign(self, dossier: Dossier, **data: str) -> TestResponse:
        """Bring the dossier to the leader's desk and sign it."""
        step = self.work_until(dossier, Act.SIGN)
        return self.do(self.holder(step), dossier, f"sign/{step.node_key}", **(data or {"outcome": "granted"}))

    def settle(self, dossier: Dossier) -> None:
        """Sign, number and issue through the pages."""
        assert self.sign(dossier).status_code == 303
        for act, path in ((Act.NUMBER, "number"), (Act.ISSUE, "issue")):
            step = self.work_until(dossier, act)
            answer = self.do(self.holder(step), dossier, f"steps/{step.node_key}/{path}")
            assert answer.status_code == 303, answer.text


def _now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def office(session: Session, new_client: Callable[[], Browser]) -> Office:
    world = worlds.build(session)
    session.commit()
    return Office(world=world, session=session, new_browser=new_client)
