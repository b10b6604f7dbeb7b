"""A small province with several specialists in the office that decides."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.accounts.viewer import HeldPost, Viewer
from portal.dossiers.actions import intake, steps
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

CODE = "1.013225"


def viewer_of(session: Session, *posts: Post) -> Viewer:
    """The person who holds these posts."""
    held = []
    for post in posts:
        agency = session.get_one(Agency, post.agency_id)
        names = agency.names
        held.append(
            HeldPost(id=post.id, agency_id=agency.id, agency_key=agency.key, agency_names=names, role=post.role)
        )
    return Viewer(
        person_id=posts[0].person_id,
        name="Cán bộ",
        email="x@example.vn",
        language="vi",
        sign_in_key="k",
        posts=tuple(held),
        stepped_up_at=MONDAY,
        has_second_factor=True,
    )


@dataclass
class Bureau:
    """The office that decides about `CODE`, with three specialists."""

    world: World
    session: Session
    agency: Agency
    specialists: list[Post]

    def accepted(self, _number: int = 1, code: str = CODE) -> Dossier:
        """A dossier just accepted and routed."""
        dossier = self.world.file(code)
        route(self.session, dossier.id, now=MONDAY)
        intake.accept(self.session, dossier, viewer=self.world.viewer("service_centre", Role.ONE_STOP), now=MONDAY)
        route(self.session, dossier.id, now=MONDAY)
        return dossier

    def at(self, act: Act, number: int = 1) -> Dossier:
        """A dossier that stands at a step of this act."""
        dossier = self.accepted(number)
        self.walk(dossier, act)
        return dossier

    def walk(self, dossier: Dossier, act: Act) -> None:
        """Let the right people do their steps until one of this act is open."""
        for _ in range(30):
            step = self.step(dossier)
            if graph_of(dossier)[step.node_key].act is act:
                return
            steps.complete(
                self.session, dossier, step.node_key, viewer=self.holder(step), note="Đủ điều kiện.", now=MONDAY
            )
            route(self.session, dossier.id, now=MONDAY)
        raise AssertionError("the dossier never came there")

    def step(self, dossier: Dossier) -> DossierStep:
        """Its first open step, as it stands."""
        found = self.session.scalars(
            sa.select(DossierStep)
            .where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
            .order_by(DossierStep.entry)
            .execution_options(populate_existing=True)
        ).first()
        assert found is not None
        return found

    def holder(self, step: DossierStep) -> Viewer:
        """Whoever has the step, or could."""
        if step.post_id is not None:
            return viewer_of(self.session, self.session.get_one(Post, step.post_id))
        return self.world.holder(step.agency_id, step.role)

    def post(self, role: Role) -> Post:
        key = next(key for key, agency in self.world.agencies.items() if agency.id == self.agency.id)
        return self.world.posts[key, role]

    def viewer(self, role: Role) -> Viewer:
        return viewer_of(self.session, self.post(role))

    def person(self, post_id: UUID | None) -> Person:
        assert post_id is not None
        return self.session.get_one(Person, self.session.get_one(Post, post_id).person_id)


def found_bureau(session: Session) -> Bureau:
    world = worlds.build(session, procedures=(CODE,))
    probe = world.file(CODE)
    route(session, probe.id, now=MONDAY)
    agency = session.get_one(Agency, probe.agency_id)
    key = next(key for key, one in world.agencies.items() if one.id == agency.id)
    specialists = [world.posts[key, Role.SPECIALIST]]
    for number in range(2):
        who = people.officer(session, agency, Role.SPECIALIST, name=f"Chuyên viên {number + 2}")
        specialists.append(session.scalars(sa.select(Post).where(Post.person_id == who.id)).one())
    session.flush()
    return Bureau(world=world, session=session, agency=agency, specialists=specialists)


@pytest.fixture
def bureau(session: Session) -> Bureau:
    return found_bureau(session)


@pytest.fixture
def make_bureau() -> Callable[[Session], Bureau]:
    return found_bureau
