"""What an installation still has to do by hand after a migration, kept until it is done."""

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.foundation.database import Base

REBUILD = "transparency.rebuild"
COMMANDS: Mapping[str, str] = {REBUILD: "portal transparency rebuild"}
"""By note: the command that does it, and strikes the note out."""


class UpgradeNote(Base):
    """Work that a migration asks for once; `done_at` is when it was done."""

    __tablename__ = "upgrade_notes"

    key: Mapped[str] = mapped_column(primary_key=True)
    wanted_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


def waiting(session: Session) -> list[str]:
    """The commands that are still to be given, in the order in which they were asked for."""
    rows = session.scalars(
        sa.select(UpgradeNote.key).where(UpgradeNote.done_at.is_(None)).order_by(UpgradeNote.wanted_at, UpgradeNote.key)
    )
    return [COMMANDS.get(key, key) for key in rows]


def note_done(session: Session, key: str, *, now: datetime) -> None:
    """It has been done; doing it again changes nothing."""
    session.execute(
        sa.update(UpgradeNote).where(UpgradeNote.key == key, UpgradeNote.done_at.is_(None)).values(done_at=now)
    )
