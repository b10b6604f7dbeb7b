"""A draft as its filer sees it: what is done, what is left, what it will cost and how long it will take."""

import enum
from collections.abc import Sequence
from dataclasses import dataclass

from portal.attachments.models import Attachment, ScanState
from portal.catalogue.answers import visible_sections
from portal.catalogue.charges import DossierFee, fees_for, total_vnd
from portal.catalogue.condition_words import simplified
from portal.catalogue.definition import Definition
from portal.catalogue.documents import Document
from portal.catalogue.fields import Section
from portal.catalogue.places import Places
from portal.catalogue.precheck import precheck
from portal.catalogue.requirements import DossierLimit, acceptance_minutes, agency_for, documents_for, limit_for
from portal.catalogue.text import Text
from portal.catalogue.wording import Problem
from portal.dossiers.asking import Known, known
from portal.dossiers.models import Draft
from portal.dossiers.typed import CHECKED, Typed, is_answer

HALF_FILLED = frozenset({"commune_missing"})
"""Problems of an answer that was begun and is not finished: left to do, not wrong."""


class Progress(enum.StrEnum):
    """Where a part of the draft stands."""

    DONE = "done"
    TO_DO = "to_do"
    BEGUN = "begun"
    PROBLEM = "problem"
    OPTIONAL = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionState:
    """A page of the form; `left` counts the questions still to be answered or put right."""

    section: Section
    progress: Progress
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentState:
    """A document of the dossier with the files handed in for it.

    `is_by_answers`: the case alone does not ask for it; something answered does.
    """

    document: Document
    files: tuple[Attachment, ...]
    progress: Progress
    is_by_answers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftState:
    """The whole draft, worked out from what was typed and uploaded.

    `stops`: why a dossier would be in vain, by what was answered in the eligibility check.
    """

    definition: Definition
    case: str
    found: Known
    sections: tuple[SectionState, ...]
    documents: tuple[DocumentState, ...]
    fees: tuple[DossierFee, ...]
    limit: DossierLimit
    competent: str
    may_grow: bool
    stops: tuple[Text, ...] = ()

    @property
    def answer_minutes(self) -> int:
        """Working minutes the one-stop office has to accept or refuse it."""
        return acceptance_minutes(self.definition, self.case, self.limit.limit)

    @property
    def by_answers(self) -> int:
        """How many of the documents are there because of answers."""
        return sum(one.is_by_answers for one in self.documents)

    @property
    def is_complete(self) -> bool:
        """Whether it can be filed as it stands."""
        return not self.problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Everything that keeps it from being filed, in the order of the form, then of the documents."""
        return (*self.found.reading.problems, *self.found.gaps)

    @property
    def done(self) -> int:
        """How many parts are done."""
        parts = [*(one.progress for one in self.sections), *(one.progress for one in self.documents)]
        return sum(progress is Progress.DONE for progress in parts)

    @property
    def total(self) -> int:
        """How many parts there are; a document that need not be handed in is one once it is there."""
        return len(self.sections) + len(self.documents) - self.if_it_applies

    @property
    def if_it_applies(self) -> int:
        """How many documents need not be handed in, and are not."""
        return sum(one.progress is Progress.OPTIONAL for one in self.documents)

    @property
    def total_vnd(self) -> int:
        """What is known of the fee, in đồng."""
        return total_vnd(self.fees)

    @property
    def fee_depends(self) -> bool:
        """Whether an answer still missing may change the fee."""
        return any(fee.amount_vnd is None for fee in self.fees)


def state_of(definition: Definition, draft: Draft, files: Sequence[Attachment], places: Places) -> DraftState:
    """Work the draft out."""
    counts: dict[str, int] = {}
    for one in files:
        if one.scan_state is not ScanState.INFECTED:
            counts[one.document_key] = counts.get(one.document_key, 0) + 1
    found = known(definition, draft.case_key, draft.answers, counts, places)
    answers = found.reading.answers
    needed = documents_for(definition, draft.case_key, answers)
    return DraftState(
        definition=definition,
        stops=stops_of(definition, draft, places),
        case=draft.case_key,
        found=found,
        sections=tuple(
            _section(section, found, draft.answers) for section in visible_sections(definition, draft.case_key, answers)
        ),
        documents=tuple(
            _document(document, files, found, is_by_answers=_hangs_on_answers(document, draft.case_key))
            for document in needed
        ),
        fees=fees_for(definition, draft.case_key, answers),
        limit=limit_for(definition, draft.case_key, answers, difficult_communes=places.difficult),
        competent=agency_for(definition, draft.case_key, answers),
        may_grow=any(gap.kind == "field" for gap in found.gaps)
        and any(
            _hangs_on_answers(document, draft.case_key) for document in definition.documents if document not in needed
        ),
    )


def stops_of(definition: Definition, draft: Draft, places: Places) -> tuple[Text, ...]:
    """Why a dossier would be in vain: by the answers before the draft was begun, where the form has none of its own."""
    given = {
        question.code: draft.answers.get(question.code) or draft.answers.get(f"{CHECKED}{question.code}")
        for question in definition.questions
    }
    typed = {code: values[-1] for code, values in given.items() if values}
    return precheck(definition, draft.case_key, typed, places=places).stops


def _hangs_on_answers(document: Document, case: str) -> bool:
    return not isinstance(simplified(document.when, case), bool)


def _section(section: Section, found: Known, typed: Typed) -> SectionState:
    wrong = [problem for problem in found.problems_of(section, with_gaps=False) if problem.code not in HALF_FILLED]
    left = found.problems_of(section, with_gaps=True)
    codes = {field.code for field in section.fields}
    begun = any(name.partition(".")[0] in codes and is_answer(name, values) for name, values in typed.items())
    if wrong:
        progress = Progress.PROBLEM
    elif not left:
        progress = Progress.DONE
    else:
        progress = Progress.BEGUN if begun else Progress.TO_DO
    return SectionState(section=section, progress=progress, left=len(left))


def _document(document: Document, files: Sequence[Attachment], found: Known, *, is_by_answers: bool) -> DocumentState:
    own = tuple(one for one in files if one.document_key == document.code)
    wrong = any(problem.kind == "document" and problem.path == document.code for problem in found.gaps)
    if any(one.scan_state is ScanState.INFECTED for one in own):
        progress = Progress.PROBLEM
    elif own:
        progress = Progress.PROBLEM if wrong else Progress.DONE
    else:
        progress = Progress.TO_DO if document.required else Progress.OPTIONAL
    return DocumentState(document=document, files=own, progress=progress, is_by_answers=is_by_answers)
