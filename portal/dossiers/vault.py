"""What a party has given before: its papers and its answers, offered again so that nobody hands them in twice.

Read through the access policy: an agent is offered what it filed itself for this party, a member everything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Party
from portal.accounts.viewer import Viewer
from portal.attachments.models import Attachment, ScanState
from portal.catalogue.answers import posted_from
from portal.catalogue.definition import Definition
from portal.catalogue.fields import FieldBase, all_fields
from portal.catalogue.queries import definition_of, definitions_of
from portal.catalogue.text import Text
from portal.dossiers import narrative, sensitive
from portal.dossiers.models import Dossier, DossierAnswers, Draft
from portal.dossiers.policy import of_own_parties
from portal.dossiers.typed import is_answer, is_undertaking, without_undertakings
from portal.foundation.search import search_key

PAGE = 50
MOST_PAPERS = 300
MOST_OFFERED = 3
"""Of one document so many earlier files are offered, the newest."""
LATEST_DOSSIERS = 5
"""Answers are offered from so many of the party's latest dossiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A file handed in before, with the dossier it was handed in with and what its document is called there."""

    file: Attachment
    dossier: Dossier
    party_name: str
    name: Text

    def is_out_of_date(self, on: date) -> bool:
        """Whether the paper's own validity has ended by this day."""
        return self.file.valid_until is not None and self.file.valid_until < on


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer given before: its values as typed, and when and where it was given."""

    typed: Mapping[str, list[str]]
    code: str
    filed_at: datetime


def papers(
    session: Session, *, viewer: Viewer, party_id: UUID | None = None, after: tuple[datetime, UUID] | None = None
) -> Sequence[Paper]:
    """The files of the dossiers of the viewer's parties (or of one), newest first; the same file counts once.

    One more than `PAGE` says that there are more, where `after` pages through them.
    """
    newest = (
        sa.select(Attachment.id)
        .join(Dossier, Dossier.id == Attachment.dossier_id)
        .where(
            of_own_parties(viewer),
            Attachment.removed_at.is_(None),
            Attachment.scan_state != ScanState.INFECTED,
            Attachment.document_key.not_in(sorted(narrative.EVIDENCE)),
            *([Dossier.party_id == party_id] if party_id else []),
        )
        .ext(distinct_on(Dossier.party_id, Attachment.document_key, Attachment.sha256))
        .order_by(
            Dossier.party_id,
            Attachment.document_key,
            Attachment.sha256,
            Attachment.uploaded_at.desc(),
            Attachment.id.desc(),
        )
    )
    statement = (
        sa.select(Attachment, Dossier, Party.name)
        .join(Dossier, Dossier.id == Attachment.dossier_id)
        .join(Party, Party.id == Dossier.party_id)
        .options(joinedload(Dossier.procedure, innerjoin=True))
        .where(Attachment.id.in_(newest))
        .order_by(Attachment.uploaded_at.desc(), Attachment.id.desc())
        .limit(MOST_PAPERS if party_id else PAGE + 1)
    )
    if after is not None:
        statement = statement.where(
            sa.tuple_(Attachment.uploaded_at, Attachment.id) < sa.tuple_(*map(sa.literal, after))
        )
    rows = session.execute(statement).all()
    definitions = definitions_of(session, {one.procedure_version_id: one.procedure for _, one, _ in rows}.values())
    return [
        Paper(file=file, dossier=one, party_name=party, name=_name(definitions[one.procedure_version_id], file))
        for file, one, party in rows
    ]


def offered(session: Session, draft: Draft, *, viewer: Viewer) -> dict[str, tuple[Paper, ...]]:
    """By document of the draft: what was handed in before for the same document, newest first.

    The same is a document of the same code in the same procedure, or of the same name in any other. What the
    document does not accept, and what is in the draft already, is not offered.
    """
    definition = definition_of(draft.procedure)
    held = set(
        session.execute(
            sa.select(Attachment.document_key, Attachment.sha256).where(
                Attachment.draft_id == draft.id, Attachment.removed_at.is_(None)
            )
        ).all()
    )
    earlier = [
        paper
        for paper in papers(session, viewer=viewer, party_id=draft.party_id)
        if sensitive.is_offered(paper.file, draft.party_id, viewer)
    ]
    found: dict[str, tuple[Paper, ...]] = {}
    for document in definition.documents:
        key = search_key(document.name.vi)
        fitting = [
            paper
            for paper in earlier
            if ((paper.dossier.procedure.code, paper.file.document_key) == (definition.code, document.code))
            or search_key(paper.name.vi) == key
        ]
        fitting = [
            paper
            for paper in fitting
            if (document.code, paper.file.sha256) not in held
            and paper.file.filename.rpartition(".")[2].lower().replace("jpeg", "jpg") in document.accepts
            and paper.file.size_bytes <= document.max_megabytes * 1024 * 1024
        ]
        unique = {paper.file.sha256: paper for paper in reversed(fitting)}
        if unique:
            newest = sorted(unique.values(), key=lambda paper: paper.file.uploaded_at, reverse=True)
            found[document.code] = tuple(newest[:MOST_OFFERED])
    return found


def answers_before(session: Session, draft: Draft, fields: Sequence[FieldBase], *, viewer: Viewer) -> dict[str, Given]:
    """By field that has no answer in the draft yet: what the party answered to the same question before.

    The same question has the same code, kind and wording. Newest answers win. An undertaking is given afresh each time.
    """
    empty = [field for field in fields if not is_undertaking(field) and not _is_answered(field, draft.answers)]
    if not empty:
        return {}
    rows = session.execute(
        sa.select(Dossier, DossierAnswers.answers)
        .join(DossierAnswers, DossierAnswers.dossier_id == Dossier.id)
        .options(joinedload(Dossier.procedure, innerjoin=True))
        .where(of_own_parties(viewer), Dossier.party_id == draft.party_id)
        .ext(distinct_on(Dossier.filed_at, Dossier.id))
        .order_by(Dossier.filed_at.desc(), Dossier.id.desc(), DossierAnswers.supplement_round.desc())
        .limit(LATEST_DOSSIERS)
    ).all()
    definitions = definitions_of(session, {one.procedure_version_id: one.procedure for one, _ in rows}.values())
    found: dict[str, Given] = {}
    for one, answers in rows:
        before = definitions[one.procedure_version_id]
        posted = posted_from(before, answers)
        asked = {field.code: field for _, field in all_fields(before.sections)}
        for field in empty:
            typed = without_undertakings(_of_field(field, posted), [field])
            if field.code not in found and typed and _is_same(field, asked.get(field.code)):
                found[field.code] = Given(typed=typed, code=one.code, filed_at=one.filed_at)
    return found


def _name(definition: Definition, file: Attachment) -> Text:
    document = definition.document(file.document_key)
    return document.name if document is not None else Text(vi=file.filename)


def _is_same(field: FieldBase, before: FieldBase | None) -> bool:
    return (
        before is not None and type(before) is type(field) and search_key(before.label.vi) == search_key(field.label.vi)
    )


def _of_field(field: FieldBase, typed: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    prefix = f"{field.code}."
    return {name: list(values) for name, values in typed.items() if name == field.code or name.startswith(prefix)}


def _is_answered(field: FieldBase, typed: Mapping[str, Sequence[str]]) -> bool:
    return any(is_answer(name, values) for name, values in _of_field(field, typed).items())
