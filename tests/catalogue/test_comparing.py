"""What changed between two versions, found thing by thing and said in words."""

from collections.abc import Callable, Iterator
from typing import Any, get_args

import flask
import pydantic
import pytest
from hypothesis import HealthCheck, Phase, given, settings

from portal.catalogue import definition as definitions_of_parts
from portal.catalogue import documents, fees, fields, steps
from portal.catalogue.change_words import SaidChange, differences
from portal.catalogue.comparing import ChangeKind, as_json, compare
from portal.catalogue.definition import Definition
from portal.catalogue.registers import agencies
from portal.catalogue.setting_words import PARTS, SETTINGS, VALUES
from portal.catalogue.text import Model
from portal.foundation import languages
from portal.foundation.formats import Language
from tests.catalogue.samples import FILES, definition, of_file, step, words
from tests.catalogue.strategies import definitions

Bend = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="module")
def speaker() -> flask.Flask:
    app = flask.Flask("speaker")
    languages.init_app(app)
    return app


def told(speaker: flask.Flask, bend: Bend, language: Language = "en", base: Bend | None = None) -> list[str]:
    with speaker.app_context(), languages.speaking(language):
        found = differences(definition(base), definition(bend), agencies=agencies().by_key, language=language)
        return [change.sentence for change in found]


def fields_of(content: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = content["sections"][0]["fields"]
    return found


def test_equal_definitions_do_not_differ() -> None:
    assert compare(definition(), definition()) == ()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_procedure_equals_itself(path: Any) -> None:
    assert compare(of_file(path), of_file(path)) == ()


@pytest.mark.parametrize(
    ("bend", "sentence"),
    [
        (
            lambda c: c["limits"][0].update(amount=15, unit="calendar_day"),
            "Time limit: 10 working days → 15 calendar days",
        ),
        (
            lambda c: c["documents"].append({"code": "map", "name": words("Map"), "kind": "copy"}),
            "Documents: Map – added",
        ),
        (lambda c: c["documents"].pop(), "Documents: chữ – removed"),
        (lambda c: c["documents"][0].update(count=3), "Documents: chữ, sets: 1 → 3"),
        (lambda c: c["documents"][0].update(required=False), "Documents: chữ, required: Yes → No"),
        (lambda c: c["documents"].reverse(), "Documents – in another order"),
        (lambda c: c["steps"][2].update(name=words("Ask")), "Steps: Ask, name: “ask” → “Ask”"),
        (lambda c: c["steps"][1]["limit"].update(amount=3), "Steps: work, limit: 0.5 working days → 3 working days"),
        (lambda c: c["steps"][3].update(role="leader"), "Steps: draft, who does it: Head of unit → Leader"),
        (lambda c: c["supplement"].update(days=5), "Time to complete: 10 working days → 5 working days"),
        (lambda c: c["level"].update(value="partial"), "Level: whole → in part"),
        (lambda c: c.update(sets=2), "Sets on paper: 1 → 2"),
        (lambda c: c["name"].update(vi="Tên mới"), "Name of the procedure: Tiếng Việt: “Giấy phép” → “Tên mới”"),
        (lambda c: c["name"].update(en="Permit"), "Name of the procedure: “Giấy phép” → “Permit”"),
        (
            lambda c: c["name"].update(zh_status="reviewed"),
            "Name of the procedure: 中文: draft → read over",
        ),
        (
            lambda c: fields_of(c)[2]["options"].append({"code": "c", "label": words("Third")}),
            "Form: chữ › chữ › Third – added",
        ),
        (
            lambda c: c["documents"][0].update(when={"op": "eq", "field": "case", "value": "new"}),
            "Documents: chữ, only if: nothing → “Your situation” – chữ",
        ),
        (
            lambda c: c.update(fees=[{"kind": "fixed", "code": "f", "name": words("Fee"), "amount_vnd": 5000}]),
            "Fees: Fee – added",
        ),
        (
            lambda c: c.update(decision={"act": "QĐ 1890", "decided_on": "2026-08-20"}),
            "Announcement decision: nothing → QĐ 1890, 20/08/2026",
        ),
        (lambda c: c.update(effective_from="2026-09-01"), "In force from: 01/01/2026 → 01/09/2026"),
    ],
)
def test_a_difference_is_one_sentence(speaker: flask.Flask, bend: Bend, sentence: str) -> None:
    assert told(speaker, bend) == [sentence]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Thời hạn: 10 ngày làm việc → 20 ngày"),
        ("en", "Time limit: 10 working days → 20 calendar days"),
        ("zh", "时限: 10个工作日 → 20个自然日"),
    ],
)
def test_it_is_said_in_three_languages(speaker: flask.Flask, language: Language, sentence: str) -> None:
    assert told(speaker, lambda c: c["limits"][0].update(amount=20, unit="calendar_day"), language) == [sentence]


def test_a_thing_is_the_same_wherever_it_stands() -> None:
    def bend(content: dict[str, Any]) -> None:
        content["steps"].insert(0, step("early", "appraise", "specialist"))

    assert [(change.kind, change.path) for change in compare(definition(), definition(bend))] == [
        (ChangeKind.ADDED, ("steps", 0))
    ]


def test_limits_are_recognised_by_their_condition() -> None:
    def of(house: int, rest: int) -> Bend:
        def bend(content: dict[str, Any]) -> None:
            content["limits"] = [
                {"amount": house, "unit": "working_day", "when": {"op": "eq", "field": "case", "value": "new"}},
                {"amount": rest, "unit": "working_day"},
            ]

        return bend

    changes = compare(definition(of(5, 10)), definition(of(5, 12)))

    assert [(change.path, as_json(change)["before"], as_json(change)["after"]) for change in changes] == [
        (("limits", 1, "amount"), {"amount": 10, "unit": "working_day"}, {"amount": 12, "unit": "working_day"})
    ]


@settings(
    max_examples=40, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
)
@given(definitions(), definitions())
def test_any_two_definitions_can_be_compared_and_said(
    speaker: flask.Flask, one: dict[str, Any], other: dict[str, Any]
) -> None:
    old, new = Definition.model_validate(one), Definition.model_validate(other)
    with speaker.app_context(), languages.speaking("vi"):
        said: tuple[SaidChange, ...] = differences(old, new, agencies=agencies().by_key, language="vi")

    assert bool(said) == (old != new)
    assert all(change.sentence and change.part for change in said)


def models() -> Iterator[type[Model]]:
    rooms = {module.__name__ for module in (documents, fees, fields, steps, definitions_of_parts)}
    waiting: list[type[Model]] = [Model]
    while waiting:
        current = waiting.pop()
        waiting += current.__subclasses__()
        if current.__module__ in rooms:
            yield current


def test_every_setting_has_a_name() -> None:
    names = {name for model in models() for name in model.model_fields}

    assert names - set(SETTINGS) - set(PARTS) == set()


def test_every_value_with_a_code_has_a_name() -> None:
    known = {"prefill", "currencies", "accepts", "type", "unit", "act", "kind"}
    codes = {
        str(code)
        for model in models()
        for name, field in model.model_fields.items()
        if name not in known
        for code in _literals(field.annotation)
    }

    assert codes - set(VALUES) == set()


def _literals(annotation: Any) -> Iterator[Any]:
    if isinstance(annotation, type) and issubclass(annotation, pydantic.BaseModel):
        return
    for part in get_args(annotation):
        if isinstance(part, str):
            yield part
        else:
            yield from _literals(part)


def test_what_is_new_is_told_with_what_it_asks_and_demands(speaker: flask.Flask) -> None:
    def bend(content: dict[str, Any]) -> None:
        content["documents"].append(
            {
                "code": "map",
                "name": words("Map"),
                "kind": "original",
                "when": {"op": "eq", "field": "case", "value": "new"},
            }
        )
        first = fields_of(content)[0]
        asked = [{**first, "code": f"{first['code']}_{number}", "label": words(f"Ask {number}")} for number in (1, 2)]
        content["sections"].append({"code": "more", "title": words("More"), "fields": asked})

    with speaker.app_context(), languages.speaking("en"):
        found = differences(definition(), definition(bend), agencies=agencies().by_key, language="en")
    notes = {change.about: change.notes for change in found}

    assert notes["More"] == ("questions (2): Ask 1, Ask 2",)
    assert notes["Map"] == ("kind: original", "required: Yes", "only if: “Your situation” – chữ")


def test_one_of_several_limits_is_named_by_its_condition(speaker: flask.Flask) -> None:
    def two(content: dict[str, Any]) -> None:
        house = {"op": "eq", "field": "case", "value": "new"}
        content["limits"] = [{**content["limits"][0], "when": house}, dict(content["limits"][0])]

    def shorter(content: dict[str, Any]) -> None:
        two(content)
        content["limits"][0].update(amount=7)
        content["limits"][1].update(amount=9)

    assert told(speaker, shorter, base=two) == [
        "Time limit: “Your situation” – chữ: 10 working days → 7 working days",
        "Time limit: Otherwise: 10 working days → 9 working days",
    ]
