"""The queue's tabs: which work each role has before it, and in what order.

A tab is either of *steps* (a row is an open step of a dossier) or of *dossiers*. Every tab is narrower than the
access policy, which is asked all the same.
"""

import enum
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.accounts.viewer import Viewer
from portal.dossiers.models import Dossier, DossierStep, SupplementRequest, SupplementState
from portal.workflow.lifecycle import CLOCK_RUNNING, Role, State

RECENTLY = timedelta(days=30)
HANDLING = frozenset({Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CASHIER})
"""Roles that work inside the graph and may see the whole unit's work."""

DECIDING = frozenset({Role.HEAD, Role.LEADER})
WAITING = (State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE)

Condition = sa.ColumnElement[bool]


class TabKey(enum.StrEnum):
    """The tabs, in the order they stand on the page."""

    INTAKE = "intake"
    DISPATCH = "dispatch"
    MINE = "mine"
    SIGN = "sign"
    NUMBER = "number"
    OPINIONS = "opinions"
    UNIT = "unit"
    APPROVALS = "approvals"
    WITHDRAWALS = "withdrawals"
    WAITING = "waiting"
    HAND_OVER = "hand_over"
    DONE = "done"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One tab for one viewer. `due` is what its rows are ordered by; `newest_first` turns the order round."""

    key: TabKey
    condition: Condition
    due: sa.SQLColumnExpression[Any]
    of_steps: bool = False
    newest_first: bool = False
    counted: bool = True


def tabs_of(viewer: Viewer, *, now: datetime) -> tuple[Tab, ...]:
    """The tabs that concern the viewer's roles; `search` is there for everybody."""
    agencies = _agencies_by_role(viewer)
    found = [tab for key in TabKey if (tab := _TABS[key](viewer, agencies, now)) is not None]
    return tuple(found)


def _agencies_by_role(viewer: Viewer) -> dict[Role, list[UUID]]:
    held: dict[Role, list[UUID]] = {}
    for post in viewer.posts:
        held.setdefault(post.role, []).append(post.agency_id)
    return held


def _of(held: Mapping[Role, list[UUID]], roles: Iterable[Role]) -> list[UUID]:
    return sorted({agency for role in roles for agency in held.get(role, ())})


Held = Mapping[Role, list[UUID]]


def _intake(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    offices = _of(held, {Role.ONE_STOP})
    if not offices:
        return None
    condition = sa.and_(Dossier.intake_agency_id.in_(offices), Dossier.state == State.FILED)
    return Tab(key=TabKey.INTAKE, condition=condition, due=Dossier.acceptance_due_at)


def _dispatch(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    if Role.DISPATCHER not in held:
        return None
    condition = sa.and_(Dossier.agency_id.is_(None), Dossier.state == State.FILED)
    return Tab(key=TabKey.DISPATCH, condition=condition, due=Dossier.acceptance_due_at)


def _mine(viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    if not HANDLING & set(held):
        return None
    posts = [post.id for post in viewer.posts]
    return _steps(TabKey.MINE, DossierStep.post_id.in_(posts))


def _sign(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    return _of_role(TabKey.SIGN, held, Role.LEADER)


def _number(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    return _of_role(TabKey.NUMBER, held, Role.CLERK)


def _opinions(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    return _of_role(TabKey.OPINIONS, held, Role.CONSULTANT)


def _unit(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    offices = _of(held, HANDLING)
    return _steps(TabKey.UNIT, DossierStep.agency_id.in_(offices)) if offices else None


def _approvals(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    """Supplement requests written after intake: the first needs the head, a further one the leader (decision 11)."""
    ways: list[Condition] = []
    for role, rounds in ((Role.HEAD, Dossier.supplement_rounds == 0), (Role.LEADER, Dossier.supplement_rounds > 0)):
        if offices := _of(held, {role}):
            ways.append(sa.and_(Dossier.agency_id.in_(offices), rounds))
    if not ways:
        return None
    drafted = (
        sa.exists()
        .where(SupplementRequest.dossier_id == Dossier.id, SupplementRequest.state == SupplementState.DRAFTED)
        .correlate(Dossier)
    )
    condition = sa.and_(sa.or_(*ways), Dossier.state.in_(CLOCK_RUNNING), drafted)
    return Tab(key=TabKey.APPROVALS, condition=condition, due=Dossier.statutory_due_at)


def _withdrawals(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    offices = _of(held, DECIDING)
    if not offices:
        return None
    condition = sa.and_(Dossier.agency_id.in_(offices), Dossier.state == State.WITHDRAWAL_REQUESTED)
    return Tab(key=TabKey.WITHDRAWALS, condition=condition, due=Dossier.statutory_due_at)


def _waiting(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    ways = _handled_or_taken_in(held)
    if ways is None:
        return None
    due = sa.func.coalesce(Dossier.statutory_due_at, Dossier.acceptance_due_at)
    return Tab(key=TabKey.WAITING, condition=sa.and_(ways, Dossier.state.in_(WAITING)), due=due)


def _hand_over(_viewer: Viewer, held: Held, _now: datetime) -> Tab | None:
    offices = _of(held, {Role.ONE_STOP})
    if not offices:
        return None
    condition = sa.and_(Dossier.intake_agency_id.in_(offices), Dossier.state == State.SETTLED)
    return Tab(key=TabKey.HAND_OVER, condition=condition, due=Dossier.ended_at)


def _done(_viewer: Viewer, held: Held, now: datetime) -> Tab | None:
    ways = _handled_or_taken_in(held)
    if ways is None:
        return None
    condition = sa.and_(ways, Dossier.ended_at >= now - RECENTLY)
    return Tab(key=TabKey.DONE, condition=condition, due=Dossier.ended_at, newest_first=True, counted=False)


def _search(_viewer: Viewer, _held: Held, _now: datetime) -> Tab:
    """Everything the viewer may know of, found by words."""
    return Tab(key=TabKey.SEARCH, condition=sa.true(), due=Dossier.filed_at, newest_first=True, counted=False)


def _steps(key: TabKey, whose: Condition) -> Tab:
    """Open steps that can be worked on now; while a dossier waits for the filer its steps rest."""
    condition = sa.and_(DossierStep.closed_at.is_(None), whose, Dossier.state.in_(CLOCK_RUNNING))
    return Tab(key=key, condition=condition, due=DossierStep.due_at, of_steps=True)


def _of_role(key: TabKey, held: Held, role: Role) -> Tab | None:
    offices = _of(held, {role})
    if not offices:
        return None
    return _steps(key, sa.and_(DossierStep.agency_id.in_(offices), DossierStep.role == role))


def _handled_or_taken_in(held: Held) -> Condition | None:
    ways: list[Condition] = []
    if handled := _of(held, HANDLING | {Role.CLERK}):
        ways.append(Dossier.agency_id.in_(handled))
    if taken_in := _of(held, {Role.ONE_STOP}):
        ways.append(Dossier.intake_agency_id.in_(taken_in))
    return sa.or_(*ways) if ways else None


_TABS: Mapping[TabKey, Callable[[Viewer, Held, datetime], Tab | None]] = {
    TabKey.INTAKE: _intake,
    TabKey.DISPATCH: _dispatch,
    TabKey.MINE: _mine,
    TabKey.SIGN: _sign,
    TabKey.NUMBER: _number,
    TabKey.OPINIONS: _opinions,
    TabKey.UNIT: _unit,
    TabKey.APPROVALS: _approvals,
    TabKey.WITHDRAWALS: _withdrawals,
    TabKey.WAITING: _waiting,
    TabKey.HAND_OVER: _hand_over,
    TabKey.DONE: _done,
    TabKey.SEARCH: _search,
}
