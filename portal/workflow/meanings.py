"""What each kind of event means for a dossier's present. ``replay`` holds the table that names them.

Each function takes the present before the event, the event, and the graph in force; it returns the present
after it, or raises ``BrokenHistory`` if the event cannot follow.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

from portal.workflow import refusal
from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Act, Graph, Node
from portal.workflow.lifecycle import CLOCK_RUNNING, OPEN, Action, Outcome, State, StopReason, TransitionRefused, step
from portal.workflow.narration import closing_kind, opening_kind
from portal.workflow.projection import Evidence, Interval, OpenStep, PauseReason, Projection, Reopened
from portal.workflow.reading import BrokenHistory, text, text_or_none, word
from portal.workflow.roles import Role

Meaning = Callable[[Projection, Event, Graph], Projection]

_IN_ANY_STATE = frozenset({Act.OPINION, Act.ISSUE, Act.DELIVER})
"""Opinions asked before may still come in while the filer has the turn; the lifecycle itself judges the others."""


# Before and at the counter


def filed(p: Projection, event: Event, _: Graph) -> Projection:
    action = Action.FILE if p.state is State.DRAFT else Action.CONFIRM_PREPAYMENT
    agency = text_or_none(event, "agency")
    return replace(p, state=_move(p, event, action), filed_at=event.at, agency_id=agency)


def moves_by(action: Action) -> Meaning:
    """A kind that moves the state and does nothing else."""
    return lambda p, event, _: replace(p, state=_move(p, event, action))


def opened_by_office(p: Projection, event: Event, _: Graph) -> Projection:
    if p.state not in OPEN:
        raise BrokenHistory(event.version, "not_open", p.state)
    return replace(p, opened_by_office_at=p.opened_by_office_at or event.at)


def accepted(p: Projection, event: Event, _: Graph) -> Projection:
    state = _move(p, event, Action.ACCEPT)
    return replace(p, state=state, accepted_at=event.at)


def refused_intake(p: Projection, event: Event, _: Graph) -> Projection:
    state = _move(p, event, Action.REFUSE_INTAKE)
    return _ended(replace(p, state=state, refused_for=_managed_reason(event)), event)


# The way through the graph


def routed(p: Projection, event: Event, _: Graph) -> Projection:
    if p.state not in OPEN:
        raise BrokenHistory(event.version, "not_open", p.state)
    return replace(p, agency_id=text(event, "agency"))


def step_opened(p: Projection, event: Event, graph: Graph) -> Projection:
    graph = refusal.way_of(graph, p.turned_down_at)
    node = _node(p, event, graph)
    if opening_kind(node.act) is not event.kind:
        raise BrokenHistory(event.version, "wrong_kind_for_node", node.key)
    p = _with_open(p, event, graph, node)
    if p.state is State.ACCEPTED and node.role is not Role.ONE_STOP:
        p = replace(p, state=_move(p, event, Action.BEGIN))
    return p


def _with_open(p: Projection, event: Event, graph: Graph, node: Node) -> Projection:
    in_line = graph.leading_to(node.key) | graph.ahead_of((node.key,)) | {node.key}
    if in_line & p.standing:
        raise BrokenHistory(event.version, "two_open_in_one_branch", node.key)
    if node.key not in graph.next_after(p.passed) or graph.ahead_of((node.key,)) & p.passed:
        raise BrokenHistory(event.version, "not_awaited", node.key)
    agency = text_or_none(event, "agency")
    opened = OpenStep(node=node.key, opened_at=event.at, entry=event.version, agency=agency)
    return replace(p, open_steps=(*p.open_steps, opened))


def step_assigned(p: Projection, event: Event, _: Graph) -> Projection:
    key, assignee = text(event, "node"), text_or_none(event, "assignee")
    if p.step_at(key) is None:
        raise BrokenHistory(event.version, "not_open", key)
    agency = text_or_none(event, "agency")  # only where the step goes to another: its own has been closed
    held = tuple(replace(s, assignee=assignee, agency=agency or s.agency) if s.node == key else s for s in p.open_steps)
    return replace(p, open_steps=held)


def step_closed(p: Projection, event: Event, graph: Graph) -> Projection:
    node = _node(p, event, graph)
    silent = event.kind is EventKind.OPINION_SILENT and node.act is Act.OPINION
    if not silent and closing_kind(node.act) is not event.kind:
        raise BrokenHistory(event.version, "wrong_kind_for_node", node.key)
    if node.act not in _IN_ANY_STATE:
        _must_be_working(p, event)
    refused = event.params.get("conclusion") == refusal.REFUSE and refusal.may_turn_down(graph, node.key)
    turned_down_at = p.turned_down_at or (node.key if refused else None)
    return replace(_without(p, event, node.key), passed=p.passed | {node.key}, turned_down_at=turned_down_at)


def step_sent_back(p: Projection, event: Event, graph: Graph) -> Projection:
    graph = refusal.way_of(graph, p.turned_down_at)
    node, to = _node(p, event, graph), text(event, "to")
    _must_be_working(p, event)
    if to not in node.returns_to:
        raise BrokenHistory(event.version, "no_way_back", to)
    passed = p.passed - graph.ahead_of((to,)) - {to}
    left = _without(p, event, node.key)
    at = _still_turned_down(p, event, graph, to)
    return replace(left, passed=passed, decision=_still_valid(p, graph, to), turned_down_at=at)


def step_dropped(p: Projection, event: Event, _: Graph) -> Projection:
    return _without(p, event, text(event, "node"))


def moved_to_version(p: Projection, event: Event, graph: Graph) -> Projection:
    if p.state not in OPEN:
        raise BrokenHistory(event.version, "not_open", p.state)
    to = text_or_none(event, "to")
    stays = p.standing if to is None else p.standing | {to}
    known = stays if p.turned_down_at is None else stays | {p.turned_down_at}
    gone = [key for key in known if key not in graph]
    if gone:
        raise BrokenHistory(event.version, "node_unknown", ", ".join(sorted(gone)))
    passed = graph.behind(stays) if stays else p.passed & {node.key for node in graph.nodes}
    return replace(p, procedure_version=text(event, "version"), passed=passed)


# The filer's turn


def supplement_requested(p: Projection, event: Event, _: Graph) -> Projection:
    state = _move(p, event, Action.REQUEST_SUPPLEMENT)
    p = replace(p, state=state, supplement_rounds=p.supplement_rounds + 1)
    return _paused(p, event, PauseReason.SUPPLEMENT)


def supplement_answered(p: Projection, event: Event, _: Graph) -> Projection:
    return _resumed(replace(p, state=_move(p, event, Action.ANSWER_SUPPLEMENT)), event)


def payment_requested(p: Projection, event: Event, graph: Graph) -> Projection:
    if p.turned_down_at is not None:
        raise BrokenHistory(event.version, "refusal_proposed", p.turned_down_at)
    if event.params.get("node") is not None:
        node = _node(p, event, graph)
        if node.act is not Act.PAY:
            raise BrokenHistory(event.version, "wrong_kind_for_node", node.key)
        p = _with_open(p, event, graph, node)
    return _paused(replace(p, state=_move(p, event, Action.REQUEST_PAYMENT)), event, PauseReason.PAYMENT)


def payment_confirmed(p: Projection, event: Event, graph: Graph) -> Projection:
    state = _move(p, event, Action.CONFIRM_PAYMENT)
    for stop in [s.node for s in p.open_steps if graph[s.node].act is Act.PAY]:
        p = replace(_without(p, event, stop), passed=p.passed | {stop})
    came_from = State.IN_PROGRESS if state is State.WITHDRAWAL_REQUESTED else None
    return _resumed(replace(p, state=state, came_from=came_from), event)


def withdrawal_requested(p: Projection, event: Event, _: Graph) -> Projection:
    return replace(p, state=_move(p, event, Action.REQUEST_WITHDRAWAL), came_from=p.state)


def withdrawal_declined(p: Projection, event: Event, _: Graph) -> Projection:
    return replace(p, state=_move(p, event, Action.DECLINE_WITHDRAWAL), came_from=None)


def withdrawal_granted(p: Projection, event: Event, _: Graph) -> Projection:
    state = _move(p, event, Action.GRANT_WITHDRAWAL)
    return _ended(replace(p, state=state, stop_reason=StopReason.WITHDRAWN), event)


def stopped(p: Projection, event: Event, _: Graph) -> Projection:
    reason = word(event, "reason", StopReason)
    if reason is StopReason.WITHDRAWN:
        state = _move(p, event, Action.WITHDRAW)
    else:
        state = _move(p, event, Action.STOP, reason=reason)
    return _ended(replace(p, state=state, stop_reason=reason), event)


# The decision


def signed(p: Projection, event: Event, graph: Graph) -> Projection:
    outcome = event.params.get("conclusion")
    if outcome == Outcome.GRANTED:
        _must_not_be_turned_down(p, event)
    after = _decided(p, event, graph, Act.SIGN)
    is_refused = outcome == Outcome.REFUSED
    return replace(
        after,
        turned_down_at=p.turned_down_at or (text(event, "node") if is_refused else None),
        refused_for=_managed_reason(event) if is_refused else None,
    )


def numbered(p: Projection, event: Event, graph: Graph) -> Projection:
    if p.signed is None:
        raise BrokenHistory(event.version, "not_signed")
    return _decided(p, event, graph, Act.NUMBER)


def issued(p: Projection, event: Event, graph: Graph) -> Projection:
    if p.numbered is None:
        raise BrokenHistory(event.version, "not_numbered")
    outcome, state = word(event, "outcome", Outcome), _move(p, event, Action.ISSUE)
    if outcome is Outcome.GRANTED:
        _must_not_be_turned_down(p, event)
    p = _decided(p, event, graph, Act.ISSUE)
    if p.open_steps:
        raise BrokenHistory(event.version, "work_left_open", p.open_steps[0].node)
    return _ended(replace(p, state=state, outcome=outcome, settled_at=event.at), event)


def returned(p: Projection, event: Event, graph: Graph) -> Projection:
    state = _move(p, event, Action.DELIVER)
    if event.params.get("node") is not None:
        p = _decided(p, event, graph, Act.DELIVER)
    elif p.open_steps:
        raise BrokenHistory(event.version, "work_left_open", p.open_steps[0].node)
    return replace(p, state=state, returned_at=event.at)


def reopened(p: Projection, event: Event, graph: Graph) -> Projection:
    to = text(event, "to")
    if to not in graph:
        raise BrokenHistory(event.version, "node_unknown", to)
    return replace(
        p,
        state=_move(p, event, Action.REOPEN),
        open_steps=(),
        passed=graph.behind({to}),
        turned_down_at=_still_turned_down(p, event, graph, to),
        decision=_still_valid(p, graph, to),
        outcome=None,
        settled_at=None,
        returned_at=None,
        ended_at=None,
        reopenings=(*p.reopenings, Reopened(at=event.at, event=event.version)),
    )


def extended(p: Projection, event: Event, _: Graph) -> Projection:
    """Form 04 moves the promised day once. Source: Decree 61/2018/NĐ-CP, Art. 19; not yet compared with 118/2025."""
    if not p.accepted or p.state not in OPEN:
        raise BrokenHistory(event.version, "not_open", p.state)
    if p.extended_to is not None:
        raise BrokenHistory(event.version, "extended_before")
    try:
        until = date.fromisoformat(text(event, "until"))
    except ValueError as error:
        raise BrokenHistory(event.version, "param_wrong", "until") from error
    return replace(p, extended_to=until, extended_at=event.at, extended_by=event.version)


# What the meanings share


def _managed_reason(event: Event) -> str | None:
    """The key of the reason the office has agreed on; without it the refusal stands in own words alone."""
    key = event.params.get("managed_reason")
    return key if isinstance(key, str) else None


def _move(p: Projection, event: Event, action: Action, *, reason: StopReason | None = None) -> State:
    opened = p.opened_by_office_at is not None
    try:
        return step(p.state, action, accepted=p.accepted, came_from=p.came_from, opened=opened, reason=reason)
    except TransitionRefused as refused:
        raise BrokenHistory(event.version, refused.code, str(refused)) from refused


def _must_be_working(p: Projection, event: Event) -> None:
    """While it is the filer's turn, or withdrawal is asked, the office's own steps stand still."""
    if p.state not in CLOCK_RUNNING:
        raise BrokenHistory(event.version, "not_in_progress", p.state)


def _node(p: Projection, event: Event, graph: Graph) -> Node:
    key = text(event, "node")
    if key not in graph:
        raise BrokenHistory(event.version, "node_unknown", key)
    node = graph[key]
    handing_over = node.act is Act.DELIVER and p.state is State.SETTLED
    if not handing_over and not (p.accepted and p.state in OPEN):
        raise BrokenHistory(event.version, "not_open", p.state)
    return node


def _without(p: Projection, event: Event, key: str) -> Projection:
    if p.step_at(key) is None:
        raise BrokenHistory(event.version, "not_open", key)
    return replace(p, open_steps=tuple(s for s in p.open_steps if s.node != key))


def _decided(p: Projection, event: Event, graph: Graph, act: Act) -> Projection:
    closed = step_closed(p, event, graph)
    proof = Evidence(
        act=act,
        node=text(event, "node"),
        at=event.at,
        actor=event.actor,
        evidence=text_or_none(event, "evidence"),
        event=event.version,
    )
    return replace(closed, decision=(*p.decision, proof))


def _must_not_be_turned_down(p: Projection, event: Event) -> None:
    """What was turned down before a stop was never paid for; granting it needs the way back first."""
    if p.turned_down_at is not None:
        raise BrokenHistory(event.version, "refusal_proposed", p.turned_down_at)


def _still_turned_down(p: Projection, event: Event, graph: Graph, to: str) -> str | None:
    """Where the dossier was turned down, once it goes back to this step; nobody goes back to what was left out."""
    at = p.turned_down_at
    if at is None or refusal.undoes(graph, to, at):
        return None
    if refusal.is_left_out(graph, to, at):
        raise BrokenHistory(event.version, "no_way_back", to)
    return at


def _still_valid(p: Projection, graph: Graph, redone: str) -> tuple[Evidence, ...]:
    void = graph.ahead_of((redone,)) | {redone}
    return tuple(e for e in p.decision if e.node not in void)


def _paused(p: Projection, event: Event, reason: PauseReason) -> Projection:
    pause = Interval(
        reason=reason,
        ground=text_or_none(event, "ground"),
        began_at=event.at,
        ended_at=None,
        event=event.version,
        before_intake=not p.accepted,
    )
    return replace(p, pauses=(*p.pauses, pause))


def _resumed(p: Projection, event: Event) -> Projection:
    ended = (replace(i, ended_at=event.at) if i.ended_at is None else i for i in p.pauses)
    return replace(p, pauses=tuple(ended))


def _ended(p: Projection, event: Event) -> Projection:
    return replace(_resumed(p, event), ended_at=event.at, open_steps=(), came_from=None)
