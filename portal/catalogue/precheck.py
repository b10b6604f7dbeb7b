"""The eligibility questions, answered without an account: stop, advice, or go ahead."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal.catalogue.conditions import CASE, Answer, holds
from portal.catalogue.definition import Definition, Question
from portal.catalogue.fields import ChoiceField
from portal.catalogue.places import Places
from portal.catalogue.readers import Unreadable, read_answer
from portal.catalogue.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """What the answers come to. `answers` are as typed; `unanswered` names questions without a usable answer.

    `again` names the questions the form asks in the same words of the data, so that nobody is asked twice.
    """

    asked: bool
    answers: Mapping[str, str]
    unanswered: tuple[str, ...]
    stops: tuple[Text, ...]
    advice: tuple[Text, ...]
    again: frozenset[str]

    @property
    def may_go_ahead(self) -> bool:
        """Whether every question is answered and nothing speaks against filing."""
        return self.asked and not self.unanswered and not self.stops


def precheck(definition: Definition, case: str, typed: Mapping[str, str], *, places: Places) -> Precheck:
    """Judge the answers; `typed` holds one text per question, by its code. Empty means nobody has asked yet."""
    answers: dict[str, Answer] = {}
    for question in definition.questions:
        answer = _read(question, typed.get(question.code, ""), places)
        if answer is not None:
            answers[question.code] = answer
    asked = bool(typed)
    facts = {CASE: case, **answers}
    hit = [question for question in definition.questions if question.code in answers]
    return Precheck(
        asked=asked,
        answers={code: text for code, text in typed.items() if code in answers},
        unanswered=tuple(q.code for q in definition.questions if asked and q.code not in answers),
        stops=tuple(
            question.stop
            for question in hit
            if question.stop and question.stop_when is not None and holds(question.stop_when, facts)
        ),
        advice=tuple(question.advice for question in hit if question.advice),
        again=frozenset(question.code for question in definition.questions if _is_asked_again(definition, question)),
    )


def prechecked(definition: Definition, given: Mapping[str, str]) -> dict[str, list[str]]:
    """What the check was told, as answers to the questions of the form that ask the same (by code and type)."""
    return {
        question.code: [given[question.code]]
        for question in definition.questions
        if given.get(question.code) and _is_asked_again(definition, question, answer=given[question.code])
    }


def _is_asked_again(definition: Definition, question: Question, *, answer: str | None = None) -> bool:
    field = definition.field(question.code)
    if field is None or field.type != question.ask.type:
        return False
    return answer is None or not isinstance(field, ChoiceField) or answer in {one.code for one in field.options}


def _read(question: Question, typed: str, places: Places) -> Answer | None:
    try:
        return read_answer(question.ask, {"": [typed]}, places)
    except Unreadable:
        return None
