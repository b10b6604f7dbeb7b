"""Signing with a token of one's own: the paper is handed out, and taken back signed, as the leader's evidence.

It stands in the place of the detached signature (decision 12): after it the clerk numbers, and the agency seals.
"""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.accounts.viewer import HeldPost, Viewer
from portal.dossiers.actions.decision import note_signed, require_signable
from portal.dossiers.capacity import seat_for
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.writing import Writer
from portal.foundation.database import new_id
from portal.foundation.errors import Refused
from portal.letters.actions import new_token
from portal.letters.contents import Decision, LetterKind
from portal.letters.models import Handout, Letter
from portal.letters.outside import accepted, with_room
from portal.letters.printing import FOLDER, PrintingOffice
from portal.letters.signature import signed_content
from portal.workflow.lifecycle import Outcome


def hand_out(
    session: Session,
    dossier: Dossier,
    node: str,
    *,
    outcome: Outcome,
    viewer: Viewer,
    office: PrintingOffice,
    now: datetime,
    reason: str = "",
    managed_reason: str = "",
) -> Handout:
    """Print the decision for the leader to sign outside. Asks all that signing here asks."""
    step, _ = require_signable(session, dossier, node, outcome=outcome, viewer=viewer, now=now, reason=reason)
    seat, token = seat_for(viewer, step), new_token()
    content = _content(session, dossier, step, seat, office, token, outcome=outcome, reason=reason.strip(), at=now)
    pdf = with_room(office.print_only(content, language=dossier.language))
    name = f"{FOLDER}/handouts/{new_id()}.pdf"
    office.storage.put(name, pdf)
    handout = Handout(
        id=new_id(),
        dossier_id=dossier.id,
        dossier_version=dossier.version,
        node_key=node,
        post_id=seat.acting_id,
        outcome=outcome.value,
        reason=reason.strip(),
        managed_reason=managed_reason,
        token=token,
        signed_bytes=signed_content(content),
        storage_key=name,
        sha256=hashlib.sha256(pdf).hexdigest(),
        made_at=now,
    )
    session.add(handout)
    session.flush()
    return handout


def last_handout(session: Session, dossier: Dossier, *, viewer: Viewer) -> Handout | None:
    """The paper the viewer was handed last, while the dossier stands as it stood then."""
    return session.scalars(
        sa.select(Handout)
        .where(
            Handout.dossier_id == dossier.id,
            Handout.dossier_version == dossier.version,
            Handout.post_id.in_([post.acting_id for post in viewer.posts]),
        )
        .order_by(Handout.made_at.desc())
        .limit(1)
    ).one_or_none()


def take_back(
    session: Session,
    dossier: Dossier,
    returned: bytes,
    *,
    viewer: Viewer,
    office: PrintingOffice,
    now: datetime,
) -> Letter:
    """The paper that was handed out last comes back signed: it is kept, and the dossier goes on to be numbered.

    Raises `Refused` where the decision would say something else by now, `Invalid` where the paper is not as it must.
    """
    handout = last_handout(session, dossier, viewer=viewer)
    if handout is None:
        raise Refused("signing.handed_out_anew")
    outcome, node = Outcome(handout.outcome), handout.node_key
    step, actor = require_signable(
        session, dossier, node, outcome=outcome, viewer=viewer, now=now, reason=handout.reason
    )
    seat = seat_for(viewer, step)
    name = Writer(session=session, dossier=dossier, verification_url="").holder(seat.acting_id).name
    original = office.storage.get(handout.storage_key)
    judged = accepted(original, returned, office.roots(now=now), signer=name, now=now)
    content = _content(
        session, dossier, step, seat, office, handout.token, outcome=outcome, reason=handout.reason, at=judged.signed_at
    )
    if signed_content(content) != handout.signed_bytes:
        raise Refused("signing.handed_out_anew")
    kept = f"{FOLDER}/{new_id()}.pdf"
    office.storage.put(kept, returned)
    letter = Letter(
        id=new_id(),
        dossier_id=dossier.id,
        agency_id=session.get_one(Agency, step.agency_id).id,
        kind=LetterKind.DECISION.value,
        event_version=dossier.version + 1,
        language=dossier.language,
        token=handout.token,
        outcome=outcome.value,
        reason=handout.reason,
        created_at=now,
        signed_bytes=handout.signed_bytes,
        signature=judged.signature,
        outside_key=kept,
        signed_by=seat.acting_id,
        signed_for=seat.id if seat.own_post_id else None,
        signed_manner=seat.manner or None,
        signed_at=judged.signed_at,
    )
    evidence = hashlib.sha256(returned).hexdigest()
    note_signed(
        session, dossier, node, letter, evidence=evidence, actor=actor, now=now, managed_reason=handout.managed_reason
    )
    return letter


def _content(
    session: Session,
    dossier: Dossier,
    step: DossierStep,
    seat: HeldPost,
    office: PrintingOffice,
    token: str,
    *,
    outcome: Outcome,
    reason: str,
    at: datetime,
) -> Decision:
    writer = Writer(session=session, dossier=dossier, verification_url=office.verification_url(token, dossier.language))
    agency = session.get_one(Agency, step.agency_id)
    signatory = writer.holder(
        seat.acting_id, in_place_of=seat.id if seat.own_post_id else None, manner=seat.manner or None
    )
    return writer.decision(outcome=outcome, agency_id=agency.id, signatory=signatory, issued_at=at, reason=reason)
