"""Goals: written, changed and ended by administrators, and shown to everybody with what may still go wrong."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, AuditRow, Person
from portal.clock.zone import office_day
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, Refused, Stale
from portal.transparency.actions import goals
from portal.transparency.actions.goals import Target, Wording
from portal.transparency.models import Goal, Snapshot
from portal.transparency.public_goals import trend
from portal.transparency.publishing import packed
from portal.workflow.roles import Role
from tests.factories import people
from tests.fixtures.app import Browser

NOW = datetime.now(UTC)
TODAY = office_day(NOW)
TYPED = {
    "key": "", "vi": "Trả lời trong ngày", "en": "Answers within a day", "zh": "当日答复", "direction": "at_most",
    "target": "1,5", "measure": "working_day", "by_year": "2027", "source": "Kế hoạch 1/KH-UBND", "owner": "",
    "is_verified": "y", "valid_from": [str(TODAY.day), str(TODAY.month), str(TODAY.year)],
}  # fmt: skip


@pytest.fixture
def administrator(session: Session, client: Browser) -> Person:
    found = people.officer(session, people.agency(session, "construction"), Role.ADMINISTRATOR)
    session.commit()
    people.sign_in(client, found)
    return found


def wording(**changes: object) -> Wording:
    values: dict[str, object] = {
        "names": {"vi": "Đúng hạn", "en": "On time", "zh": "按时"},
        "source": "Kế hoạch",
        "owner": None,
        "is_verified": True,
        "valid_until": None,
    }
    return Wording(**(values | changes))  # type: ignore[arg-type]


def target(**changes: object) -> Target:
    values: dict[str, object] = {
        "key": "on_time",
        "measure": "percent",
        "target": 95.0,
        "direction": "at_least",
        "by_year": None,
        "valid_from": TODAY,
    }
    return Target(**(values | changes))  # type: ignore[arg-type]


def audit(session: Session, verb: str) -> list[AuditRow]:
    session.expire_all()
    return list(session.scalars(sa.select(AuditRow).where(AuditRow.verb == verb)))


def test_a_goal_is_written_put_right_and_ended_each_with_one_row_of_the_record(
    session: Session, client: Browser, administrator: Person
) -> None:
    answer = client.post("/administration/goals/new", data=TYPED)
    assert answer.status_code == 303, answer.text
    goal = session.scalars(sa.select(Goal)).one()
    assert (goal.target, goal.measure, goal.direction, goal.valid_from) == (1.5, "working_day", "at_most", TODAY)
    changed = TYPED | {"source": "Quyết định 2/QĐ-UBND", "version": "1"}
    client.post(f"/administration/goals/{goal.id}", data=changed)
    row = audit(session, "transparency.change_goal")[0]
    assert (row.before or {})["source"] == "Kế hoạch 1/KH-UBND"
    assert (row.after or {})["source"] == "Quyết định 2/QĐ-UBND"
    tomorrow = TODAY + timedelta(days=1)
    last = [str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)]
    ended = client.post(
        f"/administration/goals/{goal.id}/end", data={"last": last, "reason": "Kế hoạch mới", "version": "2"}
    )
    assert ended.status_code == 303, ended.text
    after = audit(session, "transparency.end_goal")[0].after or {}
    assert (after["valid_until"], after["reason"]) == (tomorrow.isoformat(), "Kế hoạch mới")
    assert [row.actor_id for row in audit(session, "transparency.write_goal")] == [administrator.id]


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_kept(
    session: Session, client: Browser, administrator: Person
) -> None:
    answer = client.post("/administration/goals/new", data=TYPED | {"target": "nhiều", "source": " "})
    assert answer.status_code == 422
    assert "Hãy ghi kế hoạch hoặc quyết định làm căn cứ." in answer.text
    assert "Trả lời trong ngày" in answer.text
    wrong = client.post("/administration/goals/new", data=TYPED | {"key": "on_time"})
    assert wrong.status_code == 422
    assert "ít nhất … phần trăm" in wrong.text
    assert session.scalars(sa.select(Goal)).all() == []


def test_the_target_of_a_goal_that_has_begun_stays_on_record(session: Session, administrator: Person) -> None:
    begun = goals.write(session, wording(), target(valid_from=TODAY - timedelta(days=9)), by=administrator.id, now=NOW)
    with pytest.raises(Refused):
        goals.change(session, begun.id, wording(), target(), version=1, by=administrator.id, now=NOW)
    with pytest.raises(Stale):
        goals.change(session, begun.id, wording(), None, version=7, by=administrator.id, now=NOW)
    goals.change(session, begun.id, wording(source="Quyết định"), None, version=1, by=administrator.id, now=NOW)
    assert (begun.source, begun.target, begun.version) == ("Quyết định", 95.0, 2)


def test_what_is_measured_has_one_goal_at_a_time_and_an_owner_that_exists(
    session: Session, administrator: Person
) -> None:
    by = administrator.id
    first = goals.write(session, wording(owner="construction"), target(), by=by, now=NOW)
    with pytest.raises(Invalid) as refused:
        goals.write(session, wording(), target(valid_from=TODAY + timedelta(days=400)), by=by, now=NOW)
    assert refused.value.fields == {"valid_from": "transparency.goal_holds"}
    goals.end(session, first.id, last=TODAY, reason="mới", version=1, by=by, now=NOW)
    goals.write(session, wording(), target(valid_from=TODAY + timedelta(days=1)), by=by, now=NOW)
    with pytest.raises(Invalid) as unknown:
        goals.write(session, wording(owner="nowhere"), target(key=""), by=by, now=NOW)
    assert unknown.value.fields == {"owner": "transparency.owner_unknown"}


def test_a_seeded_goal_that_was_ended_does_not_come_back(session: Session, administrator: Person) -> None:
    goals.seed(session, now=NOW)
    goal = session.scalars(sa.select(Goal).where(Goal.key == "on_time")).one()
    goals.end(session, goal.id, last=TODAY, reason="hết", version=1, by=administrator.id, now=NOW)
    assert goals.seed(session, now=NOW + timedelta(days=2)) == 0


def test_auditors_look_and_officers_do_not(session: Session, client: Browser) -> None:
    office = people.agency(session)
    auditor, head = people.officer(session, office, Role.AUDITOR), people.officer(session, office, Role.HEAD)
    session.commit()
    people.sign_in(client, auditor)
    assert client.get("/administration/goals").status_code == 200
    assert client.get("/administration/goals/new").status_code == 403
    other = client.application.test_client()
    people.sign_in(other, head)
    assert other.get("/administration/goals").status_code == 403


# --- what the public sees


def publish(session: Session, office: Agency, months: list[dict[str, object]], *, on_time: int, n: int) -> None:
    province = {
        "n": n, "window_days": 30, "p50_hours": 8, "p80_hours": 16, "p90_hours": 24, "on_time": on_time,
        "late": n - on_time, "open": 0, "open_overdue": 0, "open_waiting": 0, "on_time_share": on_time / n,
        "on_time_766": on_time, "counted_766": n, "on_time_766_share": on_time / n, "agency_hours": 100,
        "applicant_hours": 10, "supplemented": 0, "durations_hours": [[8, n]],
    }  # fmt: skip
    empty: dict[str, object] = {"fields": {}, "procedures": {}, "agencies": {}, "ageing": [], "stopped": {}}
    figures = empty | {"province": province, "months": months}
    session.add(
        Snapshot(id=new_id(), as_of=TODAY - timedelta(days=1), published_at=NOW, figures=figures, file=packed([]))
    )


def test_the_public_page_says_how_many_may_still_be_late(session: Session, client: Browser) -> None:
    office = people.agency(session, "construction")
    people.agency(session)
    session.add(
        Goal(
            key="on_time", names={"vi": "Đúng hạn", "en": "On time", "zh": "按时"}, measure="percent", target=98,
            direction="at_least", by_year=None, source="Đề xuất", owner="construction", is_verified=True,
            valid_from=TODAY - timedelta(days=40), valid_until=None,
        )
    )  # fmt: skip
    publish(session, office, [], on_time=99, n=100)
    session.commit()

    page = client.get("/en/transparency/goals").text

    # at most L of the next 120 may be late: (99 + 120 - L) / (100 + 120) >= 98 % holds up to L = 3
    assert "Of the next 120 dossiers at most 3 may be late to keep the goal." in page
    assert "= 99 ÷ 100" in page


def test_the_trend_compares_the_last_two_whole_months_with_enough_dossiers() -> None:
    def month(name: str, n: int, share: float | None) -> dict[str, object]:
        return {"month": name, "n": n, "share": share}

    as_of = date(2026, 11, 22)
    moves = trend([month("2026-09", 40, 0.8), month("2026-10", 45, 0.84), month("2026-11", 30, 0.1)], as_of=as_of)
    assert moves is not None
    assert (moves.earlier_month, moves.later_month, moves.direction) == ("2026-09", "2026-10", "up")
    assert trend([month("2026-09", 19, 0.8), month("2026-10", 45, 0.84)], as_of=as_of) is None
    assert trend([], as_of=as_of) is None
    level = trend([month("2026-08", 20, 0.9), month("2026-10", 20, 0.9)], as_of=as_of)
    assert level is not None
    assert level.direction == "level"


def test_a_goal_nobody_has_is_not_found(client: Browser, administrator: Person) -> None:
    assert client.get(f"/administration/goals/{UUID(int=1)}").status_code == 404
