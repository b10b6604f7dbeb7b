"""The lint: red with the right code on broken definitions, silent on sound ones."""

from typing import Any

import pytest

from portal.catalogue.checking import check, check_file, check_together
from portal.catalogue.definition import Definition
from portal.catalogue.findings import FINDINGS, Severity
from portal.catalogue.parsing import Parsed, parse_text
from portal.clock.calendar import Calendar
from tests.catalogue.samples import AGENCIES, TODAY, definition, real_calendar, step, words


@pytest.fixture(scope="module")
def calendar() -> Calendar:
    return real_calendar()


def codes(bent: Definition, calendar: Calendar | None = None) -> set[str]:
    return {finding.code for finding in check(bent, agencies=AGENCIES, calendar=calendar, today=TODAY)}


def test_a_sound_definition_is_clean(calendar: Calendar) -> None:
    assert codes(definition(), calendar) == set()


def fields(told: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told["sections"][0]["fields"]
    return found


def when(**condition: Any) -> Any:
    return lambda told: fields(told)[0].update(when=condition)


def steps(told: dict[str, Any], code: str) -> dict[str, Any]:
    return next(found for found in told["steps"] if found["code"] == code)


BROKEN = [
    ("unknown_field", when(op="eq", field="nobody", value="x")),
    ("unknown_field", lambda told: told.update(title_field="nobody")),
    ("unknown_field", lambda told: told["results"][0].update(states=["nobody"])),
    ("unknown_part", when(op="eq", field="site.district", value="x")),
    ("unknown_option", when(op="eq", field="kind", value="c")),
    ("unknown_case", when(op="eq", field="case", value="never")),
    ("unknown_case", lambda told: steps(told, "work").update(limit_by_case={"never": {"amount": 1}})),
    ("wrong_type", when(op="gt", field="kind", value=3)),
    ("wrong_type", when(op="gt", field="sure", value=3)),
    ("wrong_type", when(op="eq", field="value", value="much")),
    ("wrong_type", when(op="eq", field="site", value="6184")),
    (
        "never_true",
        when(op="and", of=[{"op": "eq", "field": "kind", "value": v} for v in "ab"]),
    ),
    (
        "never_true",
        when(op="and", of=[{"op": "gt", "field": "value", "value": 9}, {"op": "lt", "field": "value", "value": 3}]),
    ),
    ("own_visibility", when(op="eq", field="subject", value="x")),
    ("missing_translation", lambda told: told["name"].pop("zh")),
    ("missing_translation", lambda told: fields(told)[2]["options"][0]["label"].pop("en")),
    ("duplicate_code", lambda told: fields(told).append(fields(told)[0])),
    ("duplicate_code", lambda told: told["documents"].append(told["documents"][0])),
    ("duplicate_code", lambda told: told["cases"].append(told["cases"][0])),
    ("unknown_agency", lambda told: told.update(intake="nowhere")),
    ("unknown_agency", lambda told: steps(told, "ask").update(agency="nowhere")),
    ("role_nobody_holds", lambda told: steps(told, "work").update(role="cashier")),
    ("role_nobody_holds", lambda told: steps(told, "ask").update(agency="department")),
    ("role_holds_no_step", lambda told: steps(told, "work").update(role="auditor")),
    ("role_unknown", lambda told: steps(told, "work").pop("role")),
    ("wrong_role", lambda told: steps(told, "sign").update(role="head")),
    ("cycle", lambda told: steps(told, "work").update(after=["draft"])),
    ("unknown_node", lambda told: steps(told, "work").update(after=["nothing"])),
    ("missing_join", lambda told: steps(told, "draft").update(after=["work"])),
    ("key_twice", lambda told: told["steps"].append(step("work", "appraise", "specialist", "intake"))),
    ("returns_forward", lambda told: steps(told, "work").update(returns_to=["sign"])),
    ("out_of_order", lambda told: steps(told, "number").update(after=["draft"])),
    ("no_sign", lambda told: steps(told, "sign").update(act="approve")),
    ("no_intake", lambda told: steps(told, "intake").update(act="assign")),
    ("opinion_without_silence", lambda told: steps(told, "ask").pop("silence")),
    ("needs_out_of_range", lambda told: steps(told, "draft").update(needs=3)),
    ("level_does_not_follow", lambda told: told["documents"][0].update(wet_signature=True)),
    ("level_does_not_follow", lambda told: told["level"].update(value="partial")),
    (
        "no_limit_for_case",
        lambda told: told["limits"][0].update(when={"op": "eq", "field": "case", "value": "new"}),
    ),
    (
        "no_agency_for_case",
        lambda told: told["competence"][0].update(when={"op": "eq", "field": "kind", "value": "a"}),
    ),
    (
        "fee_base",
        lambda told: told.update(
            fees=[{"kind": "rate", "code": "f", "name": words(), "base": "kind", "rate": 0.1, "source": "t"}]
        ),
    ),
    (
        "fee_gap",
        lambda told: told.update(
            fees=[
                {
                    "kind": "bracket",
                    "code": "f",
                    "name": words(),
                    "base": "value",
                    "brackets": [{"up_to": 5, "amount_vnd": 1}, {"up_to": 5, "amount_vnd": 2}],
                    "source": "t",
                }
            ]
        ),
    ),
    (
        "unknown_fee",
        lambda told: told.update(
            fees=[{"kind": "exempt", "code": "f", "name": words(), "covers": ["g"], "reason": words(), "source": "t"}]
        ),
    ),
    ("expired_basis", lambda told: told["legal_basis"][0].update(valid_to="2026-06-30")),
    ("basis_not_yet", lambda told: told["legal_basis"][0].update(valid_from="2027-06-30")),
    ("unknown_placeholder", lambda told: told["letters"][0].update(body=words("{weather}"))),
    ("unknown_placeholder", lambda told: told["letters"][0].update(body=words("{new_promised_on}"))),
    ("unknown_placeholder", lambda told: told["results"][0].update(number="{case}")),
    ("unclosed_placeholder", lambda told: told["letters"][0].update(body=words("{agency"))),
    ("not_an_address", lambda told: told.update(location="subject")),
    ("bounds", lambda told: fields(told)[4].update(min=5, max=1)),
    ("unsourced", lambda told: told["limits"][0].pop("source")),
]


@pytest.mark.parametrize(("code", "bend"), BROKEN)
def test_a_broken_definition_is_red_with_the_right_code(code: str, bend: Any) -> None:
    assert code in codes(definition(bend))


def test_every_code_has_a_sentence_and_a_remedy() -> None:
    for bent in [definition(bend) for _, bend in BROKEN]:
        for finding in check(bent, agencies=AGENCIES, today=TODAY):
            assert "%(" not in finding.message
            assert finding.remedy
    assert all(message and remedy for message, remedy in FINDINGS.values())


def long_way(told: dict[str, Any]) -> None:
    steps(told, "work")["limit"]["amount"] = 8.5


def test_a_way_longer_than_the_limit_is_a_warning_until_the_figures_are_verified(calendar: Calendar) -> None:
    def verified(told: dict[str, Any]) -> None:
        long_way(told)
        for found in [*told["limits"], *(s["limit"] for s in told["steps"])]:
            found["verified"] = True

    doubtful = [f for f in check(definition(long_way), agencies=AGENCIES, calendar=calendar) if f.path[0] == "limits"]
    certain = [f for f in check(definition(verified), agencies=AGENCIES, calendar=calendar) if f.path[0] == "limits"]

    assert {finding.severity for finding in doubtful} == {Severity.WARNING}
    assert {finding.severity for finding in certain} == {Severity.ERROR}
    assert {finding.code for finding in certain} == {"longer_than_limit"}
    assert all(finding.detail["late"] == finding.detail["starts"] for finding in certain)


def test_steps_of_the_other_case_do_not_make_this_one_longer(calendar: Calendar) -> None:
    def bend(told: dict[str, Any]) -> None:
        long_way(told)
        steps(told, "work")["limit_by_case"] = {"again": {"amount": 1}}

    found = [f for f in check(definition(bend), agencies=AGENCIES, calendar=calendar) if f.code == "longer_than_limit"]

    assert [finding.detail["case"] for finding in found] == ["new"]


def test_parallel_opinions_count_once(calendar: Calendar) -> None:
    def bend(told: dict[str, Any]) -> None:
        told["limits"][0]["amount"] = 7
        for code in ("work", "ask"):
            steps(told, code)["limit"]["amount"] = 4

    assert "longer_than_limit" not in codes(definition(bend), calendar)


def test_a_calendar_day_limit_is_tried_on_every_start_day(calendar: Calendar) -> None:
    def bend(told: dict[str, Any]) -> None:
        told["limits"] = [{"amount": 5, "unit": "calendar_day", "source": "test"}]

    found = [f for f in check(definition(bend), agencies=AGENCIES, calendar=calendar) if f.code == "longer_than_limit"]

    assert found
    assert 0 < int(found[0].detail["late"]) < int(found[0].detail["starts"])


def test_ten_thousand_steps_are_refused_before_they_are_walked() -> None:
    def bend(told: dict[str, Any]) -> None:
        told["steps"] = [step(f"s{n}", "appraise", "specialist", *([f"s{n - 1}"] if n else [])) for n in range(10_000)]

    assert "too_many_nodes" in codes(definition(bend))


def test_a_file_named_unlike_its_code_and_a_code_described_twice_are_told() -> None:
    one = Parsed(thing=definition(), findings=(), lines={("code",): 3}, file="trade/1.000002.toml")
    other = Parsed(thing=definition(), findings=(), lines={("code",): 4}, file="trade/1.000001.toml")

    assert [(f.code, f.line) for f in check_file(one, agencies=AGENCIES)] == [("code_unlike_file", 3)]
    assert [(f.code, f.file, f.line) for f in check_together([one, other])] == [
        ("duplicate_procedure", "trade/1.000001.toml", 4)
    ]


def test_a_file_that_is_no_definition_is_told_line_by_line() -> None:
    parsed = parse_text('code = "x"\nsector = "sea"\n', Definition, file="a.toml")
    found = check_file(parsed, agencies=AGENCIES)

    assert {("code", 1), ("sector", 2)} <= {(f.where, f.line) for f in found}
