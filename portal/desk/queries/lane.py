"""The border lane: open dossiers whose goods are on their way to a gate."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person, Post
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definitions_of
from portal.desk.consignments import concerns
from portal.desk.models import CONSIGNED
from portal.dossiers.models import Dossier, DossierAnswers, DossierStep
from portal.dossiers.policy import of_own_office
from portal.workflow.lifecycle import OPEN, State

MOST = 300
"""Lines of the lane. More open consignments than that are a matter for the queue's filters."""


class Waiting(NamedTuple):
    """One dossier of the lane, in the order of the columns asked for."""

    code: str
    subject: str
    state: State
    filed_at: datetime
    acceptance_due_at: datetime
    statutory_due_at: datetime | None
    terms: Mapping[str, Any]
    version_id: UUID
    content_hash: str
    party_name: str
    answers: Mapping[str, Any]
    node_key: str | None
    holder: str | None
    agency: Mapping[str, str] | None
    office_id: UUID | None


def is_open_to(session: Session, consigned: Iterable[tuple[UUID, str]], *, viewer: Viewer) -> bool:
    """Whether a procedure of the border gates concerns an agency of the viewer's.

    `consigned` are those procedures' versions (`queue.Glance`); one not read yet takes one statement.
    """
    versions = [ProcedureVersion(id=version_id, content_hash=digest) for version_id, digest in consigned]
    keys = {post.agency_key for post in viewer.posts}
    return any(concerns(definition, keys) for definition in definitions_of(session, versions).values())


def waiting(session: Session, *, viewer: Viewer) -> list[Waiting]:
    """Open dossiers of the border gates' procedures that the viewer may know of, with their latest answers."""
    latest = (
        sa.select(DossierAnswers.answers)
        .where(DossierAnswers.dossier_id == Dossier.id)
        .order_by(DossierAnswers.supplement_round.desc())
        .limit(1)
        .lateral("latest")
    )
    step = (
        sa.select(DossierStep)
        .where(DossierStep.dossier_id == Dossier.id, DossierStep.closed_at.is_(None))
        .order_by(DossierStep.due_at, DossierStep.id)
        .limit(1)
        .lateral("step")
    )
    consigned = sa.select(ProcedureVersion.id).where(sa.text(CONSIGNED))
    arrival = latest.c.answers["expected_arrival"].astext
    rows = session.execute(
        sa.select(
            Dossier.code, Dossier.subject, Dossier.state, Dossier.filed_at, Dossier.acceptance_due_at,
            Dossier.statutory_due_at, Dossier.terms, ProcedureVersion.id, ProcedureVersion.content_hash, Party.name,
            latest.c.answers, step.c.node_key, Person.name, Agency.short_names,
            sa.func.coalesce(step.c.agency_id, Dossier.agency_id, Dossier.intake_agency_id),
        )
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(latest, sa.true())
        .outerjoin(step, sa.true())
        .outerjoin(Post, Post.id == step.c.post_id)
        .outerjoin(Person, Person.id == Post.person_id)
        .outerjoin(Agency, Agency.id == sa.func.coalesce(step.c.agency_id, Dossier.agency_id))
        .where(
            Dossier.procedure_version_id.in_(consigned),
            Dossier.state.in_(sorted(OPEN)),
            arrival.is_not(None),
            of_own_office(viewer),
        )
        .order_by(arrival, Dossier.id)
        .limit(MOST)
    )  # fmt: skip
    return [Waiting(*row) for row in rows]
