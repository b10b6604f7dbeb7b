"""The queue's tabs: which work each role has before it, and in what order.

A tab is either of *steps* (a row is an open step of a dossier) or of *dossiers*. Every tab is narrower than the
access policy, which is asked all the same. Tabs are made once for each pattern of posts; who the viewer is and
what time it is are parameters of their conditions (`pattern.parameters`, `SINCE`).

States stand in the statement as they are: a plan is then kept, and an index of some states can be used.
"""

import enum
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from portal.accounts.viewer import Viewer
from portal.desk.pattern import KEPT, Pattern, pattern_of
from portal.dossiers.models import Dossier, DossierStep, SupplementRequest, SupplementState
from portal.workflow.lifecycle import CLOCK_RUNNING, Role, State

RECENTLY = timedelta(days=30)
SINCE = "since"
"""The parameter of the tab of ended dossiers: `RECENTLY` before now."""

NOW, SOON, ACCEPT_SOON = "now", "soon", "accept_soon"
"""The parameters of what presses: this moment, and the ends of the working time within which a date is near."""

FEW_MINUTES_TO_ACCEPT = 120
"""Acceptance has eight hours in all, so its last two are the ones that press."""

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
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    APPROVALS = "approvals"
    WITHDRAWALS = "withdrawals"
    WAITING = "waiting"
    HAND_OVER = "hand_over"
    DONE = "done"
    SEARCH = "search"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Tab:
    """One tab for one viewer. `due` is what its rows are ordered by; `newest_first` turns the order round.

    `stretches`: conditions that together are the tab's, each a stretch of one index in the order of `due`. A counter
    reads them in that order and stops early; else the database, which cannot know that few of the open steps are late,
    would read them all. Empty where the plain condition does as well.
    """

    key: TabKey
    condition: Condition
    due: sa.SQLColumnExpression[Any]
    of_steps: bool = False
    newest_first: bool = False
    counted: bool = True
    stretches: tuple[Condition, ...] = ()


def tabs_of(viewer: Viewer) -> tuple[Tab, ...]:
    """The tabs that concern the viewer's roles; `search` is there for everybody."""
    return tabs_for(pattern_of(viewer))


@lru_cache(maxsize=KEPT)
def tabs_for(pattern: Pattern) -> tuple[Tab, ...]:
    """The tabs of everybody with this pattern of posts."""
    held = _agencies_by_role(pattern)
    found = [tab for key in TabKey if (tab := _TABS[key](pattern, held)) is not None]
    return tuple(found)


Agency = sa.BindParameter[UUID]
Held = Mapping[Role, list[Agency]]


def _agencies_by_role(pattern: Pattern) -> Held:
    held: dict[Role, list[Agency]] = {}
    for post in pattern.posts:
        held.setdefault(post.role, []).append(post.agency_id)
    return held


def _of(held: Held, roles: Collection[Role]) -> list[Agency]:
    return list(dict.fromkeys(agency for role in Role if role in roles for agency in held.get(role, ())))


def _is_one_of(*states: State) -> Condition:
    return Dossier.state.in_([sa.literal_column(f"'{state.value}'") for state in states])


def _intake(_pattern: Pattern, held: Held) -> Tab | None:
    offices = _of(held, {Role.ONE_STOP})
    if not offices:
        return None
    condition = sa.and_(Dossier.intake_agency_id.in_(offices), _is_one_of(State.FILED))
    return Tab(key=TabKey.INTAKE, condition=condition, due=Dossier.acceptance_due_at)


def _dispatch(_pattern: Pattern, held: Held) -> Tab | None:
    if Role.DISPATCHER not in held:
        return None
    condition = sa.and_(Dossier.agency_id.is_(None), _is_one_of(State.FILED))
    return Tab(key=TabKey.DISPATCH, condition=condition, due=Dossier.acceptance_due_at)


def _mine(pattern: Pattern, held: Held) -> Tab | None:
    if not HANDLING & set(held):
        return None
    posts = [post.id for post in pattern.posts]
    return _steps(TabKey.MINE, DossierStep.post_id.in_(posts))


def _sign(_pattern: Pattern, held: Held) -> Tab | None:
    return _of_role(TabKey.SIGN, held, Role.LEADER)


def _number(_pattern: Pattern, held: Held) -> Tab | None:
    return _of_role(TabKey.NUMBER, held, Role.CLERK)


def _opinions(_pattern: Pattern, held: Held) -> Tab | None:
    return _of_role(TabKey.OPINIONS, held, Role.CONSULTANT)


def _unit(_pattern: Pattern, held: Held) -> Tab | None:
    offices = _of(held, HANDLING)
    return _steps(TabKey.UNIT, DossierStep.agency_id.in_(offices)) if offices else None


def _due_soon(pattern: Pattern, held: Held) -> Tab | None:
    return _pressing(TabKey.DUE_SOON, pattern, held, lambda due, soon: due.between(_instant(NOW), _instant(soon)))


def _overdue(pattern: Pattern, held: Held) -> Tab | None:
    return _pressing(TabKey.OVERDUE, pattern, held, lambda due, _soon: due < _instant(NOW))


def _pressing(
    key: TabKey, pattern: Pattern, held: Held, presses: Callable[[sa.SQLColumnExpression[Any], str], Condition]
) -> Tab | None:
    """What presses on the viewer: steps of their unit or role; at the counter what is to be accepted."""
    handled = _of(held, HANDLING)
    ways: list[Condition] = [DossierStep.agency_id == office for office in handled]
    ways.extend(
        sa.and_(DossierStep.agency_id == office, DossierStep.role == role)
        for role in (Role.CLERK, Role.CONSULTANT)
        for office in _of(held, {role})
        if office not in handled
    )
    if ways:
        near = presses(DossierStep.due_at, SOON)
        tab = _steps(key, sa.and_(sa.or_(*ways), near))
        return replace(tab, stretches=tuple(_steps(key, sa.and_(way, near)).condition for way in ways))
    taken_in = _intake(pattern, held)
    if taken_in is None:
        return None
    return replace(taken_in, key=key, condition=sa.and_(taken_in.condition, presses(taken_in.due, ACCEPT_SOON)))


def _instant(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=sa.TIMESTAMP(timezone=True))


def _approvals(_pattern: Pattern, held: Held) -> Tab | None:
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
    condition = sa.and_(sa.or_(*ways), _is_one_of(*sorted(CLOCK_RUNNING)), drafted)
    return Tab(key=TabKey.APPROVALS, condition=condition, due=Dossier.statutory_due_at)


def _withdrawals(_pattern: Pattern, held: Held) -> Tab | None:
    offices = _of(held, DECIDING)
    if not offices:
        return None
    condition = sa.and_(Dossier.agency_id.in_(offices), _is_one_of(State.WITHDRAWAL_REQUESTED))
    return Tab(key=TabKey.WITHDRAWALS, condition=condition, due=Dossier.statutory_due_at)


def _waiting(_pattern: Pattern, held: Held) -> Tab | None:
    ways = _handled_or_taken_in(held)
    if ways is None:
        return None
    due = sa.func.coalesce(Dossier.statutory_due_at, Dossier.acceptance_due_at)
    return Tab(key=TabKey.WAITING, condition=sa.and_(ways, _is_one_of(*WAITING)), due=due)


def _hand_over(_pattern: Pattern, held: Held) -> Tab | None:
    offices = _of(held, {Role.ONE_STOP})
    if not offices:
        return None
    condition = sa.and_(Dossier.intake_agency_id.in_(offices), _is_one_of(State.SETTLED))
    return Tab(key=TabKey.HAND_OVER, condition=condition, due=Dossier.ended_at)


def _done(_pattern: Pattern, held: Held) -> Tab | None:
    ways = _handled_or_taken_in(held)
    if ways is None:
        return None
    condition = sa.and_(ways, Dossier.ended_at >= _instant(SINCE))
    return Tab(key=TabKey.DONE, condition=condition, due=Dossier.ended_at, newest_first=True, counted=False)


def _search(_pattern: Pattern, _held: Held) -> Tab:
    """Everything the viewer may know of, found by words."""
    return Tab(key=TabKey.SEARCH, condition=sa.true(), due=Dossier.filed_at, newest_first=True, counted=False)


def _steps(key: TabKey, whose: Condition) -> Tab:
    """Open steps that can be worked on now; while a dossier waits for the filer its steps rest."""
    condition = sa.and_(DossierStep.closed_at.is_(None), whose, _is_one_of(*sorted(CLOCK_RUNNING)))
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


_TABS: Mapping[TabKey, Callable[[Pattern, Held], Tab | None]] = {
    TabKey.INTAKE: _intake,
    TabKey.DISPATCH: _dispatch,
    TabKey.MINE: _mine,
    TabKey.SIGN: _sign,
    TabKey.NUMBER: _number,
    TabKey.OPINIONS: _opinions,
    TabKey.UNIT: _unit,
    TabKey.DUE_SOON: _due_soon,
    TabKey.OVERDUE: _overdue,
    TabKey.APPROVALS: _approvals,
    TabKey.WITHDRAWALS: _withdrawals,
    TabKey.WAITING: _waiting,
    TabKey.HAND_OVER: _hand_over,
    TabKey.DONE: _done,
    TabKey.SEARCH: _search,
}
