"""What the counter reads: parties by their number, claims that wait, the drafts and dossiers of the office."""

from collections.abc import Collection, Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Membership, Party, PartyKind
from portal.accounts.viewer import HeldPost, Viewer
from portal.counter.models import PartyClaim
from portal.dossiers.models import Dossier
from portal.foundation.errors import NotFound
from portal.workflow.lifecycle import UNFILED, Role

MOST_CLAIMS = 100


def counters_of(viewer: Viewer) -> tuple[HeldPost, ...]:
    """The counters the viewer may sit at, their own first."""
    posts = [post for post in viewer.posts if post.role is Role.ONE_STOP]
    return tuple(sorted(posts, key=lambda post: post.own_post_id is not None))


def party_by_number(session: Session, kind: PartyKind, number: str) -> Party | None:
    """The party of this kind with this tax code or identity number."""
    return session.scalars(sa.select(Party).where(Party.tax_code == number, Party.kind == kind)).one_or_none()


def has_members(session: Session, party_id: UUID) -> bool:
    """Whether somebody with an account acts for the party."""
    member = sa.exists().where(Membership.party_id == party_id, Membership.ended_at.is_(None))
    return bool(session.scalar(sa.select(member)))


def claims_waiting(session: Session, viewer: Viewer) -> Sequence[PartyClaim]:
    """The claims the viewer's counters have to decide, the oldest first."""
    return session.scalars(
        sa.select(PartyClaim)
        .where(PartyClaim.agency_id.in_(_offices(viewer)), PartyClaim.decided_at.is_(None))
        .options(
            joinedload(PartyClaim.party, innerjoin=True),
            joinedload(PartyClaim.person, innerjoin=True),
            joinedload(PartyClaim.dossier, innerjoin=True).joinedload(Dossier.walk_in),
        )
        .order_by(PartyClaim.made_at, PartyClaim.id)
        .limit(MOST_CLAIMS)
    ).all()


def claim_for_update(session: Session, claim_id: UUID, viewer: Viewer) -> PartyClaim:
    """A claim at one of the viewer's counters, locked; NotFound for any other."""
    found = session.scalars(
        sa.select(PartyClaim)
        .where(PartyClaim.id == claim_id, PartyClaim.agency_id.in_(_offices(viewer)))
        .options(joinedload(PartyClaim.party, innerjoin=True))
        .with_for_update(of=PartyClaim)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("counter.claim_unknown")
    return found


def own_claims(session: Session, person_id: UUID) -> Sequence[PartyClaim]:
    """What the person has claimed, the newest first."""
    return session.scalars(
        sa.select(PartyClaim)
        .where(PartyClaim.person_id == person_id)
        .options(joinedload(PartyClaim.dossier, innerjoin=True))
        .order_by(PartyClaim.made_at.desc())
        .limit(MOST_CLAIMS)
    ).all()


def filed_under(session: Session, code: str) -> Dossier | None:
    """The dossier filed at a counter with this code, with its party and who stood there."""
    return session.scalars(
        sa.select(Dossier)
        .where(Dossier.code == code, Dossier.walk_in_id.is_not(None), Dossier.state.not_in(sorted(UNFILED)))
        .options(joinedload(Dossier.party, innerjoin=True), joinedload(Dossier.walk_in))
    ).one_or_none()


def _offices(viewer: Viewer) -> Collection[UUID]:
    return [post.agency_id for post in counters_of(viewer)]
