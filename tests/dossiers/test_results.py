"""What a result states: number, title, facts and grounds, from the procedure's file and the filer's answers."""

import re
from datetime import date

import pytest

from portal.catalogue.answers import read
from portal.catalogue.definition import Definition
from portal.catalogue.examples import valid_answers
from portal.catalogue.registers import definition_files, places, read_definition
from portal.dossiers import results

FIRST = ("1.013225", "1.009645", "1.004191", "1.013952")


def definition(code: str) -> Definition:
    return read_definition(next(path for path in definition_files() if path.stem == code))


def test_a_permit_has_the_permits_number_and_a_refusal_that_of_a_notice() -> None:
    permit = definition("1.013225").results[0]

    assert results.number_as_printed(permit, 12, 2026, symbol="SXD", granted=True) == "12/GPXD"
    assert results.number_as_printed(permit, 12, 2026, symbol="SXD", granted=False) == "12/TB-SXD"


def test_a_building_permit_states_plot_areas_height_and_storeys() -> None:
    procedure = definition("1.013225")
    typed = valid_answers(procedure, "house", places=places(), day=date(2026, 11, 23), everything=True)
    answers = read(procedure, "house", typed, places=places()).answers

    said = {
        fact.label.en: fact.value
        for fact in results.facts_stated(procedure, procedure.results[0], "house", answers, places())
    }

    assert said["Plot number"] == typed["plot_number"][0]
    assert said["Total floor area"].endswith("m²")
    assert said["Height of the house"].endswith(" m")
    assert {"Number of storeys", "Setback", "Address of the plot"} <= said.keys()
    assert said["Validity"] == "12 tháng kể từ ngày cấp"
    assert "Total length of the works" not in said


def test_a_repeatable_answer_has_a_line_for_each_row() -> None:
    procedure = definition("1.004191")
    typed = valid_answers(procedure, "issue", places=places(), day=date(2026, 11, 23), seed=3)
    answers = read(procedure, "issue", typed, places=places()).answers

    facts = results.facts_stated(procedure, procedure.results[0], "issue", answers, places())

    asked, rows = procedure.field("goods"), answers["goods"]
    assert asked is not None
    assert isinstance(rows, list)
    goods = next(fact.value for fact in facts if fact.label == asked.label)
    assert len(goods.split("\n")) == len(rows)


@pytest.mark.parametrize("code", FIRST)
def test_grounds_are_cited_as_officials_cite_them(code: str) -> None:
    for line in results.grounds_of(definition(code)):
        assert line.startswith("Căn cứ ")
        assert line.endswith(";")
        assert len(re.findall(r" số \d", line)) == 1
    assert all("Nghị định số " in line for line in results.grounds_of(definition(code)) if "Nghị định" in line[:20])


def test_only_decisions_and_notices_have_a_line_that_says_what_they_are_about() -> None:
    permit, decision = definition("1.013225"), definition("1.009645")

    assert results.abstract_of(permit, permit.results[0], granted=True).vi == ""
    assert results.abstract_of(decision, decision.results[0], granted=True).vi.startswith("Về việc chấp thuận")
    assert "không chấp nhận" in results.abstract_of(permit, permit.results[0], granted=False).vi
