"""A dossier as officers read it: documents, steps, opinions, timeline and changes in words of their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from portal.accounts.wording import role_words
from portal.attachments.models import Attachment
from portal.attachments.serving import SHOWN_INLINE
from portal.catalogue.completeness import missing
from portal.catalogue.definition import Definition
from portal.catalogue.documents import Document
from portal.catalogue.requirements import documents_for
from portal.catalogue.text import Text
from portal.desk.joining import Join, joins
from portal.desk.queries.review import Reading, Visit
from portal.desk.wording import CONCLUSIONS, OUTCOMES, WHY
from portal.dossiers import following, narrative
from portal.dossiers.replaying import definition_at, graph_at
from portal.dossiers.slip import named_by
from portal.dossiers.terms import Terms
from portal.dossiers.walk_ins import is_at_counter
from portal.foundation.formats import Language
from portal.letters.models import Letter
from portal.routing.explaining import reasons_for
from portal.workflow.events import Event, EventKind
from portal.workflow.graph import Act, Silence

CLOSING = frozenset(
    {
        EventKind.STEP_COMPLETED,
        EventKind.STEP_SENT_BACK,
        EventKind.STEP_DROPPED,
        EventKind.OPINION_GIVEN,
        EventKind.OPINION_SILENT,
        EventKind.SIGNED,
        EventKind.NUMBERED,
        EventKind.ISSUED,
        EventKind.RETURNED,
    }
)
Names = following.Names
ROUTER = "machine:router"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One document of the dossier with its files; `is_missing` if it is required and has none."""

    key: str
    name: str
    files: Sequence[Attachment]
    is_missing: bool

    @property
    def is_evidence(self) -> bool:
        """Whether it proves an act, and is no document the company could be asked for again."""
        return self.key in narrative.EVIDENCE


@dataclass(frozen=True, slots=True, kw_only=True)
class StepLine:
    """One visit to a step in words. `note` and `conclusion` are what its holder wrote on leaving it."""

    visit: Visit
    name: str
    agency: str
    role: str
    holder: str
    why: str
    reasons: Sequence[str]
    outcome: str
    conclusion: str
    note: str
    was_late: bool
    is_opinion: bool
    question: str
    silence_agrees: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A step ahead that waits for several opinions, with its name."""

    join: Join
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One line of the timeline, for the macro."""

    title: str
    at: datetime
    by: str
    text: str
    kind: str = ""
    version: int = 0


def papers(reading: Reading, language: Language) -> list[Paper]:
    """The documents in the order of the procedure; files of a document it no longer asks for come last."""
    by_key: dict[str, list[Attachment]] = {}
    for attachment in reading.attachments:
        by_key.setdefault(attachment.document_key, []).append(attachment)
    lacking = _lacking(reading, by_key)
    found = []
    for document in _documents(reading):
        files = by_key.pop(document.code, [])
        if files or document.code in lacking:
            name = document.name.words(language)
            found.append(Paper(key=document.code, name=name, files=files, is_missing=document.code in lacking))
    found += [
        Paper(key=key, name=narrative.EVIDENCE.get(key, Text(vi=key)).words(language), files=files, is_missing=False)
        for key, files in by_key.items()
    ]
    return found


def shown_first(papers_: Sequence[Paper], wanted: str) -> Attachment | None:
    """The file in the frame: the one asked for, else the first that can be shown; a sensitive one only if asked for."""
    files = [attachment for paper in papers_ for attachment in paper.files if attachment.media_type in SHOWN_INLINE]
    unasked = next((one for one in files if not one.is_sensitive), None)
    return next((one for one in files if str(one.id) == wanted), unasked)


def step_lines(reading: Reading, language: Language, *, with_notes: bool) -> list[StepLine]:
    """Every visit, in order; the notes of others only where they may be read."""
    return [_step_line(reading, visit, language, with_notes=with_notes) for visit in reading.visits]


def awaited(reading: Reading, language: Language) -> list[Awaited]:
    """The steps that wait for the opinions being asked, and how many of them it takes."""
    standing = [visit.step.node_key for visit in reading.open_visits]
    truths = Terms.from_json(reading.dossier.terms).truths
    return [
        Awaited(join=join, step=following.step_name(reading.definition, join.node, language))
        for join in joins(reading.graph, standing=standing, truths=truths)
    ]


def timeline(reading: Reading, names: Names, language: Language, *, with_notes: bool) -> list[Told]:
    """What happened, newest first, with who did it; whom the machine gave a step to stands among the steps."""
    told = [event for event in reading.events if not (event.kind is EventKind.STEP_ASSIGNED and event.actor == ROUTER)]
    return [_told(reading, event, names, language, with_notes=with_notes) for event in reversed(told)]


def changes_since(reading: Reading, version: int, names: Names, language: Language) -> list[Told]:
    """What happened after the version somebody saw, oldest first."""
    return [
        _told(reading, event, names, language, with_notes=False) for event in reading.events if event.version > version
    ]


def agency_words(names: Names, identifier: UUID | str | None, language: Language) -> str:
    """An agency's name in the reader's language."""
    found = names.get(str(identifier), {})
    return found.get(language) or found.get("vi", "")


def _documents(reading: Reading) -> tuple[Document, ...]:
    if reading.answers is None:
        return reading.definition.documents
    return documents_for(reading.definition, reading.dossier.case_key, reading.answers)


def _lacking(reading: Reading, by_key: Mapping[str, Sequence[Attachment]]) -> frozenset[str]:
    if reading.answers is None:
        return frozenset()
    counts = {key: len(files) for key, files in by_key.items()}
    gaps = missing(reading.definition, reading.dossier.case_key, reading.answers, counts)
    return frozenset(gap.path for gap in gaps if gap.kind == "document")


def _step_line(reading: Reading, visit: Visit, language: Language, *, with_notes: bool) -> StepLine:
    step = visit.step
    events, definition = reading.events, named_by(reading.definition, reading.events, step)
    node = graph_at(reading.dossier, events, step.entry)[step.node_key]
    closing = _closing(reading.events, step.node_key, after=step.entry)
    is_opinion = node.act is Act.OPINION
    note = reading.texts.get((closing.version, "note"), "") if closing else ""
    reason = reading.texts.get((closing.version, "reason"), "") if closing else ""
    outcome = OUTCOMES.get(step.closed_outcome or "", "") if step.closed_at else ""
    ended = step.closed_at
    return StepLine(
        visit=visit,
        name=following.step_name(definition, step.node_key, language),
        agency=(visit.agency.short_names.get(language) or visit.agency.short_names["vi"]) if visit.agency else "",
        role=role_words(step.role),
        holder=visit.holder or (reading.names.get(closing.actor or "", "") if closing else ""),
        why=str(WHY.get(step.assignment_reason or "", "")),
        reasons=reasons_for(reading.events, step.node_key, entry=step.entry) if ended is None else (),
        outcome=str(outcome),
        conclusion=str(CONCLUSIONS.get(str(closing.params.get("conclusion", "")), "")) if closing else "",
        note=(note or reason) if with_notes or is_opinion else "",
        was_late=bool(ended and step.due_at and ended > step.due_at),
        is_opinion=is_opinion,
        question=_question(definition, step.node_key, language),
        silence_agrees=node.silence is Silence.COUNTS_AS_AGREEMENT,
    )


def _closing(events: Sequence[Event], node: str, *, after: int) -> Event | None:
    return next(
        (one for one in events if one.version > after and one.kind in CLOSING and one.params.get("node") == node), None
    )


def _question(definition: Definition, node: str, language: Language) -> str:
    step = next((one for one in definition.steps if one.code == node), None)
    return step.question.words(language) if step is not None and step.question is not None else ""


def _told(reading: Reading, event: Event, names: Names, language: Language, *, with_notes: bool) -> Told:
    node = narrative.node_of(event.params)
    title = narrative.sentence(
        event.kind,
        language,
        agency=agency_words(names, _text(event, "agency"), language),
        step=following.step_name(definition_at(reading.definition, reading.events, event.version), node, language)
        if node
        else "",
        until=narrative.until_of(event, language),
    )
    texts: list[Any] = [*narrative.moved(event, language)]
    if event.kind is EventKind.STEP_ASSIGNED and (why := WHY.get(_text(event, "why"))):
        texts.append(why)
    if conclusion := CONCLUSIONS.get(_text(event, "conclusion")):
        texts.append(conclusion)
    keys = ("reason", "legal_ground", "note") if with_notes else ("reason", "legal_ground")
    texts += [reading.texts[event.version, key] for key in keys if (event.version, key) in reading.texts]
    if declared := narrative.declared(event, reading.texts, language):
        texts.append(declared)
    by = reading.names.get(event.actor or "", "")
    walk_in = reading.dossier.walk_in
    if walk_in is not None and is_at_counter(event):
        title = narrative.counter_title(event.kind, language) or title
        officer = reading.names.get(f"post:{event.params['counter_post']}", "")
        texts.insert(0, narrative.at_counter("by", language, officer=officer, filer=walk_in.name))
    return Told(title=title, at=event.at, by=by, text=" · ".join(str(text) for text in texts), version=event.version)


def _text(event: Event, name: str) -> str:
    value = event.params.get(name)
    return value if isinstance(value, str) else ""


def letters(reading: Reading, language: Language) -> list[tuple[Letter, str]]:
    """All letters of the dossier by their names, also those that are not issued yet; the oldest first."""
    return following.letters_by_name(
        reading.letters,
        reading.definition,
        reading.dossier.case_key,
        answers=reading.answers,
        events=reading.events,
        language=language,
    )
