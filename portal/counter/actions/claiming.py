"""Claims: who filed at a counter and has an account now asks for the dossier; the counter looks at their card."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Membership, Party, PartyStatus
from portal.accounts.viewer import HeldPost, Viewer
from portal.counter.models import PartyClaim
from portal.counter.numbers import same
from portal.counter.queries import filed_under, has_members
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.workflow.lifecycle import CompanyRole

WRONG = "counter.claim_wrong"


def claim(session: Session, *, code: str, number: str, viewer: Viewer, now: datetime) -> None:
    """Ask for the party of the dossier with this code. Asking twice is asking once.

    The same answer for an unknown code and a wrong number; a party somebody acts for already is theirs to share.
    """
    dossier = filed_under(session, code.strip().upper())
    if dossier is None or not same(dossier.party.tax_code or "", number) or dossier.party.tax_code is None:
        raise Invalid(WRONG, fields={"number": WRONG})
    if viewer.acting_for_party(dossier.party_id) is not None:
        raise Refused("counter.claim_yours")
    if has_members(session, dossier.party_id):
        raise Refused("counter.claim_has_owner")
    session.execute(
        insert(PartyClaim)
        .values(
            id=new_id(),
            party_id=dossier.party_id,
            person_id=viewer.person_id,
            dossier_id=dossier.id,
            agency_id=dossier.intake_agency_id,
            made_at=now,
        )
        .on_conflict_do_nothing()
    )


def grant(session: Session, found: PartyClaim, *, at: HeldPost, viewer: Viewer, now: datetime) -> None:
    """The officer has seen their identity paper and it is they: from now on they own the party in the portal."""
    party = _still_open(session, found, viewer)
    if has_members(session, party.id):
        raise Refused("counter.claim_has_owner")
    party.status, party.refusal_reason = PartyStatus.APPROVED, None
    session.add(Membership(person_id=found.person_id, party_id=party.id, role=CompanyRole.OWNER, since=now))
    _decide(session, found, at=at, is_granted=True, reason=None, viewer=viewer, now=now)
    others = sa.update(PartyClaim).where(PartyClaim.party_id == party.id, PartyClaim.decided_at.is_(None))
    session.execute(others.values(decided_at=now, decided_by=at.acting_id, is_granted=False, reason=""))


def refuse(session: Session, found: PartyClaim, *, reason: str, at: HeldPost, viewer: Viewer, now: datetime) -> None:
    """It is not they, or they cannot show it; the person reads the reason."""
    if not reason.strip():
        raise Invalid("counter.reason_missing", fields={"reason": "counter.reason_missing"})
    _still_open(session, found, viewer)
    _decide(session, found, at=at, is_granted=False, reason=reason.strip(), viewer=viewer, now=now)


def post_at(agency_id: UUID, counters: tuple[HeldPost, ...]) -> HeldPost:
    """The viewer's post at this counter."""
    post = next((one for one in counters if one.agency_id == agency_id), None)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    return post


def _still_open(session: Session, found: PartyClaim, viewer: Viewer) -> Party:
    if found.decided_at is not None:
        raise Refused("counter.claim_decided")
    if found.person_id == viewer.person_id:
        raise Forbidden("counter.claim_own")
    return session.scalars(sa.select(Party).where(Party.id == found.party_id).with_for_update()).one()


def _decide(
    session: Session,
    found: PartyClaim,
    *,
    at: HeldPost,
    is_granted: bool,
    reason: str | None,
    viewer: Viewer,
    now: datetime,
) -> None:
    found.decided_at, found.decided_by = now, at.acting_id
    found.is_granted, found.reason = is_granted, reason
    session.flush()
    after = {"person": str(found.person_id), "granted": is_granted}
    audit.record(session, "counter.decide_claim", f"party:{found.party_id}", by=viewer.person_id, now=now, after=after)
