"""The officers' live figures and the public pages."""

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import flask
import pikepdf
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.catalogue.definition import LimitRule
from portal.clock.zone import office_day
from portal.facts.actions import upsert
from portal.facts.models import Calibration
from portal.foundation.outbox import OutboxRow
from portal.transparency import counting, sheets, shown
from portal.transparency.actions import goals, snapshots
from portal.transparency.models import Goal, Snapshot
from portal.transparency.open_data import COLUMNS
from portal.transparency.publishing import unpacked
from portal.transparency.scorecard import INDICATORS
from portal.workflow.roles import Role
from tests.factories import people
from tests.factories.facts import evening, fact, many, settled
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain
from workers.task import Outcome
from workers.transparency import enqueue_count

NOW = datetime.now(UTC)
YESTERDAY = office_day(NOW) - timedelta(days=1)


@pytest.fixture
def office(session: Session) -> Agency:
    return people.agency(session, "construction")


def history(session: Session, office: Agency, *, count: int = 60, on_time: int = 54) -> None:
    """Dossiers settled over the last weeks, some still open."""
    for number in range(count):
        day = YESTERDAY - timedelta(days=number % 25)
        upsert(session, settled(60 * (number + 1), on=day, agency_id=office.id, was_on_time=number < on_time))
    for number in range(10):
        late = number < 5
        due = evening(YESTERDAY - timedelta(days=3) if late else YESTERDAY + timedelta(days=9))
        accepted = YESTERDAY - timedelta(days=20)
        upsert(session, fact(agency_id=office.id, statutory_due_at=due, promised_due_at=due, accepted_on=accepted))
    session.flush()
    counted(session)


def counted(session: Session) -> None:
    """As a worker leaves it."""
    while counting.count(session):
        pass
    sheets.make(session, now=datetime.now(UTC))


@pytest.fixture
def published(session: Session, office: Agency) -> Snapshot:
    history(session, office)
    assert snapshots.publish_snapshot(session, YESTERDAY, NOW)
    session.commit()
    return session.scalars(sa.select(Snapshot)).one()


# --- officers


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.ADMINISTRATOR, Role.AUDITOR])
def test_everybody_who_works_here_sees_the_live_figures(
    client: Browser, session: Session, office: Agency, role: Role
) -> None:
    history(session, office)
    people.sign_in(client, people.officer(session, office, role))

    page = client.get("/figures")

    assert page.status_code == 200
    assert "n = 60" in page.text
    assert "54/65" in page.text  # 54 on time of 60 settled and 5 open and overdue


def test_an_act_asks_for_its_count_and_the_worker_counts_it(client: Browser, session: Session, office: Agency) -> None:
    history(session, office)
    people.sign_in(client, people.officer(session, office, Role.HEAD))
    upsert(session, settled(480, on=office_day(NOW), agency_id=office.id))
    session.commit()
    assert "n = 60" in client.get("/figures").text  # the page reads and never counts

    assert drain(session) == [Outcome.DONE]

    assert "n = 61" in client.get("/figures").text


def test_what_a_count_has_missed_is_found_by_the_sweep(session: Session, office: Agency) -> None:
    history(session, office)
    session.execute(sa.update(OutboxRow).values(closed_at=datetime.now(UTC)))
    assert not enqueue_count(session, now=datetime.now(UTC))
    upsert(session, settled(480, on=office_day(NOW), agency_id=office.id))
    session.execute(sa.update(OutboxRow).values(closed_at=datetime.now(UTC)))  # as if a count had come too early

    assert enqueue_count(session, now=datetime.now(UTC))
    assert drain(session) == [Outcome.DONE]
    assert not counting.is_wanted(session, now=datetime.now(UTC))


def test_many_acts_ask_for_one_count(session: Session, office: Agency) -> None:
    for one in many(20, seed=4):
        upsert(session, one)

    assert session.scalar(sa.select(sa.func.count()).select_from(OutboxRow)) == 1


def test_filers_and_strangers_see_no_live_figures(client: Browser, session: Session) -> None:
    assert client.get("/figures").status_code in {302, 303}
    people.sign_in(client, people.filer(session))
    assert client.get("/figures").status_code == 403


def test_a_row_with_nothing_settled_and_nothing_open_takes_no_place_in_a_table(
    client: Browser, session: Session, office: Agency
) -> None:
    history(session, office)
    idle = people.agency(session, "finance")
    upsert(session, settled(60, on=office_day(NOW) - timedelta(days=900), agency_id=idle.id))
    while counting.count(session):
        pass
    sheets.make(session, now=datetime.now(UTC))
    session.commit()
    people.sign_in(client, people.officer(session, office, Role.LEADER))
    client.set_cookie("motcua_test_language", "en")

    text = client.get("/figures").text

    tables = "".join(re.findall(r"<table.*?</table>", text, re.DOTALL))
    assert office.short_names["en"] in tables
    assert idle.short_names["en"] not in tables
    assert idle.short_names["en"] in text.split("Nothing settled and nothing open:")[1]


def test_the_live_figures_cost_six_statements_however_many_dossiers(
    client: Browser, session: Session, office: Agency, statements: Callable[[], Any]
) -> None:
    people.sign_in(client, people.officer(session, office, Role.LEADER))
    seen = []
    for count in (1, 300):
        for one in many(count, seed=count, on=office_day(NOW)):
            one.agency_id = office.id
            upsert(session, one)
        while counting.count(session):
            pass
        sheets.make(session, now=datetime.now(UTC))
        session.commit()
        client.get("/figures")
        with statements() as counted:
            assert client.get("/figures").status_code == 200
        seen.append(len(counted))

    assert seen[0] == seen[1] <= 6, counted


def test_the_live_figures_begin_with_what_today_has_brought(client: Browser, session: Session, office: Agency) -> None:
    people.sign_in(client, people.officer(session, office, Role.LEADER))
    today = office_day(NOW)
    upsert(session, settled(60, on=today, agency_id=office.id))
    upsert(session, settled(60, on=YESTERDAY, agency_id=office.id))
    counted(session)
    session.commit()

    page = client.get("/figures", headers={"Accept-Language": "en"}).text

    brought = page[page.index("mc-figures") : page.index("mc-figures", page.index("mc-figures") + 10)]
    assert re.search(r"Hồ sơ đã giải quyết xong|Dossiers settled", brought)
    assert re.findall(r"mc-figure__value[^>]*>\s*(\d+)", brought)[-1] == "1"


def test_the_goals_name_their_source_in_the_readers_language(client: Browser, published: Snapshot) -> None:
    assert "Kế hoạch 334/KH-UBND của UBND tỉnh Lạng Sơn" in client.get("/vi/transparency/goals").text
    assert "谅山省334/KH-UBND号计划" in client.get("/zh/transparency/goals").text
    assert "Plan 334/KH-UBND of Lạng Sơn" in client.get("/en/transparency/goals").text


def test_without_dossiers_the_page_says_what_will_be_there(client: Browser, session: Session, office: Agency) -> None:
    people.sign_in(client, people.officer(session, office, Role.CLERK))

    assert "mc-empty" in client.get("/figures").text


# --- the snapshot


def test_a_day_is_published_once(session: Session, published: Snapshot, office: Agency) -> None:
    upsert(session, settled(480, on=YESTERDAY, agency_id=office.id))

    assert not snapshots.publish_snapshot(session, YESTERDAY, NOW)
    assert not snapshots.publish_snapshot_if_missing(session, NOW)
    assert session.scalar(sa.select(sa.func.count()).select_from(Snapshot)) == 1


def test_the_figures_follow_from_the_published_lines_alone(published: Snapshot) -> None:
    assert snapshots.recomputed(published) == published.figures
    province = published.figures["province"]
    assert (province["n"], province["open"], province["open_overdue"]) == (60, 10, 5)
    assert province["on_time_share"] == pytest.approx(54 / 65)


def test_what_was_settled_today_is_published_tomorrow(session: Session, office: Agency) -> None:
    for number in range(25):
        upsert(session, settled(480 + number, on=office_day(NOW), agency_id=office.id))

    assert snapshots.publish_snapshot_if_missing(session, NOW)
    figures = session.scalars(sa.select(Snapshot)).one().figures["province"]
    assert (figures["n"], figures["open"]) == (0, 25)


def test_goals_are_entered_once_and_an_administrators_stay(session: Session) -> None:
    assert goals.seed(session, now=NOW) > 5
    goal = session.scalars(sa.select(Goal).where(Goal.key == "on_time")).one()
    goal.target = 99

    assert goals.seed(session, now=NOW) == 0
    assert session.scalars(sa.select(Goal.target).where(Goal.key == "on_time")).one() == 99


# --- public pages


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
@pytest.mark.parametrize("path", ["", "/how-computed", "/data"])
def test_every_page_speaks_three_languages(client: Browser, published: Snapshot, language: str, path: str) -> None:
    page = client.get(f"/{language}/transparency{path}")

    assert page.status_code == 200
    assert "<h1" in page.text


def test_the_public_page_answers_the_question(client: Browser, published: Snapshot) -> None:
    text = client.get("/en/transparency").text

    assert "Not yet: 83.1% of the dossiers were settled on time; the goal is 98%." in text
    assert "n = 60" in text
    assert "= 54 ÷ 65" in text


def test_before_the_first_snapshot_the_page_says_so(client: Browser) -> None:
    page = client.get("/en/transparency")

    assert page.status_code == 200
    assert "No figures have been published yet" in page.text
    assert client.get("/en/transparency/data.csv").status_code == 404


def test_too_few_dossiers_have_no_percentage(client: Browser, session: Session, office: Agency) -> None:
    history(session, office, count=15, on_time=15)
    snapshots.publish_snapshot(session, YESTERDAY, NOW)
    session.commit()

    assert "Fewer than 20 dossiers" in client.get("/en/transparency").text


def test_the_script_that_computes_it_again_is_had_where_it_is_named(client: Browser) -> None:
    page = client.get("/en/transparency/how-computed").text

    address = re.search(r'href="(/static/recompute\.py[^"]*)"', page)
    assert address is not None
    with client.get(address[1]) as answer:
        assert b"def figures(lines, as_of)" in answer.data


def test_who_reads_compressed_files_gets_the_very_file_that_is_kept(client: Browser, published: Snapshot) -> None:
    plain = client.get("/en/transparency/data.csv")
    small = client.get("/en/transparency/data.csv", headers={"Accept-Encoding": "gzip"})

    assert small.data == published.file
    assert small.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert gzip.decompress(small.data) == plain.data
    assert plain.headers["Vary"] == small.headers["Vary"]
    assert "Accept-Encoding" in plain.headers["Vary"]


def test_the_open_data_are_the_lines_of_the_snapshot(client: Browser, published: Snapshot) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/en/transparency/data.csv").text)))
    of_day = client.get(f"/vi/transparency/{YESTERDAY}/data.json")
    content = json.loads(of_day.text)

    assert tuple(rows[0]) == COLUMNS
    assert sum(int(row["dossiers"]) for row in rows if row["kind"] == "settled") == 60
    assert content["lines"] == [line.to_json() for line in unpacked(published.file)]
    assert content["figures"] == published.figures
    assert content["note"] is None
    assert client.get("/en/transparency/2001-01-01/data.csv").status_code == 404
    assert client.get("/en/transparency/yesterday/data.csv").status_code == 404


def test_a_demonstration_says_that_its_dossiers_are_made_up(demo_app: flask.Flask, published: Snapshot) -> None:
    client = demo_app.test_client()

    assert "These dossiers are made up" in client.get("/en/transparency").text
    assert json.loads(client.get("/en/transparency/data.json").text)["note"]


def test_the_public_page_costs_four_statements(
    client: Browser, published: Snapshot, statements: Callable[[], Any]
) -> None:
    client.get("/en/transparency")
    with statements() as seen:
        client.get("/en/transparency")

    assert len(seen) <= 4


def test_other_rooms_can_show_the_promise_and_what_really_happens(app: flask.Flask, published: Snapshot) -> None:
    source = (
        '{% include "transparency/_promise.html" %}'
        '{% with code = "1.013225" %}{% include "transparency/_procedure.html" %}{% endwith %}'
        '{% with code = "9.999999" %}{% include "transparency/_procedure.html" %}{% endwith %}'
    )
    with app.test_request_context("/en/"):
        text = flask.render_template_string(source, limits=limits("calendar_day"))

    assert "83.1%" in text
    assert "Fewer than 20 dossiers of this procedure" in text
    assert "By law: 20 calendar days. The times here are counted otherwise" in text


def limits(unit: str) -> list[LimitRule]:
    return [LimitRule.model_validate({"amount": 20, "unit": unit, "source": "a decree", "verified": False})]


def test_beside_a_limit_in_working_days_the_times_are_said_to_be_of_the_same_unit(app: flask.Flask) -> None:
    with app.test_request_context("/en/"):
        assert shown.units_beside(limits("working_day")).startswith(
            "By law: 20 working days. The times here are the office's working time, too"
        )


def test_under_twenty_there_are_counts_and_no_percentage(app: flask.Flask) -> None:
    months = [{"month": "2026-08", "n": 5, "share": 0.8}, {"month": "2026-09", "n": 20, "share": 0.95}]
    with app.test_request_context("/en/"):
        told = [(row["label"], row["text"]) for row in shown.month_rows([*months, {"month": "2026-10", "n": 0}])]
        ratings = [row["text"] for row in shown.tally_rows({"5": 10, "4": 9}, {})]

    assert told == [("08/2026", "4/5"), ("09/2026", "95%")]
    assert ratings == ["10/19", "9/19"]


# --- the officers' further pages


@pytest.fixture
def leader(client: Browser, session: Session, office: Agency) -> Agency:
    """A leader is signed in, with a history behind; the office."""
    history(session, office)
    people.sign_in(client, people.officer(session, office, Role.LEADER))
    session.commit()
    return office


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_sheet_of_a_procedure_or_agency_is_a_page(client: Browser, leader: Agency, language: str) -> None:
    for scope, key in (("procedure", "1.013225"), ("agency", leader.id)):
        page = client.get(f"/figures/{scope}/{key}", headers={"Accept-Language": language})
        assert page.status_code == 200
        assert "54/65" in page.text

    assert client.get("/figures/procedure/9.999999").status_code == 404


def test_goals_say_what_may_still_be_late_and_what_is_not_measured(
    client: Browser, session: Session, leader: Agency
) -> None:
    goals.seed(session, now=NOW)
    session.commit()

    page = client.get("/figures/goals").text

    assert "54 ÷ 65" in page
    # goal 98 %: 54 of 65 kept, so (0.98 × 65 − 54) ÷ 0.02 = 485 in a row
    assert "485 hồ sơ liên tiếp" in page
    assert page.count("Chưa đo được") >= 5


def test_the_scorecard_gives_points_only_for_what_is_counted(client: Browser, leader: Agency) -> None:
    page = client.get(f"/figures/index-766?agency={leader.id}").text

    # 54 settled, kept by their verdict (settled() says all are), 5 open ones not yet due of 10: (60 + 5) ÷ 70 × 20
    assert "65 ÷ 70" in page
    assert "18,57" in page
    assert page.count("chưa đo được") == len(INDICATORS) - 2  # 5.4 is counted, too
    assert client.get("/figures/index-766?agency=nonsense").status_code == 404


def test_the_report_comes_as_page_workbook_and_pdf(client: Browser, leader: Agency) -> None:
    days = {"first": (YESTERDAY - timedelta(days=30)).isoformat(), "last": YESTERDAY.isoformat()}
    page = client.get("/figures/report", query_string=days)
    assert page.status_code == 200

    book = client.get("/figures/report.xlsx", query_string=days)
    with zipfile.ZipFile(io.BytesIO(book.data)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "<v>60</v>" in sheet

    paper = client.get("/figures/report.pdf", query_string=days)
    with pikepdf.open(io.BytesIO(paper.data)) as pdf:
        assert len(pdf.pages) == 1
    assert client.get("/figures/report?first=2026-13-99&last=x").status_code == 200


# --- forecasts


def test_everybody_reads_how_often_forecasts_came_true(client: Browser, session: Session) -> None:
    assert "Nothing to compare yet" in client.get("/en/transparency/forecast").text
    row = {"n": 40, "dossiers": 25, "within_50": 20, "within_80": 33, "within_95": 38, "pinball_days": 0.4}
    figures = {
        "procedures": {"1.013225": {"standing": row, "whole": {**row, "pinball_days": 0.9}}},
        "together": {"standing": row, "whole": {**row, "pinball_days": 0.9}},
        "shown": {"1.013225": "standing"},
    }
    session.add(Calibration(as_of=YESTERDAY, published_at=NOW, figures=figures))
    session.commit()

    for language in ("vi", "en", "zh"):
        page = client.get(f"/{language}/transparency/forecast")
        assert page.status_code == 200
    text = client.get("/en/transparency/forecast").text
    assert "n = 40" in text
    assert re.search(r"8[23](\.\d)?\s*%", text)  # 33 of 40 ranges of 80 percent held
