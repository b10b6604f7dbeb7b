"""Who may open a sensitive paper: those who need it for their work with the dossier, and whoever handed it in.

Seeing that it is there is one thing, opening it another: the policy decides about the first, this about the second.
Source: Law on Personal Data Protection 91/2025/QH15; data are for those who need them for the purpose (unverified).
"""

from collections.abc import Sequence
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.viewer import FILING_ROLES, Viewer
from portal.attachments.models import Attachment
from portal.dossiers.models import Dossier, DossierStep, Draft
from portal.dossiers.policy import capacities
from portal.workflow.lifecycle import CompanyRole, Role

NEEDED_BY: frozenset[Role | CompanyRole] = frozenset(
    {
        *FILING_ROLES,
        Role.ONE_STOP,
        Role.DISPATCHER,
        Role.SPECIALIST,
        Role.HEAD,
        Role.LEADER,
        Role.CONSULTANT,
        Role.AUDITOR,
    }
)
"""Payers and viewers of the company, the cashier and the clerk work with the dossier without opening it."""


def may_open(session: Session, file: Attachment, viewer: Viewer) -> bool:
    """Whether the viewer, who may know of the file, may open it; for a file that is not sensitive always."""
    if not file.is_sensitive or file.uploaded_by == viewer.person_id:
        return True
    if file.dossier_id is not None:
        return needs_papers(session, session.get_one(Dossier, file.dossier_id), viewer)
    party_id = session.scalar(sa.select(Draft.party_id).where(Draft.id == file.draft_id))
    return party_id is not None and _files_for(party_id, viewer)


def needs_papers(session: Session, dossier: Dossier, viewer: Viewer) -> bool:
    """Whether the viewer's part in this dossier needs its sensitive papers."""
    if not NEEDED_BY.isdisjoint(capacities(viewer, dossier)) or any(post.role is Role.AUDITOR for post in viewer.posts):
        return True
    consulted = [post.agency_id for post in viewer.posts if post.role in NEEDED_BY]
    held = sa.exists().where(DossierStep.dossier_id == dossier.id, DossierStep.agency_id.in_(consulted))
    return bool(consulted) and bool(session.scalar(sa.select(held)))


def openable(session: Session, files: Sequence[Attachment], dossier: Dossier, viewer: Viewer) -> frozenset[UUID]:
    """Of the files of a dossier those the viewer may open, by id."""
    needs = not any(file.is_sensitive for file in files) or needs_papers(session, dossier, viewer)
    return frozenset(
        file.id for file in files if needs or not file.is_sensitive or file.uploaded_by == viewer.person_id
    )


def is_offered(file: Attachment, party_id: UUID, viewer: Viewer) -> bool:
    """Whether the vault offers the paper again: a sensitive one to owners and to whoever handed it in."""
    if not file.is_sensitive or file.uploaded_by == viewer.person_id:
        return True
    acting = viewer.acting_for_party(party_id)
    return acting is not None and acting.agent_party_id is None and acting.role is CompanyRole.OWNER


def _files_for(party_id: UUID, viewer: Viewer) -> bool:
    acting = viewer.acting_for_party(party_id)
    return acting is not None and acting.role in FILING_ROLES
