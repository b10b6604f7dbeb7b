"""Which agency stands where an agency of the register stood: a closed one has a successor, and that perhaps another."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency


def open_agencies(session: Session, keys: Collection[str]) -> dict[str, UUID]:
    """By key: the agency itself while it is open, else the open one at the end of its line of successors.

    A key without any is left out: whoever asks has nobody to send a dossier to.
    """
    if not keys:
        return {}
    rows = session.execute(_OPEN, {"keys": sorted(keys)})
    return dict(rows.all())


def line_of(condition: sa.ColumnElement[bool]) -> Any:
    """The agencies for which the condition holds, each followed by its successors as long as they are closed.

    `asked` is the key at the beginning of the line.
    """
    line = (
        sa.select(Agency.key.label("asked"), Agency.id, Agency.code, Agency.closed_at, Agency.successor_id)
        .where(condition)
        .cte("line", recursive=True)
    )
    later = (
        sa.select(line.c.asked, Agency.id, Agency.code, Agency.closed_at, Agency.successor_id)
        .join(line, Agency.id == line.c.successor_id)
        .where(line.c.closed_at.is_not(None))
    )
    return line.union(later)  # not UNION ALL: a circle, which nobody should make, ends


def _open() -> sa.Select[Any]:
    line = line_of(Agency.key.in_(sa.bindparam("keys", expanding=True)))
    return sa.select(line.c.asked, line.c.id).where(line.c.closed_at.is_(None))


_OPEN = _open()
