"""What the portal knows already is not asked again: the case chosen, the eligibility check, the party, its address."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portal.accounts.models import Party, PartyKind, Person
from portal.catalogue import registers
from portal.catalogue.definition import Definition
from portal.catalogue.precheck import prechecked
from portal.catalogue.queries import definition_of
from portal.dossiers.models import Draft
from portal.dossiers.profile import prefilled, profile_of, split_address, whole_address
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

LINK = "/drafts/new?procedure=1.013225&case=house&q_already_started=no&q_has_land_paper=yes"


def chosen(page: str, name: str) -> list[str]:
    """The values of the boxes of this name that are ticked."""
    tags = [tag for tag in page.split("<input")[1:] if f'name="{name}"' in tag.partition(">")[0]]
    heads = [tag.partition(">")[0] for tag in tags]
    return [head.partition('value="')[2].partition('"')[0] for head in heads if " checked" in head]


def test_the_case_of_the_link_is_chosen_on_the_start_page(filer: Browser, world: World) -> None:
    assert chosen(filer.get(LINK).text, "case") == ["house"]
    assert chosen(filer.get("/drafts/new?procedure=1.013225&case=nonsense").text, "case") == []


def test_who_has_one_company_finds_it_chosen_though_they_could_file_for_themselves_too(
    new_client: Callable[[], Browser], world: World, session: Session
) -> None:
    company, hoa = people.party(session), people.person(session, own_party=True)
    people.membership(session, hoa, company)
    browser = new_client()
    people.sign_in(browser, hoa)

    assert chosen(browser.get(LINK).text, "party") == [str(company.id)]


def test_who_has_two_companies_finds_the_one_they_began_for_last(
    new_client: Callable[[], Browser], world: World, session: Session
) -> None:
    hoa = people.person(session)
    companies = [people.party(session) for _ in range(2)]
    for company in companies:
        people.membership(session, hoa, company)
    browser = new_client()
    people.sign_in(browser, hoa)
    assert chosen(browser.get(LINK).text, "party") == []

    for company in companies:
        browser.post(LINK, data={"party": str(company.id), "case": "house"})
        assert chosen(browser.get(LINK).text, "party") == [str(company.id)]


def test_the_case_and_the_answers_survive_the_sign_in(client: Browser, world: World) -> None:
    assert world.filer is not None
    door = client.get(LINK)

    answer = client.post(door.location, data={"email": world.filer.email, "password": people.PASSWORD})

    assert answer.location == LINK
    start = client.get(answer.location)
    assert chosen(start.text, "case") == ["house"]
    assert "Bạn đã trả lời" in pages.words(start)
    assert 'action="/drafts/new?procedure=1.013225&amp;case=house&amp;q_already_started=no' in start.text


def test_what_speaks_against_filing_is_said_again_before_one_begins(filer: Browser, world: World) -> None:
    page = pages.words(filer.get(LINK.replace("q_already_started=no", "q_already_started=yes")))

    assert "Giấy phép phải có trước khi khởi công" in page


def test_the_page_of_the_procedure_sends_its_answers_along(client: Browser, world: World) -> None:
    page = client.get("/vi/procedures/1.013225?case=house&check=1&q_already_started=no&q_has_land_paper=yes").text

    assert (
        'href="/drafts/new?procedure=1.013225&amp;case=house&amp;q_already_started=no&amp;q_has_land_paper=yes"' in page
    )


def asking_again(definition: Definition) -> Definition:
    """The definition with an eligibility question its form asks as well."""
    part = definition.sections[0]
    asked = definition.questions[0].ask
    longer = part.model_copy(update={"fields": (*part.fields, asked)})
    return definition.model_copy(update={"sections": (longer, *definition.sections[1:])})


def test_an_answer_of_the_check_is_carried_into_the_form_where_it_asks_the_same(world: World) -> None:
    definition = definition_of(world.versions["1.013225"])

    assert prechecked(definition, {"already_started": "no"}) == {}
    assert prechecked(asking_again(definition), {"already_started": "no"}) == {"already_started": ["no"]}


def test_what_was_said_of_ones_case_is_filled_in_when_the_draft_begins(filer: Browser, world: World) -> None:
    assert world.company is not None
    link = f"{LINK}&a_inside_zone=yes&a_house_basement=no&a_owner_kind=person&a_nonsense=1&a_was_verified=perhaps"
    start = pages.words(filer.get(link))

    draft = filer.post(link, data={"party": str(world.company.id), "case": "house"}).location

    assert "Khu đất nằm trong Khu kinh tế cửa khẩu Đồng Đăng – Lạng Sơn Có" in start
    sections = definition_of(world.versions["1.013225"]).sections
    asked = {field.code: part.code for part in sections for field in part.fields}
    names = ("inside_zone", "house_basement", "was_verified", "owner_kind")
    assert {name: chosen(filer.get(f"{draft}/sections/{asked[name]}").text, name) for name in names} == {
        "inside_zone": ["yes"],
        "house_basement": ["no"],
        "was_verified": [],
        "owner_kind": ["organisation"],  # the company itself says what it is
    }


def test_what_speaks_against_filing_stays_in_sight_until_it_is_filed(filer: Browser, world: World) -> None:
    assert world.company is not None
    link = "/drafts/new?procedure=1.013225&case=house&q_already_started=yes&q_has_land_paper=yes"
    told = ("Nộp hồ sơ lúc này sẽ không có kết quả", "Giấy phép phải có trước khi khởi công.")

    draft = filer.post(link, data={"party": str(world.company.id), "case": "house"}).location

    for address in (link, draft, f"{draft}/review"):
        page = filer.get(address)
        assert "mc-check__answer--stop" in page.text
        assert all(words in pages.words(page) for words in told), address
    assert "mc-check__answer--stop" not in filer.get(pages.begin(filer, world)).text


def test_a_company_need_not_say_that_it_is_one(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)

    assert chosen(filer.get(f"{address}/sections/owner").text, "owner_kind") == ["organisation"]


def test_a_person_need_not_say_that_they_are_one(
    new_client: Callable[[], Browser], world: World, session: Session
) -> None:
    hoa = people.person(session, own_party=True)
    browser = new_client()
    people.sign_in(browser, hoa)
    start = browser.get("/drafts/new?procedure=1.013225&case=house")
    party = pages.hidden(start, "party")

    address = browser.post("/drafts/new?procedure=1.013225", data={"party": party, "case": "house"}).location

    assert chosen(browser.get(f"{address}/sections/owner").text, "owner_kind") == ["person"]


def test_the_first_investor_is_the_party_itself(filer: Browser, world: World, session: Session) -> None:
    assert world.company is not None
    pages.begin(filer, world, "1.009645")

    typed = session.query(Draft).one().answers

    assert typed["investors.0.kind"] == ["organisation"]
    assert typed["investors.0.name"] == [world.company.name]
    assert not any(name.startswith("investors.1.") for name in typed)


HOME = registers.places()
COMMUNE = HOME.communes[0]


@pytest.mark.parametrize(
    ("address", "commune", "found"),
    [
        ("Đồng Đăng, Lạng Sơn", "", ("", "Đồng Đăng")),
        ("Số 1 đường Hùng Vương, phường Lương Văn Tri, tỉnh Lạng Sơn", "", ("Số 1 đường Hùng Vương", "Lương Văn Tri")),
        ("Số 2 đường Lê Lợi", "", ("Số 2 đường Lê Lợi", None)),
        ("Lạng Sơn", "", ("Lạng Sơn", None)),
        ("", "", ("", None)),
    ],
)
def test_an_address_of_one_line_is_taken_apart_and_no_place_is_said_twice(
    address: str, commune: str, found: tuple[str, str | None]
) -> None:
    parts = split_address(address, commune, HOME)

    code = parts.get("commune", "")
    name = HOME.commune_by_code[code].name if code else None
    assert (parts["street"], name) == found
    assert parts["province"] == HOME.home


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("Đồng Đăng, Lạng Sơn", "Xã Đồng Đăng, Lạng Sơn"),
        ("Số 1 đường Hùng Vương, Tam Thanh, tỉnh Lạng Sơn", "Số 1 đường Hùng Vương, Phường Tam Thanh, tỉnh Lạng Sơn"),
        ("Số 1, phường Tam Thanh, tỉnh Lạng Sơn", "Số 1, phường Tam Thanh, tỉnh Lạng Sơn"),
        ("Đồng Đăng, Hà Nội", "Đồng Đăng, Hà Nội"),
        ("Số 2 đường Lê Lợi", "Số 2 đường Lê Lợi"),
        ("", ""),
    ],
)
def test_a_letter_calls_a_commune_what_it_is(written: str, printed: str) -> None:
    assert whole_address(written, HOME) == printed


def test_an_address_in_another_province_keeps_its_commune_with_the_street() -> None:
    parts = split_address("Số 5 phố Huế, phường Hai Bà Trưng, TP. Hà Nội", "", HOME)

    assert HOME.province_by_code[parts["province"]].name.endswith("Hà Nội")
    assert parts["street"] == "Số 5 phố Huế, phường Hai Bà Trưng"
    assert "commune" not in parts


@given(street=st.text(alphabet="abc đường 123", min_size=1).filter(str.strip), commune=st.sampled_from(HOME.communes))
def test_a_full_address_always_comes_apart_into_its_own_places(street: str, commune: object) -> None:
    assert isinstance(commune, type(COMMUNE))
    parts = split_address(f"{street}, {commune.full_name}, Lạng Sơn", "", HOME)

    assert parts["commune"] == commune.code
    assert parts["street"] == street.strip()


def test_no_choice_is_filled_in_with_what_it_does_not_offer(world: World) -> None:
    definition = definition_of(world.versions["1.013225"])
    party = Party(kind=PartyKind.INDIVIDUAL, name="Hoa", created_at=datetime.now(UTC))
    profile = profile_of(party, Person(name="Hoa", email="hoa@example.vn"))

    assert prefilled(definition, profile, HOME)["owner_kind"] == ["person"]
    assert "owner_kind" not in prefilled(definition, {**profile, "party.kind": "something else"}, HOME)
