"""A procedure as the law describes it, with its form and its route.

The parts are those Decree 63/2010/NĐ-CP, Article 8(2), demands of every published procedure.
"""

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Literal

import pydantic
from pydantic_core import PydanticCustomError

from portal.catalogue.conditions import Condition
from portal.catalogue.documents import Document
from portal.catalogue.fees import Fee
from portal.catalogue.fields import AnyField, ChoiceField, Code, Section, YesNoField, all_fields
from portal.catalogue.steps import Letter, Result, Step, Supplement
from portal.catalogue.text import Model, Sourced, Text
from portal.clock.limit import Unit

ProcedureCode = Annotated[str, pydantic.Field(pattern=r"^(\d\.\d{6}|LS-[A-Z0-9][A-Z0-9-]{0,10}[A-Z0-9])$")]
"""The national code, or a local one where the national code is unknown (decision 15)."""


class Sector(StrEnum):
    """The four fields of business the portal serves."""

    INVESTMENT = "investment"
    LAND = "land"
    CONSTRUCTION = "construction"
    TRADE = "trade"


class Case(Model):
    """A situation with its own documents, fee, time or route, chosen before the form."""

    code: Code
    name: Text
    help: Text | None = None


class LimitRule(Sourced):
    """Time the authority has, where `when` holds; the first that fits applies. 0 working days is the same day.

    `difficult_extra` is added in communes with difficult conditions, in the same unit. `same_day_cutoff` ("15:00"):
    what arrives later in the day counts as received on the next working day; for limits of a day at most.
    `basis` is the act and article that give it, as everybody reads them beside a due date; `source` says where the
    figure was read, for administrators.
    """

    amount: Annotated[int, pydantic.Field(ge=0, le=3650)]
    unit: Unit
    basis: Annotated[str, pydantic.Field(max_length=300)] = ""
    skips_holidays: bool = False
    same_day_cutoff: Annotated[str, pydantic.Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")] | None = None
    difficult_extra: Annotated[int, pydantic.Field(ge=0, le=365)] = 0
    when: Condition | None = None

    @pydantic.field_validator("unit")
    @classmethod
    def _same_day_is_a_working_day(cls, unit: Unit, told: pydantic.ValidationInfo) -> Unit:
        if told.data.get("amount") == 0 and unit is not Unit.WORKING_DAY:
            raise PydanticCustomError("zero_of_unit", "a time of 0 means the same day and is written in working days")
        return unit


class Competence(Sourced):
    """Who decides, where `when` holds; the first that fits applies. `agency` is a key of the register."""

    agency: str
    when: Condition | None = None


class Question(Model):
    """An eligibility question, answerable without an account. `stop` says why a dossier would be in vain."""

    code: Code
    ask: Annotated[ChoiceField | YesNoField, pydantic.Field(discriminator="type")]
    stop_when: Condition | None = None
    stop: Text | None = None
    advice: Text | None = None


class LegalBasis(Sourced):
    """An act the procedure rests on, with the days it is in force.

    `cited`: the decision names it among its grounds; not so an act that only sets a fee.
    """

    act: str
    title: Text
    articles: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    cited: bool = True


class OfficialForm(Sourced):
    """The form the law prescribes for the application; the questions asked here stand in its place.

    `number` is what the act calls it: "Mẫu số 15, Nghị định 151/2025/NĐ-CP".
    Source: Decree 63/2010/NĐ-CP, Article 8(2).
    """

    name: Text
    number: Annotated[str, pydantic.Field(max_length=200)] = ""
    when: Condition | None = None


class Announcement(Sourced):
    """The decision that announces this version of the procedure: its number and its day."""

    act: str
    decided_on: date


class PublishedLevel(Sourced):
    """The level the authority has announced: `partial` (formerly 3) or `full` (formerly 4)."""

    value: Literal["partial", "full"]


class Definition(Model):
    """One procedure, complete, as one version of it is published.

    `location` names the address field that says where the matter lies: competence, and the longer limits of
    communes with difficult conditions, depend on it. `title_field` names the answer that becomes the
    dossier's subject.
    """

    code: ProcedureCode
    sector: Sector
    name: Text
    summary: Text
    audience: Annotated[tuple[Literal["organisation", "individual"], ...], pydantic.Field(min_length=1)]
    keywords: tuple[Text, ...] = ()
    effective_from: date
    transition: Literal["keep", "opt_in"] = "keep"
    code_verified: bool = False
    source: str = ""
    decision: Announcement | None = None

    intake: str
    competence: Annotated[tuple[Competence, ...], pydantic.Field(min_length=1)]
    manner: Annotated[tuple[Literal["online", "counter", "post"], ...], pydantic.Field(min_length=1)]
    sets: Annotated[int, pydantic.Field(ge=1, le=20)] = 1
    conditions: Text | None = None
    level: PublishedLevel
    location: Code | None = None
    title_field: Code | None = None
    minutes_to_fill: Annotated[int, pydantic.Field(ge=1, le=600)] | None = None

    cases: Annotated[tuple[Case, ...], pydantic.Field(min_length=1)]
    questions: tuple[Question, ...] = ()
    limits: Annotated[tuple[LimitRule, ...], pydantic.Field(min_length=1)]
    promised_limits: tuple[LimitRule, ...] = ()
    supplement: Supplement
    fees: tuple[Fee, ...] = ()
    forms: tuple[OfficialForm, ...] = ()
    sections: Annotated[tuple[Section, ...], pydantic.Field(min_length=1)]
    documents: Annotated[tuple[Document, ...], pydantic.Field(min_length=1)]
    steps: Annotated[tuple[Step, ...], pydantic.Field(min_length=1)]
    results: Annotated[tuple[Result, ...], pydantic.Field(min_length=1)]
    letters: tuple[Letter, ...] = ()
    legal_basis: Annotated[tuple[LegalBasis, ...], pydantic.Field(min_length=1)]
    remedies: Text

    def field(self, code: str) -> AnyField | None:
        """Return the field of that code, or None."""
        return next((field for _, field in all_fields(self.sections) if field.code == code), None)

    def case(self, code: str) -> Case | None:
        """Return the case of that code, or None."""
        return next((case for case in self.cases if case.code == code), None)

    def document(self, code: str) -> Document | None:
        """Return the document of that code, or None."""
        return next((document for document in self.documents if document.code == code), None)


def canonical_json(definition: Definition) -> str:
    """Write the definition so that equal definitions give equal bytes.

    What stands at its default is left out, so a later edition of the software that knows one more
    setting still gives the same text for an old definition.
    """
    content = definition.model_dump(mode="json", exclude_defaults=True)
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def content_hash(definition: Definition) -> str:
    """Return the SHA-256 of the canonical text, in hex: the identity of a published version."""
    return hashlib.sha256(canonical_json(definition).encode()).hexdigest()
