"""The public life of a dossier: twelve states, the actions between them, who may take them.

The transitions are one table, ``TRANSITIONS``; ``step`` is the one function that reads it, and nothing else
in the portal decides a state.

Source: the ten synchronisation states of the National Public Service Portal (codes 1-10); the procedure's
letters and approvals are data of the letter kind and are checked where letters are written.
"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from types import MappingProxyType
from typing import Final

from portal.workflow.roles import Actor, CompanyRole, Machine, Role

__all__ = [
    "CLOCK_RUNNING", "CLOCK_STOPPED", "ENDED", "OPEN", "TRANSITIONS", "UNFILED",
    "Action", "Actor", "Clock", "CompanyRole", "Intake", "Machine", "Outcome", "Refusal", "Role", "State",
    "StopReason", "Transition", "TransitionRefused", "clock_in", "open_to", "step",
]  # fmt: skip


class State(StrEnum):
    """Where a dossier stands, in the words of the public tracking page."""

    DRAFT = "draft"
    AWAITING_PREPAYMENT = "awaiting_prepayment"
    FILED = "filed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    IN_PROGRESS = "in_progress"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_DUE = "payment_due"
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    STOPPED = "stopped"
    SETTLED = "settled"
    RETURNED = "returned"

    @property
    def national_code(self) -> int | None:
        """The national portal's number for this state; None before the dossier is filed."""
        return _NATIONAL_CODES.get(self)


_NATIONAL_CODES: Final[Mapping[State, int]] = MappingProxyType(
    {
        State.FILED: 1,
        State.ACCEPTED: 2,
        State.NOT_ACCEPTED: 3,
        State.IN_PROGRESS: 4,
        State.SUPPLEMENT_REQUESTED: 5,
        State.PAYMENT_DUE: 6,
        State.WITHDRAWAL_REQUESTED: 7,
        State.STOPPED: 8,
        State.SETTLED: 9,
        State.RETURNED: 10,
    }
)

UNFILED: Final = frozenset({State.DRAFT, State.AWAITING_PREPAYMENT})
"""Still the filer's own: no office has it."""

ENDED: Final = frozenset({State.NOT_ACCEPTED, State.STOPPED, State.SETTLED, State.RETURNED})
"""The authority owes no decision any more."""

OPEN: Final = frozenset(State) - UNFILED - ENDED
"""Filed and not ended: somebody, office or filer, has the next move."""

CLOCK_RUNNING: Final = frozenset({State.ACCEPTED, State.IN_PROGRESS})
"""The statutory clock runs. For a requested withdrawal see ``clock_in``."""

CLOCK_STOPPED: Final = frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE})
"""The time is the filer's. For a supplement asked before intake the statutory clock has not yet begun."""


class Action(StrEnum):
    """What can be done to a dossier that changes, or guards, its state."""

    FILE = "file"
    AWAIT_PREPAYMENT = "await_prepayment"
    CONFIRM_PREPAYMENT = "confirm_prepayment"
    EXPIRE_PREPAYMENT = "expire_prepayment"
    CORRECT = "correct"
    ACCEPT = "accept"
    REFUSE_INTAKE = "refuse_intake"
    BEGIN = "begin"
    REQUEST_SUPPLEMENT = "request_supplement"
    ANSWER_SUPPLEMENT = "answer_supplement"
    REQUEST_PAYMENT = "request_payment"
    CONFIRM_PAYMENT = "confirm_payment"
    WITHDRAW = "withdraw"
    REQUEST_WITHDRAWAL = "request_withdrawal"
    GRANT_WITHDRAWAL = "grant_withdrawal"
    DECLINE_WITHDRAWAL = "decline_withdrawal"
    STOP = "stop"
    ISSUE = "issue"
    DELIVER = "deliver"
    REOPEN = "reopen"


class StopReason(StrEnum):
    """Why a dossier was stopped without a decision (Form 05)."""

    WITHDRAWN = "withdrawn"
    NOT_SUPPLIED = "not_supplied"
    UNPAID = "unpaid"
    CLOSED_ADMINISTRATIVELY = "closed_administratively"


class Outcome(StrEnum):
    """What a settled dossier was settled with."""

    GRANTED = "granted"
    REFUSED = "refused"


class Clock(StrEnum):
    """What the statutory clock does."""

    NOT_STARTED = "not_started"
    RUNNING = "running"
    STOPPED = "stopped"
    ENDED = "ended"


class Intake(StrEnum):
    """Which side of acceptance a transition belongs to."""

    BEFORE = "before"
    AFTER = "after"


class Refusal(StrEnum):
    """Stable codes of a refused transition; views map them to a status, templates to words."""

    NOT_FROM_HERE = "not_from_here"
    BEFORE_INTAKE_ONLY = "before_intake_only"
    AFTER_INTAKE_ONLY = "after_intake_only"
    ROLE_MAY_NOT = "role_may_not"
    ALREADY_OPENED = "already_opened"
    REASON_NOT_ALLOWED = "reason_not_allowed"
    ORIGIN_UNKNOWN = "origin_unknown"


class TransitionRefused(Exception):
    """The dossier may not make this move from where it stands."""

    def __init__(self, code: Refusal, *, state: State, action: Action) -> None:
        super().__init__(f"{action.value} refused in state {state.value}: {code.value}")
        self.code = code
        self.state = state
        self.action = action


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One line of the table. ``target`` None means: back to where the dossier came from."""

    source: State
    action: Action
    target: State | None
    who: frozenset[Actor]
    intake: Intake
    reasons: frozenset[StopReason] = frozenset()
    came_from: State | None = None
    unopened: bool = False
    note: str = ""


_FILERS: Final[frozenset[Actor]] = frozenset({CompanyRole.OWNER, CompanyRole.FILER})
_COUNTER: Final[frozenset[Actor]] = frozenset({Role.ONE_STOP})
_HANDLERS: Final[frozenset[Actor]] = frozenset({Role.SPECIALIST, Role.HEAD, Role.LEADER})
_DECIDERS: Final[frozenset[Actor]] = frozenset({Role.HEAD, Role.LEADER})
_LEADER: Final[frozenset[Actor]] = frozenset({Role.LEADER})
_CLERK: Final[frozenset[Actor]] = frozenset({Role.CLERK})
_TILL: Final[frozenset[Actor]] = frozenset({Role.CASHIER, Machine.GATEWAY})
_TIMER: Final[frozenset[Actor]] = frozenset({Machine.TIMER})
_BEGINS: Final[frozenset[Actor]] = frozenset(
    {Role.ONE_STOP, Role.DISPATCHER, Role.SPECIALIST, Role.HEAD, Machine.ROUTER}
)
_BILLS: Final[frozenset[Actor]] = _HANDLERS | {Role.CASHIER, Machine.ROUTER}
_HANDS_OVER: Final[frozenset[Actor]] = frozenset({Role.ONE_STOP, Role.CLERK, Machine.PORTAL})


def _before_intake() -> Iterator[Transition]:
    s, a, line = State, Action, partial(_line, Intake.BEFORE)
    supplement = s.SUPPLEMENT_REQUESTED
    yield line(s.DRAFT, a.FILE, s.FILED, _FILERS | _COUNTER, "complete, and no fee is prepaid")
    yield line(s.DRAFT, a.AWAIT_PREPAYMENT, s.AWAITING_PREPAYMENT, _FILERS | _COUNTER, "complete; gets its code")
    yield line(s.AWAITING_PREPAYMENT, a.CONFIRM_PREPAYMENT, s.FILED, _TILL, "the acceptance timer starts")
    yield line(s.AWAITING_PREPAYMENT, a.EXPIRE_PREPAYMENT, s.DRAFT, _TIMER)
    yield line(s.FILED, a.CORRECT, s.FILED, _FILERS, "while nobody has opened it", unopened=True)
    yield line(s.FILED, a.ACCEPT, s.ACCEPTED, _COUNTER, "Form 01; the statutory clock starts")
    yield line(s.FILED, a.REQUEST_SUPPLEMENT, supplement, _COUNTER, "Form 02")
    yield line(supplement, a.ANSWER_SUPPLEMENT, s.FILED, _FILERS | _COUNTER, "found complete")
    yield line(supplement, a.STOP, s.STOPPED, _COUNTER, "Form 05", reasons={StopReason.NOT_SUPPLIED})
    for source in (s.FILED, supplement):
        yield line(source, a.REFUSE_INTAKE, s.NOT_ACCEPTED, _COUNTER, "Form 03")
        yield line(source, a.WITHDRAW, s.STOPPED, _FILERS)


def _after_intake() -> Iterator[Transition]:
    s, a, why, line = State, Action, StopReason, partial(_line, Intake.AFTER)
    supplement, payment, withdrawal = s.SUPPLEMENT_REQUESTED, s.PAYMENT_DUE, s.WITHDRAWAL_REQUESTED
    closed = why.CLOSED_ADMINISTRATIVELY
    yield line(s.ACCEPTED, a.BEGIN, s.IN_PROGRESS, _BEGINS, "a department has it")
    for source in (s.ACCEPTED, s.IN_PROGRESS):
        yield line(source, a.REQUEST_SUPPLEMENT, supplement, _HANDLERS, "Form 02, approved as its kind asks")
        yield line(source, a.REQUEST_PAYMENT, payment, _BILLS)
        yield line(source, a.REQUEST_WITHDRAWAL, withdrawal, _FILERS)
        yield line(source, a.STOP, s.STOPPED, _DECIDERS, "Form 05", reasons={closed})
        yield line(source, a.ISSUE, s.SETTLED, _CLERK, "signed and numbered; the clock ends")
    yield line(supplement, a.ANSWER_SUPPLEMENT, s.IN_PROGRESS, _FILERS | _COUNTER, "found complete")
    yield line(supplement, a.REQUEST_WITHDRAWAL, withdrawal, _FILERS)
    yield line(supplement, a.STOP, s.STOPPED, _DECIDERS, "Form 05", reasons={why.NOT_SUPPLIED, closed})
    yield line(payment, a.CONFIRM_PAYMENT, s.IN_PROGRESS, _TILL)
    yield line(payment, a.ISSUE, s.SETTLED, _CLERK, "issued against the payment")
    yield line(payment, a.REQUEST_WITHDRAWAL, withdrawal, _FILERS)
    yield line(payment, a.STOP, s.STOPPED, _DECIDERS, "Form 05", reasons={why.UNPAID, closed})
    yield line(withdrawal, a.GRANT_WITHDRAWAL, s.STOPPED, _DECIDERS, "Form 05")
    yield line(withdrawal, a.DECLINE_WITHDRAWAL, None, _DECIDERS, "back where it came from")
    # Money already on its way arrives all the same; if the request is then declined, the work goes on.
    yield line(withdrawal, a.CONFIRM_PAYMENT, withdrawal, _TILL, "if payment was due", came_from=payment)
    yield line(s.SETTLED, a.DELIVER, s.RETURNED, _HANDS_OVER)
    for source in (s.SETTLED, s.RETURNED):
        yield line(source, a.REOPEN, s.IN_PROGRESS, _LEADER, "a recorded correction")


def _line(
    intake: Intake, source: State, action: Action, target: State | None, who: frozenset[Actor],
    note: str = "", *, reasons: Set[StopReason] = frozenset(), came_from: State | None = None,
    unopened: bool = False,
) -> Transition:  # fmt: skip
    return Transition(
        source=source, action=action, target=target, who=who, intake=intake, note=note,
        reasons=frozenset(reasons), came_from=came_from, unopened=unopened,
    )  # fmt: skip


TRANSITIONS: Final = (*_before_intake(), *_after_intake())

_BY_MOVE: Final[Mapping[tuple[State, Action], tuple[Transition, ...]]] = MappingProxyType(
    {
        (state, action): tuple(t for t in TRANSITIONS if (t.source, t.action) == (state, action))
        for state in State
        for action in Action
    }
)


def step(
    state: State, action: Action, *, accepted: bool, by: Actor | None = None, came_from: State | None = None,
    opened: bool = False, reason: StopReason | None = None,
) -> State:  # fmt: skip
    """Return the state `action` leads to, or raise ``TransitionRefused`` with a stable code.

    ``accepted``   the dossier has been accepted; tells a supplement before intake from one after it
    ``by``         in what capacity somebody acts; None leaves that question to the caller (replay asks only
                   what happened)
    ``came_from``  the state in which withdrawal was requested
    ``opened``     an officer has opened the filed dossier
    ``reason``     the ground of a stop
    """
    transition = _transition(state, action, accepted=accepted)
    code = _objection(transition, by=by, came_from=came_from, opened=opened, reason=reason)
    if code is not None:
        raise TransitionRefused(code, state=state, action=action)
    if transition.target is not None:
        return transition.target
    if came_from is None or came_from not in CLOCK_RUNNING | CLOCK_STOPPED:
        raise TransitionRefused(Refusal.ORIGIN_UNKNOWN, state=state, action=action)
    return came_from


def _transition(state: State, action: Action, *, accepted: bool) -> Transition:
    candidates = _BY_MOVE[state, action]
    side = Intake.AFTER if accepted else Intake.BEFORE
    for transition in candidates:
        if transition.intake is side:
            return transition
    if not candidates:
        raise TransitionRefused(Refusal.NOT_FROM_HERE, state=state, action=action)
    code = Refusal.BEFORE_INTAKE_ONLY if accepted else Refusal.AFTER_INTAKE_ONLY
    raise TransitionRefused(code, state=state, action=action)


def _objection(
    transition: Transition,
    *,
    by: Actor | None,
    came_from: State | None,
    opened: bool,
    reason: StopReason | None,
) -> Refusal | None:
    if by is not None and by not in transition.who:
        return Refusal.ROLE_MAY_NOT
    if transition.unopened and opened:
        return Refusal.ALREADY_OPENED
    if (reason is not None or transition.reasons) and reason not in transition.reasons:
        return Refusal.REASON_NOT_ALLOWED
    if transition.came_from is not None and came_from is not transition.came_from:
        return Refusal.NOT_FROM_HERE
    return None


def open_to(
    state: State, by: Actor, *, accepted: bool, came_from: State | None = None, opened: bool = False
) -> tuple[Action, ...]:
    """What somebody in this capacity may do now, in the table's order; a stop's ground is asked later."""
    side = Intake.AFTER if accepted else Intake.BEFORE
    here = (t for t in TRANSITIONS if t.source is state and t.intake is side and by in t.who)
    return tuple(
        t.action for t in here if not (t.unopened and opened) and (t.came_from is None or t.came_from is came_from)
    )


def clock_in(state: State, *, accepted: bool, came_from: State | None = None) -> Clock:
    """What the statutory clock does in this state.

    A requested withdrawal changes nothing by itself: the clock does what it did where the request came from.
    """
    if state in ENDED:
        return Clock.ENDED
    if not accepted:
        return Clock.NOT_STARTED
    standing = came_from if state is State.WITHDRAWAL_REQUESTED and came_from is not None else state
    return Clock.STOPPED if standing in CLOCK_STOPPED else Clock.RUNNING
