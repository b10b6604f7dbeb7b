"""What the rooms above and the account pages read about people, parties, posts and sign-ins."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from portal.accounts.keys import hash_of, normal_email
from portal.accounts.models import (
    Agency,
    InterruptedPost,
    Mandate,
    Membership,
    Party,
    PartyStatus,
    Passkey,
    Person,
    Post,
    RecoveryCode,
    SignIn,
)
from portal.accounts.queries import standing_in
from portal.accounts.viewer import ActingFor, HeldPost, Viewer
from portal.clock.zone import office_day
from portal.workflow.lifecycle import CompanyRole, Role


def viewer(session: Session, sign_in_key: str, *, now: datetime) -> Viewer | None:
    """The person behind a sign-in key with all they may act as at `now`, in one statement.

    None for a key that is unknown, ended, expired or left idle, and for a person who has been disabled.
    """
    asked = {"key_hash": hash_of(sign_in_key), "now": now, "today": office_day(now)}
    row = session.execute(_VIEWER, asked).one_or_none()
    if row is None:
        return None
    own = tuple(_held_post(*values) for values in row.posts or ())
    seats = standing_in.seats(session, row.id, day=office_day(now)) if row.stands_in and own else ()
    found = Viewer(
        person_id=row.id,
        name=row.name,
        email=row.email,
        language=row.language,
        sign_in_key=sign_in_key,
        posts=(*own, *seats),
        acting_for=(
            *(_as_member(*values) for values in row.memberships or ()),
            *(_as_agent(*values) for values in row.mandates or ()),
        ),
        seen_at=row.seen_at,
        stepped_up_at=row.stepped_up_at,
        has_second_factor=row.has_app or row.has_passkeys,
        has_app=row.has_app,
        has_passkeys=row.has_passkeys,
        email_is_verified=row.email_is_verified,
    )
    return None if found.is_idle(now) else found


def _posts() -> sa.ScalarSelect[Any]:
    values = sa.func.jsonb_build_array(Post.id, Agency.id, Agency.key, Agency.names, Post.role)
    return (
        sa.select(sa.func.jsonb_agg(aggregate_order_by(values, Agency.key, Post.role)))
        .select_from(Post)
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id == Person.id, Post.ended_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


def _memberships() -> sa.ScalarSelect[Any]:
    values = sa.func.jsonb_build_array(Party.id, Party.name, Party.status, Party.tax_code, Membership.role)
    return (
        sa.select(sa.func.jsonb_agg(aggregate_order_by(values, Membership.since, Party.id)))
        .select_from(Membership)
        .join(Party, Party.id == Membership.party_id)
        .where(Membership.person_id == Person.id, Membership.ended_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )


def _mandates() -> sa.ScalarSelect[Any]:
    """Principals of the agent parties the person belongs to, under mandates in force on the office's day."""
    principal, agent = aliased(Party), aliased(Party)
    values = sa.func.jsonb_build_array(
        principal.id,
        principal.name,
        principal.status,
        principal.tax_code,
        Membership.role,
        agent.id,
        agent.name,
        sa.func.to_jsonb(Mandate.fields),
        sa.func.to_jsonb(Mandate.procedures),
    )
    return (
        sa.select(sa.func.jsonb_agg(aggregate_order_by(values, principal.name, Mandate.id)))
        .select_from(Membership)
        .join(agent, agent.id == Membership.party_id)
        .join(Mandate, Mandate.agent_id == agent.id)
        .join(principal, principal.id == Mandate.principal_id)
        .where(
            Membership.person_id == Person.id,
            Membership.ended_at.is_(None),
            agent.status == PartyStatus.APPROVED,
            _in_force_on(sa.bindparam("today", type_=sa.Date())),
        )
        .correlate(Person)
        .scalar_subquery()
    )


def mandate_in_force(now: datetime) -> sa.ColumnElement[bool]:
    """Accepted by both sides, not revoked, and the office's day of `now` within its validity."""
    return _in_force_on(sa.literal(office_day(now)))


def _in_force_on(day: sa.ColumnElement[date]) -> sa.ColumnElement[bool]:
    return sa.and_(
        Mandate.principal_accepted_at.is_not(None),
        Mandate.agent_accepted_at.is_not(None),
        Mandate.revoked_at.is_(None),
        Mandate.valid_from <= day,
        Mandate.valid_until >= day,
    )


def has_passkeys() -> sa.ColumnElement[bool]:
    """Whether the person of the statement has a passkey."""
    return sa.exists().where(Passkey.person_id == Person.id).correlate(Person)


def has_factor() -> sa.ColumnElement[bool]:
    """Whether the person of the statement has a second factor: an app, a passkey or both."""
    return sa.or_(Person.one_time_secret.is_not(None), has_passkeys())


_VIEWER = (
    sa.select(
        Person.id,
        Person.name,
        Person.email,
        Person.language,
        Person.email_verified_at.is_not(None).label("email_is_verified"),
        Person.one_time_secret.is_not(None).label("has_app"),
        has_passkeys().label("has_passkeys"),
        SignIn.seen_at,
        SignIn.stepped_up_at,
        _posts().label("posts"),
        standing_in.stands_in(Person.id, sa.bindparam("today", type_=sa.Date())).label("stands_in"),
        _memberships().label("memberships"),
        _mandates().label("mandates"),
    )
    .join(Person, Person.id == SignIn.person_id)
    .where(
        SignIn.key_hash == sa.bindparam("key_hash"),
        SignIn.ended_at.is_(None),
        SignIn.ends_at > sa.bindparam("now"),
        Person.disabled_at.is_(None),
    )
)
"""Put together once: every request of somebody signed in asks it, and building it takes longer than asking."""


def _held_post(post_id: str, agency_id: str, key: str, names: dict[str, str], role: str) -> HeldPost:
    return HeldPost(id=UUID(post_id), agency_id=UUID(agency_id), agency_key=key, agency_names=names, role=Role(role))


def _as_member(party_id: str, name: str, status: str, tax_code: str | None, role: str) -> ActingFor:
    return ActingFor(
        party_id=UUID(party_id),
        party_name=name,
        role=CompanyRole(role),
        is_approved=status == PartyStatus.APPROVED,
        tax_code=tax_code,
    )


def _as_agent(
    party_id: str,
    name: str,
    status: str,
    tax_code: str | None,
    role: str,
    agent_id: str,
    agent_name: str,
    fields: list[str],
    procedures: list[str],
) -> ActingFor:
    """The agent's owner files for the principal but does not own it."""
    own_role = CompanyRole(role)
    return ActingFor(
        party_id=UUID(party_id),
        party_name=name,
        role=CompanyRole.FILER if own_role is CompanyRole.OWNER else own_role,
        is_approved=status == PartyStatus.APPROVED,
        tax_code=tax_code,
        agent_party_id=UUID(agent_id),
        agent_party_name=agent_name,
        fields=frozenset(fields),
        procedures=frozenset(procedures),
    )


def person_by_email(session: Session, email: str) -> Person | None:
    """The account of this address, disabled or not."""
    return session.scalar(sa.select(Person).where(Person.email == normal_email(email)))


def current_sign_ins(session: Session, person_id: UUID, *, now: datetime) -> Sequence[SignIn]:
    """The browsers in which the person is signed in, the last used first."""
    return session.scalars(
        sa.select(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), SignIn.ends_at > now)
        .order_by(SignIn.seen_at.desc())
    ).all()


def has_signed_in(session: Session, person_id: UUID) -> bool:
    """Whether the person has ever signed in before."""
    return bool(session.scalar(sa.select(sa.exists().where(SignIn.person_id == person_id))))


def recovery_codes_left(session: Session, person_id: UUID) -> int:
    """How many of the person's recovery codes are still good."""
    left = sa.select(sa.func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.scalar(left) or 0


def has_second_factor(session: Session, person_id: UUID) -> bool:
    """Whether a second factor is asked for when the person signs in."""
    return bool(session.scalar(sa.select(has_factor()).where(Person.id == person_id)))


def passkeys_of(session: Session, person_id: UUID) -> Sequence[Passkey]:
    """The person's passkeys, in the order they were made."""
    return session.scalars(sa.select(Passkey).where(Passkey.person_id == person_id).order_by(Passkey.made_at)).all()


def holds_post(session: Session, person_id: UUID) -> bool:
    """Whether the person works in any agency now, and so owes a second factor."""
    return bool(session.scalar(sa.select(sa.exists().where(Post.person_id == person_id, Post.ended_at.is_(None)))))


def reference_of(sign_in: SignIn) -> str:
    """How a page names a sign-in without giving away anything that opens a door."""
    return sign_in.key_hash.hex()[:16]


def interrupted_post(session: Session, token: str, *, person_id: UUID, now: datetime) -> InterruptedPost | None:
    """What this person sent in this browser when their sign-in had ended, if it is still kept."""
    return session.scalar(
        sa.select(InterruptedPost).where(
            InterruptedPost.token_hash == hash_of(token),
            InterruptedPost.person_id == person_id,
            InterruptedPost.expires_at > now,
        )
    )


def person_of_key(session: Session, sign_in_key: str) -> UUID | None:
    """Whose sign-in this key was, even if it has ended."""
    return session.scalar(sa.select(SignIn.person_id).where(SignIn.key_hash == hash_of(sign_in_key)))


def agency(session: Session, key: str | None) -> Agency | None:
    """The agency with this key; without one, the intake agency that comes first."""
    query = sa.select(Agency).order_by(Agency.is_intake.desc(), Agency.code).limit(1)
    return session.scalar(query.where(Agency.key == key) if key else query)
