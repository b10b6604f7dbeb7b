"""A published procedure as lines for somebody at a terminal."""

from collections.abc import Iterator

from portal.catalogue.definition import Definition
from portal.catalogue.duties import duties_of
from portal.catalogue.fees import FixedFee
from portal.catalogue.findings import counted
from portal.catalogue.levels import level_of
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.text import reliance_on
from portal.clock.zone import office_day
from portal.foundation.packaged import office_calendar

KEPT = {True: "in time", False: "late", None: "the calendar does not reach so far"}


def description(version: ProcedureVersion, definition: Definition) -> Iterator[str]:
    """Yield one line for each thing the definition holds, each beginning with what kind of thing it is."""
    yield from _named(version, definition)
    yield from _rules(definition)
    yield from _form(definition)
    for step in definition.steps:
        who = step.role.value if step.role else "filer"
        yield f"step      {step.code}: {step.act.value}, {who}, {limit_said(step.limit.amount, step.limit.unit)}"
    for result in definition.results:
        yield f"result    {result.code}: {result.kind}"
    for basis in definition.legal_basis:
        yield f"law       {basis.act}" + (f", {basis.articles}" if basis.articles else "")
    yield from _duties(version)


def limit_said(amount: object, unit: str) -> str:
    """Say an amount of time: "7 working days"."""
    words = unit.replace("_", " ")
    return counted(int(str(amount)), words) if str(amount).isdecimal() else f"{amount} {words}"


def _named(version: ProcedureVersion, definition: Definition) -> Iterator[str]:
    yield f"{version.code}  {definition.name.vi}"
    yield f"          {definition.name.en}"
    yield f"          {definition.name.zh}"
    yield f"version   {version.number}, in force from {version.effective_on}, from {version.origin}"
    yield f"field     {version.field}"
    for language in ("en", "zh"):
        texts = reliance_on(definition, language)
        yield f"texts     {language}: {texts.reviewed} of {texts.total} read over, the others are drafts (vi counts)"


def _rules(definition: Definition) -> Iterator[str]:
    level = level_of(definition)
    reasons = ", ".join(f"{reason.kind} {reason.code}" for reason in level.reasons)
    yield f"level     {level.number} ({level.word})" + (f": {reasons}" if reasons else "")
    for rule in definition.limits:
        extra = f", {rule.difficult_extra} more in difficult communes" if rule.difficult_extra else ""
        doubt = "" if rule.verified else " [unverified]"
        yield f"limit     {limit_said(rule.amount, rule.unit.value)}{extra}{doubt}  {rule.source}"
    deciding = dict.fromkeys(rule.agency for rule in definition.competence)
    yield f"decides   {', '.join(deciding)}; taken in by {definition.intake}"
    yield f"cases     {', '.join(case.code for case in definition.cases)}"


def _form(definition: Definition) -> Iterator[str]:
    for form in definition.forms:
        yield f"form      {form.name.vi}" + (f" ({form.number})" if form.number else "")
    for section in definition.sections:
        yield f"asks      {section.code}: {', '.join(field.code for field in section.fields)}"
    for document in definition.documents:
        notes = (document.kind, "" if document.required else "if at hand", "" if document.when is None else "sometimes")
        yield f"document  {document.code}: {', '.join(note for note in notes if note)}"
    for fee in definition.fees:
        amount = f" {fee.amount_vnd} VND" if isinstance(fee, FixedFee) else ""
        yield f"fee       {fee.code}: {fee.kind}{amount}" + ("" if fee.when is None else ", sometimes")
    if not definition.fees:
        yield "fee       none"


def _duties(version: ProcedureVersion) -> Iterator[str]:
    """Whether it was announced and posted in time (Decision 766/QĐ-TTg, 1.1 and 1.2)."""
    duties = duties_of(
        decided_on=version.decided_on,
        posted_on=office_day(version.published_at),
        effective_on=version.effective_on,
        calendar=office_calendar(),
    )
    if duties is None:
        yield "766       not measured: the decision that announced it is not known"
        return
    ahead = "?" if duties.working_days_ahead is None else duties.working_days_ahead
    yield f"766       decided {ahead} working days before it applies: {KEPT[duties.is_announced_in_time]}"
    yield f"766       posted on {duties.posted_on}, due by {duties.post_by or '?'}: {KEPT[duties.is_posted_in_time]}"
