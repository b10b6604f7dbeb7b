"""A field, a procedure or an agency as the public sees it: from the lines of the newest snapshot alone."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.catalogue.models import ProcedureVersion
from portal.transparency import figures
from portal.transparency.models import Snapshot
from portal.transparency.open_data import Line
from portal.transparency.wording import FIELD_WORDS

SNAPSHOTS_KEPT = 2
Part = Mapping[str, Any]


def exists(session: Session, scope: str, key: str) -> bool:
    """Whether there is such a field, procedure or agency, whatever has been published of it."""
    if scope == "field":
        return key in FIELD_WORDS
    is_it = ProcedureVersion.code == key if scope == "procedure" else Agency.key == key
    return bool(session.scalar(sa.select(sa.exists().where(is_it))))


def read(session: Session, snapshot: Snapshot, scope: str, key: str) -> Part | None:
    """The figures of the part as of the snapshot; None where nothing has been published of it.

    A snapshot never changes, so its lines are read once by each process and then remembered as figures.
    """
    known = _parts_of(snapshot.id)
    if not known:
        rows = session.scalar(sa.select(Snapshot.rows).where(Snapshot.id == snapshot.id)) or []
        known.update(_computed(snapshot, rows))
    return known[scope].get(key)


def _computed(snapshot: Snapshot, rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Part]]:
    lines: dict[str, dict[str, list[Line]]] = {scope: defaultdict(list) for scope in figures.PARTS}
    for row in rows:
        line = Line.from_json(row)
        for scope, by_key in lines.items():
            by_key[getattr(line, scope)].append(line)
    return {
        scope: {key: figures.part(of_key, scope, on=snapshot.as_of) for key, of_key in by_key.items() if key}
        for scope, by_key in lines.items()
    }


@lru_cache(maxsize=SNAPSHOTS_KEPT)
def _parts_of(_snapshot: UUID) -> dict[str, dict[str, Part]]:
    """The place where the figures of a snapshot's parts are remembered; empty until they have been computed."""
    return {}
