"""The e-mail address of an account: confirmed by a link in a letter to it; a new one by a link in a letter to that."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.actions import letters, links
from portal.accounts.actions.audit import record
from portal.accounts.keys import normal_email
from portal.accounts.models import LinkPurpose, MailedLink, Membership, Party, PartyKind, Person
from portal.foundation.errors import Invalid, Refused, TooMany
from portal.foundation.search import search_key

MOST_LETTERS = 5
COUNTED_FOR = timedelta(hours=1)
MOST_TO_ADDRESS = 3
"""More letters than this within the time are not sent to one address, whoever asks for them."""

_CHECK = (LinkPurpose.ADDRESS_CHECK,)


def send_check(session: Session, person_id: UUID, *, now: datetime, address: str = "") -> MailedLink | None:
    """Send the letter by which the address is confirmed: a new one, or the person's own where none is given.

    None where the address is the person's own and confirmed already. Raises TooMany after several letters.
    """
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    wanted = normal_email(address) or person.email
    if wanted == person.email and person.email_verified_at is not None:
        return None
    since = now - COUNTED_FOR
    if links.made_since(session, person_id=person_id, purposes=_CHECK, since=since) >= MOST_LETTERS:
        raise TooMany("accounts.letters_many", retry_after_seconds=int(COUNTED_FOR.total_seconds()))
    sent_there = links.made_since(session, address=wanted, purposes=_CHECK, since=since)
    made = links.make(session, person_id, LinkPurpose.ADDRESS_CHECK, by=person_id, now=now, address=wanted)
    if sent_there < MOST_TO_ADDRESS:
        _write(session, person, made, now=now)
    return made


def change(session: Session, person_id: UUID, *, new: str, now: datetime) -> None:
    """Ask for another address; nothing changes until the link in the letter to it is opened.

    The caller has asked for the password. Whether the address has an account already is said in the letter, to its
    owner, and not here. Raises Invalid for the address the person has.
    """
    person = session.get_one(Person, person_id)
    if normal_email(new) == person.email:
        raise Invalid(fields={"email": "accounts.same_address"})
    send_check(session, person_id, address=new, now=now)
    record(session, "accounts.ask_address", f"person:{person_id}", by=person_id, now=now)


def drop(session: Session, person_id: UUID, *, now: datetime) -> None:
    """The person keeps the address they have; the link sent to another opens nothing any more."""
    links.end_open(session, person_id, LinkPurpose.ADDRESS_CHECK, now=now)


def confirm(session: Session, token: str, *, by: UUID, now: datetime) -> Person:
    """The letter has arrived: the address is the person's from now on, and who is told at the old one if it changes.

    `by` is who is signed in: a stranger's click confirms nothing. Raises LinkOver for a token that is good no longer or
    another person's, Refused where somebody has made an account with the address meanwhile.
    """
    link, person = links.use(session, LinkPurpose.ADDRESS_CHECK, token, only=by, now=now)
    before, address = person.email, link.address or person.email
    if address != before:
        _take_over(session, person, address, now=now)
    person.email_verified_at = now
    verb = "accounts.change_address" if address != before else "accounts.confirm_address"
    record(session, verb, f"person:{person.id}", by=by, now=now)
    return person


def waiting(session: Session, person_id: UUID, *, now: datetime) -> MailedLink | None:
    """The check that was sent and not answered yet."""
    return session.scalar(
        sa.select(MailedLink).where(
            MailedLink.person_id == person_id,
            MailedLink.purpose == LinkPurpose.ADDRESS_CHECK,
            MailedLink.ended_at.is_(None),
            MailedLink.expires_at > now,
        )
    )


def _write(session: Session, person: Person, link: MailedLink, *, now: datetime) -> None:
    """The letter with the link; where the address is somebody else's account, word to them instead."""
    owner = session.scalar(sa.select(Person).where(Person.email == link.address))
    if owner is None or owner.id == person.id:
        letters.send_link(session, link, "address_check")
    elif owner.disabled_at is None:
        letters.tell(session, owner.id, "address_known", now=now)


def _take_over(session: Session, person: Person, address: str, *, now: datetime) -> None:
    old = person.email
    try:
        with session.begin_nested():
            person.email, person.found_by = address, search_key(person.name, address)
    except IntegrityError:
        raise Refused("accounts.address_taken") from None
    own = sa.select(Membership.party_id).where(Membership.person_id == person.id, Membership.ended_at.is_(None))
    session.execute(
        sa.update(Party)
        .where(Party.id.in_(own), Party.kind == PartyKind.INDIVIDUAL, Party.email == old)
        .values(email=address)
        .execution_options(synchronize_session=False)
    )
    links.end_open(session, person.id, LinkPurpose.RESET, now=now)
    if person.email_verified_at is not None:
        letters.tell(session, person.id, "address_changed", now=now, address=old)
