"""A definition written as a file and read again is the same definition."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from portal.catalogue.definition import Definition, content_hash
from portal.catalogue.parsing import parse_text
from portal.catalogue.writing import heading_of, write, write_content
from tests.catalogue.samples import FILES, content, of_file
from tests.catalogue.strategies import definitions


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_portals_own_procedures_come_back_unchanged(path: Path) -> None:
    definition = of_file(path)
    text = write(definition, heading=heading_of(path.read_text("utf-8")))

    parsed = parse_text(text, Definition)

    assert parsed.findings == ()
    assert parsed.thing == definition
    assert content_hash(parsed.thing) == content_hash(definition)
    assert heading_of(text) == heading_of(path.read_text("utf-8"))


@settings(
    max_examples=60, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck), deadline=None
)
@given(definitions())
def test_any_definition_comes_back_unchanged(told: dict[str, Any]) -> None:
    definition = Definition.model_validate(told)

    parsed = parse_text(write(definition), Definition)

    assert parsed.findings == ()
    assert parsed.thing == definition
    assert content_hash(parsed.thing) == content_hash(definition)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_writing_twice_changes_nothing(path: Path) -> None:
    once = write(of_file(path))
    again = parse_text(once, Definition).thing

    assert again is not None
    assert write(again) == once


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_part_of_a_written_file_can_be_found_by_its_line(path: Path) -> None:
    text = write(of_file(path))
    parsed = parse_text(text, Definition)
    lines = text.splitlines()
    assert parsed.thing is not None

    for number, step in enumerate(parsed.thing.steps):
        line = parsed.lines["steps", number, "code"]
        assert lines[line - 1] == f'code = "{step.code}"'


def test_a_long_text_is_readable_and_a_default_is_not_written() -> None:
    told = content()
    told["remedies"] = {"vi": "Dòng một\nDòng hai", "en": 'He said """no"""', "zh": "一"}

    text = write(Definition.model_validate(told))

    assert 'vi = """\nDòng một\nDòng hai"""' in text
    assert "verified" not in text
    assert "count" not in text


def test_a_draft_with_gaps_can_be_written_too() -> None:
    assert write_content({"code": "1.000001", "name": {"vi": "Tên"}}) == 'code = "1.000001"\n\n[name]\nvi = "Tên"\n'
