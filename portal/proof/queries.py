"""What an outsider may check with the token on a letter."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.record import as_event
from portal.dossiers.replaying import replayed
from portal.dossiers.validity import HOLDS, Standing, standing
from portal.ledger.chain import Link, Verdict, verify
from portal.letters.models import Letter
from portal.workflow.events import EventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter as the public may see it: no names, no answers.

    `standing`: whether it still says what holds. `newer` is the decision issued in place of a void one, and
    `newer_number` its number.
    """

    letter: Letter
    dossier: Dossier
    agency: Agency
    chain: Verdict
    events: int
    number: str
    standing: Standing = HOLDS
    newer: Letter | None = None
    newer_number: str = ""


def shown(session: Session, token: str) -> Shown | None:
    """The letter with this token, its dossier and agency, and the verdict on the dossier's chain of events."""
    row = session.execute(
        sa.select(Letter, Dossier, Agency)
        .join(Dossier, Dossier.id == Letter.dossier_id)
        .join(Agency, Agency.id == Letter.agency_id)
        .where(Letter.token == token, Letter.sealed_at.is_not(None))
        .options(joinedload(Dossier.procedure, innerjoin=True))
    ).one_or_none()
    if row is None:
        return None
    letter, dossier, agency = row
    rows = session.scalars(
        sa.select(DossierEvent).where(DossierEvent.dossier_id == dossier.id).order_by(DossierEvent.version)
    ).all()
    chain = verify([_link(row) for row in rows])
    now = _standing(letter, dossier, rows) if chain.intact else HOLDS
    newer = _newer(session, letter) if now.is_void else None
    return Shown(
        letter=letter,
        dossier=dossier,
        agency=agency,
        chain=chain,
        events=len(rows),
        number=_number(rows, letter),
        standing=now,
        newer=newer,
        newer_number=_number(rows, newer) if newer is not None else "",
    )


def _standing(letter: Letter, dossier: Dossier, rows: Sequence[DossierEvent]) -> Standing:
    return standing(letter, replayed(dossier, [as_event(row) for row in rows]))


def _newer(session: Session, letter: Letter) -> Letter | None:
    """The latest decision issued after this one."""
    later = (Letter.event_version > letter.event_version, Letter.sealed_at.is_not(None))
    same = (Letter.dossier_id == letter.dossier_id, Letter.kind == letter.kind)
    return session.scalars(
        sa.select(Letter).where(*same, *later).order_by(Letter.event_version.desc()).limit(1)
    ).one_or_none()


def _link(row: DossierEvent) -> Link:
    return Link(version=row.version, content=as_event(row).content(), previous=row.previous_hash, hash=row.hash)


def _number(rows: Sequence[DossierEvent], letter: Letter) -> str:
    """The number as the event of its giving out states it, which is as the paper does; "" where it has none."""
    given = (row for row in rows if row.kind is EventKind.NUMBERED and row.params.get("letter") == str(letter.id))
    return next((str(row.params["evidence"]) for row in given), "")
