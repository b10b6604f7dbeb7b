"""Giving a result to the post, and how that ended."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.deliveries import queries
from portal.deliveries.actions.choosing import address_of, require_filer
from portal.deliveries.models import Posting, PostingState
from portal.deliveries.tracking import canonical
from portal.dossiers.actions import decision
from portal.dossiers.capacity import require, staff_actor
from portal.dossiers.models import Dossier
from portal.dossiers.receiving import Way
from portal.dossiers.record import Happening, new_salt, record
from portal.dossiers.telling import tell_filers
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role

LONGEST = 80
LONGEST_REASON = 500


def hand_to_post(
    session: Session, dossier: Dossier, *, carrier: str, tracking: str, viewer: Viewer, now: datetime
) -> Posting:
    """The one-stop officer has handed the result of a dossier (locked) to the post; the filer is told the number.

    The record keeps a commitment to carrier, number and address. Raises Invalid for a number that cannot be one,
    Refused where the filer does not want it by post, or nobody has chosen anew since it came back.
    """
    actor = _server(viewer, dossier)
    receiving = queries.of_dossier(session, dossier)
    if receiving.is_on_the_way:
        raise Refused("deliveries.in_the_post")
    if receiving.way is not Way.POST or receiving.wish is None:
        raise Refused("deliveries.other_way")
    if receiving.came_back:
        raise Refused("deliveries.not_chosen_anew")
    number, name = canonical(tracking), " ".join(carrier.split())
    if number is None:
        raise Invalid("deliveries.tracking_wrong", fields={"tracking": "deliveries.tracking_wrong"})
    if not name or len(name) > LONGEST:
        raise Invalid("deliveries.carrier_missing", fields={"carrier": "deliveries.carrier_missing"})
    posting = Posting(
        id=new_id(),
        dossier_id=dossier.id,
        carrier=name,
        tracking=number,
        address=address_of(receiving.wish),
        salt=new_salt(),
        state=PostingState.ON_THE_WAY,
        posted_by=viewer.person_id,
        posted_at=now,
    )
    session.add(posting)
    session.flush()
    sent = {"carrier": name, "tracking": number, "address": posting.address}
    posted = Happening(
        kind=EventKind.RESULT_POSTED, params={"posting": str(posting.id)}, data={"posting": (sent, posting.salt)}
    )
    record(session, dossier, [posted], actor=actor, now=now)
    said = {"carrier": name, "tracking": number}
    tell_filers(session, dossier, NoticeKind.RESULT_POSTED, now=now, params=said)
    return posting


def note_arrived(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The post says, or the filer confirms, that it has arrived: the result is in their hands."""
    posting = _on_the_way(session, dossier)
    if viewer.post_for(dossier.intake_agency_id, Role.ONE_STOP) is not None:
        actor = _server(viewer, dossier)
    else:
        require_filer(viewer, dossier)
        actor = viewer.actor
    posting.state, posting.ended_at = PostingState.ARRIVED, now
    session.flush()
    decision.deliver(session, dossier, actor=actor, how="post", now=now)


def note_came_back(session: Session, dossier: Dossier, reason: str, *, viewer: Viewer, now: datetime) -> None:
    """The post has brought it back: the filer is told why, and chooses anew."""
    actor = _server(viewer, dossier)
    posting = _on_the_way(session, dossier)
    words = reason.strip()
    if not words or len(words) > LONGEST_REASON:
        raise Invalid("deliveries.reason_missing", fields={"reason": "deliveries.reason_missing"})
    posting.state, posting.ended_at = PostingState.CAME_BACK, now
    session.flush()
    back = Happening(kind=EventKind.RESULT_CAME_BACK, params={"posting": str(posting.id)}, texts={"reason": words})
    record(session, dossier, [back], actor=actor, now=now)
    said = {"carrier": posting.carrier, "tracking": posting.tracking, "link": f"/dossiers/{dossier.code}/receiving"}
    tell_filers(session, dossier, NoticeKind.RESULT_CAME_BACK, now=now, params=said)


def _on_the_way(session: Session, dossier: Dossier) -> Posting:
    found = session.scalars(
        sa.select(Posting).where(Posting.dossier_id == dossier.id, Posting.state == PostingState.ON_THE_WAY)
    ).one_or_none()
    if found is None:
        raise Refused("deliveries.not_in_the_post")
    return found


def _server(viewer: Viewer, dossier: Dossier) -> str:
    """The post, as events name it, of an officer of the counter that took the dossier in."""
    if viewer.post_for(dossier.intake_agency_id, Role.ONE_STOP) is None:
        raise Forbidden("dossier.role_may_not")
    require(viewer, dossier, Action.DELIVER)
    return staff_actor(viewer, dossier, Role.ONE_STOP)
