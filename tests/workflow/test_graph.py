"""How a dossier moves through a procedure: by example, and for every graph that can be drawn."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.workflow.graph import (
    Act,
    Advance,
    Graph,
    MoveRefused,
    Node,
    Silence,
    StepOutcome,
    build,
    complete,
    longest_path_minutes,
    start,
)
from portal.workflow.roles import Role
from tests.workflow.graphs import Drawn, drawn_graphs, truths_for

DONE, RETURNED, SILENT = StepOutcome.DONE, StepOutcome.RETURNED, StepOutcome.SILENT
RANDOMS = st.randoms(use_true_random=False)


def step(key: str, *after: str, minutes: int = 60, needs: int | None = None, when: str | None = None) -> Node:
    return Node(key=key, act=Act.APPRAISE, role=Role.SPECIALIST, minutes=minutes, after=after, needs=needs, when=when)


def opinion(key: str, *after: str, silence: Silence = Silence.COUNTS_AS_AGREEMENT, when: str | None = None) -> Node:
    return Node(key=key, act=Act.OPINION, role=Role.CONSULTANT, minutes=480, after=after, silence=silence, when=when)


def keys(nodes: tuple[Node, ...]) -> list[str]:
    return [node.key for node in nodes]


def consultation(needs: int | None = None) -> Graph:
    fire, environment, planning = (opinion(key, "check") for key in ("fire", "environment", "planning"))
    return Graph(
        (
            step("check"),
            fire,
            environment,
            planning,
            step("conclude", *keys((fire, environment, planning)), needs=needs),
        )
    )


def test_a_line_is_walked_step_by_step() -> None:
    line = Graph((step("check"), step("draft", "check")))

    assert keys(start(line, {})) == ["check"]
    first = complete(line, {"check"}, "check", DONE, {})
    assert keys(first.opened) == ["draft"]
    assert not first.ended
    assert complete(line, first.open, "draft", DONE, {}).ended


def test_opinions_are_asked_side_by_side_and_joined_when_all_are_there() -> None:
    graph = consultation()
    asked = complete(graph, {"check"}, "check", DONE, {})
    assert keys(asked.opened) == ["fire", "environment", "planning"]

    first = complete(graph, asked.open, "environment", DONE, {})
    second = complete(graph, first.open, "fire", DONE, {})
    assert first.opened == second.opened == ()

    third = complete(graph, second.open, "planning", DONE, {})
    assert keys(third.opened) == ["conclude"]


def test_a_join_of_two_of_three_no_longer_awaits_the_third() -> None:
    graph = consultation(needs=2)
    first = complete(graph, {"fire", "environment", "planning"}, "planning", DONE, {})
    assert (first.opened, first.dropped) == ((), ())

    second = complete(graph, first.open, "fire", DONE, {})
    assert keys(second.opened) == ["conclude"]
    assert keys(second.dropped) == ["environment"]
    assert second.open == {"conclude"}


def test_an_agency_that_is_not_concerned_does_not_count_among_those_needed() -> None:
    graph = Graph(
        (
            step("check"),
            opinion("fire", "check", when="fire"),
            opinion("environment", "check"),
            opinion("planning", "check"),
            step("conclude", "fire", "environment", "planning", needs=2),
        )
    )
    asked = complete(graph, {"check"}, "check", DONE, {"fire": False})
    assert keys(asked.opened) == ["environment", "planning"]

    first = complete(graph, asked.open, "planning", DONE, {"fire": False})
    assert first.opened == ()
    assert keys(complete(graph, first.open, "environment", DONE, {"fire": False}).opened) == ["conclude"]


def test_the_way_leads_through_a_step_that_is_left_out() -> None:
    graph = Graph((step("check"), step("site", "check", when="works"), step("conclude", "check", "site")))

    assert keys(complete(graph, {"check"}, "check", DONE, {"works": True}).opened) == ["site"]
    assert keys(complete(graph, {"check"}, "check", DONE, {"works": False}).opened) == ["conclude"]


def test_if_nobody_is_concerned_the_join_opens_at_once() -> None:
    graph = Graph(
        (
            step("check"),
            opinion("a", "check", when="a"),
            opinion("b", "check", when="b"),
            step("end", "a", "b", needs=1),
        )
    )

    assert keys(complete(graph, {"check"}, "check", DONE, {"a": False, "b": False}).opened) == ["end"]


def test_a_condition_nobody_has_judged_is_refused_rather_than_guessed() -> None:
    graph = Graph((step("check"), step("site", "check", when="works")))

    with pytest.raises(MoveRefused, match="condition_not_judged"):
        complete(graph, {"check"}, "check", DONE, {})


def test_the_head_sends_the_draft_back_to_the_specialist() -> None:
    approve = Node(key="approve", act=Act.APPROVE, role=Role.HEAD, after=("draft",), returns_to=("draft",))
    graph = Graph((step("check"), step("draft", "check"), approve))

    back = complete(graph, {"approve"}, "approve", RETURNED, {}, back_to="draft")
    assert (back.open, back.ended) == ({"draft"}, False)
    assert keys(complete(graph, back.open, "draft", DONE, {}).opened) == ["approve"]


def test_a_return_leaves_the_branches_beside_alone_and_undoes_what_came_after() -> None:
    redraft = Node(key="a2", act=Act.APPROVE, role=Role.HEAD, after=("a1",), returns_to=("a1", "check"))
    graph = Graph((step("check"), step("a1", "check"), redraft, step("b1", "check"), step("join", "a2", "b1")))

    within = complete(graph, {"a2", "b1"}, "a2", RETURNED, {}, back_to="a1")
    assert within.open == {"a1", "b1"}
    over = complete(graph, {"a2", "b1"}, "a2", RETURNED, {}, back_to="check")
    assert over.open == {"check"}
    assert keys(over.dropped) == ["b1"]


@pytest.mark.parametrize(
    ("outcome", "back_to", "code"),
    [(RETURNED, None, "where_to"), (DONE, "check", "where_to"), (RETURNED, "check", "no_way_back")],
)
def test_a_return_names_a_step_it_may_go_to(outcome: StepOutcome, back_to: str | None, code: str) -> None:
    graph = Graph((step("check"), step("draft", "check")))

    with pytest.raises(MoveRefused) as refused:
        complete(graph, {"draft"}, "draft", outcome, {}, back_to=back_to)

    assert refused.value.code == code


def test_silence_moves_the_dossier_only_where_the_law_lets_it() -> None:
    kind = Graph((opinion("fire"), step("end", "fire")))
    strict = Graph((opinion("fire", silence=Silence.ESCALATE), step("end", "fire")))

    assert keys(complete(kind, {"fire"}, "fire", SILENT, {}).opened) == ["end"]
    with pytest.raises(MoveRefused, match="silence_says_nothing"):
        complete(strict, {"fire"}, "fire", SILENT, {})


def test_a_step_that_is_not_open_cannot_be_completed() -> None:
    with pytest.raises(MoveRefused, match="not_open"):
        complete(consultation(), {"check"}, "fire", DONE, {})


def test_a_financial_stop_stands_before_each_later_phase() -> None:
    graph = build(
        [
            Node(key="decide", act=Act.APPROVE, role=Role.LEADER),
            Node(key="notify", act=Act.APPRAISE, role=Role.SPECIALIST, after=("decide",)),
            Node(key="certificate", act=Act.APPRAISE, role=Role.SPECIALIST, after=("notify",), phase=2),
            Node(key="map", act=Act.APPRAISE, role=Role.SPECIALIST, after=("notify",), phase=2),
            Node(key="sign", act=Act.SIGN, role=Role.LEADER, after=("certificate", "map"), phase=2),
        ]
    )

    stop = complete(graph, {"notify"}, "notify", DONE, {})
    assert [(node.key, node.act, node.role) for node in stop.opened] == [("payment_2", Act.PAY, None)]
    assert keys(complete(graph, stop.open, "payment_2", DONE, {}).opened) == ["certificate", "map"]


def test_a_stop_waits_for_everything_its_phase_waited_for() -> None:
    graph = build(
        [
            step("a"),
            step("b"),
            *(Node(key=k, act=Act.APPRAISE, role=Role.HEAD, after=(o,), phase=2) for k, o in ("xa", "yb")),
        ]
    )

    assert graph["payment_2"].after == ("a", "b")


def test_the_longest_path_counts_parallel_work_once_and_neither_payment_nor_delivery() -> None:
    graph = Graph(
        (
            step("check", minutes=100),
            step("short", "check", minutes=50),
            step("long", "check", minutes=200, when="works"),
            Node(key="pay", act=Act.PAY, role=None, minutes=999, after=("short", "long")),
            step("issue", "pay", minutes=10),
            Node(key="deliver", act=Act.DELIVER, role=Role.ONE_STOP, minutes=999, after=("issue",)),
        )
    )

    assert longest_path_minutes(graph) == 310
    assert longest_path_minutes(graph, {"works": False}) == 160


# For every graph


def walk(drawn: Drawn, truths: dict[str, bool], random: Random, *, returns: int = 0) -> list[Advance]:
    """Complete open nodes in any order, with at most so many returns, until nothing is open."""
    graph = drawn.graph
    standing = frozenset(keys(start(graph, truths)))
    moves: list[Advance] = []
    while standing:
        key = random.choice(sorted(standing))
        back = random.choice([None, *graph[key].returns_to]) if returns else None
        returns -= back is not None
        advance = complete(graph, standing, key, RETURNED if back else DONE, truths, back_to=back)
        moves.append(advance)
        standing = advance.open
    return moves


@given(st.data(), RANDOMS)
def test_there_is_one_open_node_per_branch_at_every_moment(data: st.DataObject, random: Random) -> None:
    drawn = data.draw(drawn_graphs(conditions=True, needs=True, returns=True, stop=True))
    for advance in walk(drawn, data.draw(truths_for(drawn.graph)), random, returns=5):
        assert all(drawn.beside(one, other) for one, other in combinations(advance.open, 2))


@given(drawn_graphs(), RANDOMS)
def test_without_conditions_every_step_is_done_exactly_once_after_all_it_waits_for(
    drawn: Drawn, random: Random
) -> None:
    closed = [advance.closed for advance in walk(drawn, {}, random)]

    assert sorted(keys(tuple(closed))) == sorted(keys(drawn.graph.nodes))
    for number, node in enumerate(closed):
        assert set(node.after) <= set(keys(tuple(closed[:number])))


@given(st.data(), RANDOMS)
def test_exactly_the_steps_that_apply_are_done(data: st.DataObject, random: Random) -> None:
    drawn = data.draw(drawn_graphs(conditions=True))
    truths = data.draw(truths_for(drawn.graph))
    closed = {advance.closed.key for advance in walk(drawn, truths, random)}

    assert closed == {node.key for node in drawn.graph.nodes if node.when is None or truths[node.when]}


@given(st.data(), RANDOMS)
def test_every_walk_ends_with_the_decision_however_often_it_was_sent_back(data: st.DataObject, random: Random) -> None:
    drawn = data.draw(drawn_graphs(conditions=True, needs=True, returns=True, stop=True))
    moves = walk(drawn, data.draw(truths_for(drawn.graph)), random, returns=6)

    assert [move.closed.key for move in moves[-4:]] == ["sign", "number", "issue", "deliver"]


@given(drawn_graphs(needs=True), RANDOMS)
def test_a_join_opens_with_the_nth_branch_and_drops_the_others(drawn: Drawn, random: Random) -> None:
    done: set[str] = set()
    for advance in walk(drawn, {}, random):
        done.add(advance.closed.key)
        for opened in advance.opened:
            arrived = sum(key in done for key in opened.after)
            assert arrived == (len(opened.after) if opened.needs is None else opened.needs)
        assert {node.key for node in advance.dropped}.isdisjoint(advance.open)


@given(drawn_graphs(returns=True), RANDOMS)
def test_a_return_opens_that_step_alone_in_its_branch(drawn: Drawn, random: Random) -> None:
    standing = frozenset(keys(start(drawn.graph, {})))
    for advance in walk(drawn, {}, random, returns=6):
        if advance.back_to is not None:
            untouched = {key for key in standing if drawn.beside(key, advance.back_to)}
            assert advance.open == untouched | {advance.back_to}
        standing = advance.open


@given(drawn_graphs())
def test_where_a_dossier_stands_tells_what_is_behind_it(drawn: Drawn) -> None:
    done: set[str] = set()
    for advance in walk(drawn, {}, Random(1)):
        done.add(advance.closed.key)
        if advance.open:
            assert drawn.graph.behind(advance.open) == done


@given(drawn_graphs(conditions=True), st.data())
def test_the_longest_path_is_the_longest_of_all_paths(drawn: Drawn, data: st.DataObject) -> None:
    truths = data.draw(truths_for(drawn.graph))

    def slowest_to(key: str) -> int:
        node = drawn.graph[key]
        own = node.minutes if node.when is None or truths[node.when] else 0
        return own + max((slowest_to(earlier) for earlier in node.after), default=0)

    assert longest_path_minutes(drawn.graph, truths) == slowest_to("issue")
