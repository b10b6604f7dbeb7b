"""What the account pages show: browsers, companies and their people, mandates, registrations."""

import enum
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.orm import InstrumentedAttribute, Session

from portal.accounts.keys import hash_of
from portal.accounts.models import Agency, Mandate, Membership, Party, PartyKind, PartyStatus, Person, Post
from portal.accounts.queries import current_sign_ins, has_factor, reference_of
from portal.accounts.viewer import Viewer
from portal.clock.zone import office_day
from portal.workflow.lifecycle import CompanyRole


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedInBrowser:
    """One line of the list of browsers; `is_this` marks the one looking."""

    reference: str
    browser: str
    since: datetime
    seen_at: datetime
    is_this: bool


def signed_in_browsers(session: Session, looking: Viewer, *, now: datetime) -> list[SignedInBrowser]:
    """Where the viewer is signed in, the last used first."""
    own = hash_of(looking.sign_in_key)
    return [
        SignedInBrowser(
            reference=reference_of(row),
            browser=row.browser,
            since=row.created_at,
            seen_at=row.seen_at,
            is_this=row.key_hash == own,
        )
        for row in current_sign_ins(session, looking.person_id, now=now)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnParty:
    """A party the person belongs to, with what the office said of it."""

    name: str
    tax_code: str | None
    kind: PartyKind
    status: PartyStatus
    refusal_reason: str | None
    role: CompanyRole
    offered_mandates: int


def own_parties(session: Session, person_id: UUID) -> list[OwnParty]:
    """The person's own parties; `offered_mandates` counts those that wait for this party as the agent."""
    offered = (
        sa.select(sa.func.count())
        .select_from(Mandate)
        .where(Mandate.agent_id == Party.id, Mandate.agent_accepted_at.is_(None), Mandate.revoked_at.is_(None))
        .correlate(Party)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Party.name,
            Party.tax_code,
            Party.kind,
            Party.status,
            Party.refusal_reason,
            Membership.role,
            offered.label("offered_mandates"),
        )
        .join(Membership, Membership.party_id == Party.id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .order_by(Membership.since, Party.id)
    )
    return [OwnParty(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """Somebody who acts for a party."""

    person_id: UUID
    name: str
    email: str
    role: CompanyRole
    since: datetime


def members(session: Session, party_id: UUID) -> list[Member]:
    """Who acts for the party now, in the order they came."""
    rows = session.execute(
        sa.select(Person.id.label("person_id"), Person.name, Person.email, Membership.role, Membership.since)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.party_id == party_id, Membership.ended_at.is_(None))
        .order_by(Membership.since, Person.id)
    )
    return [Member(**row._mapping) for row in rows]


def needs_cosignature(session: Session, party_id: UUID) -> bool:
    """Whether a second person co-signs what is filed for the party."""
    return bool(session.scalar(sa.select(Party.needs_cosignature).where(Party.id == party_id)))


class MandateState(enum.StrEnum):
    OFFERED = "offered"
    IN_FORCE = "in_force"
    NOT_YET = "not_yet"
    OVER = "over"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class MandateLine:
    """A mandate as one of its sides sees it; `other` is the other side."""

    id: UUID
    is_given: bool
    other: str
    other_tax_code: str | None
    fields: list[str]
    procedures: list[str]
    valid_from: date
    valid_until: date
    state: MandateState

    @property
    def is_open(self) -> bool:
        """Whether there is still something to revoke."""
        return self.state in {MandateState.OFFERED, MandateState.IN_FORCE, MandateState.NOT_YET}

    @property
    def is_offered_to_us(self) -> bool:
        """Whether this side has still to accept it."""
        return not self.is_given and self.state is MandateState.OFFERED


def mandates_of(session: Session, party_id: UUID, *, now: datetime) -> list[MandateLine]:
    """All mandates the party gave or was given, the newest first."""
    rows = session.execute(
        sa.select(Mandate, Party.name, Party.tax_code)
        .join(
            Party,
            sa.or_(
                sa.and_(Mandate.principal_id == party_id, Party.id == Mandate.agent_id),
                sa.and_(Mandate.agent_id == party_id, Party.id == Mandate.principal_id),
            ),
        )
        .order_by(Mandate.id.desc())
    )
    return [
        MandateLine(
            id=mandate.id,
            is_given=mandate.principal_id == party_id,
            other=name,
            other_tax_code=tax_code,
            fields=mandate.fields,
            procedures=mandate.procedures,
            valid_from=mandate.valid_from,
            valid_until=mandate.valid_until,
            state=_mandate_state(mandate, office_day(now)),
        )
        for mandate, name, tax_code in rows
    ]


def _mandate_state(mandate: Mandate, today: date) -> MandateState:
    if mandate.revoked_at is not None:
        return MandateState.REVOKED
    if mandate.valid_until < today:
        return MandateState.OVER
    if mandate.agent_accepted_at is None or mandate.principal_accepted_at is None:
        return MandateState.OFFERED
    return MandateState.NOT_YET if mandate.valid_from > today else MandateState.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A company's registration with the person who sent it."""

    party_id: UUID
    name: str
    tax_code: str
    country: str
    address: str | None
    representative: str | None
    phone: str | None
    status: PartyStatus
    refusal_reason: str | None
    sent_at: datetime
    owner_name: str
    owner_email: str


def waiting_registrations(session: Session) -> list[Registration]:
    """Registrations nobody has decided yet, the oldest first."""
    return _registrations(session, Party.status == PartyStatus.WAITING)


def registration(session: Session, tax_code: str) -> Registration | None:
    """One company's registration, decided or not."""
    return next(iter(_registrations(session, Party.tax_code == tax_code)), None)


def _registrations(session: Session, condition: sa.ColumnElement[bool]) -> list[Registration]:
    rows = session.execute(
        sa.select(
            Party.id.label("party_id"),
            Party.name,
            Party.tax_code,
            Party.country,
            Party.address,
            Party.representative,
            Party.phone,
            Party.status,
            Party.refusal_reason,
            Party.created_at.label("sent_at"),
            Person.name.label("owner_name"),
            Person.email.label("owner_email"),
        )
        .ext(distinct_on(Party.created_at, Party.id))
        .join(Membership, Membership.party_id == Party.id)
        .join(Person, Person.id == Membership.person_id)
        .where(condition, Party.kind == PartyKind.ORGANISATION)
        .order_by(Party.created_at, Party.id, Membership.since)
    )
    return [Registration(**row._mapping) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLine:
    """Somebody with an account; `standings` are their posts and companies in short."""

    email: str
    name: str
    is_disabled: bool
    has_second_factor: bool
    standings: list[str]


def people(session: Session) -> list[PersonLine]:
    """Everybody with an account, by address."""
    posts = (
        sa.select(Post.person_id, _standing(Post.role, Agency.key))
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.ended_at.is_(None))
    )
    memberships = (
        sa.select(Membership.person_id, _standing(Membership.role, sa.func.coalesce(Party.tax_code, "me")))
        .join(Party, Party.id == Membership.party_id)
        .where(Membership.ended_at.is_(None))
    )
    held = sa.union_all(posts, memberships).subquery()
    standings = sa.func.array_agg(aggregate_order_by(held.c.standing, held.c.standing))
    rows = session.execute(
        sa.select(Person.email, Person.name, Person.disabled_at, has_factor(), standings)
        .outerjoin(held, held.c.person_id == Person.id)
        .group_by(Person.id)
        .order_by(Person.email)
    )
    return [
        PersonLine(
            email=email,
            name=name,
            is_disabled=disabled_at is not None,
            has_second_factor=has_second_factor,
            standings=[standing for standing in found if standing],
        )
        for email, name, disabled_at, has_second_factor, found in rows
    ]


def _standing(role: InstrumentedAttribute[Any], place: sa.SQLColumnExpression[str]) -> sa.Label[str]:
    return (sa.cast(role, sa.Text) + "@" + place).label("standing")
