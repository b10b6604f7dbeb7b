"""What an administrator is told about a graph before it is published."""

from dataclasses import replace

import pytest
from hypothesis import given

from portal.workflow.graph import Act, Graph, Node, Silence
from portal.workflow.roles import Role
from portal.workflow.soundness import MOST_NODES, Problem, problems
from tests.workflow.graphs import Drawn, drawn_graphs

CHECK = Node(key="check", act=Act.APPRAISE, role=Role.SPECIALIST)
SIGN = Node(key="sign", act=Act.SIGN, role=Role.LEADER, after=("check",), returns_to=("check",))
NUMBER = Node(key="number", act=Act.NUMBER, role=Role.CLERK, after=("sign",))
ISSUE = Node(key="issue", act=Act.ISSUE, role=Role.CLERK, after=("number",))
DELIVER = Node(key="deliver", act=Act.DELIVER, role=Role.ONE_STOP, after=("issue",))
LINE = (CHECK, SIGN, NUMBER, ISSUE, DELIVER)

STOPPED_AFTER_OPINION = (
    Node(key="opinion", act=Act.OPINION, role=Role.CONSULTANT, after=("check",)),
    Node(key="payment", act=Act.PAY, role=None, after=("opinion",)),
    replace(SIGN, after=("payment",)),
    *LINE[2:],
)

RETURNS_INTO_CHOICE = (
    CHECK,
    Node(key="fire", act=Act.OPINION, role=Role.CONSULTANT, after=("check",)),
    Node(key="environment", act=Act.OPINION, role=Role.CONSULTANT, after=("check",)),
    Node(key="conclude", act=Act.APPRAISE, role=Role.SPECIALIST, after=("fire", "environment"), needs=1),
    replace(SIGN, after=("conclude",), returns_to=("fire",)),
    *LINE[2:],
)


def found(*nodes: Node) -> set[tuple[str, str]]:
    return {(problem.code, problem.node) for problem in problems(Graph(nodes))}


def changed(key: str, **values: object) -> tuple[Node, ...]:
    return tuple(replace(node, **values) if node.key == key else node for node in LINE)  # type: ignore[arg-type]


@given(drawn_graphs(conditions=True, needs=True, returns=True, stop=True))
def test_every_series_parallel_graph_that_ends_in_a_decision_is_sound(drawn: Drawn) -> None:
    assert problems(drawn.graph) == ()


def test_the_standard_line_is_sound() -> None:
    assert found(*LINE) == set()


def test_a_stop_may_lie_between_number_and_issue() -> None:
    stop = Node(key="payment", act=Act.PAY, role=None, after=("number",))

    assert found(CHECK, SIGN, NUMBER, stop, replace(ISSUE, after=("payment",)), DELIVER) == set()


def test_two_levels_sign_one_after_the_other() -> None:
    second = replace(SIGN, key="sign_province", after=("report",))
    report = replace(CHECK, key="report", after=("sign",))

    assert found(CHECK, SIGN, report, second, replace(NUMBER, after=("sign_province",)), ISSUE, DELIVER) == set()


def test_alternative_signatures_may_stand_side_by_side() -> None:
    small, large = replace(SIGN, when="small"), replace(SIGN, key="sign_province", when="large")
    number = replace(NUMBER, after=("sign", "sign_province"))

    assert found(CHECK, small, large, number, ISSUE, DELIVER) == set()
    assert ("beside_open_work", "sign") in found(CHECK, SIGN, large, number, ISSUE, DELIVER)


@pytest.mark.parametrize(
    ("nodes", "problem"),
    [
        ((), ("empty", "")),
        ((*LINE, CHECK), ("key_twice", "check")),
        (changed("sign", after=("chekc",)), ("unknown_node", "sign")),
        (changed("sign", returns_to=("nobody",)), ("unknown_node", "sign")),
        (changed("check", after=("sign",)), ("cycle", "check")),
        (changed("check", after=("sign",)), ("unreachable", "deliver")),
        (changed("sign", returns_to=("issue",)), ("returns_forward", "sign")),
        (changed("sign", returns_to=("sign",)), ("returns_forward", "sign")),
        (RETURNS_INTO_CHOICE, ("returns_into_choice", "sign")),
        (changed("check", role="minister"), ("role_unknown", "check")),
        (changed("check", role=None), ("role_unknown", "check")),
        (changed("check", role=Role.AUDITOR), ("role_holds_no_step", "check")),
        (changed("check", minutes=-1), ("negative_limit", "check")),
        (changed("check", silence=Silence.ESCALATE), ("silence_without_opinion", "check")),
        (changed("sign", needs=2), ("needs_out_of_range", "sign")),
        (changed("sign", needs=0), ("needs_out_of_range", "sign")),
        (changed("issue", after=("number", "sign"), needs=1), ("needs_in_line", "issue")),
        ((CHECK, *STOPPED_AFTER_OPINION), ("stop_without_step_before", "payment")),
        (changed("sign", when="big"), ("act_may_be_left_out", "sign")),
        (changed("sign", act=Act.APPROVE), ("no_sign", "")),
        (changed("sign", act=Act.APPROVE), ("out_of_order", "number")),
        (changed("number", act=Act.ISSUE), ("no_number", "")),
        (LINE[:3], ("no_issue", "")),
        ((*LINE[:3], replace(DELIVER, after=("number",))), ("out_of_order", "deliver")),
        ((*LINE, replace(CHECK, key="archive", after=("deliver",))), ("work_after_issue", "issue")),
        ((*LINE, replace(CHECK, key="aside", after=("check",))), ("missing_join", "aside")),
        ((*LINE, replace(CHECK, key="aside", after=("check",))), ("beside_open_work", "sign")),
        ((*LINE, Node(key="payment", act=Act.PAY, role=None, after=("check",))), ("beside_open_work", "payment")),
        ((*LINE, Node(key="payment", act=Act.PAY, role=Role.CASHIER, after=("issue",))), ("stop_has_role", "payment")),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(nodes: tuple[Node, ...], problem: tuple[str, str]) -> None:
    assert problem in found(*nodes)


def test_a_return_to_before_the_choice_or_after_it_is_sound() -> None:
    for to in ("check", "conclude"):
        sign = replace(RETURNS_INTO_CHOICE[4], returns_to=(to,))
        assert found(*RETURNS_INTO_CHOICE[:4], sign, *RETURNS_INTO_CHOICE[5:]) == set()


def test_a_definition_of_a_hundred_thousand_steps_is_refused_at_once() -> None:
    line = [CHECK, *(replace(CHECK, key=f"n{i}", after=(f"n{i - 1}" if i else "check",)) for i in range(100_000))]

    assert problems(Graph(tuple(line))) == (Problem(code="too_many_nodes"),)
    assert len(LINE) < MOST_NODES
