"""Dossiers that live at random: each move decided by the lifecycle and the graph, each told as events."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from portal.workflow.events import Event, EventKind, Param
from portal.workflow.graph import Act, Graph, Silence, StepOutcome, complete, start
from portal.workflow.lifecycle import Action, Outcome, State, StopReason, TransitionRefused, step
from portal.workflow.narration import tell, tell_start
from portal.workflow.roles import Role

DOSSIER = UUID("0190f0f0-0000-7000-8000-000000000001")
MORNING = datetime(2026, 1, 8, 1, 30, tzinfo=UTC)


class History:
    """A list of events, written one after the other."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.now = MORNING

    def add(self, kind: EventKind, *, after: timedelta = timedelta(minutes=7), **params: Param) -> None:
        self.now += after
        self.events.append(
            Event(
                dossier_id=DOSSIER, version=len(self.events) + 1, kind=kind, at=self.now, actor="post:1", params=params
            )
        )


Move = Callable[[], None]


class Life(History):
    """A dossier whose expected present is kept by hand beside the events: the oracle of the replay."""

    def __init__(self, graph: Graph, truths: dict[str, bool], random: Random) -> None:
        super().__init__()
        self.graph, self.truths, self.random = graph, truths, random
        self.state = State.DRAFT
        self.accepted = self.opened = False
        self.came_from: State | None = None
        self.standing: frozenset[str] = frozenset()
        self.rounds = self.pauses_begun = self.pauses_open = self.corrections = 0
        self.outcome: Outcome | None = None
        self.stop_reason: StopReason | None = None

    def live(self, moves: int) -> None:
        """Make so many random moves, or fewer if nothing more can happen."""
        for _ in range(moves):
            possible = self.moves()
            if not possible:
                return
            self.random.choice(possible)()

    def can(self, action: Action, reason: StopReason | None = None) -> bool:
        try:
            self._to(action, reason)
        except TransitionRefused:
            return False
        return True

    def _to(self, action: Action, reason: StopReason | None = None) -> State:
        return step(
            self.state, action, accepted=self.accepted, came_from=self.came_from, opened=self.opened, reason=reason
        )

    def moves(self) -> list[Move]:
        """Moves open to this dossier; work on its steps is likelier, and an untimely end rarer, than the rest."""
        plain = {
            Action.AWAIT_PREPAYMENT: EventKind.PREPAYMENT_REQUESTED,
            Action.EXPIRE_PREPAYMENT: EventKind.PREPAYMENT_EXPIRED,
            Action.FILE: EventKind.FILED,
            Action.CONFIRM_PREPAYMENT: EventKind.FILED,
            Action.CORRECT: EventKind.CORRECTED,
            Action.REFUSE_INTAKE: EventKind.REFUSED_INTAKE,
        }
        moves: list[Move] = [self._plainly(action, kind) for action, kind in plain.items() if self.can(action)]
        special = {
            Action.ACCEPT: self.accept,
            Action.REQUEST_SUPPLEMENT: self.request_supplement,
            Action.ANSWER_SUPPLEMENT: self.answer_supplement,
            Action.CONFIRM_PAYMENT: self.confirm_payment,
            Action.WITHDRAW: self.withdraw,
            Action.REQUEST_WITHDRAWAL: self.request_withdrawal,
            Action.GRANT_WITHDRAWAL: self.grant_withdrawal,
            Action.DECLINE_WITHDRAWAL: self.decline_withdrawal,
            Action.REOPEN: self.reopen,
        }
        moves += [move for action, move in special.items() if self.can(action)]
        if self.random.random() < 0.1:
            moves += [self._stop(reason) for reason in StopReason if self.can(Action.STOP, reason)]
        if self.state is State.FILED and not self.opened:
            moves.append(self.open_in_office)
        if self.state not in {State.DRAFT, State.AWAITING_PREPAYMENT}:
            moves.append(lambda: self.add(EventKind.VIEWED_SENSITIVE))
        moves += [self._work(key) for key in sorted(self.standing) if self._workable(key)] * 6
        return moves

    def _plainly(self, action: Action, kind: EventKind) -> Move:
        def move() -> None:
            self.state = self._to(action)
            self.add(kind)
            if self.state is State.NOT_ACCEPTED:
                self.end()

        return move

    def open_in_office(self) -> None:
        self.opened = True
        self.add(EventKind.OPENED_BY_OFFICE)

    def accept(self) -> None:
        self.state, self.accepted = self._to(Action.ACCEPT), True
        self.add(EventKind.ACCEPTED)
        opened = start(self.graph, self.truths)
        self.standing = frozenset(node.key for node in opened)
        for told in tell_start(opened):
            self.add(told.kind, **told.params)
            self._begin(str(told.params["node"]))

    def _begin(self, key: str) -> None:
        if self.state is State.ACCEPTED and self.graph[key].role is not Role.ONE_STOP:
            self.state = self._to(Action.BEGIN)

    def _workable(self, key: str) -> bool:
        act = self.graph[key].act
        if act in {Act.ISSUE, Act.DELIVER}:
            return self.can(Action.ISSUE if act is Act.ISSUE else Action.DELIVER)
        return act is Act.OPINION or (act is not Act.PAY and self.state in {State.ACCEPTED, State.IN_PROGRESS})

    def _work(self, key: str) -> Move:
        def move() -> None:
            node = self.graph[key]
            back = self.random.choice([None, *node.returns_to])
            silent = node.silence is Silence.COUNTS_AS_AGREEMENT and self.random.random() < 0.3
            outcome = StepOutcome.RETURNED if back else StepOutcome.SILENT if silent else StepOutcome.DONE
            if outcome is StepOutcome.DONE and node.act is Act.ISSUE:
                self.outcome = self.random.choice(list(Outcome))
                self.state = self._to(Action.ISSUE)
                self.pauses_open = 0
            elif node.act is Act.DELIVER:
                self.state = self._to(Action.DELIVER)
            self.advance(key, outcome, back)

        return move

    def advance(self, key: str, outcome: StepOutcome, back: str | None = None) -> None:
        advance = complete(self.graph, self.standing, key, outcome, self.truths, back_to=back)
        self.standing = advance.open
        for told in tell(advance):
            more = {"outcome": self.outcome.value} if told.kind is EventKind.ISSUED and self.outcome else {}
            self.add(told.kind, **told.params, **more)
            if told.kind is EventKind.PAYMENT_REQUESTED:
                self.state = self._to(Action.REQUEST_PAYMENT)
                self._pause()

    def _pause(self) -> None:
        self.pauses_begun += 1
        self.pauses_open += 1

    def request_supplement(self) -> None:
        self.state = self._to(Action.REQUEST_SUPPLEMENT)
        self.rounds += 1
        self._pause()
        self.add(EventKind.SUPPLEMENT_REQUESTED, ground="63/2010")

    def answer_supplement(self) -> None:
        self.state = self._to(Action.ANSWER_SUPPLEMENT)
        self.pauses_open -= 1
        self.add(EventKind.SUPPLEMENT_ANSWERED)

    def confirm_payment(self) -> None:
        self.state = self._to(Action.CONFIRM_PAYMENT)
        self.came_from = State.IN_PROGRESS if self.state is State.WITHDRAWAL_REQUESTED else None
        self.pauses_open -= 1
        stop = next(key for key in self.standing if self.graph[key].act is Act.PAY)
        self.advance(stop, StepOutcome.DONE)

    def withdraw(self) -> None:
        self.state, self.stop_reason = self._to(Action.WITHDRAW), StopReason.WITHDRAWN
        self.add(EventKind.STOPPED, reason="withdrawn")
        self.end()

    def request_withdrawal(self) -> None:
        self.came_from, self.state = self.state, self._to(Action.REQUEST_WITHDRAWAL)
        self.add(EventKind.WITHDRAWAL_REQUESTED)

    def grant_withdrawal(self) -> None:
        self.state, self.stop_reason = self._to(Action.GRANT_WITHDRAWAL), StopReason.WITHDRAWN
        self.add(EventKind.WITHDRAWAL_GRANTED)
        self.end()

    def decline_withdrawal(self) -> None:
        self.state, self.came_from = self._to(Action.DECLINE_WITHDRAWAL), None
        self.add(EventKind.WITHDRAWAL_DECLINED)

    def _stop(self, reason: StopReason) -> Move:
        def move() -> None:
            self.state, self.stop_reason = self._to(Action.STOP, reason), reason
            self.add(EventKind.STOPPED, reason=reason.value)
            self.end()

        return move

    def end(self) -> None:
        self.standing, self.pauses_open, self.came_from = frozenset(), 0, None

    def reopen(self) -> None:
        workable = [node.key for node in self.graph.nodes if node.act is Act.APPRAISE]
        to = self.random.choice(workable or ["sign"])
        self.state, self.outcome = self._to(Action.REOPEN), None
        self.corrections += 1
        self.standing = frozenset({to})
        self.add(EventKind.REOPENED_BY_CORRECTION, to=to)
        self.add(EventKind.STEP_OPENED, node=to)
