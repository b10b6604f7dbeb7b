"""Search finds what people mean: with and without accents, with typos, in three languages, by code."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy.orm import Session

from portal.catalogue import queries, registers
from portal.catalogue.actions import publish
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.narrowing import Narrowing

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 2)

INVESTMENT, LAND, CONSTRUCTION, TRADE = "1.009645", "1.013952", "1.013225", "1.004191"

EXPECTED = [
    # Vietnamese with accents
    ("giấy phép xây dựng", CONSTRUCTION),
    ("cấp phép xây dựng nhà ở", CONSTRUCTION),
    ("xin phép xây nhà", CONSTRUCTION),
    ("nhà ở riêng lẻ", CONSTRUCTION),
    ("công trình cấp IV", CONSTRUCTION),
    ("chủ trương đầu tư", INVESTMENT),
    ("chấp thuận chủ trương", INVESTMENT),
    ("dự án nhà máy", INVESTMENT),
    ("tạm nhập tái xuất", TRADE),
    ("giấy phép kinh doanh tạm nhập, tái xuất", TRADE),
    ("hàng đông lạnh", TRADE),
    ("điều chỉnh quyết định giao đất", LAND),
    ("thuê đất", LAND),
    ("chuyển mục đích sử dụng đất", LAND),
    ("thời hạn sử dụng đất", LAND),
    # without accents, capitals, abbreviations
    ("giay phep xay dung", CONSTRUCTION),
    ("XAY NHA", CONSTRUCTION),
    ("gpxd", CONSTRUCTION),
    ("chu truong dau tu", INVESTMENT),
    ("tam nhap tai xuat", TRADE),
    ("TNTX", TRADE),
    ("dieu chinh giao dat", LAND),
    ("su dung dat", LAND),
    # with typos
    ("giay phep xay dunng", CONSTRUCTION),
    ("gaiy phep xay dung", CONSTRUCTION),
    ("chu truong dau tuu", INVESTMENT),
    ("tam nhap tai xuta", TRADE),
    ("dieu chinh su dung dta", LAND),
    # whole sentences
    ("tôi muốn xin giấy phép để xây nhà xưởng", CONSTRUCTION),
    ("làm sao để được tạm nhập rồi tái xuất hàng", TRADE),
    # English
    ("building permit", CONSTRUCTION),
    ("construction permit for a house", CONSTRUCTION),
    ("investment approval", INVESTMENT),
    ("re-export licence", TRADE),
    ("temporary import", TRADE),
    ("land lease", LAND),
    ("bilding permit", CONSTRUCTION),
    # Chinese
    ("建筑许可证", CONSTRUCTION),
    ("投资主张", INVESTMENT),
    ("立项", INVESTMENT),
    ("暂进复出", TRADE),
    ("土地租赁", LAND),
    # codes, whole and in part
    ("1.013225", CONSTRUCTION),
    ("013225", CONSTRUCTION),
    ("1.009645", INVESTMENT),
    ("1.004191 ", TRADE),
    ("013952", LAND),
]


@pytest.fixture
def published(session: Session) -> None:
    for path in registers.definition_files():
        if path.stem not in (INVESTMENT, LAND, CONSTRUCTION, TRADE):
            continue
        publish(session, registers.read_definition(path), now=NOW, origin=path.name)


@pytest.mark.usefixtures("published")
def test_the_first_hit_is_what_people_mean(session: Session) -> None:
    found = {words: [hit.code for hit in queries.search(session, words, on=TODAY)][:1] for words, _ in EXPECTED}

    assert found == {words: [code] for words, code in EXPECTED}


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("words", ["", "   ", "?!", "qwrtz plmx", "zzzzzz", "外星人"])
def test_words_that_mean_nothing_find_nothing(session: Session, words: str) -> None:
    assert queries.search(session, words, on=TODAY) == []


@pytest.mark.usefixtures("published")
def test_a_field_narrows_the_search(session: Session) -> None:
    everywhere = [hit.code for hit in queries.search(session, "giấy phép", on=TODAY)]
    in_trade = [hit.code for hit in queries.search(session, "giấy phép", on=TODAY, only=Narrowing(field="trade"))]

    assert {CONSTRUCTION, TRADE} <= set(everywhere)
    assert in_trade == [TRADE]


@pytest.mark.usefixtures("published")
def test_a_very_long_question_is_answered_by_its_beginning(session: Session) -> None:
    words = "giấy phép xây dựng " + "x" * 100_000

    assert queries.search(session, words, on=TODAY)[0].code == CONSTRUCTION


@pytest.mark.usefixtures("published")
def test_signs_of_the_query_language_are_only_signs(session: Session) -> None:
    assert [hit.code for hit in queries.search(session, "xây dựng%_'\\;--", on=TODAY)][:1] == [CONSTRUCTION]


@pytest.mark.usefixtures("published")
def test_what_is_not_in_force_yet_is_not_found(session: Session) -> None:
    before = [hit.code for hit in queries.search(session, "tạm nhập tái xuất", on=date(2026, 9, 4))]

    assert TRADE not in before


@pytest.mark.usefixtures("published")
def test_only_the_version_in_force_speaks_for_its_procedure(session: Session) -> None:
    """An old name is no reason to find a procedure under it."""
    old = queries.in_force(session, CONSTRUCTION, on=TODAY)
    assert old is not None
    renamed = ProcedureVersion(
        code=old.code,
        number=2,
        field=old.field,
        content_hash="f" * 64,
        definition=old.definition,
        names={"vi": "Bạch tuộc", "en": "Octopus", "zh": "章鱼"},
        level=4,
        search_key="bach tuoc octopus 章鱼",
        trigrams=[" ba", " oc", "ach", "bac", "ch "],
        published_at=NOW,
        origin="test",
        effective_on=TODAY,
    )
    session.add(renamed)
    session.flush()

    assert CONSTRUCTION not in [hit.code for hit in queries.search(session, "giấy phép xây dựng", on=TODAY)]
    assert [hit.number for hit in queries.all_in_force(session, on=TODAY) if hit.code == CONSTRUCTION] == [2]
    assert queries.counts_by_field(session, on=TODAY)["construction"] == 1
