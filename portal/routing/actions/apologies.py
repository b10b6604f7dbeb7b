"""Form 04: drafted by the machine a day before the promise would be broken or by the head, sent or let be."""

from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.viewer import HeldPost, Viewer
from portal.calendars.queries import edition
from portal.clock.zone import office_day
from portal.dossiers.actions import extending
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.projection import graph_of
from portal.foundation.errors import Forbidden, NotFound, Refused
from portal.routing.models import Apology, ApologyState
from portal.workflow.graph import longest_path_minutes
from portal.workflow.lifecycle import Role

MINUTES_PER_DAY = 480
FEWEST_DAYS = 1


def draft_apology(session: Session, dossier: Dossier, *, now: datetime) -> bool:
    """Draft the letter with a new day by which what is left can be done; whether one was drafted.

    There is one new promise for a dossier, so there is one draft (Decree 61/2018/NĐ-CP, Art. 19; not verified).
    """
    if dossier.promised_due_at is None or session.get(Apology, dossier.id) is not None:
        return False
    session.add(
        Apology(
            dossier_id=dossier.id,
            state=ApologyState.DRAFTED,
            promised_on=office_day(dossier.promised_due_at),
            new_day=_new_day(session, dossier, now=now),
            drafted_at=now,
        )
    )
    session.flush()
    return True


def send_apology(
    session: Session, dossier: Dossier, *, new_day: date, reason: str, viewer: Viewer, now: datetime
) -> bool:
    """Decide about the draft: see `apologise`."""
    _drafted(session, dossier.id)
    return apologise(session, dossier, new_day=new_day, reason=reason, viewer=viewer, now=now)


def apologise(session: Session, dossier: Dossier, *, new_day: date, reason: str, viewer: Viewer, now: datetime) -> bool:
    """Send the letter, or put it before the leader where the procedure has the leader approve it; whether it was sent.

    Nothing is told to the filer before the last approval. A draft of the machine is taken up.
    """
    sends = extending.approving_post(dossier, viewer)
    post = sends or extending.proposing_post(dossier, viewer)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    apology = session.get(Apology, dossier.id, with_for_update=True, populate_existing=True)
    if apology is not None and apology.state is ApologyState.SENT:
        raise Refused("apology.decided")
    extending.check(dossier, new_promised_on=new_day, reason=reason, now=now)
    if apology is None:
        assert dossier.promised_due_at is not None  # noqa: S101 - checked just now
        apology = Apology(dossier_id=dossier.id, promised_on=office_day(dossier.promised_due_at), drafted_at=now)
        session.add(apology)
    apology.new_day, apology.reason, apology.state = new_day, reason.strip(), ApologyState.DRAFTED
    if sends is not None:
        extending.extend(session, dossier, new_promised_on=new_day, reason=reason, viewer=viewer, now=now)
        apology.state, apology.decided_by, apology.decided_at = ApologyState.SENT, post.acting_id, now
    else:  # no event yet, and the draft does not say who wrote it
        proposed = {"new_day": new_day.isoformat()}
        thing = f"dossier:{dossier.code}"
        audit.record(session, "routing.propose_apology", thing, by=viewer.person_id, now=now, after=proposed)
    session.flush()
    return sends is not None


def drop_apology(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The promise will be kept after all, says the head; no letter goes out."""
    post, apology = _head(viewer, dossier), _drafted(session, dossier.id)
    apology.state, apology.decided_by, apology.decided_at = ApologyState.DROPPED, post.acting_id, now
    session.flush()


def _head(viewer: Viewer, dossier: Dossier) -> HeldPost:
    for role in (Role.HEAD, Role.LEADER):
        if post := viewer.post_for(dossier.agency_id, role):
            return post
    raise Forbidden("dossier.role_may_not")


def _drafted(session: Session, dossier_id: UUID) -> Apology:
    found = session.get(Apology, dossier_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise NotFound("apology.not_found")
    if found.state is not ApologyState.DRAFTED:
        raise Refused("apology.decided")
    return found


def _new_day(session: Session, dossier: Dossier, *, now: datetime) -> date:
    """Working days for the longest way that is left, by the limits of its steps, after the promised day.

    Where the draft comes late they count from today: a day that is over is no promise.
    """
    graph = graph_of(dossier)
    standing = set(
        session.scalars(
            sa.select(DossierStep.node_key).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
        )
    )
    left = standing | graph.ahead_of(standing)
    minutes = sum(graph[key].minutes for key in left) if left else 0
    minutes = min(minutes, longest_path_minutes(graph))
    days = max(FEWEST_DAYS, -(-minutes // MINUTES_PER_DAY))
    calendar = edition(dossier.calendar_hash).hours_of(dossier.agency_id)
    assert dossier.promised_due_at is not None  # noqa: S101 - asked before
    return calendar.add_working_days(max(office_day(dossier.promised_due_at), office_day(now)), days)
