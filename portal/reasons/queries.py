"""Reading the managed reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.reasons.models import Reason, ReasonKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A reason as it is offered: Vietnamese counts, the others help to read it."""

    vi: str
    en: str = ""
    zh: str = ""

    def words(self, language: str) -> str:
        """The sentence in the language, in Vietnamese where there is none."""
        return {"en": self.en, "zh": self.zh}.get(language, "") or self.vi


Offered = Mapping[ReasonKind, Mapping[str, Words]]


def offered(session: Session, procedure_code: str) -> Offered:
    """The active reasons for dossiers of this procedure, by kind and key, in one statement; its own come first."""
    rows = session.scalars(
        sa.select(Reason)
        .where(Reason.is_active, sa.or_(Reason.procedure_code.is_(None), Reason.procedure_code == procedure_code))
        .order_by(Reason.procedure_code.is_(None), Reason.position, Reason.key)
    )
    found: dict[ReasonKind, dict[str, Words]] = {kind: {} for kind in ReasonKind}
    for row in rows:
        found[row.kind][row.key] = Words(**row.words)
    return found


def every(session: Session) -> Sequence[Reason]:
    """All reasons, retired ones too, as the administrator lists them."""
    order = (Reason.kind, Reason.procedure_code.is_not(None), Reason.procedure_code, Reason.position, Reason.key)
    return session.scalars(sa.select(Reason).order_by(*order)).all()


def one(session: Session, reason_id: UUID) -> Reason | None:
    """The reason, or None."""
    return session.get(Reason, reason_id)
