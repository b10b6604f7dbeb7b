"""Who seals and signs, and how their certificates stand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person, Post
from portal.letters.certificates import Line, Owner, line
from portal.letters.models import Letter, SignerCertificate
from portal.letters.printing import PrintingOffice
from portal.workflow.lifecycle import Role

SEALING = (Role.ONE_STOP, Role.CLERK, Role.LEADER)
"""Whoever has one of these in an agency makes papers that it seals: receipts at the counter, decisions."""


def owners(session: Session) -> list[Owner]:
    """The agencies that seal, by name, then the leaders."""
    sealing = sa.select(Post.id).where(Post.agency_id == Agency.id, Post.role.in_(SEALING), Post.ended_at.is_(None))
    agencies = session.execute(
        sa.select(Agency.id, Agency.key, Agency.names)
        .where(Agency.closed_at.is_(None), sealing.exists())
        .order_by(Agency.names["vi"].astext)
    )
    leaders = session.execute(
        sa.select(Person.id, Person.email, Person.name, sa.func.array_agg(Post.id))
        .join(Post, Post.person_id == Person.id)
        .where(Post.role == Role.LEADER, Post.ended_at.is_(None), Person.disabled_at.is_(None))
        .group_by(Person.id)
        .order_by(Person.name, Person.id)
    )
    return [
        *(Owner(key=key, names=names, agency_id=agency_id) for agency_id, key, names in agencies),
        *(
            Owner(key=email, names={"vi": name}, person_id=person_id, post_ids=tuple(post_ids))
            for person_id, email, name, post_ids in leaders
        ),
    ]


def last_outside(session: Session, post_ids: Sequence[UUID]) -> Mapping[UUID, bytes]:
    """The last signature that came back from outside, by the post that gave it."""
    rows = session.execute(
        sa.select(Letter.signed_by, Letter.signature)
        .where(Letter.signed_by.in_(post_ids), Letter.outside_key.is_not(None), Letter.signature.is_not(None))
        .ext(distinct_on(Letter.signed_by))
        .order_by(Letter.signed_by, Letter.signed_at.desc())
    )
    return {post: signature for post, signature in rows if post is not None and signature is not None}


def certificates(
    session: Session, office: PrintingOffice, *, warned_from: int, now: datetime, agencies_only: bool = False
) -> list[Line]:
    """How every certificate stands, by what was found when it was last looked at; nothing is asked now."""
    rows = {row.agency_id or row.person_id: row for row in session.scalars(sa.select(SignerCertificate))}
    return [
        line(owner, office, rows.get(owner.id), warned_from=warned_from, now=now)
        for owner in owners(session)
        if owner.is_agency or not agencies_only
    ]


def administrators(session: Session) -> Sequence[UUID]:
    """The people who look after the portal."""
    return session.scalars(
        sa.select(Person.id)
        .join(Post, Post.person_id == Person.id)
        .where(Post.role == Role.ADMINISTRATOR, Post.ended_at.is_(None), Person.disabled_at.is_(None))
        .distinct()
    ).all()
