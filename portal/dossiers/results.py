"""What a result states: its number, its title, the facts it prints, the acts it rests on. Pure.

Source of the parts of a decision: Decree 30/2020/NĐ-CP, Annex I and III; a permit has no line "Về việc".
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date

from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.places import Places
from portal.catalogue.requirements import results_for
from portal.catalogue.steps import Result
from portal.catalogue.text import Text
from portal.dossiers.saying import Said, in_words
from portal.foundation.formats import Language
from portal.letters import wording
from portal.letters.contents import Fact
from portal.workflow.events import Event, EventKind

VALIDITY = Text(vi="Thời hạn", en="Validity", zh="有效期")
DECISION = Text(vi="Quyết định", en="Decision", zh="决定")
NOTICE = Text(vi="Thông báo", en="Notice", zh="通知")
REFUSAL = Text(vi="Thông báo không chấp nhận đề nghị", en="Notice of refusal", zh="不予批准通知")
NOTHING = Text(vi="")
ACTS_BELOW_A_LAW = ("Nghị định", "Nghị quyết", "Quyết định", "Thông tư liên tịch", "Thông tư")
EFFECT = Text(
    vi="Quyết định này có hiệu lực kể từ ngày ký. {holder} và các cơ quan, đơn vị liên quan chịu trách nhiệm thi hành "
    "Quyết định này.",
    en="This decision takes effect on the day of signing. {holder} and the offices concerned shall carry it out.",
    zh="本决定自签署之日起生效。{holder}及有关机关、单位负责执行本决定。",
)
"""The last article of every decision. Source: Decree 30/2020/NĐ-CP, Annex III."""


def number_as_printed(result: Result, number: int, year: int, *, symbol: str, granted: bool) -> str:
    """The number in the form the procedure gives it, e.g. `12/GPXD`; a refusal is a notice: `12/TB-SXD`."""
    if not granted:
        return f"{number}/TB-{symbol}"
    return wording.filled(Text(vi=result.number), {"number": str(number), "year": str(year)}).vi


def last_day_of(result: Result, issued_on: date) -> date | None:
    """The last day the result is valid; None where it does not run out by months."""
    if result.validity_months is None:
        return None
    years, month = divmod(issued_on.month - 1 + result.validity_months, 12)
    year = issued_on.year + years
    return date(year, month + 1, min(issued_on.day, monthrange(year, month + 1)[1]))


def numbers_in(events: Iterable[Event]) -> dict[str, str]:
    """By the id of a decision: its number as the paper prints it, stated when it was given out."""
    given = (event.params for event in events if event.kind is EventKind.NUMBERED)
    return {str(params["letter"]): str(params["evidence"]) for params in given if "letter" in params}


def result_of(definition: Definition, case: str, answers: Answers | None) -> Result | None:
    """What the dossier leads to if it is granted, by its answers; where these are erased, the first that it may be."""
    fitting = results_for(definition, case, answers) if answers is not None else ()
    return next(iter((*fitting, *definition.results)), None)


def called(result: Result, number: str, language: Language, *, granted: bool) -> str:
    """The result by its own name and number: "Building permit 25/GPXD"; a refusal is none."""
    name = (result.name if granted else REFUSAL).words(language)
    return f"{name} {number}".rstrip()


def title_of(result: Result, *, granted: bool) -> Text:
    """The name of the document, as its large line has it."""
    if not granted:
        return NOTICE
    return DECISION if result.kind == "decision" else result.name


def abstract_of(definition: Definition, result: Result, *, granted: bool) -> Text:
    """The line under the title: what a decision or a notice is about. A permit or certificate says it in its name."""
    name = definition.name
    lowered = name.vi[:1].lower() + name.vi[1:]
    if not granted:
        return Text(
            vi=f"Về việc không chấp nhận đề nghị {lowered}",
            en=f"Refusal: {name.en}" if name.en else "",
            zh=f"关于不予批准“{name.zh}”申请的通知" if name.zh else "",
        )
    return Text(vi=f"Về việc {lowered}", en=name.en, zh=name.zh) if result.kind == "decision" else NOTHING


def grounds_of(definition: Definition) -> tuple[str, ...]:
    """The acts the result rests on, each as a line of its own; not those that only set its fee."""
    return tuple(f"Căn cứ {_cited(basis.title.vi, basis.act)};" for basis in definition.legal_basis if basis.cited)


def facts_stated(
    definition: Definition, result: Result, case: str, answers: Answers, places: Places
) -> tuple[Fact, ...]:
    """What is permitted, in the filer's own answers, and for how long; a repeatable answer has a line per row."""
    said = {line.field.code: line for page in in_words(definition, case, answers, "vi", places) for line in page.lines}
    lines = [said[code] for code in result.states if code in said]
    facts = [Fact(label=line.field.label, value=value) for line in lines if (value := _value(line))]
    if result.validity_months is not None:
        facts.append(Fact(label=VALIDITY, value=f"{result.validity_months} tháng kể từ ngày cấp"))
    return tuple(facts)


def _cited(title: str, act: str) -> str:
    """A law's number stands after its name, that of any other act between its kind and what it is about."""
    kind = next((kind for kind in ACTS_BELOW_A_LAW if title.startswith(f"{kind} ")), None)
    return f"{title} số {act}" if kind is None else f"{kind} số {act} {title.removeprefix(kind).lstrip()}"


def _value(line: Said) -> str:
    return "\n".join(_rows(line)) if line.rows else line.words


def _rows(line: Said) -> Iterator[str]:
    for number, row in enumerate(line.rows, start=1):
        first, *others = row or (("", ""),)
        words = [first[1], *(f"{label}: {said}" for label, said in others)]
        yield f"{number}. {'; '.join(words)}" if len(line.rows) > 1 else "; ".join(words)
