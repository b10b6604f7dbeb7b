"""The public pages of one field, procedure or agency, and of the goals: found from the front, true to the lines."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.facts.actions import upsert
from portal.transparency import figures, public_goals, public_parts, rebuild
from portal.transparency.actions import snapshots
from portal.transparency.attainment import Attainment, Measured, counted_apart
from portal.transparency.models import Goal, Snapshot, SnapshotPart
from portal.transparency.publishing import unpacked
from tests.factories import people
from tests.factories.facts import many, settled
from tests.fixtures.app import Browser

NOW = datetime.now(UTC)
YESTERDAY = office_day(NOW) - timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Agency:
    return people.agency(session, "construction")


def publish(session: Session) -> Snapshot:
    session.flush()
    assert snapshots.publish_snapshot(session, YESTERDAY, NOW)
    session.commit()
    return session.scalars(sa.select(Snapshot)).one()


@pytest.fixture
def published(session: Session, office: Agency) -> Snapshot:
    for number in range(60):
        day = YESTERDAY - timedelta(days=number % 25)
        upsert(session, settled(60 * (number + 1), on=day, agency_id=office.id, was_on_time=number < 54))
    return publish(session)


@pytest.fixture
def mixed(session: Session) -> Snapshot:
    """Procedures and agencies of every field, open ones too."""
    agencies = [people.agency(session, "construction"), people.agency(session, "finance")]
    for number, one in enumerate(many(400, seed=11, on=YESTERDAY)):
        one.agency_id = agencies[number % 2].id
        upsert(session, one)
    found = publish(session)
    assert len(found.figures["agencies"]) == 2
    assert len(found.figures["procedures"]) > 1
    return found


def test_each_name_on_the_front_leads_to_a_page_of_its_own(client: Browser, mixed: Snapshot) -> None:
    front = client.get("/en/transparency").text

    addresses = set(re.findall(r'href="(/en/transparency/(?:field|procedure|agency)/[^"]+)"', front))

    told = mixed.figures
    assert len(addresses) == len(told["fields"]) + len(told["procedures"]) + len(told["agencies"])
    for address in sorted(addresses):
        page = client.get(address)
        assert page.status_code == 200, address
        assert "Nothing has been published of it yet" not in page.text


def test_a_part_says_of_itself_what_the_front_says_of_it(session: Session, mixed: Snapshot) -> None:
    for scope, groups in (("field", "fields"), ("procedure", "procedures"), ("agency", "agencies")):
        for key, on_the_front in mixed.figures[groups].items():
            part = public_parts.read(session, mixed, scope, key)
            assert part is not None
            assert part["whole"] == on_the_front


def test_the_settled_of_a_field_are_those_of_its_procedures(mixed: Snapshot) -> None:
    lines = list(unpacked(mixed.file))
    for field in mixed.figures["fields"]:
        of_field = [line for line in lines if line.field == field]
        part = figures.part(of_field, "field", on=mixed.as_of)
        settled_ = sum(line.dossiers for line in of_field if line.kind == "settled")
        assert sum(month["n"] for month in part["months"]) <= settled_
        assert set(part["by_procedure"]) == {line.procedure for line in of_field} - {None}
        assert "by_field" not in part


def test_a_procedures_page_answers_with_its_own_figures(client: Browser, published: Snapshot) -> None:
    (code,) = published.figures["procedures"]

    text = client.get(f"/en/transparency/procedure/{code}").text

    assert "Not yet: 90% of the dossiers were settled on time; the goal is 98%." in text
    assert "n = 60" in text
    assert "published five at a time" in text  # why a month may be missing
    assert "The mark on each bar is the goal, 98%." in text
    assert f'href="/en/procedures/{code}"' not in text  # no such procedure in the catalogue of this test


@pytest.mark.parametrize("address", ["field/land", "agency/construction"])
def test_what_nothing_is_published_of_says_so(client: Browser, office: Agency, address: str) -> None:
    page = client.get(f"/en/transparency/{address}")

    assert page.status_code == 200
    assert "Nothing has been published of it yet" in page.text


@pytest.mark.parametrize("address", ["field/nothing", "procedure/9.999999", "agency/nobody", "commune/06001"])
def test_what_is_not_there_is_not_found(client: Browser, published: Snapshot, address: str) -> None:
    assert client.get(f"/en/transparency/{address}").status_code == 404


def test_a_page_reads_one_part_and_no_lines(
    client: Browser, published: Snapshot, statements: Callable[[], Any]
) -> None:
    (code,) = published.figures["procedures"]

    with statements() as seen:
        client.get(f"/en/transparency/procedure/{code}")

    assert [one for one in seen if "snapshot_parts" in str(one)]
    assert not [one for one in seen if "snapshots.file" in str(one)]


def test_a_part_that_was_altered_or_taken_away_is_named_and_made_anew(session: Session, mixed: Snapshot) -> None:
    def differing(*, check: bool) -> list[str]:
        return [one.name for one in rebuild.rebuild(session, check=check) if one.what == "part"]

    kept = {(one.scope, one.key): one.figures for one in session.scalars(sa.select(SnapshotPart))}
    (altered, gone) = sorted(kept)[:2]
    session.execute(sa.update(SnapshotPart).where(_is(altered)).values(figures={"whole": {"n": 1000}}))
    session.execute(sa.delete(SnapshotPart).where(_is(gone)))

    assert differing(check=True) == [" ".join(altered), " ".join(gone)]
    assert differing(check=False) == [" ".join(altered), " ".join(gone)]
    assert differing(check=True) == []
    session.expire_all()
    assert {(one.scope, one.key): one.figures for one in session.scalars(sa.select(SnapshotPart))} == kept


def _is(part: tuple[str, str]) -> sa.ColumnElement[bool]:
    return sa.and_(SnapshotPart.scope == part[0], SnapshotPart.key == part[1])


def test_the_goals_have_a_page_that_the_front_names(client: Browser, published: Snapshot) -> None:
    assert 'href="/en/transparency/goals"' in client.get("/en/transparency").text

    text = client.get("/en/transparency/goals").text

    assert "Plan 334/KH-UBND of Lạng Sơn" in text
    assert "= 54 ÷ 60" in text
    assert "in a row must be on time to reach the goal" in text


def test_a_goal_says_what_the_front_says_of_the_same_thing(client: Browser, session: Session, office: Agency) -> None:
    for _ in range(60):
        upsert(session, settled(60, on=YESTERDAY, agency_id=office.id, channel="online"))
    published = publish(session)
    share = published.figures["topics"]["shares"]["online_filing"]
    assert (share["part"], share["n"]) == (60, 60)
    standing = {one.goal.key: one for one in public_goals.read(session, published, on=office_day(NOW))}

    filed = standing["online_filing"]
    assert filed.measured == Measured(part=60, whole=60, window_days=365)
    assert filed.is_met
    assert standing["satisfaction"].measured is None  # nobody has rated anything
    assert standing["data_reuse"].measured is None  # the portal does not know
    assert "100% · goal met= 60 ÷ 60, the last 365 days" in re.sub(
        r"<[^>]+>", "", client.get("/en/transparency/goals").text
    )


@pytest.mark.parametrize(("n", "part", "is_met"), [(19, 19, None), (20, 19, True), (20, 18, False)])
def test_a_goal_that_is_counted_apart_needs_twenty_answers(n: int, part: int, is_met: bool | None) -> None:
    goal = Goal(key="satisfaction", measure="percent", target=95.0, direction="at_least")
    found = counted_apart({"satisfied": {"n": n, "part": part, "share": part / n}}, goal)

    assert Attainment(goal=goal, measured=found, months=(), margin=None).is_met is is_met


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_before_the_first_snapshot_the_goals_say_what_is_not_known(client: Browser, language: str) -> None:
    assert client.get(f"/{language}/transparency/goals").status_code == 200


@pytest.mark.parametrize("page", ["", "/goals", "/forecast", "/data", "/how-computed", "/corrections"])
def test_every_page_of_transparency_leads_to_every_other(client: Browser, published: Snapshot, page: str) -> None:
    text = client.get(f"/en/transparency{page}").text

    tabs = text[text.index("mc-figure-nav") :]
    tabs = tabs[: tabs.index("</nav>")]
    assert tabs.count("<a ") == 6
    assert tabs.count('aria-current="page"') == 1


def test_a_commune_has_a_page_of_its_own_that_tells_its_two_numbers_and_their_months(
    session: Session, client: Browser
) -> None:
    office, code = people.agency(session, "construction"), "5977"
    for number in range(25):
        fact = settled(60 * (number + 1), on=YESTERDAY, agency_id=office.id, was_on_time=number < 20)
        fact.commune = code
        upsert(session, fact)
    snapshot = publish(session)
    told = snapshot.figures["topics"]["communes"][code]

    front = client.get("/en/transparency").text
    page = client.get(f"/en/transparency/commune/{code}")

    assert f'href="/en/transparency/commune/{code}"' in front
    assert page.status_code == 200
    assert told["n"] == 25
    assert f"{told['part']} ÷ 25" in page.text
    assert "Times are not told by commune" in page.text
    (month,) = snapshot.figures["topics"]["commune_months"][code]
    assert month == {"month": f"{YESTERDAY:%Y-%m}", "n": 25, "share": told["part"] / 25}
    assert "Settled on time, by month" in page.text
    assert "this is not the figure above" not in page.text
    empty = client.get("/en/transparency/commune/5983")
    assert empty.status_code == 200
    assert "Nothing has been published of it yet" in empty.text
    assert f'href="/en/transparency/commune/{code}"' in empty.text
    assert client.get("/en/transparency/commune/1").status_code == 404


def test_before_anything_is_settled_the_front_says_so_and_shows_the_goals_alone(
    session: Session, client: Browser, office: Agency
) -> None:
    publish(session)

    text = client.get("/en/transparency").text

    assert "Nothing has been settled and published yet" in text
    assert "n = 0" not in text
    assert 'id="where"' not in text
    assert 'id="goals"' in text


def test_the_heads_of_the_tables_are_explained_where_they_stand(client: Browser, published: Snapshot) -> None:
    text = client.get("/en/transparency").text

    assert "half, 4 in 5, 9 in 10 took no longer" in text.split("<thead", 1)[1]
    assert text.index("the official formula of Decision 766") < text.index("<h3")
