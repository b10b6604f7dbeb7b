"""What an outsider may check with the token on a letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency
from portal.catalogue.queries import definition_of
from portal.catalogue.steps import Result
from portal.clock.zone import office_day
from portal.dossiers import narrative
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent
from portal.dossiers.record import as_event
from portal.dossiers.replaying import dates_at, replayed
from portal.dossiers.results import called, last_day_of, result_of
from portal.dossiers.validity import HOLDS, Standing, standing
from portal.foundation.formats import Language
from portal.ledger.chain import Link, Verdict, verify
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import CLOCK_STOPPED, Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A letter as the public may see it: no names, no answers.

    `standing`: whether it still says what holds. `newer` is the decision issued in place of a void one, and
    `newer_number` its number. Of a decision `result` is what was granted and `valid_until` its last day, where it has
    one; of a receipt `promised` holds the instant it promised and the one that is promised now.
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
    result: Result | None = None
    valid_until: date | None = None
    promised: tuple[datetime, datetime] | None = None

    def called(self, language: Language) -> str:
        """A decision by its own name, any other letter by that of its kind, as on the page of its dossier."""
        if self.result is None:
            return narrative.LETTERS[LetterKind(self.letter.kind)].words(language)
        return called(self.result, "", language, granted=self.letter.outcome == Outcome.GRANTED)

    @property
    def holds_its_day(self) -> bool:
        """Whether the day promised on the receipt is the one promised now."""
        return self.promised is not None and office_day(self.promised[0]) == office_day(self.promised[1])

    @property
    def is_stopped(self) -> bool:
        """Whether the clock stands still, so that the promised day moves on every day."""
        return self.dossier.state in CLOCK_STOPPED


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
    result = _result(session, letter, dossier)
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
        result=result,
        valid_until=_last_day(letter, result),
        promised=_promised(letter, dossier, rows) if chain.intact else None,
    )


def _result(session: Session, letter: Letter, dossier: Dossier) -> Result | None:
    """What a decision grants; the answers that may settle it are read only where the procedure has several results."""
    definition = definition_of(dossier.procedure)
    if letter.kind != LetterKind.DECISION:
        return None
    answers = None
    if len(definition.results) > 1:
        newest = sa.select(DossierAnswers.answers).where(DossierAnswers.dossier_id == dossier.id)
        answers = session.scalars(newest.order_by(DossierAnswers.supplement_round.desc()).limit(1)).one_or_none()
    return result_of(definition, dossier.case_key, answers)


def _last_day(letter: Letter, result: Result | None) -> date | None:
    if result is None or letter.sealed_at is None or letter.outcome != Outcome.GRANTED:
        return None
    return last_day_of(result, office_day(letter.sealed_at))


def _promised(letter: Letter, dossier: Dossier, rows: Sequence[DossierEvent]) -> tuple[datetime, datetime] | None:
    """What a receipt promised, and what is promised now."""
    if letter.kind != LetterKind.RECEIPT or dossier.promised_due_at is None:
        return None
    then = dates_at(dossier, [as_event(row) for row in rows], letter.event_version).promised_due_at
    return None if then is None else (then, dossier.promised_due_at)


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
