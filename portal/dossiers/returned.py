"""What dossiers of a procedure were most often returned for, counted from the requests its offices have sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.clock.zone import VIETNAM
from portal.dossiers.models import SupplementItem, SupplementRequest
from portal.facts.models import DossierFact

WINDOW: Final = timedelta(days=365)
LEAST_FILED: Final = 20
"""Below it a share says more about chance than about the procedure; nothing is shown."""
LEAST_RETURNED: Final = 5
"""A thing that fewer dossiers were returned for is left out, as in all public figures (decision 23)."""
MOST_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A document (`document`) or an answer (`field`) that had to be mended or added, in so many dossiers."""

    kind: str
    key: str
    dossiers: int
    filed: int

    @property
    def share(self) -> float:
        """Of the dossiers filed."""
        return self.dossiers / self.filed


def most_often(session: Session, procedure_code: str, *, on: date) -> Sequence[Fault]:
    """The most frequent faults, first the most frequent; none where too few dossiers were filed to say.

    Counted are the dossiers filed in the 365 days before the office day `on`, each once per fault however often it
    was asked, with the requests sent before that day: so the figures change once a day.
    """
    fact, until = DossierFact, datetime.combine(on, time(), VIETNAM)
    filed = sa.and_(fact.procedure_code == procedure_code, fact.filed_on >= on - WINDOW, fact.filed_on < on)
    of = sa.select(sa.func.count()).select_from(fact).where(filed).scalar_subquery()
    dossiers = sa.func.count(sa.distinct(fact.dossier_id))
    rows = session.execute(
        sa.select(SupplementItem.kind, SupplementItem.key, dossiers, of)
        .join(SupplementRequest, SupplementRequest.id == SupplementItem.request_id)
        .join(fact, fact.dossier_id == SupplementRequest.dossier_id)
        .where(filed, SupplementRequest.sent_at < until, SupplementItem.kind.in_(("document", "field")))
        .group_by(SupplementItem.kind, SupplementItem.key)
        .having(dossiers >= LEAST_RETURNED, of >= LEAST_FILED)
        .order_by(dossiers.desc(), SupplementItem.kind, SupplementItem.key)
        .limit(MOST_SHOWN)
    )
    return [Fault(kind=kind, key=key, dossiers=found, filed=n) for kind, key, found, n in rows]
