"""An agency has been closed: what it decides, works on or takes in goes on with the agency in its place."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.accounts.queries.succession import open_agencies
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.record import Happening
from portal.payments.actions import bills
from portal.workflow.events import EventKind, Param
from portal.workflow.lifecycle import OPEN

SUCCESSOR = "successor"
"""Why a dossier or a step is at another agency than before."""


def to_successors(session: Session, dossier: Dossier) -> list[Happening]:
    """What has to happen so that no closed agency holds anything of the dossier; mostly nothing.

    The counter that took it in is no part of the record: it changes at once, with the bills it collects. The limits
    run on: an office that changes is no reason to wait longer.
    """
    steps = session.execute(
        sa.select(DossierStep.node_key, DossierStep.agency_id).where(
            DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None)
        )
    ).all()
    held = {agency for _node, agency in steps} | {dossier.agency_id, dossier.intake_agency_id}
    successors = _successors(session, {one for one in held if one is not None})
    if not successors:
        return []
    if dossier.intake_agency_id in successors:
        to = successors[dossier.intake_agency_id]
        bills.collect_at(session, dossier.id, agency_id=to)
        dossier.intake_agency_id = to
        session.flush()
    found = []
    if dossier.agency_id in successors and dossier.state in OPEN:
        found.append(_moved(EventKind.ROUTED, {"agency": str(successors[dossier.agency_id]), "why": SUCCESSOR}))
    for node, agency in steps:
        if agency in successors:
            to_whom = str(successors[agency])
            params: dict[str, Param] = {"node": node, "assignee": None, "agency": to_whom, "why": SUCCESSOR}
            found.append(_moved(EventKind.STEP_ASSIGNED, params))
    return found


def _successors(session: Session, agencies: set[UUID]) -> dict[UUID, UUID]:
    """For each closed agency among these the open one at the end of its line; without one it is left out."""
    closed = session.execute(
        sa.select(Agency.id, Agency.key).where(Agency.id.in_(agencies), Agency.closed_at.is_not(None))
    ).all()
    found = open_agencies(session, {key for _id, key in closed})
    return {agency: found[key] for agency, key in closed if key in found}


def _moved(kind: EventKind, params: dict[str, Param]) -> Happening:
    return Happening(kind=kind, params=params)
