"""The empty form of a procedure: what it asks, as a sheet of paper anybody can open and print."""

from collections.abc import Iterator

import flask
import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.definition import Definition
from portal.letters import blank_form
from tests.catalogue.samples import FILES, of_file
from tests.catalogue.test_pages import NOW
from tests.fixtures.app import Browser
from tests.letters.test_pdf import squeezed, text_of

FILE = registers.PROCEDURES / "land" / "1.013952.toml"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def published(session: Session) -> Definition:
    definition = registers.read_definition(FILE)
    publish(session, definition, now=NOW, origin="test")
    session.commit()
    return definition


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_procedure_has_a_sheet_with_its_questions(app: flask.Flask, path: object) -> None:
    procedure = of_file(path)  # type: ignore[arg-type]

    with app.test_request_context("/zh/"):
        sheet = squeezed(text_of(blank_form.printed(procedure, procedure.cases[0], language="zh")))

    always = [part for part in procedure.sections if part.when is None]
    asked = [field.label.vi for part in always for field in part.fields if field.when is None]
    for label in asked:
        assert squeezed(label) in sheet
    for form in procedure.forms:
        if form.when is None:
            assert squeezed(form.number.partition(",")[0]) in sheet  # the decree after it may begin another line


@pytest.mark.usefixtures("published")
def test_the_page_of_the_procedure_leads_to_the_sheet_of_its_case(client: Browser) -> None:
    page = client.get("/en/procedures/1.013952?case=term").text
    assert "/en/procedures/1.013952/form.pdf?case=term" in page
    assert "Application to adjust the land decision" in page
    assert "Mẫu số 03, Nghị định 151/2025/NĐ-CP" in page

    answer = client.get("/en/procedures/1.013952/form.pdf?case=term")

    assert (answer.status_code, answer.content_type) == (200, "application/pdf")
    sheet = text_of(answer.get_data())
    assert "Thời hạn đề nghị: đến ngày" in sheet
    assert "Term asked for: until" in sheet
    assert "Căn cứ đã thay đổi" not in sheet  # asked in the other case only


def test_of_no_procedure_there_is_no_sheet(client: Browser) -> None:
    assert client.get("/vi/procedures/9.999999/form.pdf").status_code == 404


def test_equal_definitions_give_equal_sheets(app: flask.Flask) -> None:
    first, second = of_file(FILE), of_file(FILE)

    with app.test_request_context("/vi/"):
        printed = {blank_form.printed(one, one.cases[0], language="vi") for one in (first, second)}

    assert len(printed) == 1
