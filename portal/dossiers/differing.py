"""What changed in a dossier since it was filed: answer by answer, before and after."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.places import Places
from portal.dossiers.models import Dossier, DossierAnswers, ReplacedAnswers
from portal.dossiers.saying import Said, SaidSection, in_words
from portal.foundation.formats import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One answer that is another now; empty words mean that there was, or is, none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One correction or supplement. `supplement_round` is 0 for a correction by the filer."""

    at: datetime
    supplement_round: int
    differences: tuple[Difference, ...]


def changes(
    session: Session,
    dossier: Dossier,
    definition: Definition,
    language: Language,
    places: Places,
    *,
    is_masked: bool = False,
) -> tuple[Change, ...]:
    """Every change of the answers, in the order they were made; changes that touch no answer are left out.

    `is_masked` as in `saying.in_words`.
    """
    replaced = session.scalars(
        sa.select(ReplacedAnswers)
        .where(ReplacedAnswers.dossier_id == dossier.id)
        .order_by(ReplacedAnswers.event_version)
    ).all()
    rounds = session.scalars(
        sa.select(DossierAnswers)
        .where(DossierAnswers.dossier_id == dossier.id)
        .order_by(DossierAnswers.supplement_round)
    ).all()
    states: list[tuple[datetime, int, Answers]] = [(one.saved_at, 0, one.answers) for one in replaced]
    states += [(one.saved_at, one.supplement_round, one.answers) for one in rounds]
    found = []
    for (_, _, before), (at, supplement_round, after) in pairwise(states):
        differing = differences(definition, dossier.case_key, before, after, language, places, is_masked=is_masked)
        if differing:
            found.append(Change(at=at, supplement_round=supplement_round, differences=differing))
    return tuple(found)


def differences(
    definition: Definition,
    case: str,
    before: Answers,
    after: Answers,
    language: Language,
    places: Places,
    *,
    is_masked: bool = False,
) -> tuple[Difference, ...]:
    """The answers that differ, in the order of the form."""

    def lines(answers: Answers, *, is_masked: bool) -> dict[str, tuple[str, str]]:
        return _lines(in_words(definition, case, answers, language, places, is_masked=is_masked), language)

    old, new = lines(before, is_masked=False), lines(after, is_masked=False)
    said = [lines(before, is_masked=True), lines(after, is_masked=True)] if is_masked else [old, new]
    return tuple(
        Difference(label=label, before=said[0].get(code, (label, ""))[1], after=said[1].get(code, (label, ""))[1])
        for code, (label, _words) in {**old, **new}.items()
        if old.get(code, (label, ""))[1] != new.get(code, (label, ""))[1]
    )


def _lines(pages: Sequence[SaidSection], language: Language) -> dict[str, tuple[str, str]]:
    return {line.field.code: (line.field.label.words(language), _words(line)) for page in pages for line in page.lines}


def _words(line: Said) -> str:
    if not line.rows:
        return line.words
    return "\n".join("; ".join(f"{label}: {said}" for label, said in row) for row in line.rows)
