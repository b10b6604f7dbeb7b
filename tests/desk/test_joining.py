"""Opinions asked side by side: how many it takes, what the page says of it, and what becomes of the rest."""

import html

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.actions import publish
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.desk.joining import Join, joins
from portal.dossiers.models import Dossier, DossierStep
from portal.foundation.outbox import Timer
from portal.notices.models import Notice
from portal.routing.actions import ring
from portal.workflow.graph import Act, Graph, Node
from portal.workflow.lifecycle import Role
from tests.desk.conftest import Office
from tests.factories.world import MONDAY

CODE = "1.009645"
REPORT = "report"


def opinion(key: str, *, when: str | None = None) -> Node:
    return Node(key=key, act=Act.OPINION, role=Role.CONSULTANT, minutes=480, after=("ask",), when=when)


def consultation(needs: int | None) -> Graph:
    return Graph(
        (
            Node(key="ask", act=Act.APPRAISE, role=Role.SPECIALIST),
            opinion("fire"),
            opinion("land"),
            opinion("trade", when="trading"),
            Node(key=REPORT, act=Act.APPRAISE, role=Role.SPECIALIST, after=("fire", "land", "trade"), needs=needs),
        )
    )


def test_a_join_counts_the_opinions_that_were_asked_and_those_that_are_there() -> None:
    (join,) = joins(consultation(None), standing={"land", "trade"}, truths={"trading": True})

    assert join == Join(node=REPORT, there=1, of=3, enough=3)
    assert join.needs_all


def test_an_agency_that_is_not_concerned_is_neither_counted_nor_needed() -> None:
    (join,) = joins(consultation(2), standing={"fire", "land"}, truths={"trading": False})

    assert join == Join(node=REPORT, there=0, of=2, enough=2)


def test_fewer_than_all_may_be_enough() -> None:
    (join,) = joins(consultation(2), standing={"fire", "land", "trade"}, truths={"trading": True})

    assert (join.of, join.enough, join.needs_all) == (3, 2, False)


def test_before_and_after_the_opinions_nothing_is_awaited() -> None:
    for standing in ({"ask"}, {REPORT}, set[str]()):
        assert joins(consultation(2), standing=standing, truths={"trading": True}) == []


def publish_with(office: Office, needs: int) -> None:
    """The procedure's next version: so many of its opinions are enough."""
    content = definition_of(office.world.versions[CODE]).model_dump(mode="json", exclude_defaults=True)
    next(step for step in content["steps"] if step["code"] == REPORT)["needs"] = needs
    made = publish(office.session, Definition.model_validate(content), now=MONDAY, origin="test")
    assert made is not None
    office.world.versions[CODE] = made


def asked(office: Office) -> tuple[Dossier, list[DossierStep]]:
    """A dossier whose opinions are open side by side."""
    dossier = office.accepted(CODE)
    office.work_until(dossier, Act.OPINION)
    opened = office.open_steps(dossier)
    assert len(opened) > 2
    return dossier, opened


def let_ring(session: Session, step: DossierStep) -> list[Notice]:
    """Every moment of the step comes; what people were told because of it."""
    timers = session.scalars(sa.select(Timer).where(Timer.subject_id == step.id, Timer.fired_at.is_(None))).all()
    assert timers
    before = set(session.scalars(sa.select(Notice.id)))
    for timer in timers:
        timer.fired_at = timer.due_at
        ring(session, timer, now=timer.due_at)
    return [one for one in session.scalars(sa.select(Notice)) if one.id not in before]


def test_two_opinions_are_enough_where_the_procedure_says_so_and_the_third_is_no_longer_awaited(
    office: Office, session: Session
) -> None:
    publish_with(office, needs=2)
    dossier, (first, second, *rest) = asked(office)
    page = html.unescape(office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text)
    assert f"bắt đầu khi có 2 trong {2 + len(rest)}" in page
    assert "được coi là đồng ý" in page

    office.do_step(dossier, first)
    page = html.unescape(office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text)
    assert "hiện đã có 1" in page
    office.do_step(dossier, second)

    assert [step.node_key for step in office.open_steps(dossier)] == [REPORT]
    for one in rest:
        left = session.get_one(DossierStep, one.id)
        assert left.closed_outcome == "step_dropped"
        assert let_ring(session, left) == []
        assert dossier.code not in office.holder(left).get("/desk?tab=opinions").text
    page = html.unescape(office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text)
    assert "không cần nữa" in page
    assert "bắt đầu khi" not in page


def test_where_nothing_else_is_said_every_opinion_is_awaited(office: Office) -> None:
    dossier, opened = asked(office)
    page = html.unescape(office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text)

    assert f"bắt đầu khi có đủ {len(opened)}" in page
    for step in opened[:-1]:
        office.do_step(dossier, step)
    assert [step.node_key for step in office.open_steps(dossier)] == [opened[-1].node_key]
