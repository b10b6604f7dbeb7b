"""Links in letters: made, found again by the token somebody brings, used once. Three purposes, one way.

Looking at a link's page changes nothing: mail scanners look, too. A link is used up by what its form sends.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import links
from portal.accounts.models import LinkPurpose, MailedLink, Person
from portal.foundation.database import new_id
from portal.foundation.errors import NotFound


class LinkOver(NotFound):
    """The link was used, is too old, was replaced by a newer one, or never was one."""


def make(
    session: Session,
    person_id: UUID,
    purpose: LinkPurpose,
    *,
    by: UUID | None,
    now: datetime,
    address: str | None = None,
) -> MailedLink:
    """A new link in place of those before it for the same purpose."""
    end_open(session, person_id, purpose, now=now)
    made = MailedLink(
        id=new_id(),
        person_id=person_id,
        purpose=purpose,
        address=address,
        made_by=by,
        made_at=now,
        expires_at=now + links.LASTS[purpose],
        ended_at=None,
    )
    session.add(made)
    session.flush()
    return made


def found(
    session: Session, purpose: LinkPurpose, token: str, *, now: datetime, only: UUID | None = None
) -> tuple[MailedLink, Person]:
    """The link a token opens and whose it is.

    Raises LinkOver for one that is wrong, used, replaced or too old, or another person's where `only` one's will do.
    """
    conditions = [
        MailedLink.id == links.link_in(purpose, token),
        MailedLink.purpose == purpose,
        MailedLink.ended_at.is_(None),
        MailedLink.expires_at > now,
        Person.disabled_at.is_(None),
    ]
    if only is not None:
        conditions.append(MailedLink.person_id == only)
    row = session.execute(
        sa.select(MailedLink, Person).join(Person, Person.id == MailedLink.person_id).where(*conditions)
    ).one_or_none()
    if row is None:
        raise LinkOver
    return row[0], row[1]


def use(
    session: Session, purpose: LinkPurpose, token: str, *, now: datetime, only: UUID | None = None
) -> tuple[MailedLink, Person]:
    """Use the link up and return it with its person, locked. Of two who bring it at once the second gets LinkOver.

    What is refused afterwards in the same unit of work gives the link back.
    """
    link, person = found(session, purpose, token, only=only, now=now)
    session.refresh(person, with_for_update=True)
    taken = session.scalar(
        sa.update(MailedLink)
        .where(MailedLink.id == link.id, MailedLink.ended_at.is_(None))
        .values(ended_at=now)
        .returning(MailedLink.id)
        .execution_options(synchronize_session=False)
    )
    if taken is None or person.disabled_at is not None:
        raise LinkOver
    return link, person


def end_open(session: Session, person_id: UUID, *purposes: LinkPurpose, now: datetime) -> None:
    """Links of these purposes (of all, without any) open nothing any more."""
    conditions = [MailedLink.person_id == person_id, MailedLink.ended_at.is_(None)]
    if purposes:
        conditions.append(MailedLink.purpose.in_(purposes))
    session.execute(sa.update(MailedLink).where(*conditions).values(ended_at=now))


def made_since(
    session: Session,
    *,
    purposes: Sequence[LinkPurpose],
    since: datetime,
    person_id: UUID | None = None,
    address: str = "",
) -> int:
    """How many links were made since then for the person, or for the address."""
    whose = MailedLink.person_id == person_id if person_id else MailedLink.address == address
    counted = sa.select(sa.func.count()).where(whose, MailedLink.purpose.in_(purposes), MailedLink.made_at > since)
    return session.scalar(counted) or 0
