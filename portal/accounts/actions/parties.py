"""Companies and the people who act for them."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts import tax_codes
from portal.accounts.actions import letters
from portal.accounts.actions.audit import record
from portal.accounts.keys import normal_email
from portal.accounts.models import Membership, Party, PartyKind, PartyStatus, Person
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused
from portal.workflow.lifecycle import CompanyRole

_WRONG_CODE = {tax_codes.HOME: "accounts.tax_code_wrong", tax_codes.CHINA: "accounts.social_credit_wrong"}
_TAKEN = {"tax_code": "accounts.tax_code_taken"}


def register_company(
    session: Session,
    *,
    by: UUID,
    name: str,
    tax_code: str,
    address: str,
    representative: str,
    phone: str | None,
    now: datetime,
    country: str = tax_codes.HOME,
) -> Party:
    """Register a company with the person as its first owner. It may draft, and files once approved.

    A registration that was refused may be sent again with the same tax code by one of its owners. A company an officer
    took down at a counter keeps what stands in the office's papers; its dossiers are seen once it is approved.
    """
    code = tax_codes.canonical(tax_code, country)
    if code is None:
        raise Invalid(fields=_wrong_code(country))
    values = {
        "name": " ".join(name.split()),
        "address": address.strip(),
        "representative": " ".join(representative.split()),
        "phone": phone or None,
        "country": country,
    }
    party = session.scalar(sa.select(Party).where(Party.tax_code == code).with_for_update())
    if party is None:
        party = _new_company(session, code, values, by=by, now=now)
    elif _may_take_over(session, party):
        _take_over(session, party, by=by, now=now)
    elif _may_send_again(session, party, by):
        party.status, party.refusal_reason = PartyStatus.WAITING, None
        for column, value in values.items():
            setattr(party, column, value)
    else:
        raise Invalid(fields=_TAKEN)
    record(
        session,
        "accounts.register_company",
        f"party:{party.id}",
        by=by,
        now=now,
        after={"tax_code": code, "status": PartyStatus.WAITING.value},
    )
    return party


def mistakes(session: Session, *, tax_code: str, country: str, by: UUID) -> dict[str, str]:
    """What `register_company` would refuse about the code, by field: to be told beside whatever else is wrong."""
    code = tax_codes.canonical(tax_code, country)
    if code is None:
        return _wrong_code(country)
    party = session.scalar(sa.select(Party).where(Party.tax_code == code))
    is_free = party is None or _may_take_over(session, party) or _may_send_again(session, party, by)
    return {} if is_free else _TAKEN


def _wrong_code(country: str) -> dict[str, str]:
    return {"tax_code": _WRONG_CODE.get(country, "accounts.register_number_wrong")}


def _may_send_again(session: Session, party: Party, person_id: UUID) -> bool:
    return party.status is PartyStatus.REFUSED and _role_of(session, person_id, party.id) is CompanyRole.OWNER


def _may_take_over(session: Session, party: Party) -> bool:
    """A counter took the company down, and nobody acts for it yet, or only somebody whose registration was refused."""
    if party.taken_down_at is None:
        return False
    somebody = sa.exists().where(Membership.party_id == party.id, Membership.ended_at.is_(None))
    return party.status is PartyStatus.REFUSED or not session.scalar(sa.select(somebody))


def _take_over(session: Session, party: Party, *, by: UUID, now: datetime) -> None:
    others = sa.update(Membership).where(Membership.party_id == party.id, Membership.ended_at.is_(None))
    session.execute(others.values(ended_at=now))
    party.status, party.refusal_reason = PartyStatus.WAITING, None
    session.add(Membership(person_id=by, party_id=party.id, role=CompanyRole.OWNER, since=now))
    session.flush()


def _new_company(session: Session, tax_code: str, values: dict[str, str | None], *, by: UUID, now: datetime) -> Party:
    party: Party | None = session.scalar(
        insert(Party)
        .values(
            id=new_id(),
            kind=PartyKind.ORGANISATION,
            status=PartyStatus.WAITING,
            tax_code=tax_code,
            created_at=now,
            **values,
        )
        .on_conflict_do_nothing()
        .returning(Party)
    )
    if party is None:
        raise Invalid(fields=_TAKEN)
    session.add(Membership(person_id=by, party_id=party.id, role=CompanyRole.OWNER, since=now))
    session.flush()
    return party


def approve(session: Session, tax_code: str, *, by: UUID, now: datetime) -> Party:
    """The one-stop office finds the registration right: the company may file."""
    return _decide(session, tax_code, PartyStatus.APPROVED, None, by=by, now=now)


def refuse(session: Session, tax_code: str, *, reason: str, by: UUID, now: datetime) -> Party:
    """The one-stop office finds something wrong; the reason is shown to the company."""
    if not reason.strip():
        raise Invalid(fields={"reason": "accounts.reason_missing"})
    return _decide(session, tax_code, PartyStatus.REFUSED, reason.strip(), by=by, now=now)


def _decide(
    session: Session, tax_code: str, status: PartyStatus, reason: str | None, *, by: UUID, now: datetime
) -> Party:
    party = session.scalar(sa.select(Party).where(Party.tax_code == tax_code).with_for_update())
    if party is None:
        raise NotFound
    if party.status is not PartyStatus.WAITING:
        raise Refused("accounts.already_decided")
    if _role_of(session, by, party.id) is not None:
        raise Forbidden("accounts.own_company")
    party.status, party.refusal_reason = status, reason
    record(
        session,
        "accounts.decide_registration",
        f"party:{party.id}",
        by=by,
        now=now,
        before={"status": PartyStatus.WAITING.value},
        after={"status": status.value, "reason": reason},
    )
    return party


def add_member(
    session: Session, party_id: UUID, *, email: str, role: CompanyRole, by: UUID, now: datetime
) -> Membership:
    """Let a person with an account act for the company, or change the role they have in it."""
    _lock_for_owner(session, party_id, by)
    person = session.scalar(sa.select(Person).where(Person.email == normal_email(email), Person.disabled_at.is_(None)))
    if person is None:
        raise Invalid(fields={"email": "accounts.no_such_person"})
    if person.email_verified_at is None:  # anybody may have typed the address; its owner may know nothing of it
        raise Invalid(fields={"email": "accounts.person_unconfirmed"})
    current = _membership(session, person.id, party_id)
    if current is not None:
        if current.role is role:
            raise Invalid(fields={"email": "accounts.already_member"})
        _keep_an_owner(session, current)
        current.ended_at = now
        session.flush()
    made = Membership(person_id=person.id, party_id=party_id, role=role, since=now)
    session.add(made)
    session.flush()
    record(
        session,
        "accounts.add_member",
        f"party:{party_id}",
        by=by,
        now=now,
        before={"person": str(person.id), "role": current.role.value} if current else None,
        after={"person": str(person.id), "role": role.value},
    )
    return made


def end_membership(session: Session, party_id: UUID, person_id: UUID, *, by: UUID, now: datetime) -> None:
    """An owner ends anybody's membership, everybody their own; the last owner cannot leave (decision 18)."""
    if by == person_id:
        _lock(session, party_id)
    else:
        _lock_for_owner(session, party_id, by)
    membership = _membership(session, person_id, party_id)
    if membership is None:
        raise NotFound
    _keep_an_owner(session, membership)
    membership.ended_at = now
    record(
        session,
        "accounts.end_membership",
        f"party:{party_id}",
        by=by,
        now=now,
        before={"person": str(person_id), "role": membership.role.value},
    )


def require_cosignature(session: Session, party_id: UUID, *, is_needed: bool, by: UUID, now: datetime) -> None:
    """An owner lets nothing be filed online for the company before a second person has co-signed it, or lets go of it.

    One owner alone may take it back, or a company could be kept from filing at all; every other owner is told.
    """
    _lock_for_owner(session, party_id, by)
    party = session.get_one(Party, party_id)
    if party.needs_cosignature is is_needed:
        return
    party.needs_cosignature = is_needed
    session.flush()
    record(
        session,
        "accounts.require_cosignature",
        f"party:{party_id}",
        by=by,
        now=now,
        before={"needs_cosignature": not is_needed},
        after={"needs_cosignature": is_needed},
    )
    known = {
        "company": party.name,
        "colleague": session.get_one(Person, by).name,
        "has_cosigning": is_needed,
        "link": f"/accounts/companies/{party.tax_code}/members",
    }
    others = sa.select(Membership.person_id).where(
        Membership.party_id == party_id,
        Membership.role == CompanyRole.OWNER,
        Membership.ended_at.is_(None),
        Membership.person_id != by,
    )
    for person_id in session.scalars(others):
        letters.tell(session, person_id, "cosigning_changed", now=now, **known)


def require_owner(session: Session, party_id: UUID, person_id: UUID) -> None:
    """Raise NotFound unless the person acts for the party, Forbidden unless they own it."""
    role = _role_of(session, person_id, party_id)
    if role is None:
        raise NotFound
    if role is not CompanyRole.OWNER:
        raise Forbidden("accounts.owner_only")


def _lock(session: Session, party_id: UUID) -> None:
    """Changes to the members of one company follow each other, so that two owners cannot leave at once."""
    session.execute(sa.select(Party.id).where(Party.id == party_id).with_for_update())


def _lock_for_owner(session: Session, party_id: UUID, person_id: UUID) -> None:
    _lock(session, party_id)
    require_owner(session, party_id, person_id)


def _membership(session: Session, person_id: UUID, party_id: UUID) -> Membership | None:
    return session.scalar(
        sa.select(Membership).where(
            Membership.person_id == person_id,
            Membership.party_id == party_id,
            Membership.ended_at.is_(None),
        )
    )


def _role_of(session: Session, person_id: UUID, party_id: UUID) -> CompanyRole | None:
    membership = _membership(session, person_id, party_id)
    return membership.role if membership else None


def _keep_an_owner(session: Session, leaving: Membership) -> None:
    """Somebody must be able to sign for the company; an owner whose account is disabled does not count."""
    if leaving.role is not CompanyRole.OWNER:
        return
    others = session.scalar(
        sa.select(sa.func.count())
        .select_from(Membership)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.party_id == leaving.party_id,
            Membership.id != leaving.id,
            Membership.role == CompanyRole.OWNER,
            Membership.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
    )
    if not others:
        raise Refused("accounts.last_owner")
