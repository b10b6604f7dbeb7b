"""What the silence of a consulted office means is carried out by the timer, in every way a procedure may write it."""

from itertools import product

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.answers import read
from portal.catalogue.examples import valid_answers
from portal.catalogue.route import truths_of
from portal.dossiers import moves
from portal.dossiers.actions.steps import open_step
from portal.dossiers.record import history
from portal.foundation.outbox import Timer, TimerKind
from portal.letters.printing import PrintingOffice
from portal.notices.models import Notice
from portal.routing.actions import ring
from portal.workflow.events import EventKind
from portal.workflow.graph import Act, Node, Silence
from tests.factories.world import MONDAY
from tests.procedures import laws, walker, walking
from tests.procedures.conftest import Settle
from tests.procedures.laws import CODES
from tests.procedures.walking import Led

WRITTEN = {
    silence: [code for code in CODES if any(node.silence is silence for node in laws.graph(code).nodes)]
    for silence in Silence
}


def asked(settle: Settle, office: PrintingOffice, silence: Silence) -> tuple[Led, Node]:
    """A dossier in which an opinion with this rule is open, and its step."""
    code, case, seed = where_asked(silence)
    led = walking.file(settle(code), office, code, case, seed=seed)
    led.accept()
    for move in walker.tour(led.plan(), most_loops=0).moves:
        if led.graph[move.node].silence is silence:
            break
        led.follow([move])
    return led, led.graph[move.node]


def where_asked(silence: Silence) -> tuple[str, str, int]:
    """An example of a dossier that comes by such an opinion."""
    for code in WRITTEN[silence]:
        law = laws.definition(code)
        wanted = {node.when for node in laws.graph(code).nodes if node.silence is silence}
        for case, seed in product((one.code for one in law.cases), laws.SEEDS):
            typed = valid_answers(law, case, places=registers.places(), seed=seed, day=MONDAY.date())
            truths = truths_of(law, case, read(law, case, typed, places=registers.places()).answers)
            if None in wanted or any(truths[name] for name in wanted if name is not None):
                return code, case, seed
    raise AssertionError(f"no example comes by an opinion that {silence}")


def let_it_ring(session: Session, led: Led, node: Node) -> None:
    """The day of the answer passes without one."""
    step = open_step(session, led.dossier, node.key)
    wanted = sa.select(Timer).where(Timer.kind == TimerKind.OPINION_DEADLINE, Timer.subject_id == step.id)
    timer = session.scalars(wanted.where(Timer.fired_at.is_(None), Timer.cancelled_at.is_(None))).one()
    timer.fired_at = timer.due_at
    session.flush()
    ring(session, timer, now=timer.due_at)


def test_every_opinion_says_what_silence_means_and_both_ways_are_written() -> None:
    asking = [node for code in CODES for node in laws.graph(code).nodes if node.act is Act.OPINION]

    assert all(node.silence in Silence for node in asking)
    assert all(WRITTEN.values())


def test_silence_that_counts_as_agreement_ends_the_step_and_the_way_goes_on(
    session: Session, settle: Settle, office: PrintingOffice
) -> None:
    led, node = asked(settle, office, Silence.COUNTS_AS_AGREEMENT)
    let_it_ring(session, led, node)

    silent = [one for one in history(session, led.dossier.id) if one.kind is EventKind.OPINION_SILENT]
    assert [one.params["node"] for one in silent] == [node.key]
    assert node.key not in moves.open_nodes(session, led.dossier)


@pytest.mark.parametrize("silence", [one for one in Silence if one is not Silence.COUNTS_AS_AGREEMENT])
def test_silence_that_says_nothing_is_recorded_as_late_and_told_to_those_above(
    session: Session, settle: Settle, office: PrintingOffice, silence: Silence
) -> None:
    led, node = asked(settle, office, silence)
    let_it_ring(session, led, node)

    late = [one for one in history(session, led.dossier.id) if one.kind is EventKind.ESCALATED]
    assert [one.params["node"] for one in late] == [node.key]
    assert node.key in moves.open_nodes(session, led.dossier)
    assert session.scalars(sa.select(Notice.id).where(Notice.kind == "step_late")).all()
