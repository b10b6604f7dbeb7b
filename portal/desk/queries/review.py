"""Everything the review of one dossier shows, read through the access policy of the office."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, selectinload

from portal.accounts.models import Absence, Agency, Person, Post
from portal.accounts.viewer import Viewer
from portal.attachments import queries as files
from portal.attachments.models import Attachment, FileView
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.desk.models import InternalNote
from portal.dossiers.models import (
    Dossier,
    DossierAnswers,
    DossierStep,
    EventText,
    SupplementRequest,
    SupplementState,
)
from portal.dossiers.policy import of_own_office
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import with_everybody
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.letters.models import Letter
from portal.routing.models import ConflictOfInterest
from portal.workflow.events import Event
from portal.workflow.graph import Act, Graph
from portal.workflow.lifecycle import Role
from portal.workflow.projection import Projection

MANY = 100
FEW = 5

Texts = Mapping[tuple[int, str], str]
"""The words that belong to events, by the event's version and the name of the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A step of the dossier, open or closed, with who has or had it."""

    step: DossierStep
    holder: str | None
    agency: Agency | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One dossier as the office reads it. `answers` is None once they have been erased."""

    dossier: Dossier
    definition: Definition
    graph: Graph
    answers: Answers | None
    attachments: Sequence[Attachment]
    events: Sequence[Event]
    texts: Texts
    projected: Projection
    visits: Sequence[Visit]
    requests: Sequence[SupplementRequest]
    letters: Sequence[Letter]
    names: Mapping[str, str]

    @property
    def open_request(self) -> SupplementRequest | None:
        """The supplement request that is written or sent, and not yet answered."""
        waiting = {SupplementState.DRAFTED, SupplementState.SENT}
        return next((one for one in self.requests if one.state in waiting), None)

    @property
    def open_visits(self) -> tuple[Visit, ...]:
        """The steps somebody can work on."""
        return tuple(visit for visit in self.visits if visit.step.closed_at is None)

    def visit(self, node: str) -> Visit | None:
        """The open visit to this node."""
        return next((visit for visit in self.open_visits if visit.step.node_key == node), None)


def dossier(session: Session, code: str, *, viewer: Viewer) -> Dossier:
    """The dossier with the people and offices around it; `NotFound` if the office may not know of it."""
    return with_everybody(session, code, of_own_office(viewer))


def signing_post(session: Session, found: Reading) -> Post | None:
    """A post that signs the decision of this dossier; None before it is accepted, or where nobody signs."""
    signs = next((node for node in found.graph.nodes if node.act is Act.SIGN), None)
    own = {"competent": found.dossier.agency_id, "intake": found.dossier.intake_agency_id}
    if signs is None or found.dossier.accepted_at is None:
        return None
    agency_id: Any = own.get(signs.agency) or sa.select(Agency.id).where(Agency.key == signs.agency).scalar_subquery()
    return session.scalars(
        sa.select(Post)
        .where(Post.agency_id == agency_id, Post.role == signs.role, Post.ended_at.is_(None))
        .order_by(Post.id)
        .limit(1)
    ).one_or_none()


def reading(session: Session, found: Dossier) -> Reading:
    """All that belongs to the dossier."""
    graph = graph_of(found)
    events = history(session, found.id)
    return Reading(
        dossier=found,
        definition=definition_of(found.procedure),
        graph=graph,
        answers=_answers(session, found.id),
        attachments=files.of(session, dossier_id=found.id),
        events=events,
        texts=texts_of(session, found.id),
        projected=replayed(found, events),
        visits=_visits(session, found.id),
        requests=_requests(session, found.id),
        letters=_letters(session, found.id),
        names=names_of(session, events),
    )


def texts_of(session: Session, dossier_id: UUID) -> Texts:
    """The words of the dossier's events that have not been erased."""
    rows = session.execute(
        sa.select(EventText.event_version, EventText.key, EventText.text).where(EventText.dossier_id == dossier_id)
    )
    return {(version, key): text for version, key, text in rows}


def names_of(session: Session, events: Sequence[Event]) -> dict[str, str]:
    """The names of the people behind the actors of events, by the actor as events name it."""
    actors = {event.actor for event in events if event.actor}
    posts = [UUID(actor.removeprefix("post:")) for actor in actors if actor.startswith("post:")]
    posts += [UUID(str(event.params["counter_post"])) for event in events if event.params.get("counter_post")]
    people = [UUID(actor.removeprefix("person:")) for actor in actors if actor.startswith("person:")]
    by_post = sa.select(sa.literal("post:"), Post.id, Person.name).join(Person, Person.id == Post.person_id)
    by_person = sa.select(sa.literal("person:"), Person.id, Person.name)
    rows = session.execute(sa.union_all(by_post.where(Post.id.in_(posts)), by_person.where(Person.id.in_(people))))
    return {f"{kind}{identity}": name for kind, identity, name in rows}


def others_of_party(session: Session, found: Dossier, *, viewer: Viewer) -> int:
    """How many further dossiers of the same party the viewer may know of; at most `MANY`."""
    some = (
        sa.select(sa.literal(1))
        .select_from(Dossier)
        .where(Dossier.party_id == found.party_id, Dossier.id != found.id, of_own_office(viewer))
        .limit(MANY)
        .subquery()
    )
    return session.scalar(sa.select(sa.func.count()).select_from(some)) or 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """An internal note: who wrote what, when, in which office."""

    words: str
    name: str
    agency: Mapping[str, str]
    written_at: datetime


def notes_of(session: Session, dossier_id: UUID) -> list[Note]:
    """The internal notes beside the dossier, the newest first."""
    rows = session.execute(
        sa.select(InternalNote.words, Person.name, Agency.short_names, InternalNote.written_at)
        .join(Post, Post.id == InternalNote.post_id)
        .join(Person, Person.id == Post.person_id)
        .join(Agency, Agency.id == Post.agency_id)
        .where(InternalNote.dossier_id == dossier_id)
        .order_by(InternalNote.written_at.desc(), InternalNote.id.desc())
        .limit(MANY)
    )
    return [Note(words=words, name=name, agency=agency, written_at=at) for words, name, agency, at in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Somebody who opened papers of the dossier: how many, and when last. `agency` is None for the company's people."""

    name: str
    agency: Mapping[str, str] | None
    files: int
    last_at: datetime


def looks_at(session: Session, dossier_id: UUID) -> list[Look]:
    """Who has opened papers of the dossier, the latest first."""
    last_at = sa.func.max(FileView.at)
    rows = session.execute(
        sa.select(Person.name, Agency.short_names, sa.func.count(FileView.attachment_id.distinct()), last_at)
        .join(Person, Person.id == FileView.person_id)
        .outerjoin(Agency, Agency.id == FileView.agency_id)
        .where(FileView.dossier_id == dossier_id, FileView.agency_id.is_not(None))
        .group_by(Person.id, Person.name, Agency.id, Agency.short_names)
        .order_by(last_at.desc(), Person.name)
        .limit(MANY)
    )
    return [Look(name=name, agency=agency, files=files, last_at=at) for name, agency, files, at in rows]


def latest_of_party(session: Session, found: Dossier, *, viewer: Viewer) -> Sequence[Dossier]:
    """The latest further dossiers of the same party the viewer may know of."""
    return session.scalars(
        sa.select(Dossier)
        .where(Dossier.party_id == found.party_id, Dossier.id != found.id, of_own_office(viewer))
        .order_by(Dossier.filed_at.desc(), Dossier.id.desc())
        .limit(FEW)
    ).all()


def last_signature(session: Session, post_ids: Sequence[UUID]) -> bytes | None:
    """The signature (CMS) these posts gave last."""
    return session.scalar(
        sa.select(Letter.signature)
        .where(Letter.signed_by.in_(post_ids), Letter.signature.is_not(None))
        .order_by(Letter.signed_at.desc())
        .limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A holder of the role. `away_until` is the last day of an absence that runs now; None: they are there."""

    post_id: UUID
    name: str
    away_until: date | None = None
    has_conflict: bool = False


def colleagues(
    session: Session, steps: Sequence[DossierStep], *, party_id: UUID, on: date
) -> dict[tuple[UUID, Role], list[Pick]]:
    """Who could have these steps of a dossier of this party, by agency and role; who is away on this day says so."""
    wanted = {(step.agency_id, step.role) for step in steps if step.agency_id is not None}
    found: dict[tuple[UUID, Role], list[Pick]] = {}
    if not wanted:
        return found
    rows = session.execute(
        sa.select(Post.agency_id, Post.role, Post.id, Person.name, *_hindrances(party_id, on))
        .join(Person, Person.id == Post.person_id)
        .where(
            sa.tuple_(Post.agency_id, Post.role).in_(sorted(wanted, key=str)),
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Post.id)
    )
    for agency_id, role, post_id, name, until, conflict in rows:
        pick = Pick(post_id=post_id, name=name, away_until=until, has_conflict=conflict)
        found.setdefault((agency_id, role), []).append(pick)
    return found


def _hindrances(party_id: Any, on: date) -> tuple[sa.ColumnElement[date], sa.ColumnElement[bool]]:
    """Until when a person is away, and whether they have a conflict of interest with the party."""
    away = sa.select(sa.func.max(Absence.last_day)).where(
        Absence.person_id == Person.id, Absence.ended_at.is_(None), Absence.first_day <= on, Absence.last_day >= on
    )
    conflict = sa.exists().where(
        ConflictOfInterest.person_id == Person.id,
        ConflictOfInterest.party_id == party_id,
        ConflictOfInterest.ended_at.is_(None),
    )
    return away.correlate(Person).scalar_subquery(), conflict


def specialists(session: Session, step: DossierStep, *, on: date) -> list[Pick]:
    """The specialists of the agency the step is at, for the head who assigns; who is away on this day says so."""
    party_id = sa.select(Dossier.party_id).where(Dossier.id == step.dossier_id).scalar_subquery()
    rows = session.execute(
        sa.select(Post.id, Person.name, *_hindrances(party_id, on))
        .join(Person, Person.id == Post.person_id)
        .where(
            Post.agency_id == step.agency_id,
            Post.role == Role.SPECIALIST,
            Post.ended_at.is_(None),
            Person.disabled_at.is_(None),
        )
        .order_by(Person.name, Post.id)
    )
    return [
        Pick(post_id=post_id, name=name, away_until=until, has_conflict=conflict)
        for post_id, name, until, conflict in rows
    ]


def agencies(session: Session) -> Sequence[Agency]:
    """Every agency, for the dispatcher to choose from."""
    return session.scalars(sa.select(Agency).order_by(Agency.key)).all()


def _answers(session: Session, dossier_id: UUID) -> Answers | None:
    answers: Answers | None = session.scalar(
        sa.select(DossierAnswers.answers)
        .where(DossierAnswers.dossier_id == dossier_id)
        .order_by(DossierAnswers.supplement_round.desc())
        .limit(1)
    )
    return answers


def _visits(session: Session, dossier_id: UUID) -> list[Visit]:
    rows = session.execute(
        sa.select(DossierStep, Person.name, Agency)
        .outerjoin(Post, Post.id == DossierStep.post_id)
        .outerjoin(Person, Person.id == Post.person_id)
        .outerjoin(Agency, Agency.id == DossierStep.agency_id)
        .where(DossierStep.dossier_id == dossier_id)
        .order_by(DossierStep.entry)
    )
    return [Visit(step=step, holder=holder, agency=agency) for step, holder, agency in rows]


def _requests(session: Session, dossier_id: UUID) -> Sequence[SupplementRequest]:
    return session.scalars(
        sa.select(SupplementRequest)
        .where(SupplementRequest.dossier_id == dossier_id)
        .options(selectinload(SupplementRequest.items))
        .order_by(SupplementRequest.supplement_round)
    ).all()


def _letters(session: Session, dossier_id: UUID) -> Sequence[Letter]:
    return session.scalars(
        sa.select(Letter).where(Letter.dossier_id == dossier_id).order_by(Letter.created_at, Letter.id)
    ).all()
