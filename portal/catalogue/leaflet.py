"""A procedure as the public reads it: one case of it, with every "only if" in words.

The parts are those of Decree 63/2010/NĐ-CP, Article 8(2). What never applies in the case is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.catalogue.agencies import AgencyEntry
from portal.catalogue.check_route import may_apply
from portal.catalogue.condition_words import in_words, simplified
from portal.catalogue.conditions import Condition
from portal.catalogue.definition import Case, Competence, Definition, LimitRule, OfficialForm
from portal.catalogue.documents import Document
from portal.catalogue.fees import Fee, FixedFee
from portal.catalogue.fields import Section
from portal.catalogue.levels import Level, level_of
from portal.catalogue.limit_words import limit_words
from portal.catalogue.requirements import acceptance_minutes
from portal.catalogue.steps import Result, Step
from portal.clock.limit import Limit, Unit
from portal.foundation.formats import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Sometimes:
    """A part of the procedure with the condition it hangs on, in words; nothing where it always applies."""

    thing: Document | Fee | LimitRule | Competence | Result | OfficialForm
    only_if: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One step of the case: its number, who does it, and what it waits for."""

    number: int
    step: Step
    agency: str
    amount: Decimal
    unit: str
    after: tuple[str, ...]
    only_if: str
    conditional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Doubt:
    """A figure or statement no official has confirmed, with the place it was read. Shown to administrators."""

    part: str
    name: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaflet:
    """One case of a procedure. `fee_vnd` is what is owed where that hangs on nothing else, None otherwise."""

    definition: Definition
    case: Case
    level: Level
    limits: tuple[Sometimes, ...]
    competence: tuple[Sometimes, ...]
    results: tuple[Sometimes, ...]
    fees: tuple[Sometimes, ...]
    fee_vnd: int | None
    always: tuple[Document, ...]
    depending: tuple[Sometimes, ...]
    if_at_hand: tuple[Sometimes, ...]
    ways: tuple[Way, ...]
    sections: tuple[Section, ...]
    forms: tuple[Sometimes, ...]

    @property
    def shortest(self) -> LimitRule:
        """The limit of the plain case, for the head of the page."""
        plain = next((found.thing for found in self.limits if not found.only_if), self.limits[0].thing)
        assert isinstance(plain, LimitRule)  # noqa: S101 - limits hold nothing else
        return plain

    @property
    def answer_minutes(self) -> int:
        """Working minutes the one-stop office has to accept or refuse a dossier."""
        limit = Limit(amount=self.shortest.amount, unit=self.shortest.unit)
        return acceptance_minutes(self.definition, self.case.code, limit)

    @property
    def document_count(self) -> int:
        """How many documents every dossier of the case needs."""
        return len(self.always)


def leaflet_of(
    definition: Definition, case: Case, *, agencies: Mapping[str, AgencyEntry], language: Language
) -> Leaflet:
    """Put together what holds in this case."""

    def parts(
        things: Sequence[Document | Fee | LimitRule | Competence | Result | OfficialForm],
    ) -> tuple[Sometimes, ...]:
        return tuple(
            Sometimes(thing=thing, only_if=in_words(thing.when, definition, case.code, language))
            for thing in things
            if may_apply(definition, thing.when, case)
        )

    documents = parts(definition.documents)
    fees = parts(definition.fees)
    return Leaflet(
        definition=definition,
        case=case,
        level=level_of(definition),
        limits=_until_certain(parts(definition.limits)),
        competence=_until_certain(parts(definition.competence)),
        results=parts(definition.results),
        fees=fees,
        fee_vnd=_certain_fee(fees),
        always=tuple(
            found.thing
            for found in documents
            if isinstance(found.thing, Document) and found.thing.required and not found.only_if
        ),
        depending=tuple(found for found in documents if _is_required(found) and found.only_if),
        if_at_hand=tuple(found for found in documents if not _is_required(found)),
        ways=_ways(definition, case, agencies, language),
        sections=tuple(section for section in definition.sections if may_apply(definition, section.when, case)),
        forms=parts(definition.forms),
    )


def doubts_of(definition: Definition, language: Language) -> tuple[Doubt, ...]:
    """Everything of the definition that is still unverified, in the order of the page."""
    found = [] if definition.code_verified else [Doubt(part="code", name=definition.code, source=definition.source)]
    found += [
        Doubt(part="limit", name=limit_words(rule.amount, rule.unit), source=rule.source)
        for rule in (*definition.limits, *definition.promised_limits)
        if not rule.verified
    ]
    if not definition.supplement.verified:
        days = limit_words(definition.supplement.days, Unit(definition.supplement.unit))
        found.append(Doubt(part="supplement", name=days, source=definition.supplement.source))
    if not definition.level.verified:
        found.append(Doubt(part="level", name=definition.level.value, source=definition.level.source))
    named = (
        ("fee", definition.fees),
        ("form", definition.forms),
        ("document", definition.documents),
        ("result", definition.results),
    )
    for part, things in named:
        found += [
            Doubt(part=part, name=thing.name.words(language), source=thing.source)
            for thing in things
            if not thing.verified
        ]
    found += [
        Doubt(part="competence", name=rule.agency, source=rule.source)
        for rule in definition.competence
        if not rule.verified
    ]
    found += [
        Doubt(part="step", name=step.name.words(language), source=step.limit.source)
        for step in definition.steps
        if not step.limit.verified
    ]
    found += [
        Doubt(part="basis", name=basis.act, source=basis.source)
        for basis in definition.legal_basis
        if not basis.verified
    ]
    return tuple(found)


def name_of(key: str, agencies: Mapping[str, AgencyEntry], language: Language) -> str:
    """The short name of an agency of the register."""
    entry = agencies.get(key)
    return entry.short_name.words(language) if entry else key


def _applies(condition: Condition | None, case: Case) -> bool:
    return simplified(condition, case.code) is not False


def _is_required(found: Sometimes) -> bool:
    return isinstance(found.thing, Document) and found.thing.required


def _until_certain(found: tuple[Sometimes, ...]) -> tuple[Sometimes, ...]:
    """Of rules where the first that fits applies, those after an unconditional one never do."""
    kept: list[Sometimes] = []
    for rule in found:
        kept.append(rule)
        if not rule.only_if:
            break
    return tuple(kept)


def _certain_fee(fees: tuple[Sometimes, ...]) -> int | None:
    total = 0
    for found in fees:
        if found.only_if or not isinstance(found.thing, FixedFee):
            return None
        total += found.thing.amount_vnd
    return total


def _ways(
    definition: Definition, case: Case, agencies: Mapping[str, AgencyEntry], language: Language
) -> tuple[Way, ...]:
    left_out = {step.code: step.after for step in definition.steps if not may_apply(definition, step.when, case)}
    kept = [step for step in definition.steps if step.code not in left_out]
    ways = []
    for number, step in enumerate(kept, start=1):
        limit = step.limit_by_case.get(case.code, step.limit)
        ways.append(
            Way(
                number=number,
                step=step,
                agency=_agency_of(definition, step, case, agencies, language),
                amount=limit.amount,
                unit=limit.unit,
                after=_bridged(step.after, left_out),
                only_if=in_words(step.when, definition, case.code, language),
                conditional=simplified(step.when, case.code) is not True,
            )
        )
    return tuple(ways)


def _bridged(after: Sequence[str], left_out: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What a step waits for once steps left out of the case are gone."""
    found: dict[str, None] = {}
    waiting, seen = list(after), set(after)
    while waiting:
        code = waiting.pop(0)
        if code not in left_out:
            found[code] = None
            continue
        fresh = [earlier for earlier in left_out[code] if earlier not in seen]
        seen.update(fresh)
        waiting += fresh
    return tuple(found)


def _agency_of(
    definition: Definition, step: Step, case: Case, agencies: Mapping[str, AgencyEntry], language: Language
) -> str:
    """The office's name; empty where it depends on the dossier which office decides."""
    if step.agency == "intake":
        return name_of(definition.intake, agencies, language)
    if step.agency != "competent":
        return name_of(step.agency, agencies, language)
    rules = [rule for rule in definition.competence if _applies(rule.when, case)]
    certain = [rule for rule in rules if simplified(rule.when, case.code) is True]
    only = certain and rules[0] is certain[0]
    return name_of(rules[0].agency, agencies, language) if only else ""
