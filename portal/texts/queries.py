"""Which version of a text counted at a moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.texts.models import Area, WrittenText

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """Every version of every text of one area, the first version first."""

    versions: Mapping[str, Sequence[tuple[datetime, Words | None]]]

    def at(self, key: str, moment: datetime) -> Words | None:
        """The words that counted at the moment; None where those were that come with the portal."""
        found: Words | None = None
        for made_at, words in self.versions.get(key, ()):
            if made_at <= moment:
                found = words
        return found


def written(session: Session, area: Area) -> Written:
    """All versions of the area; there are few. One statement."""
    columns = (WrittenText.key, WrittenText.made_at, WrittenText.words)
    found: dict[str, list[tuple[datetime, Words | None]]] = {}
    statement = sa.select(*columns).where(WrittenText.area == area).order_by(WrittenText.key, WrittenText.number)
    for key, made_at, words in session.execute(statement):
        found.setdefault(key, []).append((made_at, words))
    return Written(versions=found)


def current(session: Session, area: Area) -> dict[str, Words]:
    """The words that count now, by key; keys without are those that come with the portal. One statement."""
    newest = sa.select(WrittenText.key, sa.func.max(WrittenText.number)).where(WrittenText.area == area)
    statement = sa.select(WrittenText.key, WrittenText.words).where(
        WrittenText.area == area,
        WrittenText.words.is_not(None),
        sa.tuple_(WrittenText.key, WrittenText.number).in_(newest.group_by(WrittenText.key)),
    )
    return {key: words for key, words in session.execute(statement) if words is not None}


def versions(session: Session, area: Area, key: str) -> Sequence[WrittenText]:
    """The versions of one text, the newest first."""
    statement = sa.select(WrittenText).where(WrittenText.area == area, WrittenText.key == key)
    return session.scalars(statement.order_by(WrittenText.number.desc())).all()
