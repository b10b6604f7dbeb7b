"""What exactly is declared before filing: the content of a draft as one fingerprint, and what differs from another.

A declaration holds for this content and no other. The digests of its parts are salted, so that they tell which part
has changed and nothing of what it said.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.places import Places
from portal.catalogue.text import Text
from portal.dossiers.models import Draft
from portal.dossiers.saying import Said, in_words
from portal.ledger.canonical import canonical_bytes
from portal.letters import contents as say

RULES = Text(vi="Quy định của thủ tục", en="The rules of the procedure", zh="事项规定")
GONE = Text(vi="Mục không còn trong hồ sơ", en="A part no longer in the dossier", zh="已不在申报内容中的项目")
GROUP = 4
"""The fingerprint's beginning is printed in groups of so many signs, to be read aloud."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What is declared: the rules, the answers as read, the files by their SHA-256."""

    rules: Mapping[str, str]
    answers: Answers
    documents: Sequence[Mapping[str, str]]

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical bytes, in hex."""
        whole = {"rules": dict(self.rules), "answers": dict(self.answers), "documents": list(self.documents)}
        return hashlib.sha256(canonical_bytes(whole)).hexdigest()

    def digests(self, salt: bytes) -> dict[str, str]:
        """A salted digest of every part, by its name: `rules`, `field.<code>`, `document.<code>`."""
        by_document: dict[str, list[str]] = {}
        for one in self.documents:
            by_document.setdefault(one["document"], []).append(one["sha256"])
        parts: dict[str, object] = {"rules": dict(self.rules)}
        parts |= {f"field.{code}": answer for code, answer in self.answers.items()}
        parts |= {f"document.{code}": sorted(sums) for code, sums in by_document.items()}
        return {
            name: hashlib.sha256(salt + canonical_bytes({"part": value})).hexdigest() for name, value in parts.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """How a dossier was declared, for its first event: params hold no names, texts are erasable."""

    params: Mapping[str, str]
    texts: Mapping[str, str]


def content_of(draft: Draft, answers: Answers, attached: Sequence[Attachment]) -> Content:
    """The content of a complete draft."""
    return Content(
        rules={
            "version": str(draft.procedure_version_id),
            "case": draft.case_key,
            "party": str(draft.party_id),
            "agent": str(draft.agent_party_id or ""),
        },
        answers=answers,
        documents=files.digested(attached),
    )


def changed(before: Mapping[str, str], now: Mapping[str, str], definition: Definition) -> list[Text]:
    """What differs between two sets of digests made with the same salt, in the procedure's words and order."""
    differing = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    order = [
        ("rules", RULES),
        *((f"field.{field.code}", field.label) for section in definition.sections for field in section.fields),
        *((f"document.{document.code}", document.name) for document in definition.documents),
    ]
    known = {name for name, _ in order}
    found = [words for name, words in order if name in differing]
    return found + ([GONE] if differing - known else [])


def numbered(fingerprint: str) -> str:
    """The beginning of a fingerprint as the paper's number: `9F86-D081-884C`."""
    start = fingerprint[: 3 * GROUP].upper()
    return "-".join(start[at : at + GROUP] for at in range(0, len(start), GROUP))


def stated_parts(definition: Definition, case: str, answers: Answers, places: Places) -> tuple[say.StatedPart, ...]:
    """The answers for the paper, in Vietnamese; questions without an answer are left out."""
    parts = []
    for page in in_words(definition, case, answers, "vi", places):
        lines = tuple(
            say.StatedAnswer(label=line.field.label, value=value) for line in page.lines if (value := _value(line))
        )
        if lines:
            parts.append(say.StatedPart(title=page.section.title, answers=lines))
    return tuple(parts)


def stated_files(definition: Definition, attached: Sequence[Attachment]) -> tuple[say.StatedFile, ...]:
    """The files for the paper, in the order of the procedure's documents."""
    return tuple(
        say.StatedFile(document=document.name, filename=one.filename, content_fingerprint=one.sha256)
        for document in definition.documents
        for one in attached
        if one.document_key == document.code
    )


def _value(line: Said) -> str:
    rows = ("; ".join(f"{label}: {words}" for label, words in row) for row in line.rows)
    return line.words or "\n".join(rows)
