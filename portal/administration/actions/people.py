"""Inviting people with their posts, one by one or from a file."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit, invitations, posts
from portal.accounts.actions.new_passwords import NO_PASSWORD
from portal.accounts.models import Agency, MailedLink, Person, Post
from portal.administration.importing import Newcomer
from portal.foundation.errors import Invalid, NotFound, Refused
from portal.foundation.search import search_key
from portal.workflow.lifecycle import Role


def invite(session: Session, newcomer: Newcomer, *, by: UUID, now: datetime) -> tuple[Person, MailedLink]:
    """Make the account, give the posts, send the letter. Raises Invalid for an address that has an account."""
    person, invitation = invitations.invite(
        session, name=newcomer.name, email=newcomer.email, language=newcomer.language, by=by, now=now
    )
    for agency_key, role, until in newcomer.posts:
        appoint(session, person.id, agency_key=agency_key, role=role, until=until, by=by, now=now)
    return person, invitation


def invite_all(session: Session, newcomers: Sequence[Newcomer], *, by: UUID, now: datetime) -> int:
    """Invite everybody of a file, or nobody: the caller's unit of work holds them together."""
    for newcomer in newcomers:
        invite(session, newcomer, by=by, now=now)
    after = {"people": len(newcomers)}
    audit.record(session, "administration.import_people", "file:people", by=by, now=now, after=after)
    return len(newcomers)


def appoint(
    session: Session, person_id: UUID, *, agency_key: str, role: Role, until: date | None, by: UUID, now: datetime
) -> Post:
    """Give a post. Raises Invalid for an agency that is closed, Refused for a disabled account."""
    person = session.get(Person, person_id)
    agency = session.scalar(sa.select(Agency).where(Agency.key == agency_key))
    if person is None:
        raise NotFound
    if person.disabled_at is not None:
        raise Refused("administration.person_disabled")
    if person.email_verified_at is None and person.password_hash != NO_PASSWORD:
        raise Refused("accounts.person_unconfirmed")  # whoever made the account may not be who the address names
    if agency is None or agency.closed_at is not None:
        raise Invalid(fields={"agency": "administration.agency_unknown"})
    held = sa.exists().where(
        Post.person_id == person_id, Post.agency_id == agency.id, Post.role == role, Post.ended_at.is_(None)
    )
    if session.scalar(sa.select(held)):
        raise Invalid(fields={"role": "administration.post_held"})
    return posts.appoint(session, person_id, agency.id, role, by=by, now=now, until=until)


def end_post(session: Session, person_id: UUID, post_id: UUID, *, by: UUID, now: datetime) -> None:
    """End one post of this person. Raises NotFound for a post that is none of theirs or has ended."""
    found = session.scalar(
        sa.select(Post)
        .where(Post.id == post_id, Post.person_id == person_id, Post.ended_at.is_(None))
        .with_for_update()
    )
    if found is None:
        raise NotFound
    posts.end_post(session, post_id, by=by, now=now)


def rename(session: Session, person_id: UUID, *, name: str, was: str, by: UUID, now: datetime) -> None:
    """Write the name rightly. Refused if it is no longer the one that was on the page."""
    person = session.scalar(sa.select(Person).where(Person.id == person_id).with_for_update())
    if person is None:
        raise NotFound
    session.refresh(person)
    if person.name != was:
        raise Refused("act.stale")
    written = " ".join(name.split())
    if written != was:
        person.name, person.found_by = written, search_key(written, person.email)
        before, after = {"name": was}, {"name": written}
        audit.record(
            session, "administration.rename", f"person:{person_id}", by=by, now=now, before=before, after=after
        )


def taken(session: Session, emails: Sequence[str]) -> set[str]:
    """Which of these addresses have an account."""
    return set(session.scalars(sa.select(Person.email).where(Person.email.in_(emails))))
