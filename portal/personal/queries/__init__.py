"""Reading what is held about a person, and who has looked at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Membership, Party, Person, Post, SignIn
from portal.accounts.viewer import Viewer
from portal.attachments.models import Attachment, FileView
from portal.dossiers.models import Dossier, DossierEvent, Draft
from portal.dossiers.policy import of_own_parties
from portal.notices.models import Notice
from portal.workflow.events import EventKind
from portal.workflow.roles import Role

PAGE = 30
POST = "post:"
UUID_LENGTH = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """How much is held: rows, and bytes of the files the person uploaded."""

    person: Person
    parties: Sequence[str]
    dossiers: int
    drafts: int
    files: int
    file_bytes: int
    notices: int
    sign_ins: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody of an office has looked: at a file of a dossier, or at the dossier itself where `filename` is None.

    `role` is None where the post is not known any more. `colleague` is the name of whoever looked at a sensitive file
    for the party itself; then there is no office.
    """

    at: datetime
    agency_names: dict[str, str] | None
    role: Role | None
    dossier_code: str
    filename: str | None
    colleague: str = ""


def holdings(session: Session, person_id: UUID) -> Holdings:
    """What is held about the person, counted."""
    files = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(Attachment.size_bytes), 0)).where(
        Attachment.uploaded_by == person_id, Attachment.removed_at.is_(None)
    )
    number, size = session.execute(files).one()
    parties = session.scalars(
        sa.select(Party.name)
        .join(Membership, Membership.party_id == Party.id)
        .where(Membership.person_id == person_id, Membership.ended_at.is_(None))
        .order_by(Membership.since, Party.id)
    ).all()
    return Holdings(
        person=session.get_one(Person, person_id),
        parties=parties,
        dossiers=_count(session, Dossier.filer_id == person_id),
        drafts=_count(session, Draft.filer_id == person_id, Draft.closed_at.is_(None)),
        files=number,
        file_bytes=int(size),
        notices=_count(session, Notice.person_id == person_id),
        sign_ins=_count(session, SignIn.person_id == person_id),
    )


def looks(session: Session, viewer: Viewer, *, before: datetime | None = None, limit: int = PAGE) -> list[Look]:
    """Who of an office looked at the dossiers of the viewer's own parties and their files, newest first.

    One more than `limit` is returned where there are more.
    """
    own = of_own_parties(viewer)
    found = [*_at_files(session, own, before, limit), *_at_dossiers(session, own, before, limit)]
    return sorted(found, key=lambda look: look.at, reverse=True)[: limit + 1]


def _count(session: Session, *which: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(*which)) or 0


def _at_files(session: Session, own: sa.ColumnElement[bool], before: datetime | None, limit: int) -> Iterable[Look]:
    held = (
        sa.select(Post.role)
        .where(Post.person_id == FileView.person_id, Post.agency_id == FileView.agency_id)
        .order_by((Post.since <= FileView.at).desc(), Post.since.desc())
        .limit(1)
        .correlate(FileView)
        .scalar_subquery()
    )
    rows = sa.select(FileView.at, Agency.names, held, Dossier.code, Attachment.filename, Person.name)
    rows = (
        rows.join(Attachment, Attachment.id == FileView.attachment_id)
        .join(Dossier, Dossier.id == Attachment.dossier_id)  # also for looks while it was still a draft
        .join(Person, Person.id == FileView.person_id)
        .outerjoin(Agency, Agency.id == FileView.agency_id)
        .where(own)
        .order_by(FileView.at.desc())
        .limit(limit + 1)
    )
    if before is not None:
        rows = rows.where(FileView.at < before)
    for at, names, role, code, filename, who in session.execute(rows):
        colleague = who if names is None else ""  # officers are named by their office alone
        yield Look(at=at, agency_names=names, role=role, dossier_code=code, filename=filename, colleague=colleague)


def _at_dossiers(session: Session, own: sa.ColumnElement[bool], before: datetime | None, limit: int) -> Iterable[Look]:
    """From the record: that an office opened a dossier is an event, its actor a post."""
    rows = (
        sa.select(DossierEvent.at, DossierEvent.actor, Dossier.code)
        .join(Dossier, Dossier.id == DossierEvent.dossier_id)
        .where(own, DossierEvent.kind.in_([EventKind.OPENED_BY_OFFICE, EventKind.VIEWED_SENSITIVE]))
        .order_by(DossierEvent.at.desc())
        .limit(limit + 1)
    )
    if before is not None:
        rows = rows.where(DossierEvent.at < before)
    seen = session.execute(rows).all()
    posts = _posts(session, {post for _at, actor, _code in seen if (post := _post_of(actor))})
    for at, actor, code in seen:
        names, role = posts.get(_post_of(actor), (None, None))
        yield Look(at=at, agency_names=names, role=role, dossier_code=code, filename=None)


def _post_of(actor: str | None) -> UUID | None:
    """The post of whoever acted: `post:<id>`, also where they stood in for another."""
    if actor is None or not actor.startswith(POST):
        return None
    try:
        return UUID(actor.removeprefix(POST)[:UUID_LENGTH])
    except ValueError:
        return None


def _posts(session: Session, ids: set[UUID]) -> dict[UUID | None, tuple[dict[str, str], Role]]:
    rows = session.execute(
        sa.select(Post.id, Agency.names, Post.role).join(Agency, Agency.id == Post.agency_id).where(Post.id.in_(ids))
    )
    return {post: (names, role) for post, names, role in rows}
