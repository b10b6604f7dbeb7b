"""The catalogue's lint: everything that is wrong with a definition, as a compiler would say it."""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from portal.catalogue.agencies import AgencyEntry
from portal.catalogue.check_conditions import check_conditions, form_scope
from portal.catalogue.check_limits import check_limits
from portal.catalogue.check_route import check_route, may_apply
from portal.catalogue.definition import Definition
from portal.catalogue.fees import BracketFee, ExemptFee, RateFee
from portal.catalogue.fields import AddressField, FieldBase, MoneyField, NumberField, RowsField, all_fields
from portal.catalogue.findings import Finding, Severity
from portal.catalogue.levels import level_of
from portal.catalogue.locating import KeyPath, line_at
from portal.catalogue.parsing import Parsed
from portal.catalogue.placeholders import PLACEHOLDERS
from portal.catalogue.steps import LetterKind
from portal.catalogue.text import LANGUAGES, Text, TextStatus, texts_of
from portal.clock.calendar import Calendar
from portal.workflow.soundness import MOST_NODES

MOST: Final[Mapping[str, int]] = {
    "cases": 100, "questions": 100, "limits": 100, "promised_limits": 100, "competence": 100, "fees": 200,
    "sections": 100, "documents": 500, "results": 50, "letters": 50, "legal_basis": 200, "keywords": 200,
    "forms": 50,
}  # fmt: skip
MOST_FIELDS: Final = 300
"""Per section."""
_PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")


def check(
    definition: Definition,
    *,
    agencies: Mapping[str, AgencyEntry],
    calendar: Calendar | None = None,
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Return everything wrong with the definition; nothing that is an error may be published.

    `today` decides which legal bases have expired; without it the version's own first day does.
    """
    too_much = tuple(_check_size(definition))
    if too_much:
        return too_much
    return (
        *_check_texts(definition),
        *_check_codes(definition),
        *check_conditions(definition),
        *_check_references(definition, agencies),
        *check_route(definition, agencies, calendar),
        *check_limits(definition, calendar),
        *_check_fees(definition),
        *_check_level(definition),
        *_check_law(definition, today or definition.effective_from),
        *_check_letters(definition),
        *_check_sources(definition),
    )


def check_file(
    parsed: Parsed[Definition],
    *,
    agencies: Mapping[str, AgencyEntry],
    calendar: Calendar | None = None,
    today: date | None = None,
) -> tuple[Finding, ...]:
    """Return everything wrong with a parsed file, each with its line."""
    if parsed.thing is None:
        return parsed.findings
    found = check(parsed.thing, agencies=agencies, calendar=calendar, today=today)
    stem = re.split(r"[\\/]", parsed.file)[-1].removesuffix(".toml")
    if stem and stem != parsed.thing.code:
        detail = {"file": stem, "code": parsed.thing.code}
        found = (Finding(code="code_unlike_file", path=("code",), detail=detail), *found)
    return tuple(replace(finding, file=parsed.file, line=line_at(finding.path, parsed.lines)) for finding in found)


def check_together(files: Iterable[Parsed[Definition]]) -> Iterator[Finding]:
    """Yield what is wrong between files: a procedure described twice."""
    seen: dict[str, str] = {}
    for parsed in files:
        if parsed.thing is None:
            continue
        code = parsed.thing.code
        if code in seen:
            detail = {"code": code, "other": seen[code]}
            line = line_at(("code",), parsed.lines)
            yield Finding(code="duplicate_procedure", path=("code",), detail=detail, file=parsed.file, line=line)
        seen.setdefault(code, parsed.file)


def _check_size(definition: Definition) -> Iterator[Finding]:
    """Yield what is far beyond any real procedure; checking it further would take for ever."""
    if len(definition.steps) > MOST_NODES:
        yield Finding(code="too_many_nodes", path=("steps",))
    for name, most in MOST.items():
        if len(getattr(definition, name)) > most:
            yield Finding(code="too_many", path=(name,), detail={"limit": most})
    for number, section in enumerate(definition.sections):
        if len(section.fields) > MOST_FIELDS:
            yield Finding(code="too_many", path=("sections", number, "fields"), detail={"limit": MOST_FIELDS})


def _check_texts(definition: Definition) -> Iterator[Finding]:
    for path, text in texts_of(definition):
        missing = text.missing()
        if missing:
            yield Finding(code="missing_translation", path=path, detail={"languages": ", ".join(missing)})
        if text.vi_status is not TextStatus.AUTHORITATIVE or TextStatus.AUTHORITATIVE in {
            text.en_status,
            text.zh_status,
        }:
            yield Finding(code="status_of_text", path=path)
    for path, words in _strings(definition.model_dump(mode="python", exclude_defaults=True), ()):
        if any(unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in words):
            yield Finding(code="control_letter", path=path)


def _strings(thing: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, Mapping):
        for name, part in thing.items():
            yield from _strings(part, (*path, name))
    elif isinstance(thing, tuple | list):
        for number, part in enumerate(thing):
            yield from _strings(part, (*path, number))


def _check_codes(definition: Definition) -> Iterator[Finding]:
    fields = [
        (("sections", number, "fields", inner), field.code)
        for number, section in enumerate(definition.sections)
        for inner, field in enumerate(section.fields)
    ]
    yield from _twice(fields)
    names = ("cases", "questions", "sections", "documents", "fees", "results")
    for name in names:
        things = getattr(definition, name)
        yield from _twice([((name, number), thing.code) for number, thing in enumerate(things)])
    for number, section in enumerate(definition.sections):
        for inner, field in enumerate(section.fields):
            path: KeyPath = ("sections", number, "fields", inner)
            if isinstance(field, RowsField):
                yield from _twice([((*path, "fields", k), part.code) for k, part in enumerate(field.fields)])
                if field.min_rows > field.max_rows:
                    yield Finding(code="bounds", path=path)
            options = getattr(field, "options", ())
            yield from _twice([((*path, "options", k), option.code) for k, option in enumerate(options)])
            yield from _check_bounds(field, path)
            for k, part in enumerate(field.fields if isinstance(field, RowsField) else ()):
                options = getattr(part, "options", ())
                inside: KeyPath = (*path, "fields", k)
                yield from _twice([((*inside, "options", j), option.code) for j, option in enumerate(options)])
                yield from _check_bounds(part, inside)
    for number, question in enumerate(definition.questions):
        if question.ask.code != question.code:
            detail = {"code": question.code, "asked": question.ask.code}
            yield Finding(code="question_unlike_code", path=("questions", number), detail=detail)


def _check_bounds(field: FieldBase, path: KeyPath) -> Iterator[Finding]:
    for low, high in (("min", "max"), ("earliest", "latest")):
        least, most = getattr(field, low, None), getattr(field, high, None)
        if least is not None and most is not None and least > most:
            yield Finding(code="bounds", path=path)


def _twice(named: Collection[tuple[KeyPath, str]]) -> Iterator[Finding]:
    counts = Counter(code for _, code in named)
    first: set[str] = set()
    for path, code in named:
        if counts[code] > 1 and code in first:
            yield Finding(code="duplicate_code", path=(*path, "code"), detail={"code": code})
        first.add(code)


def _check_references(definition: Definition, agencies: Mapping[str, AgencyEntry]) -> Iterator[Finding]:
    places: list[tuple[KeyPath, str]] = [(("intake",), definition.intake)]
    places += [(("competence", n, "agency"), rule.agency) for n, rule in enumerate(definition.competence)]
    for path, key in places:
        if key not in agencies:
            yield Finding(code="unknown_agency", path=path, detail={"agency": key})
    if not any(rule.when is None or rule.when.op == "always" for rule in definition.competence):
        yield Finding(code="no_agency_for_case", path=("competence",))
    for case in definition.cases:
        if not any(may_apply(definition, rule.when, case) for rule in definition.limits):
            yield Finding(code="no_limit_for_case", path=("limits",), detail={"case": case.code})
    field = definition.field(definition.location or "")
    if definition.location and not (isinstance(field, AddressField) and field.inside_province):
        yield Finding(code="not_an_address", path=("location",), detail={"field": definition.location})
    if definition.title_field and definition.field(definition.title_field) is None:
        yield Finding(code="unknown_field", path=("title_field",), detail={"field": definition.title_field})


def _check_fees(definition: Definition) -> Iterator[Finding]:
    codes = {fee.code for fee in definition.fees}
    scope = form_scope(definition)
    for number, fee in enumerate(definition.fees):
        path: KeyPath = ("fees", number)
        if isinstance(fee, ExemptFee):
            for covered in fee.covers:
                if covered not in codes:
                    yield Finding(code="unknown_fee", path=(*path, "covers"), detail={"fee": covered})
        if isinstance(fee, BracketFee | RateFee):
            base = scope.get(fee.base)
            if not isinstance(base, NumberField) and not (isinstance(base, MoneyField) and base.currencies == ("VND",)):
                yield Finding(code="fee_base", path=(*path, "base"), detail={"field": fee.base})
        if isinstance(fee, BracketFee):
            yield from _check_brackets(fee, path)


def _check_brackets(fee: BracketFee, path: KeyPath) -> Iterator[Finding]:
    for number, bracket in enumerate(fee.brackets):
        last = number == len(fee.brackets) - 1
        before = fee.brackets[number - 1].up_to if number else None
        falling = bracket.up_to is not None and before is not None and bracket.up_to <= before
        if falling or (bracket.up_to is None) != last:
            value = "∞" if bracket.up_to is None else str(bracket.up_to)
            yield Finding(code="fee_gap", path=(*path, "brackets", number), detail={"value": value})


def _check_level(definition: Definition) -> Iterator[Finding]:
    derived = level_of(definition)
    published = definition.level
    if derived.word != published.value:
        reasons = "; ".join(f"{reason.kind} {reason.code}" for reason in derived.reasons) or "no presence demanded"
        yield Finding(
            code="level_does_not_follow",
            path=("level",),
            detail={"published": published.value, "derived": derived.word, "reasons": reasons},
        )


def _check_law(definition: Definition, today: date) -> Iterator[Finding]:
    for number, basis in enumerate(definition.legal_basis):
        path: KeyPath = ("legal_basis", number)
        if basis.valid_to is not None and basis.valid_to < today:
            detail = {"act": basis.act, "day": basis.valid_to.isoformat()}
            yield Finding(code="expired_basis", path=path, detail=detail)
        if basis.valid_from is not None and basis.valid_from > max(today, definition.effective_from):
            detail = {"act": basis.act, "day": basis.valid_from.isoformat()}
            yield Finding(code="basis_not_yet", path=path, detail=detail)


def _check_letters(definition: Definition) -> Iterator[Finding]:
    answers = {f"answers.{field.code}" for _, field in all_fields(definition.sections)}
    for number, letter in enumerate(definition.letters):
        known = PLACEHOLDERS[letter.kind] | answers
        yield from _check_placeholders(letter.body, ("letters", number, "body"), known)
    known = PLACEHOLDERS[LetterKind.DECISION] | answers
    for number, result in enumerate(definition.results):
        if result.body is not None:
            yield from _check_placeholders(result.body, ("results", number, "body"), known)
        for index, code in enumerate(result.states):
            if f"answers.{code}" not in answers:
                yield Finding(code="unknown_field", path=("results", number, "states", index), detail={"field": code})
        pattern = Text(vi=result.number, en=result.number, zh=result.number)
        yield from _check_placeholders(pattern, ("results", number, "number"), frozenset({"number", "year"}))


def _check_placeholders(text: Text, path: KeyPath, known: Collection[str]) -> Iterator[Finding]:
    said: set[str] = set()
    for language in LANGUAGES:
        words = getattr(text, language)
        for name in _PLACEHOLDER.findall(words):
            if name not in known and name not in said:
                said.add(name)
                yield Finding(code="unknown_placeholder", path=path, detail={"name": name})
        if set("{}") & set(_PLACEHOLDER.sub("", words)) and "}" not in said:
            said.add("}")
            yield Finding(code="unclosed_placeholder", path=path)


def _check_sources(definition: Definition) -> Iterator[Finding]:
    for name in ("limits", "promised_limits", "fees", "competence", "legal_basis", "documents", "results", "forms"):
        for number, thing in enumerate(getattr(definition, name)):
            if not thing.source:
                yield Finding(code="unsourced", path=(name, number), severity=Severity.WARNING)
    for number, section in enumerate(definition.sections):
        if not section.source and not all(field.source for field in section.fields):
            yield Finding(code="unsourced", path=("sections", number), severity=Severity.WARNING)
