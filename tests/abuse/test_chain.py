"""Events say what happened and nothing about anybody; a changed one is named."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.answers import posted_from
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.actions import decision, filing, intake, steps, supplement, withdrawal
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.foundation.storage import Storage
from portal.ledger.chain import Finding
from portal.letters.authority import DemoAuthority
from portal.letters.printing import PrintingOffice
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role
from tests.abuse.town import walk
from tests.abuse.wholeness import assert_whole, chain_of
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World

CANARY = "Chim Hoàng Yến"
SILENT = ("dossier_events", "outbox", "timers", "dossier_steps", "dossier_facts")
"""Tables that outlive the erasing of a person, or that machines and other people read."""


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session)


def test_nothing_anybody_wrote_is_found_in_events_or_jobs(
    world: World, session: Session, office: PrintingOffice
) -> None:
    """Names, answers, reasons, notes: all written with a canary through a life that has a bit of everything."""
    assert world.company is not None
    assert world.filer is not None
    world.company.name = world.company.representative = world.company.address = f"{CANARY} Co."
    world.filer.name = CANARY
    dossier = dossier_with_canary(world)
    one_stop = world.viewer("service_centre", Role.ONE_STOP)
    route(session, dossier.id, now=MONDAY)
    intake.accept(session, dossier, viewer=one_stop, now=MONDAY)
    route(session, dossier.id, now=MONDAY)
    asked_and_answered(world, dossier)
    sent_back_once(world, dossier)
    withdrawal.withdraw(session, dossier, viewer=world.company_viewer, reason=CANARY, now=MONDAY)
    withdrawal.decide(session, dossier, grant=False, viewer=world.holder(dossier.agency_id, Role.HEAD), now=later(2))
    walk(world, dossier, office, until=Act.SIGN, now=later(3))
    node = next(iter(moves.open_nodes(session, dossier)))
    step = steps.open_step(session, dossier, node)
    leader = replace(world.holder(step.agency_id, step.role), stepped_up_at=later(3))
    decision.sign(
        session, dossier, node, outcome=Outcome.REFUSED, viewer=leader, office=office, now=later(3), reason=CANARY
    )
    walk(world, dossier, office, until=Act.DELIVER, now=later(3))
    session.flush()

    assert {table: found for table in SILENT if (found := leaks(session, table))} == {}
    assert leaks(session, "event_texts")
    assert leaks(session, "dossier_answers")


def leaks(session: Session, table: str) -> list[str]:
    """The rows of the table that sing."""
    rows = session.scalars(sa.text(f"SELECT to_jsonb(t)::text FROM {table} t"))  # noqa: S608 - names from above
    return [row for row in rows if CANARY.lower() in row.lower() or "Co." in row]


def later(hours: int) -> datetime:
    return MONDAY + timedelta(hours=hours)


def dossier_with_canary(world: World) -> Dossier:
    draft = world.draft("1.013225")
    sections = definition_of(draft.procedure).sections
    texts = {field.code for section in sections for field in section.fields if field.type == "text"}
    draft.answers = {  # a plot or a map sheet has a number in it
        name: [f"{CANARY} 7"] if name.split(".")[-1] in texts else values for name, values in draft.answers.items()
    }
    return filing.file(world.session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)


def asked_and_answered(world: World, dossier: Dossier) -> None:
    head = world.holder(dossier.agency_id, Role.HEAD)
    item = supplement.Item(kind="other", key="", what_is_wrong=CANARY)
    supplement.draft_request(
        world.session, dossier, [item], reason=CANARY, legal_ground=f"Theo đơn của {CANARY}", viewer=head, now=MONDAY
    )
    answers = supplement.latest_answers(world.session, dossier.id).answers
    typed = posted_from(definition_of(dossier.procedure), answers)
    supplement.answer(world.session, dossier, typed, viewer=world.company_viewer, now=later(1))


def sent_back_once(world: World, dossier: Dossier) -> None:
    """Work forward until somebody may send the dossier back, and have them do so."""
    graph = graph_of(dossier)
    for _ in range(20):
        node = min(moves.open_nodes(world.session, dossier))
        step = steps.open_step(world.session, dossier, node)
        viewer = world.holder(step.agency_id, step.role)
        if graph[node].returns_to:
            back = graph[node].returns_to[0]
            steps.send_back(world.session, dossier, node, to=back, viewer=viewer, note=CANARY, now=later(1))
            return route(world.session, dossier.id, now=later(1))
        steps.complete(world.session, dossier, node, viewer=viewer, note=CANARY, now=later(1))
        route(world.session, dossier.id, now=later(1))
    raise AssertionError("nobody could send it back")


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ("UPDATE dossier_events SET actor = 'person:x' WHERE version = 2", Finding.CHANGED),
        ("UPDATE dossier_events SET at = at - interval '1 day' WHERE version = 2", Finding.CHANGED),
        ('UPDATE dossier_events SET params = \'{"agency": "x"}\' WHERE version = 2', Finding.CHANGED),
        ('UPDATE dossier_events SET commitments = \'{"a": "00"}\' WHERE version = 2', Finding.CHANGED),
        ("UPDATE dossier_events SET hash = sha256('x') WHERE version = 2", Finding.CHANGED),
        ("DELETE FROM dossier_events WHERE version = 2", Finding.REMOVED),
    ],
)
def test_an_event_changed_behind_the_portals_back_is_named(
    world: World, session: Session, change: str, finding: Finding
) -> None:
    dossier = world.file()
    route(session, dossier.id, now=MONDAY)
    intake.note_opened(session, dossier, viewer=world.viewer("service_centre", Role.ONE_STOP), now=MONDAY)
    assert_whole(session, dossier.id)

    session.execute(sa.text("ALTER TABLE dossier_events DISABLE TRIGGER USER"))
    session.execute(sa.text(change))

    verdict = chain_of(session, dossier)
    assert (verdict.finding, verdict.version) == (finding, 2)
