"""What a history of events means: by example, by what it refuses, and for dossiers that live at random."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, timedelta
from random import Random
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Act, Graph, Node, Silence
from portal.workflow.lifecycle import Clock, Outcome, State, StopReason
from portal.workflow.replay import BrokenHistory, PauseReason, Projection, apply, replay
from portal.workflow.roles import Role
from tests.workflow.graphs import drawn_graphs, truths_for
from tests.workflow.histories import DOSSIER, MORNING, History, Life

K = EventKind
AGREES = Silence.COUNTS_AS_AGREEMENT

LINE = Graph(
    (
        Node(key="intake", act=Act.INTAKE, role=Role.ONE_STOP),
        Node(key="draft", act=Act.APPRAISE, role=Role.SPECIALIST, after=("intake",)),
        Node(key="fire", act=Act.OPINION, role=Role.CONSULTANT, after=("intake",), silence=AGREES, when="fire"),
        Node(key="approve", act=Act.APPROVE, role=Role.HEAD, after=("draft", "fire"), returns_to=("draft",)),
        Node(key="payment", act=Act.PAY, role=None, after=("approve",)),
        Node(key="sign", act=Act.SIGN, role=Role.LEADER, after=("payment",), returns_to=("draft",)),
        Node(key="number", act=Act.NUMBER, role=Role.CLERK, after=("sign",), returns_to=("sign",)),
        Node(key="issue", act=Act.ISSUE, role=Role.CLERK, after=("number",)),
        Node(key="deliver", act=Act.DELIVER, role=Role.ONE_STOP, after=("issue",)),
    )
)

TO_FILED = [(K.FILED, {"agency": "one-stop"})]
TO_ACCEPTED = [*TO_FILED, (K.ACCEPTED, {}), (K.STEP_OPENED, {"node": "intake"})]
TO_DRAFT = [
    *TO_ACCEPTED,
    (K.ROUTED, {"agency": "construction"}),
    (K.STEP_COMPLETED, {"node": "intake"}),
    (K.STEP_OPENED, {"node": "draft", "agency": "construction"}),
]
TO_APPROVE = [*TO_DRAFT, (K.STEP_COMPLETED, {"node": "draft"}), (K.STEP_OPENED, {"node": "approve"})]
TO_PAYMENT = [*TO_APPROVE, (K.STEP_COMPLETED, {"node": "approve"}), (K.PAYMENT_REQUESTED, {"node": "payment"})]
TO_SIGN = [*TO_PAYMENT, (K.PAYMENT_CONFIRMED, {}), (K.STEP_OPENED, {"node": "sign"})]
TO_NUMBER = [*TO_SIGN, (K.SIGNED, {"node": "sign", "evidence": "cms-1"}), (K.STEP_OPENED, {"node": "number"})]
TO_ISSUE = [*TO_NUMBER, (K.NUMBERED, {"node": "number", "evidence": "17"}), (K.STEP_OPENED, {"node": "issue"})]
TO_SETTLED = [
    *TO_ISSUE,
    (K.ISSUED, {"node": "issue", "evidence": "pdf-1", "outcome": "granted"}),
    (K.STEP_OPENED, {"node": "deliver"}),
]
TO_RETURNED = [*TO_SETTLED, (K.RETURNED, {"node": "deliver", "evidence": "download-1"})]

Told = Sequence[tuple[EventKind, dict[str, str]]]
SHORT = settings(max_examples=60, deadline=None)
"""A life is long; sixty of them, drawn anew in every run, say enough."""


def history(*told: tuple[EventKind, dict[str, str]]) -> list[Event]:
    written = History()
    for kind, params in told:
        written.add(kind, **params)
    return written.events


def present(*told: tuple[EventKind, dict[str, str]]) -> Projection:
    return replay(history(*told), LINE)


def test_a_dossier_goes_from_filing_to_the_hand_of_the_filer() -> None:
    events = history(*TO_RETURNED)
    dossier = replay(events, LINE)

    assert dossier.state is State.RETURNED
    assert dossier.outcome is Outcome.GRANTED
    assert dossier.version == len(events)
    assert dossier.agency_id == "construction"
    assert dossier.filed_at == events[0].at
    assert dossier.accepted_at == events[1].at
    assert dossier.settled_at == dossier.ended_at == next(e.at for e in events if e.kind is K.ISSUED)
    assert dossier.returned_at == events[-1].at
    assert [proof.evidence for proof in dossier.decision] == ["cms-1", "17", "pdf-1", "download-1"]
    assert dossier.open_steps == ()


@pytest.mark.parametrize(
    ("told", "state", "clock"),
    [
        ([(K.PREPAYMENT_REQUESTED, {})], State.AWAITING_PREPAYMENT, Clock.NOT_STARTED),
        ([(K.PREPAYMENT_REQUESTED, {}), (K.PREPAYMENT_EXPIRED, {})], State.DRAFT, Clock.NOT_STARTED),
        ([(K.PREPAYMENT_REQUESTED, {}), *TO_FILED], State.FILED, Clock.NOT_STARTED),
        (TO_FILED, State.FILED, Clock.NOT_STARTED),
        ([*TO_FILED, (K.REFUSED_INTAKE, {})], State.NOT_ACCEPTED, Clock.ENDED),
        ([*TO_FILED, (K.SUPPLEMENT_REQUESTED, {})], State.SUPPLEMENT_REQUESTED, Clock.NOT_STARTED),
        (TO_ACCEPTED, State.ACCEPTED, Clock.RUNNING),
        (TO_DRAFT, State.IN_PROGRESS, Clock.RUNNING),
        ([*TO_DRAFT, (K.SUPPLEMENT_REQUESTED, {})], State.SUPPLEMENT_REQUESTED, Clock.STOPPED),
        (TO_PAYMENT, State.PAYMENT_DUE, Clock.STOPPED),
        ([*TO_DRAFT, (K.WITHDRAWAL_REQUESTED, {})], State.WITHDRAWAL_REQUESTED, Clock.RUNNING),
        ([*TO_PAYMENT, (K.WITHDRAWAL_REQUESTED, {})], State.WITHDRAWAL_REQUESTED, Clock.STOPPED),
        ([*TO_DRAFT, (K.STOPPED, {"reason": "closed_administratively"})], State.STOPPED, Clock.ENDED),
        (TO_SETTLED, State.SETTLED, Clock.ENDED),
    ],
)  # fmt: skip
def test_the_state_and_the_clock_follow_from_the_events(told: Told, state: State, clock: Clock) -> None:
    dossier = present(*told)

    assert (dossier.state, dossier.clock) == (state, clock)


def test_the_dossier_is_in_progress_once_somebody_beyond_the_counter_has_it() -> None:
    assert present(*TO_DRAFT[:-1]).state is State.ACCEPTED
    assert present(*TO_DRAFT).state is State.IN_PROGRESS


def test_a_supplement_before_intake_leads_back_to_filed_and_belongs_to_the_acceptance_timer() -> None:
    dossier = present(*TO_FILED, (K.SUPPLEMENT_REQUESTED, {"ground": "118/2025"}), (K.SUPPLEMENT_ANSWERED, {}))

    assert dossier.state is State.FILED
    assert [(pause.before_intake, pause.ground) for pause in dossier.pauses] == [(True, "118/2025")]


def test_time_spent_on_a_supplement_is_a_pause_with_its_ground_and_its_event() -> None:
    events = history(*TO_DRAFT, (K.SUPPLEMENT_REQUESTED, {"ground": "art. 7"}), (K.SUPPLEMENT_ANSWERED, {}))
    (pause,) = replay(events, LINE).pauses

    assert (pause.reason, pause.ground, pause.before_intake) == (PauseReason.SUPPLEMENT, "art. 7", False)
    assert (pause.began_at, pause.ended_at, pause.event) == (events[-2].at, events[-1].at, events[-2].version)


def test_supplement_rounds_are_counted() -> None:
    once = [(K.SUPPLEMENT_REQUESTED, {}), (K.SUPPLEMENT_ANSWERED, {})]

    assert present(*TO_DRAFT, *once, *once).supplement_rounds == 2


def test_a_stop_ends_the_open_pause_and_closes_every_step() -> None:
    dossier = present(*TO_PAYMENT, (K.STOPPED, {"reason": "unpaid"}))

    assert (dossier.stop_reason, dossier.open_pause, dossier.open_steps) == (StopReason.UNPAID, None, ())
    assert dossier.pauses[0].ended_at == dossier.ended_at == dossier.last_at
    assert dossier.settled_at is None


def test_a_withdrawal_before_intake_needs_nobodys_leave() -> None:
    dossier = present(*TO_FILED, (K.STOPPED, {"reason": "withdrawn"}))

    assert (dossier.state, dossier.stop_reason) == (State.STOPPED, StopReason.WITHDRAWN)


def test_a_granted_withdrawal_stops_the_dossier() -> None:
    dossier = present(*TO_DRAFT, (K.WITHDRAWAL_REQUESTED, {}), (K.WITHDRAWAL_GRANTED, {}))

    assert (dossier.state, dossier.stop_reason, dossier.came_from) == (State.STOPPED, StopReason.WITHDRAWN, None)


def test_a_declined_withdrawal_leaves_everything_as_it_was() -> None:
    before = present(*TO_PAYMENT)
    after = present(*TO_PAYMENT, (K.WITHDRAWAL_REQUESTED, {}), (K.WITHDRAWAL_DECLINED, {}))

    assert replace(after, version=before.version, last_at=before.last_at) == before


def test_money_that_arrives_while_withdrawal_is_asked_is_not_lost() -> None:
    asked = [*TO_PAYMENT, (K.WITHDRAWAL_REQUESTED, {}), (K.PAYMENT_CONFIRMED, {})]

    paid = present(*asked)
    assert (paid.state, paid.came_from, paid.open_pause) == (State.WITHDRAWAL_REQUESTED, State.IN_PROGRESS, None)
    assert present(*asked, (K.WITHDRAWAL_DECLINED, {})).state is State.IN_PROGRESS


def test_a_payment_the_graph_did_not_ask_for_leaves_the_steps_open() -> None:
    asked = present(*TO_DRAFT, (K.PAYMENT_REQUESTED, {}))
    paid = present(*TO_DRAFT, (K.PAYMENT_REQUESTED, {}), (K.PAYMENT_CONFIRMED, {}))

    assert asked.state is State.PAYMENT_DUE
    assert (paid.state, paid.standing) == (State.IN_PROGRESS, {"draft"})


def test_a_result_is_issued_against_the_payment() -> None:
    issued = (K.ISSUED, {"node": "issue", "outcome": "granted"})
    dossier = present(*TO_ISSUE, (K.PAYMENT_REQUESTED, {}), issued)

    assert (dossier.state, dossier.open_pause) == (State.SETTLED, None)


def test_an_opinion_may_be_given_while_the_filer_completes_the_dossier() -> None:
    told = [*TO_DRAFT, (K.OPINION_REQUESTED, {"node": "fire"}), (K.SUPPLEMENT_REQUESTED, {})]

    assert present(*told, (K.OPINION_GIVEN, {"node": "fire"})).standing == {"draft"}
    assert present(*told, (K.OPINION_SILENT, {"node": "fire"})).standing == {"draft"}


def test_a_step_belongs_to_its_latest_assignee() -> None:
    assigned = [(K.STEP_ASSIGNED, {"node": "draft", "assignee": who}) for who in ("post:1", "post:2")]
    step = present(*TO_DRAFT, *assigned).step_at("draft")

    assert step is not None
    assert (step.assignee, step.agency, step.entry) == ("post:2", "construction", len(TO_DRAFT))


def test_a_draft_sent_back_is_drafted_again() -> None:
    dossier = present(
        *TO_APPROVE, (K.STEP_SENT_BACK, {"node": "approve", "to": "draft"}), (K.STEP_OPENED, {"node": "draft"})
    )

    assert dossier.standing == {"draft"}


def test_a_decision_sent_back_by_the_clerk_must_be_signed_anew() -> None:
    returned = [*TO_NUMBER, (K.STEP_SENT_BACK, {"node": "number", "to": "sign"}), (K.STEP_OPENED, {"node": "sign"})]

    assert present(*TO_NUMBER).signed is not None
    assert present(*returned).signed is None


def test_a_correction_reopens_the_dossier_and_voids_what_is_done_again() -> None:
    told = [*TO_RETURNED, (K.REOPENED_BY_CORRECTION, {"to": "number"}), (K.STEP_OPENED, {"node": "number"})]
    dossier = present(*told)

    assert (dossier.state, dossier.corrections, dossier.standing) == (State.IN_PROGRESS, 1, {"number"})
    assert (dossier.settled_at, dossier.returned_at, dossier.ended_at, dossier.outcome) == (None, None, None, None)
    assert [proof.act for proof in dossier.decision] == [Act.SIGN]


def test_the_promised_day_is_moved_once() -> None:
    extended = (K.EXTENDED, {"until": "2026-02-03"})

    assert present(*TO_DRAFT, extended).extended_to == date(2026, 2, 3)
    assert refusal(*TO_DRAFT, extended, extended) == "extended_before"


def test_a_dossier_moved_to_a_corrected_version_goes_on_in_its_graph() -> None:
    shorter = Graph(
        tuple(replace(n, after=("draft",)) if n.key == "approve" else n for n in LINE.nodes if n.key != "fire")
    )
    moved = [
        *TO_DRAFT,
        (K.MOVED_TO_VERSION, {"version": "v2"}),
        (K.STEP_COMPLETED, {"node": "draft"}),
        (K.STEP_OPENED, {"node": "approve"}),
    ]
    dossier = replay(history(*moved), LINE, later={"v2": shorter})

    assert (dossier.procedure_version, dossier.standing) == ("v2", {"approve"})
    with pytest.raises(BrokenHistory, match="version_unknown"):
        replay(history(*moved), LINE)


def test_a_dossier_cannot_be_moved_to_a_version_without_the_step_it_stands_at() -> None:
    without = Graph(tuple(node for node in LINE.nodes if node.key == "intake"))

    with pytest.raises(BrokenHistory, match="node_unknown"):
        replay(history(*TO_DRAFT, (K.MOVED_TO_VERSION, {"version": "v2"})), LINE, later={"v2": without})


def test_a_dossier_whose_step_is_gone_goes_on_at_the_step_it_is_moved_to() -> None:
    renamed = Graph(
        (LINE["intake"], replace(LINE["draft"], key="appraise"), replace(LINE["sign"], after=("appraise",)))
    )
    moved = [*TO_DRAFT, (K.STEP_DROPPED, {"node": "draft"}), (K.MOVED_TO_VERSION, {"version": "v2", "to": "appraise"})]
    told = [*moved, (K.STEP_OPENED, {"node": "appraise"})]

    assert replay(history(*told), LINE, later={"v2": renamed}).standing == {"appraise"}
    with pytest.raises(BrokenHistory, match="not_awaited"):
        replay(history(*moved, (K.STEP_OPENED, {"node": "sign"})), LINE, later={"v2": renamed})


# What cannot follow


def refusal(*told: tuple[EventKind, dict[str, str]]) -> str:
    """Why the last of these events cannot follow; the others can."""
    events = history(*told)
    replay(events[:-1], LINE)
    with pytest.raises(BrokenHistory) as broken:
        replay(events, LINE)
    assert broken.value.version == len(events)
    return broken.value.code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ([*TO_FILED, (K.FILED, {})], "not_from_here"),
        ([*TO_FILED, (K.OPENED_BY_OFFICE, {}), (K.CORRECTED, {})], "already_opened"),
        ([*TO_ACCEPTED, (K.ACCEPTED, {})], "not_from_here"),
        ([*TO_FILED, (K.STEP_OPENED, {"node": "intake"})], "not_open"),
        ([*TO_FILED, (K.STOPPED, {"reason": "unpaid"})], "not_from_here"),
        ([*TO_DRAFT, (K.STOPPED, {"reason": "unpaid"})], "reason_not_allowed"),
        ([*TO_DRAFT, (K.STOPPED, {"reason": "tired"})], "param_wrong"),
        ([*TO_DRAFT, (K.STOPPED, {})], "param_missing"),
        ([*TO_DRAFT, (K.STEP_OPENED, {"node": "draft"})], "two_open_in_one_branch"),
        ([*TO_DRAFT, (K.STEP_OPENED, {"node": "approve"})], "two_open_in_one_branch"),
        ([*TO_ACCEPTED, (K.STEP_COMPLETED, {"node": "intake"}), (K.STEP_OPENED, {"node": "approve"})], "not_awaited"),
        ([*TO_PAYMENT[:-1], (K.OPINION_REQUESTED, {"node": "fire"})], "not_awaited"),
        ([*TO_DRAFT, (K.STEP_OPENED, {"node": "fire"})], "wrong_kind_for_node"),
        ([*TO_DRAFT, (K.STEP_OPENED, {"node": "nowhere"})], "node_unknown"),
        ([*TO_DRAFT, (K.STEP_COMPLETED, {"node": "approve"})], "not_open"),
        ([*TO_DRAFT, (K.OPINION_SILENT, {"node": "draft"})], "wrong_kind_for_node"),
        ([*TO_DRAFT, (K.STEP_ASSIGNED, {"node": "sign", "assignee": "x"})], "not_open"),
        ([*TO_DRAFT, (K.STEP_DROPPED, {"node": "sign"})], "not_open"),
        ([*TO_SIGN, (K.STEP_COMPLETED, {"node": "sign"})], "wrong_kind_for_node"),
        ([*TO_APPROVE, (K.STEP_SENT_BACK, {"node": "approve", "to": "intake"})], "no_way_back"),
        ([*TO_SIGN, (K.NUMBERED, {"node": "number"})], "not_signed"),
        ([*TO_NUMBER, (K.ISSUED, {"node": "issue", "outcome": "granted"})], "not_numbered"),
        ([*TO_ISSUE, (K.ISSUED, {"node": "issue"})], "param_missing"),
        ([*TO_SIGN, (K.SUPPLEMENT_REQUESTED, {}), (K.SIGNED, {"node": "sign"})], "not_in_progress"),
        ([*TO_DRAFT, (K.SUPPLEMENT_REQUESTED, {}), (K.STEP_COMPLETED, {"node": "draft"})], "not_in_progress"),
        ([*TO_DRAFT, (K.WITHDRAWAL_REQUESTED, {}), (K.STEP_COMPLETED, {"node": "draft"})], "not_in_progress"),
        ([*TO_SIGN, (K.PAYMENT_REQUESTED, {}), (K.STEP_SENT_BACK, {"node": "sign", "to": "draft"})], "not_in_progress"),
        ([*TO_ISSUE, (K.RETURNED, {"node": "deliver"})], "not_from_here"),
        ([*TO_SETTLED, (K.RETURNED, {})], "work_left_open"),
        ([*TO_SETTLED, (K.STEP_OPENED, {"node": "draft"})], "not_open"),
        ([*TO_SETTLED, (K.REOPENED_BY_CORRECTION, {"to": "nowhere"})], "node_unknown"),
        ([*TO_FILED, (K.EXTENDED, {"until": "2026-02-03"})], "not_open"),
        ([*TO_DRAFT, (K.EXTENDED, {"until": "soon"})], "param_wrong"),
        ([*TO_DRAFT, (K.PAYMENT_CONFIRMED, {})], "not_from_here"),
        ([*TO_DRAFT, (K.WITHDRAWAL_REQUESTED, {}), (K.PAYMENT_CONFIRMED, {})], "not_from_here"),
        ([*TO_DRAFT, (K.PAYMENT_REQUESTED, {"node": "draft"})], "wrong_kind_for_node"),
        ([*TO_SETTLED, (K.ROUTED, {"agency": "x"})], "not_open"),
    ],
)  # fmt: skip
def test_an_event_that_cannot_follow_is_named_with_its_version(told: Told, code: str) -> None:
    assert refusal(*told) == code


def test_a_missing_event_shows() -> None:
    events = history(*TO_DRAFT)

    with pytest.raises(BrokenHistory) as broken:
        replay([*events[:2], *events[3:]], LINE)

    assert (broken.value.version, broken.value.code) == (4, "version_gap")


def test_a_history_begins_with_version_one() -> None:
    with pytest.raises(BrokenHistory, match="version_gap"):
        replay(history(*TO_ACCEPTED)[1:], LINE)


def test_an_event_of_another_dossier_shows() -> None:
    events = history(*TO_ACCEPTED)

    with pytest.raises(BrokenHistory, match="other_dossier"):
        replay([*events[:2], replace(events[2], dossier_id=uuid4())], LINE)


def test_instants_do_not_run_backwards() -> None:
    first, second = history(*TO_FILED, (K.ACCEPTED, {}))

    replay([first, replace(second, at=first.at)], LINE)
    with pytest.raises(BrokenHistory, match="time_runs_backwards"):
        replay([first, replace(second, at=first.at - timedelta(microseconds=1))], LINE)


def test_a_history_without_events_is_none() -> None:
    with pytest.raises(BrokenHistory, match="no_events"):
        replay([], LINE)


TRACE = [
    K.SENT_TO_DISPATCHER, K.DUE_CHANGED, K.ESCALATED, K.REMINDED, K.LETTER_SENT, K.FEE_SETTLED, K.MESSAGE_SENT,
    K.VIEWED_SENSITIVE, K.APPEALED, K.RATED, K.DELIVERY_CHOSEN, K.SLOT_BOOKED, K.SLOT_RELEASED, K.RESULT_POSTED,
    K.RESULT_CAME_BACK,
]  # fmt: skip


@pytest.mark.parametrize("told", [TO_FILED, TO_DRAFT, TO_PAYMENT, TO_RETURNED])
def test_a_trace_changes_nothing_but_the_version(told: Told) -> None:
    before = present(*told)
    for kind in TRACE:
        after = present(*told, (kind, {}))
        assert replace(after, version=before.version, last_at=before.last_at) == before


def test_every_kind_that_is_no_trace_has_a_meaning() -> None:
    for kind in set(EventKind) - set(TRACE):
        bare = Event(dossier_id=DOSSIER, version=1, kind=kind, at=MORNING.astimezone(UTC))
        try:
            after = apply(None, bare, LINE)
        except BrokenHistory:
            continue
        assert after.state is not State.DRAFT


# For dossiers that live at random


@st.composite
def lives(draw: st.DrawFn) -> Life:
    drawn = draw(drawn_graphs(conditions=True, needs=True, returns=True, stop=True))
    life = Life(drawn.graph, draw(truths_for(drawn.graph)), Random(draw(st.integers(0, 2**32))))
    life.live(draw(st.integers(1, 60)))
    return life


@SHORT
@given(lives())
def test_the_replay_of_any_life_is_where_the_dossier_stands(life: Life) -> None:
    dossier = replay(life.events, life.graph)

    assert dossier.state is life.state
    assert dossier.standing == life.standing
    assert dossier.came_from is life.came_from
    assert dossier.accepted is life.accepted
    assert dossier.supplement_rounds == life.rounds
    assert len(dossier.pauses) == life.pauses_begun
    assert sum(pause.ended_at is None for pause in dossier.pauses) == life.pauses_open
    assert (dossier.outcome, dossier.stop_reason) == (life.outcome, life.stop_reason)
    assert dossier.corrections == life.corrections
    assert dossier.version == len(life.events)


@SHORT
@given(lives())
def test_events_applied_one_by_one_give_what_the_whole_history_gives(life: Life) -> None:
    step_by_step: Projection | None = None
    for number, event in enumerate(life.events, start=1):
        step_by_step = apply(step_by_step, event, life.graph)
        if number % 10 == 0 or event is life.events[-1]:
            assert step_by_step == replay(life.events[:number], life.graph)


@SHORT
@given(lives())
def test_pauses_never_overlap_and_only_a_paused_state_has_an_open_one(life: Life) -> None:
    dossier = replay(life.events, life.graph)
    for earlier, later in zip(dossier.pauses, dossier.pauses[1:], strict=False):
        assert earlier.ended_at is not None
        assert earlier.began_at <= earlier.ended_at <= later.began_at

    waiting = {State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE}
    assert (dossier.open_pause is not None) == bool({dossier.state, dossier.came_from} & waiting)


@SHORT
@given(lives())
def test_nothing_is_issued_unsigned_or_unnumbered(life: Life) -> None:
    dossier = replay(life.events, life.graph)
    acts = [proof.act for proof in dossier.decision]

    assert acts == [Act.SIGN, Act.NUMBER, Act.ISSUE, Act.DELIVER][: len(acts)]
    assert (dossier.settled_at is not None) == (dossier.state in {State.SETTLED, State.RETURNED})


@SHORT
@given(lives(), st.data())
def test_an_event_that_changes_the_present_cannot_happen_twice_in_a_row(life: Life, data: st.DataObject) -> None:
    repeatable = {*TRACE, K.CORRECTED, K.OPENED_BY_OFFICE, K.ROUTED, K.STEP_ASSIGNED}
    places = [n for n, event in enumerate(life.events) if event.kind not in repeatable]
    if not places:
        return
    place = data.draw(st.sampled_from(places))
    again = replace(life.events[place], version=place + 2)

    with pytest.raises(BrokenHistory) as broken:
        replay([*life.events[: place + 1], again], life.graph)
    assert broken.value.version == place + 2


def test_random_lives_reach_every_state_and_every_kind_they_are_meant_to() -> None:
    graph = LINE
    kinds: set[EventKind] = set()
    states: set[State] = set()
    for seed in range(150):
        life = Life(graph, {"fire": seed % 2 == 0}, Random(seed))
        life.live(60)
        present: Projection | None = None
        for event in life.events:
            present = apply(present, event, graph)
            kinds.add(event.kind)
            states.add(present.state)

    unlived = {K.ROUTED, K.STEP_ASSIGNED, K.MOVED_TO_VERSION, K.EXTENDED, K.STEP_DROPPED}
    assert set(EventKind) - kinds == unlived | set(TRACE) - {K.VIEWED_SENSITIVE}
    assert states == set(State)
