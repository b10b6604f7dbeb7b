"""Every edge of every procedure's graph, walked on the replay: returns, opinions, refusals, stops, withdrawals."""

from collections.abc import Iterator, Mapping

import pytest

from portal.workflow import refusal
from portal.workflow.events import EventKind, Param
from portal.workflow.graph import Act, StepOutcome
from portal.workflow.lifecycle import Clock, Outcome, State, StopReason
from portal.workflow.refusal import REFUSE
from portal.workflow.replay import replay
from tests.procedures import walker
from tests.procedures.laws import CODES, FULL, graph
from tests.procedures.walker import Walk

K = EventKind
Told = tuple[EventKind, Mapping[str, Param]]
THERE_AND_BACK: tuple[tuple[Told, ...], ...] = (
    ((K.SUPPLEMENT_REQUESTED, {"ground": "supplement"}), (K.SUPPLEMENT_ANSWERED, {})),
    ((K.WITHDRAWAL_REQUESTED, {}), (K.WITHDRAWAL_DECLINED, {})),
)
ENDS: tuple[tuple[Told, ...], ...] = (
    ((K.WITHDRAWAL_REQUESTED, {}), (K.WITHDRAWAL_GRANTED, {})),
    ((K.STOPPED, {"reason": StopReason.CLOSED_ADMINISTRATIVELY.value}),),
    (
        (K.SUPPLEMENT_REQUESTED, {"ground": "supplement"}),
        (K.STOPPED, {"reason": StopReason.NOT_SUPPLIED.value}),
    ),
)


@pytest.mark.parametrize("code", CODES)
def test_every_edge_of_the_graph_is_taken_and_every_way_comes_to_an_end(code: str) -> None:
    law, taken = graph(code), set()
    for walk in cover(code):
        assert_ended_well(walk)
        taken |= set(walk.moves)

    assert taken >= walker.edges(law)


@pytest.mark.parametrize("code", CODES)
def test_wherever_it_stands_the_filers_turn_leads_back_and_every_end_is_one(code: str) -> None:
    for walk in standings(code):
        if walk.present.state is not State.IN_PROGRESS:
            continue
        for detour in THERE_AND_BACK:
            back = walk.told(*detour)
            assert (back.present.state, back.present.standing) == (State.IN_PROGRESS, walk.present.standing)
            assert back.present.clock is Clock.RUNNING
            assert back.present.open_pause is None
        for end in ENDS:
            over = walk.told(*end)
            assert over.present.state is State.STOPPED
            assert (over.present.standing, over.present.open_pause) == (frozenset(), None)


@pytest.mark.parametrize("code", [code for code in CODES if any(n.act is Act.PAY for n in graph(code).nodes)])
def test_a_refusal_is_never_asked_to_pay(code: str) -> None:
    paid = 0
    for truths in walker.judgements(graph(code)):
        no = walker.refused(walker.begin(graph(code), truths))
        assert no.present.outcome is Outcome.REFUSED
        assert REFUSE in {move.conclusion for move in no.moves}
        assert all(event.kind is not K.PAYMENT_REQUESTED for event in no.events)
        yes = walker.tour(walker.begin(graph(code), truths))
        assert yes.present.outcome is Outcome.GRANTED
        paid += any(event.kind is K.PAYMENT_CONFIRMED for event in yes.events)
    assert paid


@pytest.mark.skipif(not FULL, reason="MOTCUA_FULL=1 walks every path up to two loops")
@pytest.mark.parametrize("code", CODES)
def test_every_path_up_to_two_loops_comes_to_an_end(code: str) -> None:
    for truths in walker.judgements(graph(code)):
        begun = walker.begin(graph(code), truths)
        walked = 0
        for walk in walker.paths(begun, most_loops=2):
            assert_ended_well(walk)
            walked += 1
        assert walked == walker.number_of_paths(begun, most_loops=2)


def cover(code: str) -> Iterator[Walk]:
    """Few walks that together take every edge."""
    law = graph(code)
    proposers = sum(refusal.may_turn_down(law, node.key) for node in law.nodes)
    for truths in walker.judgements(law) if FULL else walker.telling_judgements(law):
        for passes in range(max(proposers, 1)):
            yield walker.refused(walker.begin(law, truths), passes=passes)
        for turn in range(3):
            yield walker.tour(walker.begin(law, truths), turn=turn)


def standings(code: str) -> Iterator[Walk]:
    """A dossier at every place the cover comes by, each once."""
    seen: set[tuple[frozenset[str], str | None]] = set()
    for whole in cover(code):
        walk = walker.begin(whole.graph, whole.truths)
        for move in whole.moves:
            walk = walker.take(walk, move)
            place = (walk.present.standing, walk.present.turned_down_at)
            if place not in seen:
                seen.add(place)
                yield walk


def assert_ended_well(walk: Walk) -> None:
    """Returned with the outcome that was signed, by a history that says the same when it is read anew."""
    present = walk.present
    assert present.state is State.RETURNED
    assert present.outcome is walker.outcome_of(walk)
    assert present.ended_at is not None
    assert replay(walk.events, walk.graph) == present
    assert [event.version for event in walk.events] == list(range(1, len(walk.events) + 1))
    assert all(pause.ended_at is not None for pause in present.pauses)
    opened = sum(event.kind in {K.STEP_OPENED, K.OPINION_REQUESTED, K.PAYMENT_REQUESTED} for event in walk.events)
    dropped = sum(event.kind is K.STEP_DROPPED for event in walk.events)
    assert opened == len(walk.moves) + dropped
    assert sum(move.outcome is StepOutcome.RETURNED for move in walk.moves) == walk.loops
