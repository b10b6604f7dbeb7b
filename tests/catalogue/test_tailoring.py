"""What applies to one reader, from a few answers: by the address, and judged as the form itself would."""

import re
from collections.abc import Iterator

import flask
import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.examples import valid_answers
from portal.catalogue.requirements import documents_for
from portal.catalogue.tailoring import deciding_questions, tailored
from portal.dossiers.asking import Asking, known
from tests.catalogue.samples import FILES, PLACES, TODAY, definition, of_file, words
from tests.catalogue.test_outlines import SQUARE
from tests.catalogue.test_pages import NOW
from tests.fixtures.app import Browser

CODE = "1.004191"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def published(session: Session) -> None:
    publish(session, registers.read_definition(registers.PROCEDURES / "trade" / f"{CODE}.toml"), now=NOW, origin="test")
    session.commit()


def test_only_questions_that_decide_something_are_asked() -> None:
    licence = of_file(registers.PROCEDURES / "trade" / f"{CODE}.toml")

    assert "goods_kinds" in {field.code for field in deciding_questions(licence, licence.cases[0])}
    assert "email" not in {field.code for field in deciding_questions(licence, licence.cases[0])}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_with_every_answer_the_documents_are_those_of_the_form(path: object) -> None:
    procedure = of_file(path)  # type: ignore[arg-type]
    for case in procedure.cases:
        posted = valid_answers(procedure, case.code, places=PLACES, day=TODAY, everything=True)
        found = tailored(procedure, case, posted, places=PLACES)
        needed = {document.code for document in documents_for(procedure, case.code, found.answers)}
        for document in procedure.documents:
            state = found.state(document.when)
            assert state == "open" or (state == "applies") == (document.code in needed)


@pytest.mark.usefixtures("published")
def test_the_checklist_follows_the_answers_in_the_address(client: Browser) -> None:
    open_, frozen, other = (
        client.get(f"/en/procedures/{CODE}{query}").text
        for query in ("", "?case=issue&a_goods_kinds=frozen_food", "?case=issue&a_goods_kinds=quarantine")
    )
    item = re.compile(
        r'<li class="([^"]*)" data-applies-when="([^"]*)"( hidden)?>\s*<span[^>]*>Re-export business code'
    )

    states = [(found[1], found[3]) for page in (open_, frozen, other) if (found := item.search(page))]

    assert states == [
        ("mc-checklist__item", None),
        ("mc-checklist__item mc-applies", None),
        ("mc-checklist__item", " hidden"),
    ]


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize(
    "query", ["a_goods_kinds=nonsense", "a_=1", "a_x.y.z=%20", "a_days_kept=" + "9" * 5000, "check=1&a_"]
)
def test_strange_answers_are_no_answers(client: Browser, query: str) -> None:
    assert client.get(f"/vi/procedures/{CODE}?{query}").status_code == 200


@pytest.mark.usefixtures("published")
def test_the_check_ends_in_documents_fee_limit_and_office_and_goes_along_into_the_draft(client: Browser) -> None:
    page = client.get(
        f"/en/procedures/{CODE}?case=issue&check=1&q_goods_banned=no&q_two_contracts=yes&a_goods_kinds=frozen_food"
    ).text
    outcome = page.partition('<dl class="mc-outcome">')[2].partition("</dl>")[0]
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", outcome))

    for words_ in (
        "Re-export business code",
        "Purchase contract",
        "free of charge",
        "7 working days",
        "Industry and Trade",
    ):
        assert words_ in said
    assert "Filed with: Service Centre" in said
    assert "a_goods_kinds=frozen_food" in page.partition('class="mc-outcome__act"')[2][:400]


def test_a_document_that_is_sure_already_is_not_said_to_hang_on_the_rest() -> None:
    land = of_file(registers.PROCEDURES / "land" / "1.013952.toml")
    survey = next(document for document in land.documents if document.code == "survey")
    case = land.cases[0]

    assert tailored(land, case, {}, places=PLACES).state(survey.when) == "open"
    assert tailored(land, case, {"adjusted": ["area"]}, places=PLACES).state(survey.when) == "applies"
    assert tailored(land, case, {"adjusted": ["user"]}, places=PLACES).state(survey.when) == "open"
    neither = {"adjusted": ["user"], "ground": ["ruling"]}
    assert tailored(land, case, neither, places=PLACES).state(survey.when) == "left_out"


@pytest.mark.usefixtures("published")
def test_a_number_that_cannot_be_read_is_said_beside_its_box(client: Browser, session: Session) -> None:
    file = registers.PROCEDURES / "land" / "1.115797.toml"
    publish(session, registers.read_definition(file), now=NOW, origin="test")
    session.commit()

    page = client.get("/en/procedures/1.115797?check=1&a_rice_area=many").text

    assert "This cannot be read as a number" in page.partition('id="a_rice_area"')[0]


def test_an_outline_is_asked_and_drawn(app: flask.Flask) -> None:
    def bend(told: dict) -> None:  # type: ignore[type-arg]
        told["sections"][0]["fields"].append({"code": "plot", "type": "outline", "label": words("Plot")})

    bent = definition(bend)
    typed = {"plot.points": [SQUARE]}
    found = known(bent, "new", typed, {}, PLACES)
    asked = Asking(found=found, typed=typed).questions(bent.sections[0].fields)
    page = '{% from "dossiers/_fields.html" import questions with context %}{{ questions(asked, "en", places) }}'

    with app.test_request_context("/en/"):
        shown = flask.render_template_string(page, asked=asked, places=PLACES)

    assert 'name="plot.points"' in shown
    assert '<path class="mc-outline__shape mc-outline__shape--closed" d="M' in shown
    assert "4 corners" in shown
    assert "11,446" in shown
