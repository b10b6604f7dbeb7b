"""The public pages as they are read: front door, search, one procedure."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.workflow.roles import Role
from tests.factories import people
from tests.fixtures.app import Browser

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
CODES = ("1.009645", "1.013952", "1.013225", "1.004191")
LANGUAGES = ("vi", "en", "zh")


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture(autouse=True)
def published(session: Session) -> None:
    for path in registers.definition_files():
        if path.stem not in CODES:
            continue
        publish(session, registers.read_definition(path), now=NOW, origin=path.name)
    session.commit()


class Reader(HTMLParser):
    """The words of a page, without its head and scripts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.feed(page[page.index("<main") : page.index("</main>")])

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def __str__(self) -> str:
        return " ".join(" ".join(self.parts).split())


def read(client: Browser, path: str, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, answer.text
    return str(Reader(answer.text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/procedures", *(f"/procedures/{code}" for code in CODES)])
def test_every_page_is_there_in_every_language(client: Browser, language: str, path: str) -> None:
    answer = client.get(f"/{language}{path}")

    assert answer.status_code == 200
    assert f'<html lang="{"zh-Hans" if language == "zh" else language}"' in answer.text
    assert not re.search(r"%\(\w+\)|\{\{|None|Undefined", str(Reader(answer.text)))


def test_the_front_door_counts_the_procedures_of_each_field(client: Browser) -> None:
    page = read(client, "/vi/")

    assert page.count("1 thủ tục") == 4


def test_a_search_keeps_the_words_and_the_field(client: Browser) -> None:
    page = client.get("/en/procedures?q=permit&field=construction").text

    assert 'name="q" type="search" value="permit"' in page
    assert '<input type="hidden" name="field" value="construction">' in page
    assert page.count('class="mc-hits__item"') == 1


def codes(page: str) -> set[str]:
    return set(re.findall(r'href="/en/procedures/([^"/?]+)"', page))


def test_a_search_is_narrowed_by_office_level_and_who_files(client: Browser) -> None:
    everything = {path.stem: registers.read_definition(path) for path in registers.definition_files()}
    shown = codes(client.get("/en/procedures").text)
    kept = {
        "agency=finance": lambda law: any(one.agency == "finance" for one in law.competence),
        "level=full": lambda law: law.level.value == "full",
        "level=partial": lambda law: law.level.value == "partial",
        "audience=individual": lambda law: "individual" in law.audience,
        "field=land&level=partial": lambda law: law.sector.value == "land" and law.level.value == "partial",
        "level=nonsense&agency=nobody&audience=": lambda _law: True,
    }
    for asked, fits in kept.items():
        page = client.get(f"/en/procedures?{asked}").text
        assert codes(page) == {code for code in shown if fits(everything[code])}, asked

    narrowed = client.get("/en/procedures?q=permit&field=construction&level=full").text
    assert '<option value="full" selected>' in narrowed
    assert "level=full" in narrowed.partition('class="mc-chips"')[2].partition("</nav>")[0]


def test_a_choice_nothing_fits_offers_the_way_back(client: Browser) -> None:
    page = client.get("/vi/procedures?q=giay+phep&agency=fire_police")

    assert "Không có thủ tục nào khớp tất cả" in page.text
    assert 'href="/vi/procedures?q=giay+phep"' in page.text


def test_a_search_without_a_hit_says_what_to_try(client: Browser) -> None:
    page = read(client, "/en/procedures?q=zzzzzz")

    assert "Nothing fits “zzzzzz”" in page
    assert "See all procedures" in page


def test_a_search_that_only_comes_near_says_so_and_shows_a_few(client: Browser) -> None:
    near = read(client, "/en/procedures?q=building+permitt+house")
    whole = read(client, "/en/procedures?q=building+permit")

    assert "No procedure holds all of “building permitt house”. These come nearest:" in near
    assert "fits “building permit”" in whole


def test_what_was_typed_is_only_text(client: Browser) -> None:
    page = client.get("/vi/procedures?q=%3Cscript%3Ealert(1)%3C/script%3E&field=%27").text

    assert "<script>alert" not in page


def test_an_unknown_code_offers_the_nearest_and_a_search(client: Browser) -> None:
    answer = client.get("/vi/procedures/1.013226")

    assert answer.status_code == 404
    assert "/vi/procedures/1.013225" in answer.text
    assert 'role="search"' in answer.text


@pytest.mark.parametrize("code", CODES)
def test_a_procedure_has_all_parts_the_law_demands(client: Browser, code: str) -> None:
    """Decree 63/2010/NĐ-CP, Article 8(2)."""
    page = client.get(f"/vi/procedures/{code}").text

    for part in ("result", "who", "time", "documents", "fee", "route", "how", "law", "remedies"):
        assert f'id="{part}"' in page, part
    definition = registers.read_definition(next(registers.PROCEDURES.rglob(f"{code}.toml")))
    words = str(Reader(page))
    for text in (definition.name, definition.summary, definition.remedies, *(r.name for r in definition.results)):
        assert " ".join(text.vi.split()) in words
    for basis in definition.legal_basis:
        assert basis.act in words
    assert f'href="/drafts/new?procedure={code}&amp;case={definition.cases[0].code}"' in page


def test_the_case_decides_limit_fee_and_documents(client: Browser) -> None:
    works = read(client, "/en/procedures/1.013225?case=works")
    house = read(client, "/en/procedures/1.013225?case=house")

    assert ("20 calendar days" in works, "15 calendar days" in house) == (True, True)
    assert ("75,000 đồng" in works, "50,000 đồng" in house) == (True, True)
    assert "75,000" not in house


def test_an_unknown_case_is_the_first_one(client: Browser) -> None:
    assert read(client, "/en/procedures/1.013225?case=boat") == read(client, "/en/procedures/1.013225?case=works")


def test_a_document_needed_only_sometimes_says_when(client: Browser) -> None:
    page = read(client, "/en/procedures/1.004191?case=amend")

    assert "Only if: not: “You ask for” – Re-issue: it was lost" in page
    assert "Only if: “Among the goods are” – Frozen food, Goods under excise duty or Used goods" in page


def test_what_belongs_to_another_case_is_not_mentioned(client: Browser) -> None:
    """Neither what names the case nor what hangs on a question asked only there."""
    page = read(client, "/en/procedures/1.004191?case=issue")

    assert "The licence held" not in page
    assert "Statement on the loss of the licence" not in page


def test_a_service_that_needs_presence_says_why(client: Browser) -> None:
    assert "“Application (digitally signed, or signed and sealed)” has to be signed by hand" in read(
        client, "/en/procedures/1.004191"
    )
    assert "Full-process online (level 4)" in read(client, "/en/procedures/1.013225")


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("q_already_started=yes&q_has_land_paper=yes", "The permit must come before the first dig"),
        ("q_already_started=no&q_has_land_paper=no", "Without a land paper no permit can be issued"),
        ("q_already_started=no&q_has_land_paper=yes", "Nothing speaks against filing"),
        ("q_already_started=no", "Answer every question, then we can tell"),
        ("q_already_started=perhaps&q_has_land_paper=yes", "Answer every question, then we can tell"),
    ],
)
def test_the_questions_tell_whether_filing_makes_sense(client: Browser, answers: str, said: str) -> None:
    page = read(client, f"/en/procedures/1.013225?case=works&check=1&{answers}")

    outcomes = {
        "The permit must come before the first dig",
        "Without a land paper no permit can be issued",
        "Nothing speaks against filing",
        "Answer every question, then we can tell",
    }
    assert {outcome for outcome in outcomes if outcome in page} == {said}


def test_before_anybody_asked_nothing_is_judged(client: Browser) -> None:
    page = client.get("/en/procedures/1.013225").text

    assert "mc-check__answer" not in page
    assert "Answer this question" not in page


def test_the_public_is_told_of_doubts_quietly_and_translations_are_marked(client: Browser) -> None:
    vietnamese, english = (client.get(f"/{language}/procedures/1.013225").text for language in ("vi", "en"))

    assert "still to be confirmed by the agency" in english
    assert "Courtesy translation" in english
    assert "bản dịch" not in vietnamese
    assert "mc-doubts" not in english


def test_administrators_see_every_doubt_with_its_source(client: Browser, session: Session) -> None:
    office = people.agency(session, "service_centre", is_intake=True)
    people.sign_in(client, people.officer(session, office, Role.ADMINISTRATOR))

    page = client.get("/en/procedures/1.013225").text

    assert "mc-doubts" in page
    assert "under 135/2025/QH15 at most 7 days are expected" in page


def test_the_picture_and_the_list_name_every_step(client: Browser) -> None:
    page = client.get("/en/procedures/1.009645").text
    definition = registers.read_definition(next(registers.PROCEDURES.rglob("1.009645.toml")))

    assert page.count('class="mc-route__number"') == len(definition.steps)
    assert page.count('class="mc-route-list__step"') == len(definition.steps)
    words = str(Reader(page))
    assert all(step.name.en in words for step in definition.steps)


@pytest.mark.parametrize(
    "path", ["/vi/", "/vi/procedures", "/vi/procedures?q=giay+phep", "/vi/procedures?q=gaiy", "/vi/procedures/1.009645"]
)
def test_a_page_takes_few_statements(client: Browser, statements: Callable[[], Any], path: str) -> None:
    """One for procedures, however many are shown; one for what really happened, one for what was often missing."""
    client.get(path)  # definitions are read once per process

    with statements() as seen:
        client.get(path)

    assert len(seen) <= 3


def test_the_page_of_a_language_links_to_the_others(client: Browser) -> None:
    page = client.get("/vi/procedures/1.013225?case=house").text

    assert '<link rel="alternate" hreflang="en" href="http://localhost/en/procedures/1.013225?case=house">' in page
