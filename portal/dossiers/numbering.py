"""The dossier code: `<agency identifier>-<yyMMdd>-<NNNN>` (Circular 03/2025/TT-VPCP; `domain` unverified).

The number restarts every Vietnamese calendar day at each intake agency. The database gives it out: one row per
agency and day, raised in the transaction that files, so two processes cannot give the same number and a
filing that fails gives its number back.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.dossiers.models import CodeCounter

FEWEST_DIGITS = 4


def next_code(session: Session, *, agency_id: UUID, agency_code: str, now: datetime) -> str:
    """Give out the next code of the agency on the local day of `now`, e.g. `H37.12-261124-0007`."""
    day = office_day(now)
    statement = insert(CodeCounter).values(agency_id=agency_id, day=day, last=1)
    number = session.execute(
        statement.on_conflict_do_update(
            index_elements=["agency_id", "day"], set_={"last": CodeCounter.last + 1}
        ).returning(CodeCounter.last)
    ).scalar_one()
    return f"{agency_code}-{day:%y%m%d}-{number:0{FEWEST_DIGITS}d}"
