"""The dossier code: `<agency identifier>-<yyMMdd>-<NNNN>`.

Source: Circular 03/2025/TT-VPCP (the clause itself was not seen). The number restarts every Vietnamese calendar day
at each intake agency. The database gives it out: one row per agency and day, raised in the transaction that files,
so two processes cannot give the same number and a filing that fails gives its number back.
"""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.dossiers.models import CodeCounter

FEWEST_DIGITS = 4


def next_code(session: Session, *, intake_key: str, now: datetime) -> tuple[UUID, str]:
    """Give out the next code of the intake agency on the office day of `now`: (agency, `H37.12-261124-0007`)."""
    day = office_day(now)
    agency = sa.select(Agency.id, Agency.code).where(Agency.key == intake_key).cte("agency")
    raised = (
        insert(CodeCounter)
        .from_select(["agency_id", "day", "last"], sa.select(agency.c.id, sa.literal(day), sa.literal(1)))
        .on_conflict_do_update(index_elements=["agency_id", "day"], set_={"last": CodeCounter.last + 1})
        .returning(CodeCounter.last)
        .cte("raised")
    )
    agency_id, agency_code, number = session.execute(
        sa.select(agency.c.id, agency.c.code, raised.c.last).join_from(agency, raised, sa.true())
    ).one()
    return agency_id, f"{agency_code}-{day:%y%m%d}-{number:0{FEWEST_DIGITS}d}"
