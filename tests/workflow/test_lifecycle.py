"""The table of public states, against an independent copy of the rule it implements."""

import pytest

from portal.workflow.lifecycle import (
    CLOCK_RUNNING,
    CLOCK_STOPPED,
    ENDED,
    OPEN,
    TRANSITIONS,
    UNFILED,
    Action,
    Actor,
    Clock,
    CompanyRole,
    Machine,
    Refusal,
    Role,
    State,
    StopReason,
    TransitionRefused,
    clock_in,
    open_to,
    step,
)

S, A = State, Action
BACK = "back"

HANDLING = {
    A.REQUEST_SUPPLEMENT: S.SUPPLEMENT_REQUESTED,
    A.REQUEST_PAYMENT: S.PAYMENT_DUE,
    A.REQUEST_WITHDRAWAL: S.WITHDRAWAL_REQUESTED,
    A.STOP: S.STOPPED,
    A.ISSUE: S.SETTLED,
}

RULE: dict[tuple[State, bool], dict[Action, State | str]] = {
    (S.DRAFT, False): {A.FILE: S.FILED, A.AWAIT_PREPAYMENT: S.AWAITING_PREPAYMENT},
    (S.AWAITING_PREPAYMENT, False): {A.CONFIRM_PREPAYMENT: S.FILED, A.EXPIRE_PREPAYMENT: S.DRAFT},
    (S.FILED, False): {
        A.CORRECT: S.FILED,
        A.ACCEPT: S.ACCEPTED,
        A.REFUSE_INTAKE: S.NOT_ACCEPTED,
        A.REQUEST_SUPPLEMENT: S.SUPPLEMENT_REQUESTED,
        A.WITHDRAW: S.STOPPED,
    },
    (S.SUPPLEMENT_REQUESTED, False): {
        A.ANSWER_SUPPLEMENT: S.FILED,
        A.REFUSE_INTAKE: S.NOT_ACCEPTED,
        A.WITHDRAW: S.STOPPED,
        A.STOP: S.STOPPED,
    },
    (S.ACCEPTED, True): {A.BEGIN: S.IN_PROGRESS, **HANDLING},
    (S.IN_PROGRESS, True): dict(HANDLING),
    (S.SUPPLEMENT_REQUESTED, True): {
        A.ANSWER_SUPPLEMENT: S.IN_PROGRESS,
        A.REQUEST_WITHDRAWAL: S.WITHDRAWAL_REQUESTED,
        A.STOP: S.STOPPED,
    },
    (S.PAYMENT_DUE, True): {
        A.CONFIRM_PAYMENT: S.IN_PROGRESS,
        A.ISSUE: S.SETTLED,
        A.REQUEST_WITHDRAWAL: S.WITHDRAWAL_REQUESTED,
        A.STOP: S.STOPPED,
    },
    (S.WITHDRAWAL_REQUESTED, True): {
        A.GRANT_WITHDRAWAL: S.STOPPED,
        A.DECLINE_WITHDRAWAL: BACK,
        A.CONFIRM_PAYMENT: S.WITHDRAWAL_REQUESTED,
    },
    (S.SETTLED, True): {A.DELIVER: S.RETURNED, A.REOPEN: S.IN_PROGRESS},
    (S.RETURNED, True): {A.REOPEN: S.IN_PROGRESS},
}

GROUND = {
    (S.SUPPLEMENT_REQUESTED, False): StopReason.NOT_SUPPLIED,
    (S.SUPPLEMENT_REQUESTED, True): StopReason.NOT_SUPPLIED,
    (S.PAYMENT_DUE, True): StopReason.UNPAID,
}

EVERY_MOVE = [(state, action, accepted) for state in State for action in Action for accepted in (False, True)]


@pytest.mark.parametrize(("state", "action", "accepted"), EVERY_MOVE)
def test_every_pair_of_state_and_action_is_allowed_or_refused_as_the_rule_says(
    state: State, action: Action, accepted: bool
) -> None:
    target = RULE.get((state, accepted), {}).get(action)
    ground = GROUND.get((state, accepted), StopReason.CLOSED_ADMINISTRATIVELY) if action is A.STOP else None

    if target is None:
        with pytest.raises(TransitionRefused) as refused:
            step(state, action, accepted=accepted, came_from=S.PAYMENT_DUE, reason=ground)
        elsewhere = RULE.get((state, not accepted), {}).get(action)
        assert (refused.value.code is Refusal.NOT_FROM_HERE) == (elsewhere is None)
    else:
        reached = step(state, action, accepted=accepted, came_from=S.PAYMENT_DUE, reason=ground)
        assert reached is (S.PAYMENT_DUE if target == BACK else target)


def test_the_rule_and_the_table_have_the_same_number_of_lines() -> None:
    assert len(TRANSITIONS) == sum(len(moves) for moves in RULE.values())


def test_each_move_stands_once_in_the_table() -> None:
    moves = [(t.source, t.action, t.intake) for t in TRANSITIONS]

    assert len(moves) == len(set(moves))


def test_national_codes_are_one_to_ten_in_the_order_of_the_states() -> None:
    assert [state.national_code for state in State] == [None, None, *range(1, 11)]


def test_every_state_is_unfiled_open_or_ended_and_only_one_of_them() -> None:
    assert set(State) == UNFILED | OPEN | ENDED
    assert len(State) == len(UNFILED) + len(OPEN) + len(ENDED)
    assert CLOCK_RUNNING | CLOCK_STOPPED < OPEN


@pytest.mark.parametrize("state", sorted(State))
def test_every_state_can_reach_an_end(state: State) -> None:
    reached, edge = {state}, [state]
    while edge:
        for transition in TRANSITIONS:
            if transition.source is edge[-1] and transition.target is not None and transition.target not in reached:
                reached.add(transition.target)
                edge.insert(0, transition.target)
        edge.pop()

    assert reached & ENDED


@pytest.mark.parametrize("origin", [S.ACCEPTED, S.IN_PROGRESS, S.SUPPLEMENT_REQUESTED, S.PAYMENT_DUE])
def test_a_declined_withdrawal_leads_back_where_it_came_from(origin: State) -> None:
    assert step(S.WITHDRAWAL_REQUESTED, A.DECLINE_WITHDRAWAL, accepted=True, came_from=origin) is origin


@pytest.mark.parametrize("origin", [None, S.FILED, S.WITHDRAWAL_REQUESTED, S.SETTLED])
def test_a_withdrawal_from_nowhere_cannot_be_declined(origin: State | None) -> None:
    with pytest.raises(TransitionRefused) as refused:
        step(S.WITHDRAWAL_REQUESTED, A.DECLINE_WITHDRAWAL, accepted=True, came_from=origin)

    assert refused.value.code is Refusal.ORIGIN_UNKNOWN


def test_money_confirmed_during_a_withdrawal_counts_only_if_it_was_due() -> None:
    with pytest.raises(TransitionRefused):
        step(S.WITHDRAWAL_REQUESTED, A.CONFIRM_PAYMENT, accepted=True, came_from=S.IN_PROGRESS)


def test_a_filer_corrects_only_while_nobody_has_opened_the_dossier() -> None:
    assert step(S.FILED, A.CORRECT, accepted=False, opened=False) is S.FILED
    with pytest.raises(TransitionRefused) as refused:
        step(S.FILED, A.CORRECT, accepted=False, opened=True)

    assert refused.value.code is Refusal.ALREADY_OPENED


@pytest.mark.parametrize(
    ("state", "accepted", "grounds"),
    [
        (S.SUPPLEMENT_REQUESTED, False, {StopReason.NOT_SUPPLIED}),
        (S.SUPPLEMENT_REQUESTED, True, {StopReason.NOT_SUPPLIED, StopReason.CLOSED_ADMINISTRATIVELY}),
        (S.PAYMENT_DUE, True, {StopReason.UNPAID, StopReason.CLOSED_ADMINISTRATIVELY}),
        (S.ACCEPTED, True, {StopReason.CLOSED_ADMINISTRATIVELY}),
        (S.IN_PROGRESS, True, {StopReason.CLOSED_ADMINISTRATIVELY}),
    ],
)
def test_a_stop_needs_a_ground_that_fits_the_state(state: State, accepted: bool, grounds: set[StopReason]) -> None:
    for reason in (None, *StopReason):
        if reason in grounds:
            assert step(state, A.STOP, accepted=accepted, reason=reason) is S.STOPPED
        else:
            with pytest.raises(TransitionRefused) as refused:
                step(state, A.STOP, accepted=accepted, reason=reason)
            assert refused.value.code is Refusal.REASON_NOT_ALLOWED


def test_only_a_stop_has_a_ground() -> None:
    with pytest.raises(TransitionRefused):
        step(S.FILED, A.ACCEPT, accepted=False, reason=StopReason.UNPAID)


WHO: list[tuple[State, Action, bool, set[Actor]]] = [
    (S.DRAFT, A.FILE, False, {CompanyRole.OWNER, CompanyRole.FILER, Role.ONE_STOP}),
    (S.AWAITING_PREPAYMENT, A.CONFIRM_PREPAYMENT, False, {Machine.GATEWAY, Role.CASHIER}),
    (S.AWAITING_PREPAYMENT, A.EXPIRE_PREPAYMENT, False, {Machine.TIMER}),
    (S.FILED, A.CORRECT, False, {CompanyRole.OWNER, CompanyRole.FILER}),
    (S.FILED, A.ACCEPT, False, {Role.ONE_STOP}),
    (S.FILED, A.REFUSE_INTAKE, False, {Role.ONE_STOP}),
    (S.FILED, A.REQUEST_SUPPLEMENT, False, {Role.ONE_STOP}),
    (S.FILED, A.WITHDRAW, False, {CompanyRole.OWNER, CompanyRole.FILER}),
    (S.IN_PROGRESS, A.REQUEST_SUPPLEMENT, True, {Role.SPECIALIST, Role.HEAD, Role.LEADER}),
    (S.IN_PROGRESS, A.ISSUE, True, {Role.CLERK}),
    (S.SUPPLEMENT_REQUESTED, A.STOP, False, {Role.ONE_STOP}),
    (S.SUPPLEMENT_REQUESTED, A.STOP, True, {Role.HEAD, Role.LEADER}),
    (S.WITHDRAWAL_REQUESTED, A.GRANT_WITHDRAWAL, True, {Role.HEAD, Role.LEADER}),
    (S.SETTLED, A.REOPEN, True, {Role.LEADER}),
    (S.RETURNED, A.REOPEN, True, {Role.LEADER}),
]
EVERYBODY: list[Actor] = [*Role, *CompanyRole, *Machine]


@pytest.mark.parametrize(("state", "action", "accepted", "allowed"), WHO)
def test_only_those_named_may_act(state: State, action: Action, accepted: bool, allowed: set[Actor]) -> None:
    ground = StopReason.NOT_SUPPLIED if action is A.STOP else None
    for actor in EVERYBODY:
        if actor in allowed:
            step(state, action, accepted=accepted, by=actor, came_from=S.IN_PROGRESS, reason=ground)
        else:
            with pytest.raises(TransitionRefused) as refused:
                step(state, action, accepted=accepted, by=actor, came_from=S.IN_PROGRESS, reason=ground)
            assert refused.value.code is Refusal.ROLE_MAY_NOT


@pytest.mark.parametrize("actor", [Role.ADMINISTRATOR, Role.AUDITOR, Role.CONSULTANT, CompanyRole.VIEWER])
def test_those_who_manage_advise_or_look_on_move_no_dossier(actor: Actor) -> None:
    assert not [t for t in TRANSITIONS if actor in t.who]


@pytest.mark.parametrize("state", sorted(State))
@pytest.mark.parametrize("accepted", [False, True])
def test_what_is_offered_is_what_would_be_accepted(state: State, accepted: bool) -> None:
    for actor in EVERYBODY:
        offered = set(open_to(state, actor, accepted=accepted, came_from=S.IN_PROGRESS))
        for action in Action:
            ground = GROUND.get((state, accepted), StopReason.CLOSED_ADMINISTRATIVELY) if action is A.STOP else None
            try:
                step(state, action, accepted=accepted, by=actor, came_from=S.IN_PROGRESS, reason=ground)
            except TransitionRefused:
                assert action not in offered
            else:
                assert action in offered


def test_an_opened_dossier_offers_no_correction() -> None:
    assert A.CORRECT in open_to(S.FILED, CompanyRole.FILER, accepted=False)
    assert A.CORRECT not in open_to(S.FILED, CompanyRole.FILER, accepted=False, opened=True)


@pytest.mark.parametrize(
    ("state", "accepted", "came_from", "clock"),
    [
        (S.DRAFT, False, None, Clock.NOT_STARTED),
        (S.FILED, False, None, Clock.NOT_STARTED),
        (S.SUPPLEMENT_REQUESTED, False, None, Clock.NOT_STARTED),
        (S.ACCEPTED, True, None, Clock.RUNNING),
        (S.IN_PROGRESS, True, None, Clock.RUNNING),
        (S.SUPPLEMENT_REQUESTED, True, None, Clock.STOPPED),
        (S.PAYMENT_DUE, True, None, Clock.STOPPED),
        (S.WITHDRAWAL_REQUESTED, True, S.IN_PROGRESS, Clock.RUNNING),
        (S.WITHDRAWAL_REQUESTED, True, S.SUPPLEMENT_REQUESTED, Clock.STOPPED),
        (S.WITHDRAWAL_REQUESTED, True, S.PAYMENT_DUE, Clock.STOPPED),
        (S.NOT_ACCEPTED, False, None, Clock.ENDED),
        (S.STOPPED, False, None, Clock.ENDED),
        (S.STOPPED, True, None, Clock.ENDED),
        (S.SETTLED, True, None, Clock.ENDED),
        (S.RETURNED, True, None, Clock.ENDED),
    ],
)
def test_the_clock_does_what_the_state_says(
    state: State, accepted: bool, came_from: State | None, clock: Clock
) -> None:
    assert clock_in(state, accepted=accepted, came_from=came_from) is clock
