"""The procedures that come with the portal: sound, complete, and fileable in every case."""

import re
from datetime import datetime
from pathlib import Path

import pytest

from portal.catalogue.agencies import Agencies
from portal.catalogue.answers import posted_from, read
from portal.catalogue.checking import check_file, check_together
from portal.catalogue.completeness import missing
from portal.catalogue.conditions import Answer
from portal.catalogue.examples import cases_of, required_documents, valid_answers
from portal.catalogue.fields import all_fields
from portal.catalogue.findings import Severity
from portal.catalogue.goals import Goals
from portal.catalogue.levels import level_of
from portal.catalogue.parsing import parse_definition, parse_file
from portal.catalogue.requirements import agency_for, agency_of_step, limit_for, limit_of
from portal.catalogue.route import graph_of, step_of, truths_of
from portal.catalogue.shown import shown
from portal.clock import explain, words
from portal.clock.limit import Unit
from portal.clock.zone import VIETNAM
from portal.workflow import graph as workflow
from portal.workflow.graph import Act, StepOutcome
from portal.workflow.soundness import problems
from tests.catalogue.samples import FILES, PLACES, PROCEDURES, TODAY, of_file, real_agencies, real_calendar

DEFINITIONS = {path.stem: of_file(path) for path in FILES}
CASES = list(cases_of(DEFINITIONS))


def test_the_four_first_procedures_are_here() -> None:
    assert {"1.009645", "1.013952", "1.013225", "1.004191"} <= set(DEFINITIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_procedure_passes_the_lint(path: Path) -> None:
    found = check_file(parse_definition(path), agencies=real_agencies().by_key, calendar=real_calendar(), today=TODAY)

    assert [str(finding) for finding in found if finding.severity is Severity.ERROR] == []
    assert {finding.code for finding in found} <= {"longer_than_limit"}


def test_no_procedure_is_described_twice() -> None:
    assert list(check_together(parse_definition(path) for path in FILES)) == []


@pytest.mark.parametrize(("code", "case"), CASES)
@pytest.mark.parametrize("seed", range(6))
def test_an_example_fills_the_form_and_reads_the_same_again(code: str, case: str, seed: int) -> None:
    definition = DEFINITIONS[code]
    posted = valid_answers(definition, case, places=PLACES, day=TODAY, seed=seed, everything=seed % 2 == 0)
    reading = read(definition, case, posted, places=PLACES)
    documents = required_documents(definition, case, reading.answers)

    assert reading.problems == ()
    assert missing(definition, case, reading.answers, documents) == ()
    assert read(definition, case, posted_from(definition, reading.answers), places=PLACES).answers == reading.answers


@pytest.mark.parametrize(("code", "case"), CASES)
def test_without_one_required_answer_the_example_is_incomplete(code: str, case: str) -> None:
    definition = DEFINITIONS[code]
    posted = valid_answers(definition, case, places=PLACES, day=TODAY)
    answers = dict(read(definition, case, posted, places=PLACES).answers)
    documents = required_documents(definition, case, answers)
    for _, field in all_fields(definition.sections):
        if field.required and field.code in answers:
            less = {name: answer for name, answer in answers.items() if name != field.code}
            assert missing(definition, case, less, documents), field.code
    for name in documents:
        less_paper = {document: count for document, count in documents.items() if document != name}
        assert [p.path for p in missing(definition, case, answers, less_paper)] == [name]


@pytest.mark.parametrize(("code", "case"), CASES)
def test_every_answer_can_be_shown_in_three_languages(code: str, case: str) -> None:
    definition = DEFINITIONS[code]
    posted = valid_answers(definition, case, places=PLACES, day=TODAY, everything=True)
    answers = read(definition, case, posted, places=PLACES).answers
    for _, field in all_fields(definition.sections):
        if field.code in answers and field.type != "rows":
            assert shown(field, answers[field.code], "vi", PLACES)
            assert shown(field, answers[field.code], "en", PLACES)
            assert shown(field, answers[field.code], "zh", PLACES)


@pytest.mark.parametrize(("code", "case"), CASES)
@pytest.mark.parametrize("seed", range(4))
def test_a_dossier_walks_through_all_offices_to_its_end(code: str, case: str, seed: int) -> None:
    definition = DEFINITIONS[code]
    posted = valid_answers(definition, case, places=PLACES, day=TODAY, seed=seed)
    answers = read(definition, case, posted, places=PLACES).answers
    graph, truths = graph_of(definition, case), truths_of(definition, case, answers)
    agencies = real_agencies().by_key
    assert problems(graph) == ()

    standing = frozenset(node.key for node in workflow.start(graph, truths))
    acts = []
    while standing:
        key = min(standing)
        step = step_of(definition, key)
        assert step is not None
        if step.act is not Act.PAY:  # there the filer acts
            assert step.role in agencies[agency_of_step(definition, step, case, answers)].roles
        acts.append(step.act.value)
        standing = workflow.complete(graph, standing, key, StepOutcome.DONE, truths).open

    assert acts[0] == "intake"
    assert acts[-4:] == ["sign", "number", "issue", "deliver"]


@pytest.mark.parametrize(
    ("code", "case", "answers", "amount", "unit"),
    [
        ("1.009645", "investor", {}, 35, Unit.CALENDAR_DAY),
        ("1.013952", "decision", {"site": {"province": "20", "commune": "5977", "street": "x"}}, 7, Unit.CALENDAR_DAY),
        ("1.013952", "term", {"site": {"province": "20", "commune": "6541", "street": "x"}}, 17, Unit.CALENDAR_DAY),
        ("1.013225", "works", {}, 20, Unit.CALENDAR_DAY),
        ("1.013225", "house", {}, 15, Unit.CALENDAR_DAY),
        ("1.004191", "issue", {}, 7, Unit.WORKING_DAY),
        ("1.004191", "amend", {}, 7, Unit.WORKING_DAY),
    ],
)
def test_limits_are_those_of_the_law_as_far_as_known(
    code: str, case: str, answers: dict[str, Answer], amount: int, unit: Unit
) -> None:
    found = limit_for(DEFINITIONS[code], case, answers, difficult_communes=PLACES.difficult)

    assert (found.limit.amount, found.limit.unit) == (amount, unit)
    assert all(rule.source for rule in DEFINITIONS[code].limits), "where an office has the figure from"
    assert not found.verified


MONDAY = datetime(2026, 3, 2, 9, tzinfo=VIETNAM)
REMARKS = re.compile(r"seen|third|part(y|ies)|according|catalogue|report|publish|confirm|propos|older", re.IGNORECASE)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_due_date_cites_the_act_and_never_how_it_was_found(path: Path) -> None:
    for rule in (*of_file(path).limits, *of_file(path).promised_limits):
        for language in ("vi", "en", "zh"):
            said = words.line(explain.limit_line(limit_of(rule), MONDAY), language)
            assert not REMARKS.search(said), said


def test_inside_the_border_gate_zone_its_board_decides() -> None:
    investment, permit = DEFINITIONS["1.009645"], DEFINITIONS["1.013225"]

    assert agency_for(investment, "investor", {"inside_zone": True}) == "border_gate_zone"
    assert agency_for(investment, "investor", {"inside_zone": False}) == "finance"
    assert agency_for(permit, "works", {"inside_zone": True}) == "border_gate_zone"
    assert agency_for(permit, "house", {"inside_zone": True}) == "construction"


def test_levels_follow_from_the_data() -> None:
    levels = {code: level_of(definition).number for code, definition in DEFINITIONS.items()}

    assert levels["1.013225"] == 4
    assert {levels[code] for code in ("1.009645", "1.013952", "1.004191")} == {3}


def test_nothing_claims_to_be_verified_that_nobody_has_confirmed() -> None:
    for definition in DEFINITIONS.values():
        figures = [*definition.limits, *definition.fees, *definition.documents, definition.level, definition.supplement]
        figures += [step.limit for step in definition.steps]
        assert not any(figure.verified for figure in figures)
        assert all(figure.source for figure in figures)


def test_lang_son_has_61_communes_and_4_wards_of_34_provinces() -> None:
    kinds = [commune.kind for commune in PLACES.communes]

    assert (kinds.count("xã"), kinds.count("phường"), len(PLACES.provinces)) == (61, 4, 34)
    assert PLACES.province_by_code[PLACES.home].name == "Lạng Sơn"
    assert len(PLACES.commune_by_code) == 65


def test_agencies_and_goals_are_readable_and_their_codes_differ() -> None:
    agencies: Agencies = real_agencies()
    goals = parse_file(PROCEDURES / "goals.toml", Goals)

    assert len({agency.code for agency in agencies.agencies}) == len(agencies.agencies) == len(agencies.by_key)
    assert [agency.key for agency in agencies.agencies if agency.intake] == ["service_centre"]
    assert goals.findings == ()
    assert not any(text.missing() for agency in agencies.agencies for text in (agency.name, agency.short_name))
