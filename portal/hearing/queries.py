"""Reading matters and ratings."""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency
from portal.accounts.viewer import Viewer
from portal.dossiers.models import Dossier
from portal.foundation.errors import NotFound
from portal.hearing.actions import ANSWERERS
from portal.hearing.models import Matter, MatterKind, Rating

PAGE = 100


def own(session: Session, matter_id: UUID, *, viewer: Viewer, for_change: bool = False) -> Matter:
    """The matter, if the viewer raised it."""
    return _one(session, Matter.person_id == viewer.person_id, matter_id, for_change=for_change)


def of_office(session: Session, matter_id: UUID, *, viewer: Viewer, for_change: bool = False) -> Matter:
    """The matter, if the viewer answers for its office."""
    return _one(session, _of_offices(viewer), matter_id, for_change=for_change)


def of_own_data(session: Session, matter_id: UUID, *, for_change: bool = False) -> Matter:
    """What somebody asks about their own data, for the administrators who answer it."""
    return _one(session, Matter.kind == MatterKind.OWN_DATA, matter_id, for_change=for_change)


def data_requests(session: Session, *, answered: bool) -> Sequence[Matter]:
    """What people ask about their own data: the open ones by when they are due, or the answered ones, last first."""
    statement = _whole().where(Matter.kind == MatterKind.OWN_DATA, Matter.answered_at.is_not(None) == answered)
    order = Matter.answered_at.desc() if answered else Matter.due_at
    return session.scalars(statement.order_by(order, Matter.id).limit(PAGE)).all()


def asked_of_own_data(session: Session, person_id: UUID) -> Sequence[Matter]:
    """What the person has asked about their own data, newest first."""
    own = _whole().where(Matter.person_id == person_id, Matter.kind == MatterKind.OWN_DATA)
    return session.scalars(own.order_by(Matter.raised_at.desc()).limit(PAGE)).all()


def raised_by(session: Session, viewer: Viewer) -> Sequence[Matter]:
    """What the viewer has raised, newest first."""
    return session.scalars(
        _whole().where(Matter.person_id == viewer.person_id).order_by(Matter.raised_at.desc()).limit(PAGE)
    ).all()


def waiting_for(session: Session, viewer: Viewer) -> Sequence[Matter]:
    """What the viewer's offices owe: first what is due first; then feedback that is not published yet."""
    owed = sa.or_(Matter.answered_at.is_(None), sa.and_(Matter.publish_by.is_not(None), Matter.published_at.is_(None)))
    statement = _whole().where(_of_offices(viewer), owed).order_by(Matter.due_at).limit(PAGE)
    return session.scalars(statement).all()


def published(session: Session) -> Sequence[Matter]:
    """Feedback that has been settled and published, newest first."""
    return session.scalars(
        _whole().where(Matter.published_at.is_not(None)).order_by(Matter.published_at.desc()).limit(PAGE)
    ).all()


def of_dossier(session: Session, dossier_id: UUID) -> Sequence[Matter]:
    """What has been raised about a dossier; the caller has asked the access policy."""
    return session.scalars(_whole().where(Matter.dossier_id == dossier_id).order_by(Matter.raised_at)).all()


def rating_of(session: Session, dossier_id: UUID) -> Rating | None:
    """How the filer was served, if they said so."""
    return session.get(Rating, dossier_id)


def agencies(session: Session) -> Sequence[Agency]:
    """The offices one can turn to."""
    return session.scalars(sa.select(Agency).order_by(Agency.key)).all()


def _whole() -> sa.Select[Matter]:
    return sa.select(Matter).options(
        joinedload(Matter.agency, innerjoin=True),
        joinedload(Matter.person, innerjoin=True),
        joinedload(Matter.dossier).joinedload(Dossier.procedure),
    )


def _one(session: Session, condition: sa.ColumnElement[bool], matter_id: UUID, *, for_change: bool) -> Matter:
    statement = _whole().where(Matter.id == matter_id, condition)
    if for_change:
        statement = statement.with_for_update(of=Matter).execution_options(populate_existing=True)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("hearing.not_found")
    return found


def _of_offices(viewer: Viewer) -> sa.ColumnElement[bool]:
    """What the viewer's offices answer; people's own data is for the administrators."""
    offices = [post.agency_id for post in viewer.posts if post.role in ANSWERERS]
    return sa.and_(Matter.agency_id.in_(offices), Matter.kind != MatterKind.OWN_DATA)
