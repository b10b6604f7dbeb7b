"""Who sees which dossier, and in what capacity: the one place that decides.

`visible_to` is the condition every query of dossiers carries, so that a list, a search, a count and a single
page agree. What is not visible does not exist for the viewer (404). `capacities` says as what the viewer may
act on a dossier that is visible; the lifecycle's table says what that capacity may do (403 otherwise).
"""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from portal.accounts.viewer import ActingFor, Viewer
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier, DossierStep, Draft
from portal.workflow.lifecycle import UNFILED, CompanyRole, Role, State

WORKING_ROLES = frozenset({Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK, Role.CASHIER})
"""Roles that see every dossier of their agency once it has been routed there."""

_HELD = aliased(DossierStep)
"""A step as the policy asks for it: a query that reads steps itself must not be mixed up with this one."""

COUNTER_ROLES = frozenset({Role.ONE_STOP, Role.CASHIER})
"""Roles that see every dossier their agency took in."""


class Seat(Protocol):
    """A post as the policy asks for it. `agency_id` is an agency, or a parameter that stands for one."""

    @property
    def role(self) -> Role: ...

    @property
    def agency_id(self) -> Any: ...


class Seated(Protocol):
    """Somebody with posts: a viewer, or the pattern of one with parameters in the place of agencies."""

    @property
    def posts(self) -> Sequence[Seat]: ...


def visible_to(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The dossiers this viewer may know of, as a condition on `Dossier`."""
    if any(post.role is Role.AUDITOR for post in viewer.posts):
        return sa.true()
    ways = [*_as_company(viewer), *_as_staff(viewer)]
    return sa.or_(*ways) if ways else sa.false()


def of_own_parties(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The dossiers of the parties the viewer acts for: the company's list, whatever posts they hold besides."""
    ways = _as_company(viewer)
    return sa.or_(*ways) if ways else sa.false()


def of_own_office(viewer: Seated) -> sa.ColumnElement[bool]:
    """The dossiers the viewer may know of by office: what the officers' pages show, whatever company they own."""
    if any(post.role is Role.AUDITOR for post in viewer.posts):
        return sa.true()
    ways = _as_staff(viewer)
    return sa.or_(*ways) if ways else sa.false()


def drafts_of(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The drafts the viewer may know of: their party's own, and as an agent those the agent company began.

    One an office is taking down at its counter is the office's, whatever party it is for.
    """
    own = [acting.party_id for acting in viewer.acting_for if acting.agent_party_id is None]
    ways: list[sa.ColumnElement[bool]] = (
        [sa.and_(Draft.party_id.in_(own), Draft.counter_agency_id.is_(None))] if own else []
    )
    ways.extend(
        sa.and_(Draft.party_id == acting.party_id, Draft.agent_party_id == acting.agent_party_id)
        for acting in viewer.acting_for
        if acting.agent_party_id is not None
    )
    return sa.or_(*ways) if ways else sa.false()


def drafts_at_counter(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The drafts the viewer's offices take down for whoever stands at their counter: any colleague may go on."""
    offices = _agencies(viewer, frozenset({Role.ONE_STOP}))
    return Draft.counter_agency_id.in_(offices) if offices else sa.false()


def taken_at_counter(viewer: Viewer) -> sa.ColumnElement[bool]:
    """The dossiers the viewer's counters took down for somebody, from the moment they have a code."""
    offices = _agencies(viewer, frozenset({Role.ONE_STOP}))
    if not offices:
        return sa.false()
    return sa.and_(Dossier.intake_agency_id.in_(offices), Dossier.walk_in_id.is_not(None), Dossier.state != State.DRAFT)


def _as_company(viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    # A party may have dossiers, taken down at a counter, before the office has approved whoever registers for it.
    own = [acting.party_id for acting in viewer.acting_for if acting.agent_party_id is None and acting.is_approved]
    ways: list[sa.ColumnElement[bool]] = []
    if own:
        ways.append(Dossier.party_id.in_(own))
    ways.extend(_under_mandate(acting) for acting in viewer.acting_for if acting.agent_party_id is not None)
    return ways


def _under_mandate(acting: ActingFor) -> sa.ColumnElement[bool]:
    """What the agent filed for the principal within the mandate's scope; nothing once the mandate ends."""
    conditions = [Dossier.party_id == acting.party_id, Dossier.agent_party_id == acting.agent_party_id]
    scope = sa.select(ProcedureVersion.id)
    if acting.fields:
        scope = scope.where(ProcedureVersion.field.in_(acting.fields))
    if acting.procedures:
        scope = scope.where(ProcedureVersion.code.in_(acting.procedures))
    if acting.fields or acting.procedures:
        conditions.append(Dossier.procedure_version_id.in_(scope))
    return sa.and_(*conditions)


def _as_staff(viewer: Seated) -> list[sa.ColumnElement[bool]]:
    ways: list[sa.ColumnElement[bool]] = []
    taken_in = _agencies(viewer, COUNTER_ROLES)
    handled = _agencies(viewer, WORKING_ROLES)
    if taken_in:
        ways.append(sa.and_(Dossier.intake_agency_id.in_(taken_in), Dossier.state.not_in(UNFILED)))
    if handled:
        ways.append(Dossier.agency_id.in_(handled))
    if any(post.role is Role.DISPATCHER for post in viewer.posts):
        ways.append(sa.and_(Dossier.agency_id.is_(None), Dossier.state == State.FILED))
    if consulted := _agencies_with_steps(viewer):
        ways.append(sa.exists().where(_HELD.dossier_id == Dossier.id, _HELD.agency_id.in_(consulted)))
    return ways


def _agencies_with_steps(viewer: Seated) -> list[Any]:
    """Agencies that may hold a step of a dossier they are not competent for: opinions, the second level."""
    return _agencies(viewer, WORKING_ROLES | {Role.CONSULTANT})


def _agencies(viewer: Seated, roles: frozenset[Role]) -> list[Any]:
    return list(dict.fromkeys(post.agency_id for post in viewer.posts if post.role in roles))


def capacities(viewer: Viewer, dossier: Dossier) -> frozenset[Role | CompanyRole]:
    """As what the viewer may act on this dossier: a staff role that concerns it, or a role in its party."""
    found: set[Role | CompanyRole] = set()
    acting = viewer.acting_for_party(dossier.party_id)
    if acting is not None and acting.agent_party_id in {None, dossier.agent_party_id}:
        found.add(acting.role)
    for post in viewer.posts:
        if post.role is Role.ONE_STOP and post.agency_id == dossier.intake_agency_id:
            found.add(post.role)
        if post.role in WORKING_ROLES and post.agency_id == dossier.agency_id:
            found.add(post.role)
        if post.role is Role.DISPATCHER and dossier.agency_id is None:
            found.add(post.role)
    return frozenset(found)
