"""Two people, or two browsers, on the same page: nothing typed is lost and nothing is overwritten unseen."""

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.dossiers.meeting import fingerprints, meet
from portal.dossiers.models import Draft
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

CODES = ("works_name", "plot_number", "map_sheet")
values = st.dictionaries(st.sampled_from(CODES), st.lists(st.sampled_from(("1", "2", "3")), min_size=1, max_size=1))


@given(shown=values, mine=values, theirs=values)
def test_what_only_one_of_two_changed_is_kept_and_what_both_changed_is_asked_about(
    shown: dict[str, list[str]], mine: dict[str, list[str]], theirs: dict[str, list[str]]
) -> None:
    met = meet(mine, theirs, {"seen": [fingerprints(shown, CODES)]}, CODES)

    for code in CODES:
        before, here, there = shown.get(code), mine.get(code), theirs.get(code)
        if here == before:
            assert code not in met.clashing
            assert not met.is_open or met.together.get(code) == there
        elif there in (before, here):
            assert code not in met.clashing
            assert met.together.get(code) == here
        else:
            assert code in met.clashing
            assert met.together.get(code) == here


@given(shown=values, mine=values, theirs=values)
def test_a_choice_settles_every_clash(
    shown: dict[str, list[str]], mine: dict[str, list[str]], theirs: dict[str, list[str]]
) -> None:
    first = meet(mine, theirs, {"seen": [fingerprints(shown, CODES)]}, CODES)
    asked = {"seen": [fingerprints(theirs, CODES)], "asked": [" ".join(first.clashing)]}
    choices = {f"whose:{code}": ["theirs"] for code in first.clashing}

    again = meet(first.together, theirs, asked, CODES)
    settled = meet(first.together, theirs, {**asked, **choices}, CODES)

    assert again.clashing == first.clashing
    assert not settled.is_open
    assert all(settled.together.get(code) == theirs.get(code) for code in first.clashing)


@pytest.fixture
def clash(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> tuple[str, TestResponse]:
    """The page that asks: a colleague wrote “Kho số 2” where the filer writes “Kho số 3”."""
    address = pages.begin(filer, world)
    colleague = new_client()
    assert world.company is not None
    people.sign_in(colleague, people.filer(session, company=world.company))
    mine = filer.get(f"{address}/sections/site")
    pages.save(colleague, address, "site", {"works_name": "Kho số 2"})
    seen = {name: pages.hidden(mine, name) for name in ("version", "seen")}
    answer = filer.post(f"{address}/sections/site", data={**seen, "works_name": "Kho số 3"})
    assert answer.status_code == 409
    return address, answer


def _sent_again(page: TestResponse, **more: str) -> dict[str, str]:
    seen = {name: pages.hidden(page, name) for name in ("version", "seen", "asked")}
    return {**seen, "works_name": "Kho số 3", "later": "yes", **more}


@pytest.mark.parametrize(("whose", "kept"), [("mine", "Kho số 3"), ("theirs", "Kho số 2")])
def test_yours_or_theirs_is_chosen_field_by_field(
    filer: Browser, session: Session, clash: tuple[str, TestResponse], whose: str, kept: str
) -> None:
    address, page = clash

    answer = filer.post(f"{address}/sections/site", data=_sent_again(page, **{"whose:works_name": whose}))

    assert answer.status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["works_name"] == [kept]


def test_without_a_choice_nothing_is_saved_and_the_page_asks_again(
    filer: Browser, session: Session, clash: tuple[str, TestResponse]
) -> None:
    address, page = clash

    answer = filer.post(f"{address}/sections/site", data=_sent_again(page))

    assert answer.status_code == 409
    assert 'value="Kho số 3"' in answer.text
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["works_name"] == ["Kho số 2"]


def test_the_page_s_script_hears_when_its_work_was_saved_and_that_a_colleague_came_between(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    address = pages.begin(filer, world)
    page = filer.get(f"{address}/sections/site")
    seen = {name: pages.hidden(page, name) for name in ("version", "seen")}

    saved = filer.post(f"{address}/sections/site", data={**seen, "works_name": "Kho số 1"}, headers={"X-Autosave": "1"})
    late = filer.post(f"{address}/sections/site", data={**seen, "works_name": "Kho số 9"}, headers={"X-Autosave": "1"})

    assert saved.status_code == 200
    assert re.fullmatch(r"Đã lưu lúc \d\d:\d\d", saved.json["message"])
    assert late.status_code == 409
    assert "Đồng nghiệp" in late.json["message"]
