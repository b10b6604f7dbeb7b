"""A field, a procedure or an agency as the public sees it: from the lines of the newest snapshot alone."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.catalogue.models import ProcedureVersion
from portal.transparency.models import Snapshot, SnapshotPart
from portal.transparency.wording import FIELD_WORDS

Part = Mapping[str, Any]


def exists(session: Session, scope: str, key: str) -> bool:
    """Whether there is such a field, procedure or agency, whatever has been published of it."""
    if scope == "field":
        return key in FIELD_WORDS
    is_it = ProcedureVersion.code == key if scope == "procedure" else Agency.key == key
    return bool(session.scalar(sa.select(sa.exists().where(is_it))))


def read(session: Session, snapshot: Snapshot, scope: str, key: str) -> Part | None:
    """The figures of the part as of the newest snapshot; None where nothing has been published of it."""
    part = SnapshotPart
    which = (part.snapshot_id == snapshot.id, part.scope == scope, part.key == key)
    return session.scalar(sa.select(part.figures).where(*which))
