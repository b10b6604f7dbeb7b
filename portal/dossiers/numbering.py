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
from portal.accounts.queries.succession import line_of
from portal.clock.zone import office_day
from portal.dossiers.models import CodeCounter

FEWEST_DIGITS = 4


def next_code(session: Session, *, intake_key: str, now: datetime) -> tuple[UUID, str]:
    """Give out the next code of the intake agency on the office day of `now`: (agency, `H37.12-261124-0007`).

    In place of a closed one its successor takes in.
    Other filings of the agency wait from here until this one is saved or undone: ask last, and save soon.
    """
    day = office_day(now)
    agency_id, agency_code, number = session.execute(_NEXT, {"intake_key": intake_key, "day": day}).one()
    return agency_id, f"{agency_code}-{day:%y%m%d}-{number:0{FEWEST_DIGITS}d}"


def _next() -> sa.Select[UUID, str, int]:
    line = line_of(Agency.key == sa.bindparam("intake_key"))
    agency = sa.select(line.c.id, line.c.code).where(line.c.closed_at.is_(None)).cte("agency")
    first = sa.select(agency.c.id, sa.bindparam("day", type_=sa.Date()), sa.literal(1))
    raised = (
        insert(CodeCounter)
        .from_select(["agency_id", "day", "last"], first)
        .on_conflict_do_update(index_elements=["agency_id", "day"], set_={"last": CodeCounter.last + 1})
        .returning(CodeCounter.last)
        .cte("raised")
    )
    return sa.select(agency.c.id, agency.c.code, raised.c.last).join_from(agency, raised, sa.true())


_NEXT = _next()
