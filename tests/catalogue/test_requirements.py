"""What one dossier needs and costs."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.charges import fees_for, rounded_share, total_vnd
from portal.catalogue.completeness import missing
from portal.catalogue.conditions import Answer
from portal.catalogue.levels import level_of
from portal.catalogue.requirements import agency_for, documents_for, limit_for, promised_limit_for, subject_of
from portal.clock.limit import Unit
from tests.catalogue.samples import definition, words

HERE: dict[str, Answer] = {"province": "20", "commune": "6184", "street": "Khu 3"}
WHOLE: dict[str, Answer] = {
    "subject": "Kho",
    "site": HERE,
    "kind": "a",
    "goods": [{"name": "Điều"}, {"name": "Tiêu"}],
    "sure": True,
}
PAPERS = {"paper": 1}


def gaps(answers: dict[str, Answer], documents: dict[str, int]) -> list[tuple[str, str]]:
    return [(problem.path, problem.code) for problem in missing(definition(), "new", answers, documents)]


def test_a_complete_dossier_misses_nothing() -> None:
    assert gaps(WHOLE, PAPERS) == []


@pytest.mark.parametrize(
    ("change", "documents", "expected"),
    [
        ({"subject": ""}, PAPERS, [("subject", "answer_missing")]),
        ({"kind": "b"}, PAPERS, [("only_b", "answer_missing"), ("paper_b", "document_missing")]),
        ({"sure": False}, PAPERS, [("sure", "must_be_yes")]),
        ({"goods": [{"name": "Điều"}]}, PAPERS, [("goods", "too_few_rows")]),
        ({"goods": []}, PAPERS, [("goods", "answer_missing")]),
        ({"goods": [{"name": "x"}, {"hs": "08013200"}]}, PAPERS, [("goods.1.name", "answer_missing")]),
        ({"site": {"province": "20", "commune": "", "street": "x"}}, PAPERS, [("site.commune", "part_missing")]),
        ({}, {}, [("paper", "document_missing")]),
        ({}, {"paper": 6}, [("paper", "too_many_files")]),
    ],
)
def test_each_gap_names_its_field_or_document(
    change: dict[str, Answer], documents: dict[str, int], expected: list[tuple[str, str]]
) -> None:
    assert gaps({**WHOLE, **change}, documents) == expected


def test_an_unknown_case_is_asked_for_first() -> None:
    assert [problem.code for problem in missing(definition(), "none", WHOLE, PAPERS)] == ["case_unknown"]


def test_documents_follow_the_answers() -> None:
    assert [document.code for document in documents_for(definition(), "new", {"kind": "a"})] == ["paper"]
    assert [document.code for document in documents_for(definition(), "new", {"kind": "b"})] == ["paper", "paper_b"]


def test_a_difficult_commune_gives_more_time() -> None:
    ordinary = limit_for(definition(), "new", WHOLE, difficult_communes={"1"})
    difficult = limit_for(definition(), "new", WHOLE, difficult_communes={"6184"})

    assert (ordinary.limit.amount, ordinary.limit.unit, ordinary.difficult) == (10, Unit.WORKING_DAY, False)
    assert (difficult.limit.amount, difficult.difficult, difficult.verified) == (20, True, False)


def test_the_first_limit_that_fits_applies_and_the_promise_may_be_shorter() -> None:
    def bend(told: dict[str, Any]) -> None:
        again = {"op": "eq", "field": "case", "value": "again"}
        told["limits"].insert(0, {"amount": 3, "unit": "working_day", "when": again, "source": "test"})
        told["promised_limits"] = [{"amount": 2, "unit": "working_day", "when": again, "source": "test"}]

    bent = definition(bend)

    assert limit_for(bent, "again", {}).limit.amount == 3
    assert limit_for(bent, "new", {}).limit.amount == 10
    assert promised_limit_for(bent, "again", {}).limit.amount == 2
    assert promised_limit_for(bent, "new", {}).limit.amount == 10


def test_the_competent_agency_follows_the_answers() -> None:
    def bend(told: dict[str, Any]) -> None:
        rule = {"agency": "zone", "when": {"op": "eq", "field": "kind", "value": "b"}, "source": "test"}
        told["competence"].insert(0, rule)

    assert agency_for(definition(bend), "new", {"kind": "b"}) == "zone"
    assert agency_for(definition(bend), "new", {"kind": "a"}) == "department"
    assert subject_of(definition(), WHOLE) == "Kho"


FEES = [
    {"kind": "fixed", "code": "fixed", "name": words(), "amount_vnd": 75_000, "source": "test"},
    {
        "kind": "bracket",
        "code": "bracket",
        "name": words(),
        "base": "value",
        "brackets": [{"up_to": 1_000_000, "amount_vnd": 100_000}, {"amount_vnd": 200_000}],
        "source": "test",
    },
    {
        "kind": "rate",
        "code": "rate",
        "name": words(),
        "base": "value",
        "rate": 0.0125,
        "rounding_vnd": 1000,
        "min_vnd": 5_000,
        "max_vnd": 50_000,
        "source": "test",
    },
]


def costs(amount: str, *waivers: dict[str, Any], currency: str = "VND") -> dict[str, int | None]:
    def bend(told: dict[str, Any]) -> None:
        told["fees"] = [*FEES, *waivers]

    value = {"value": {"amount": amount, "currency": currency}}
    return {fee.code: fee.amount_vnd for fee in fees_for(definition(bend), "new", value)}


@pytest.mark.parametrize(
    ("amount", "bracket", "rate"),
    [
        ("1000000", 100_000, 13_000),
        ("1000001", 200_000, 13_000),
        ("1", 100_000, 5_000),
        ("100000000", 200_000, 50_000),
        ("2360000", 200_000, 30_000),
    ],
)
def test_fees_are_worked_out_from_the_answers(amount: str, bracket: int, rate: int) -> None:
    assert costs(amount) == {"fixed": 75_000, "bracket": bracket, "rate": rate}


def test_a_fee_whose_base_is_not_known_yet_has_no_amount() -> None:
    def bend(told: dict[str, Any]) -> None:
        told["fees"] = FEES

    assert [fee.amount_vnd for fee in fees_for(definition(bend), "new", {})] == [75_000, None, None]
    assert costs("5", currency="USD") == {"fixed": 75_000, "bracket": None, "rate": None}


def test_an_exemption_waives_what_it_covers_and_says_why() -> None:
    waiver = {"kind": "exempt", "code": "poor", "name": words(), "covers": ["fixed"], "reason": words("hộ nghèo")}
    everything = {**waiver, "covers": []}

    def bend(told: dict[str, Any]) -> None:
        told["fees"] = [*FEES, waiver]

    fees = fees_for(definition(bend), "new", {"value": {"amount": "1000000", "currency": "VND"}})

    assert costs("1000000", waiver) == {"fixed": 0, "bracket": 100_000, "rate": 13_000}
    assert costs("1000000", everything) == {"fixed": 0, "bracket": 0, "rate": 0}
    assert fees[0].exempt is not None
    assert total_vnd(fees) == 113_000


@settings(deadline=None)
@given(st.integers(0, 10**12), st.sampled_from(["0.001", "0.0125", "0.3"]), st.sampled_from([1, 1000, 10_000]))
def test_a_rounded_share_is_never_further_off_than_half_a_step(base: int, rate: str, rounding: int) -> None:
    amount = rounded_share(Decimal(base), Decimal(rate), rounding_vnd=rounding)

    assert amount % rounding == 0
    assert abs(amount - base * Decimal(rate)) * 2 <= rounding


@pytest.mark.parametrize(
    ("bend", "kind"),
    [
        (lambda told: told["documents"][0].update(shown_in_person=True), "original_shown"),
        (lambda told: told["documents"][0].update(wet_signature=True), "wet_signature"),
        (lambda told: told["steps"][1].update(presence=True), "step"),
        (lambda told: told["results"][0].update(collection=["counter"]), "collection"),
        (lambda told: told.update(manner=["counter"]), "no_online_filing"),
    ],
)
def test_any_compulsory_presence_makes_it_level_3_and_is_named(bend: Any, kind: str) -> None:
    assert level_of(definition()).number == 4
    assert level_of(definition(bend)).number == 3
    assert [reason.kind for reason in level_of(definition(bend)).reasons] == [kind]
