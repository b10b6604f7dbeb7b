"""A definition put into the editor and saved there page by page, unchanged, is the very same definition."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from portal.authoring import builder, documents, editing
from portal.authoring.shapes import content_at
from portal.catalogue import registers
from portal.catalogue.definition import Definition, content_hash
from portal.catalogue.writing import write
from tests.authoring.typed import pages, untouched
from tests.catalogue.samples import content
from tests.catalogue.strategies import CONDITIONS, definitions

FILES = tuple(registers.definition_files())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_portals_own_procedures_pass_through_every_form_unchanged(path: Path) -> None:
    definition = registers.read_definition(path)
    text = write(definition)
    document = documents.read(text)

    for place in pages(document):
        document = editing.saved(document, place, untouched(document, place))

    assert documents.written(document) == text
    parsed = documents.parsed(documents.written(document)).thing
    assert parsed is not None
    assert content_hash(parsed) == content_hash(definition)


@settings(suppress_health_check=list(HealthCheck))
@given(definitions())
def test_any_definition_passes_through_the_general_page_and_its_letters_unchanged(told: dict[str, Any]) -> None:
    text = write(Definition.model_validate(told))
    document = documents.read(text)

    for place in ((), ("supplement",), ("letters", 0), ("sections", 0, "fields", 5), ("documents", 1)):
        document = editing.saved(document, place, untouched(document, place))

    assert documents.written(document) == text


@settings(suppress_health_check=list(HealthCheck))
@given(CONDITIONS)
def test_any_condition_comes_back_from_its_rows_unchanged(condition: dict[str, Any]) -> None:
    told = content()
    told["documents"][0]["when"] = condition
    document = documents.read(write(Definition.model_validate(told)))
    place = ("documents", 0)

    changed = editing.saved(document, place, untouched(document, place))

    assert content_at(changed, (*place, "when")) == content_at(document, (*place, "when"))


@given(CONDITIONS)
def test_a_row_added_to_a_condition_and_removed_again_leaves_it_as_it_was(condition: dict[str, Any]) -> None:
    added = builder.with_row(condition, "when", "when")

    assert added is not None
    is_group = condition.get("op") in {"and", "or"}
    place = f"when.{len(condition['of'])}" if is_group else "when.1"
    removed = builder.without(added, "when", place)
    alone = is_group and len(condition["of"]) == 1
    assert removed == (condition["of"][0] if alone else condition)


def test_a_renamed_question_takes_its_conditions_and_letters_along() -> None:
    told = content()
    told["results"][0]["states"] = ["kind"]
    told["letters"][0]["body"]["vi"] = "Về {answers.kind}: {reason}"
    document = documents.read(write(Definition.model_validate(told)))
    place = ("sections", 0, "fields", 2)

    changed = editing.saved(document, place, untouched(document, place) | {"code": ["sort"]})

    assert content_at(changed, ("documents", 1, "when", "field")) == "sort"
    assert content_at(changed, ("results", 0, "states")) == ["sort"]
    assert content_at(changed, ("letters", 0, "body", "vi")) == "Về {answers.sort}: {reason}"
    assert documents.parsed(documents.written(changed)).thing is not None


def test_a_thing_without_a_code_gets_one_from_its_vietnamese_name() -> None:
    document = documents.read(write(Definition.model_validate(content())))
    document["documents"].append({"kind": "copy"})
    place = ("documents", 2)

    changed = editing.saved(document, place, {"name.vi": ["Đơn đề nghị cấp phép"], "name.en": [""], "name.zh": [""]})

    assert changed["documents"][2]["code"] == "don_de_nghi_cap_phep"


def test_another_kind_of_answer_keeps_what_it_also_has_and_drops_the_rest() -> None:
    document = documents.read(write(Definition.model_validate(content())))
    place = ("sections", 0, "fields", 2)

    changed = editing.saved(document, place, untouched(document, place) | {"type": ["text"]})

    field = content_at(changed, place)
    assert field["type"] == "text"
    assert "options" not in field
    assert field["label"] == content_at(document, (*place, "label"))
