"""A dossier that is turned down passes no stop: nobody pays for a refusal."""

from dataclasses import replace

import pytest
from hypothesis import given

from portal.workflow import refusal
from portal.workflow.events import EventKind
from portal.workflow.graph import Act, Graph, Node, StepOutcome, complete
from portal.workflow.lifecycle import Outcome, State
from portal.workflow.replay import BrokenHistory, Projection, replay
from portal.workflow.roles import Role
from portal.workflow.soundness import problems
from tests.workflow.graphs import Drawn, drawn_graphs
from tests.workflow.histories import History

K = EventKind
PROPOSE = Node(key="propose", act=Act.APPROVE, role=Role.HEAD)
PAY = Node(key="pay", act=Act.PAY, role=None, after=("propose",))
WRITE = Node(key="write", act=Act.APPRAISE, role=Role.SPECIALIST, after=("pay",))
SIGN = Node(key="sign", act=Act.SIGN, role=Role.LEADER, after=("write",), returns_to=("write",))
NUMBER = Node(key="number", act=Act.NUMBER, role=Role.CLERK, after=("sign",), returns_to=("sign",))
ISSUE = Node(key="issue", act=Act.ISSUE, role=Role.CLERK, after=("number",))
PAID_FIRST = Graph((PROPOSE, PAY, WRITE, SIGN, NUMBER, ISSUE))
SIGNED_FIRST = Graph(
    (
        PROPOSE,
        replace(SIGN, after=("propose",), returns_to=("propose",)),
        NUMBER,
        replace(PAY, after=("number",)),
        replace(ISSUE, after=("pay",)),
    )
)
TO_PROPOSE = ((K.FILED, {}), (K.ACCEPTED, {}), (K.STEP_OPENED, {"node": "propose"}))
TURNED_DOWN = (*TO_PROPOSE, (K.STEP_COMPLETED, {"node": "propose", "conclusion": "refuse"}))
AT_SIGN = (*TURNED_DOWN, (K.STEP_OPENED, {"node": "sign"}))


def lived(graph: Graph, *told: tuple[EventKind, dict[str, str]]) -> Projection:
    written = History()
    for kind, params in told:
        written.add(kind, **params)
    return replay(written.events, graph)


def moved(graph: Graph, at: str, node: str) -> frozenset[str]:
    """Where a dossier turned down at `at` stands once this node is done."""
    return complete(refusal.way_of(graph, at), {node}, node, StepOutcome.DONE, refusal.truths_on({})).open


def test_a_refusal_goes_from_the_proposal_straight_to_the_signature() -> None:
    assert moved(PAID_FIRST, "propose", "propose") == {"sign"}
    assert lived(PAID_FIRST, *AT_SIGN).standing == {"sign"}


def test_a_refused_signature_leaves_out_the_stop_behind_it() -> None:
    assert moved(SIGNED_FIRST, "sign", "number") == {"issue"}
    ended = lived(
        SIGNED_FIRST,
        *TO_PROPOSE,
        (K.STEP_COMPLETED, {"node": "propose"}),
        (K.STEP_OPENED, {"node": "sign"}),
        (K.SIGNED, {"node": "sign", "conclusion": "refused"}),
        (K.STEP_OPENED, {"node": "number"}),
        (K.NUMBERED, {"node": "number"}),
        (K.STEP_OPENED, {"node": "issue"}),
        (K.ISSUED, {"node": "issue", "outcome": "refused"}),
    )
    assert (ended.state, ended.outcome) == (State.SETTLED, Outcome.REFUSED)


def test_only_an_approval_before_a_stop_can_turn_down() -> None:
    assert refusal.may_turn_down(PAID_FIRST, "propose")
    assert not any(refusal.may_turn_down(PAID_FIRST, key) for key in ("pay", "write", "sign", "number"))
    assert not refusal.may_turn_down(SIGNED_FIRST, "propose")


def test_what_was_turned_down_cannot_be_granted() -> None:
    for graph, told in (
        (PAID_FIRST, (*AT_SIGN, (K.SIGNED, {"node": "sign", "conclusion": "granted"}))),
        (PAID_FIRST, (*AT_SIGN, (K.PAYMENT_REQUESTED, {"ground": "payment"}))),
    ):
        with pytest.raises(BrokenHistory) as refused:
            lived(graph, *told)
        assert refused.value.code == "refusal_proposed"


def test_the_signatory_who_disagrees_sends_it_back_to_the_proposal_and_nowhere_past_the_stop() -> None:
    back = lived(PAID_FIRST, *AT_SIGN, (K.STEP_SENT_BACK, {"node": "sign", "to": "propose"}))
    assert (back.turned_down_at, back.passed) == (None, frozenset())
    with pytest.raises(BrokenHistory) as refused:
        lived(PAID_FIRST, *AT_SIGN, (K.STEP_SENT_BACK, {"node": "sign", "to": "write"}))
    assert refused.value.code == "no_way_back"


def test_a_refusal_proposed_anew_after_it_was_taken_back_counts_from_there() -> None:
    again = lived(
        PAID_FIRST,
        *AT_SIGN,
        (K.STEP_SENT_BACK, {"node": "sign", "to": "propose"}),
        (K.STEP_OPENED, {"node": "propose"}),
        (K.STEP_COMPLETED, {"node": "propose"}),
        (K.PAYMENT_REQUESTED, {"node": "pay", "ground": "payment"}),
    )
    assert again.state is State.PAYMENT_DUE


def test_the_step_behind_the_stop_does_not_open_for_a_refusal() -> None:
    with pytest.raises(BrokenHistory):
        lived(PAID_FIRST, *TURNED_DOWN, (K.STEP_OPENED, {"node": "number"}))


@given(drawn_graphs(conditions=True, needs=True, returns=True, stop=True))
def test_the_way_of_every_refusal_is_sound(drawn: Drawn) -> None:
    graph = drawn.graph
    proposers = [node.key for node in graph.nodes if refusal.may_turn_down(graph, node.key)]
    assert proposers
    for key in (*proposers, "sign"):
        assert problems(refusal.way_of(graph, key)) == ()
