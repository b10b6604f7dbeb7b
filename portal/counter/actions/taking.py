"""Taking a dossier down for whoever stands at the counter, and taking it in there and then."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.keys import normal_email
from portal.accounts.models import Party, PartyKind, PartyStatus
from portal.accounts.tax_codes import HOME
from portal.accounts.viewer import HeldPost, Viewer
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.dossiers.actions import drafts, intake
from portal.dossiers.models import Dossier, Draft, Standing, WalkIn
from portal.dossiers.profile import prefilled, profile_of
from portal.dossiers.queries import for_update
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid
from portal.foundation.formats import Language
from portal.routing.actions import route


@dataclass(frozen=True, slots=True, kw_only=True)
class Stander:
    """Who stands at the counter, as they were taken down; `consent_wording` None: they have not agreed to mails."""

    standing: Standing
    name: str
    identity_number: str
    phone: str
    email: str | None
    language: Language
    consent_wording: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewParty:
    """A party the portal does not know yet, as its papers say; `number` is canonical."""

    kind: PartyKind
    number: str
    country: str
    name: str
    address: str
    representative: str


def begin(
    session: Session,
    version: ProcedureVersion,
    *,
    case: str,
    party: Party | NewParty,
    stander: Stander,
    at: HeldPost,
    viewer: Viewer,
    now: datetime,
) -> Draft:
    """Begin a draft at this counter for the party, with what is known of it and of whoever stands there filled in.

    An unknown party is taken down first. Raises Invalid where an own matter is another person's.
    """
    if isinstance(party, Party) and viewer.acting_for_party(party.id) is not None:
        raise Forbidden("counter.own_party")
    known = party if isinstance(party, Party) else _take_down(session, party, stander, viewer=viewer, now=now)
    if known.kind is PartyKind.INDIVIDUAL and "individual" not in definition_of(version).audience:
        raise Invalid("counter.not_for_persons", fields={"case": "counter.not_for_persons"})
    _require_own(known, stander)
    walk_in = WalkIn(id=new_id(), agency_id=at.agency_id, taken_by=at.acting_id, taken_at=now, **_values(stander))
    session.add(walk_in)
    session.flush()
    draft = drafts.start_at_counter(session, version, case=case, party_id=known.id, walk_in=walk_in, viewer=viewer)
    typed = prefilled(definition_of(version), profile_of(known, walk_in), places())
    drafts.save(session, draft, typed, replacing=[], now=now)
    return draft


def correct(session: Session, draft: Draft, stander: Stander, *, now: datetime) -> None:
    """Put right who stands there, while nothing is filed."""
    assert draft.walk_in_id is not None  # noqa: S101 - the caller has found a draft of the counter
    walk_in = session.get_one(WalkIn, draft.walk_in_id)
    _require_own(draft.party, stander)
    for name, value in _values(stander).items():
        setattr(walk_in, name, value)
    draft.updated_at = now
    session.flush()


def end_mails(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """Whoever stood here wants no mails any more: their consent ends, what was sent before stays lawful."""
    walk_in = session.get_one(WalkIn, dossier.walk_in_id)
    if walk_in.consent_wording is None:
        return
    before = {"wording": walk_in.consent_wording}
    walk_in.consent_wording = None
    audit.record(session, "counter.end_mails", f"dossier:{dossier.code}", by=viewer.person_id, now=now, before=before)
    session.flush()


def accept(session: Session, code: str, *, viewer: Viewer, now: datetime) -> Dossier:
    """Accept the dossier while its owner waits: if the router has not come by yet, it is sent on its way first.

    The router's word in between makes the page no staler; accepting twice is refused by the dossier's state.
    """
    dossier = for_update(session, code, viewer=viewer)
    if dossier.agency_id is None:
        route(session, dossier.id, now=now)
        dossier = for_update(session, code, viewer=viewer)
    intake.note_opened(session, dossier, viewer=viewer, now=now)
    intake.accept(session, dossier, viewer=viewer, now=now)
    return dossier


def _take_down(session: Session, party: NewParty, stander: Stander, *, viewer: Viewer, now: datetime) -> Party:
    """The party, new: the officer has its papers in hand, so nobody need approve it again (decision 19)."""
    taken = session.scalar(sa.select(sa.exists().where(Party.tax_code == party.number)))
    if taken:
        raise Invalid("counter.number_taken", fields={"number": "counter.number_taken"})
    own = party.kind is PartyKind.INDIVIDUAL and stander.standing is Standing.OWNER
    made = Party(
        id=new_id(),
        kind=party.kind,
        status=PartyStatus.APPROVED,
        name=" ".join(party.name.split()),
        tax_code=party.number,
        country=party.country or HOME,
        address=party.address.strip(),
        phone=stander.phone if own else None,
        email=stander.email if own else None,
        representative=" ".join(party.representative.split()) or None,
        created_at=now,
        taken_down_at=now,
    )
    session.add(made)
    session.flush()
    after = {"kind": party.kind.value, "status": PartyStatus.APPROVED.value}
    audit.record(session, "counter.take_down", f"party:{made.id}", by=viewer.person_id, now=now, after=after)
    return made


def _require_own(party: Party, stander: Stander) -> None:
    """Whoever stands there for themselves shows the very number the matter is taken down under."""
    if stander.standing is not Standing.OWNER or not party.tax_code:
        return
    if stander.identity_number != party.tax_code.rpartition("-")[2]:
        wrong = "counter.not_the_owner"
        raise Invalid(wrong, fields={"identity_number": wrong})


def _values(stander: Stander) -> dict[str, object]:
    return {
        "standing": stander.standing,
        "name": " ".join(stander.name.split()),
        "identity_number": stander.identity_number,
        "phone": stander.phone,
        "email": normal_email(stander.email) if stander.email else None,
        "language": stander.language,
        "consent_wording": stander.consent_wording if stander.email else None,
    }
