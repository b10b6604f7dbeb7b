"""Messages between filer and office: an event of the dossier, its words kept apart and erasable."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Post
from portal.accounts.viewer import FILING_ROLES, Viewer
from portal.dossiers.capacity import staff_actor
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.policy import capacities
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import known_of, tell_filers
from portal.foundation.errors import Forbidden, Invalid
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role

LONGEST = 2000


def write(session: Session, dossier: Dossier, words: str, *, viewer: Viewer, as_office: bool, now: datetime) -> None:
    """Send a message to the other side of the dossier (locked).

    Raises Invalid where it says nothing, Forbidden for who neither files for the party nor handles the dossier.
    """
    if not words.strip() or len(words) > LONGEST:
        raise Invalid("message.empty_or_too_long", limit=LONGEST)
    role = _office_role(viewer, dossier)
    if as_office:
        if role is None:
            raise Forbidden("dossier.role_may_not")
        actor, side = staff_actor(viewer, dossier, role), "office"
    else:
        require_filer(viewer, dossier)
        actor, side = viewer.actor, "filer"
    sent = Happening(kind=EventKind.MESSAGE_SENT, params={"from": side}, texts={"message": words.strip()})
    record(session, dossier, [sent], actor=actor, now=now)
    if as_office:
        tell_filers(session, dossier, NoticeKind.MESSAGE, now=now)
        return
    said = {**known_of(dossier), "link": f"/desk/{dossier.code}#messages"}
    people = _officers(session, dossier)
    version = dossier.version
    tell(session, NoticeKind.MESSAGE, dossier_id=dossier.id, event_version=version, people=people, now=now, params=said)


def require_filer(viewer: Viewer, dossier: Dossier) -> None:
    """Raises Forbidden for whoever does not file for the dossier's party."""
    if not FILING_ROLES & capacities(viewer, dossier):
        raise Forbidden("dossier.role_may_not")


def may_write_for_office(viewer: Viewer, dossier: Dossier) -> bool:
    """Whether the viewer may write to the filer in the office's name."""
    return _office_role(viewer, dossier) is not None


def _office_role(viewer: Viewer, dossier: Dossier) -> Role | None:
    roles = [one for one in sorted(capacities(viewer, dossier)) if isinstance(one, Role) and one is not Role.DISPATCHER]
    return next(iter(roles), None)


def _officers(session: Session, dossier: Dossier) -> Sequence[UUID]:
    """Who reads what the filer writes: whoever has an open step, else the counter that took it in."""
    holders = session.scalars(
        sa.select(Post.person_id)
        .join(DossierStep, DossierStep.post_id == Post.id)
        .where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None), Post.ended_at.is_(None))
        .distinct()
    ).all()
    return (
        holders
        or session.scalars(
            sa.select(Post.person_id)
            .where(Post.agency_id == dossier.intake_agency_id, Post.role == Role.ONE_STOP, Post.ended_at.is_(None))
            .distinct()
        ).all()
    )
