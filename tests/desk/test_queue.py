"""The queue: whose work stands where, how it is found, and what it costs."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.desk.conftest import Office

LARGEST = 6
"""SQL statements of one queue page with sign-in and policy (decision 26)."""


def rows_of(text: str) -> list[str]:
    return re.findall(r'href="/desk/(H[^"?/]+)"', text)


def test_the_counter_sees_what_is_to_be_accepted_by_due_date(office: Office) -> None:
    first, second = office.file(seed=1), office.file(seed=2)

    page = office.browser("service_centre", Role.ONE_STOP).get("/desk")

    assert rows_of(page.text) == [first.code, second.code]


def test_each_role_has_only_the_tabs_that_concern_it(office: Office) -> None:
    counter = office.browser("service_centre", Role.ONE_STOP)
    clerk = office.browser("construction", Role.CLERK)

    assert "tab=intake" in counter.get("/desk").text
    assert "tab=number" not in counter.get("/desk").text
    assert "tab=number" in clerk.get("/desk").text
    assert clerk.get("/desk?tab=intake").status_code == 404
    assert clerk.get("/desk?tab=nonsense").status_code == 404


@pytest.mark.parametrize("address", ["/desk?tab=mine", "/desk?tab=unit", "/desk?tab=search&q={code}", "/desk?tab=done"])
def test_another_agency_sees_nothing_of_it_in_queue_or_search(office: Office, address: str) -> None:
    dossier = office.accepted("1.013225")
    stranger = office.browser("finance", Role.SPECIALIST)

    page = stranger.get(address.format(code=dossier.code))

    assert page.status_code == 200
    assert rows_of(page.text) == []
    assert "mc-count" not in page.text.partition("mc-filter")[0]


def test_a_consulted_agency_finds_the_dossier_only_once_it_is_asked(office: Office) -> None:
    dossier = office.accepted("1.009645")
    consulted = office.browser("industry_trade", Role.CONSULTANT)
    assert rows_of(consulted.get("/desk").text) == []
    assert consulted.get(f"/desk/{dossier.code}").status_code == 404

    office.work_until(dossier, Act.OPINION)

    assert rows_of(consulted.get("/desk").text) == [dossier.code]
    assert consulted.get(f"/desk/{dossier.code}").status_code == 200


@pytest.mark.parametrize("words", ["{code}", "hoa hoi", "Hoa Hồi", "{tax_code}", "hoa hoj xu lang", "{half}"])
def test_a_dossier_is_found_without_accents_and_with_slips(office: Office, words: str) -> None:
    dossier = office.file()
    company = office.world.company
    assert company is not None
    asked = words.format(code=dossier.code, tax_code=company.tax_code, half=(company.tax_code or "")[:8])

    page = office.browser("service_centre", Role.ONE_STOP).get("/desk", query_string={"tab": "search", "q": asked})

    assert dossier.code in rows_of(page.text)


def test_words_that_fit_nothing_find_nothing_and_say_so(office: Office) -> None:
    office.file()

    page = office.browser("service_centre", Role.ONE_STOP).get("/desk?q=khong+co+gi+nhu+vay")

    assert rows_of(page.text) == []
    assert "mc-empty" in page.text


def test_filters_narrow_the_queue(office: Office) -> None:
    house, licence = office.file("1.013225"), office.file("1.004191")
    counter = office.browser("service_centre", Role.ONE_STOP)

    assert rows_of(counter.get("/desk?field=trade").text) == [licence.code]
    assert rows_of(counter.get("/desk?procedure=1.013225").text) == [house.code]
    assert rows_of(counter.get("/desk?due=overdue").text) == []


def test_pages_follow_each_other_forwards_and_back_without_gaps(office: Office, monkeypatch: Any) -> None:
    codes = [office.file(seed=seed).code for seed in range(1, 6)]
    monkeypatch.setattr("portal.desk.views.queue.SIZES", (2,))
    counter, seen, address = office.browser("service_centre", Role.ONE_STOP), [], "/desk"
    pages = []
    while address:
        text = counter.get(address).text
        pages.append(rows_of(text))
        seen += pages[-1]
        found = re.search(r'rel="next" href="([^"]+)"', text)
        back = re.search(r'rel="prev" href="([^"]+)"', text)
        address = found.group(1).replace("&amp;", "&") if found else ""

    assert seen == codes
    assert back is not None
    assert rows_of(counter.get(back.group(1).replace("&amp;", "&")).text) == pages[-2]


@pytest.mark.parametrize("place", ["after=rubbish", "after=2026-03-02_x", "before=2026-03-02T00:00_1", "per=7&due=x"])
def test_an_address_that_makes_no_sense_shows_the_first_page(office: Office, place: str) -> None:
    dossier = office.file()

    page = office.browser("service_centre", Role.ONE_STOP).get(f"/desk?{place}")

    assert page.status_code == 200
    assert rows_of(page.text) == [dossier.code]


@pytest.mark.parametrize(
    "address",
    [
        "/desk",
        "/desk?tab=search&q=hoa+hoi",
        "/desk?tab=search&q=zzz+qqq",
        "/desk?tab=done",
        "/desk?q=zzz+qqq",
        "/desk?procedure=1.013225&field=construction",
    ],
)
def test_a_page_costs_at_most_six_statements_whatever_its_rows(
    office: Office, statements: Callable[[], Any], address: str
) -> None:
    counter = office.browser("service_centre", Role.ONE_STOP)
    office.file(seed=1)
    counter.get(address)
    with statements() as few:
        counter.get(address)
    for seed in range(2, 8):
        office.file(seed=seed)
    with statements() as many:
        counter.get(address)

    assert len(many) <= LARGEST
    assert len(many) == len(few)


def test_a_head_with_work_in_every_tab_still_costs_six(office: Office, statements: Callable[[], Any]) -> None:
    dossier = office.accepted()
    head = office.at(dossier, Role.HEAD)
    head.get("/desk")
    with statements() as seen:
        page = head.get("/desk?tab=unit")

    assert len(rows_of(page.text)) == 1
    assert len(seen) <= LARGEST


def test_the_company_has_no_desk(office: Office, session: Session) -> None:
    assert office.world.filer is not None
    filer = office.of_person(office.world.filer.id)

    assert filer.get("/desk").status_code == 403
