"""The register of dossiers (Form 07): what an office took in or handled in a period, one line for each."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Dossier
from portal.dossiers.policy import of_own_office
from portal.workflow.lifecycle import UNFILED, Outcome, State

AT_ONCE = 500


class Entry(NamedTuple):
    """One line of the register. `filer` handed it in; `agency` has to settle it."""

    code: str
    subject: str
    procedure: Mapping[str, str]
    party: str
    tax_code: str | None
    filer: str
    phone: str | None
    agency: Mapping[str, str] | None
    filed_at: datetime
    accepted_at: datetime | None
    promised_due_at: datetime | None
    statutory_due_at: datetime | None
    ended_at: datetime | None
    state: State
    outcome: Outcome | None


def entries(
    session: Session, *, viewer: Viewer, since: datetime, until: datetime, limit: int | None = None
) -> Iterator[Entry]:
    """The dossiers filed from `since` until before `until` that the viewer may know of by office, oldest first."""
    rows = session.execute(
        sa.select(
            Dossier.code, Dossier.subject, ProcedureVersion.names, Party.name, Party.tax_code, Person.name,
            Person.phone, Agency.short_names, Dossier.filed_at, Dossier.accepted_at, Dossier.promised_due_at,
            Dossier.statutory_due_at, Dossier.ended_at, Dossier.state, Dossier.outcome,
        )
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(Person, Person.id == Dossier.filer_id)
        .outerjoin(Agency, Agency.id == Dossier.agency_id)
        .where(
            of_own_office(viewer),
            Dossier.state.not_in(sorted(UNFILED)),
            Dossier.filed_at >= since,
            Dossier.filed_at < until,
        )
        .order_by(Dossier.filed_at, Dossier.id)
        .limit(limit)
        .execution_options(yield_per=AT_ONCE)
    )  # fmt: skip
    for row in rows:
        yield Entry(*row)
