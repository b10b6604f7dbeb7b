"""Every formula on a set small enough to be counted on one's fingers.

Today is Tuesday 31 March 2026. The ten dossiers are all of 1.013225 at one agency; days are counted back from today
(T−3 is three days ago), times are the agency's and the filer's working minutes:

    no  what happened                                          own   filer  due by law  promised  rounds
     1  granted T−1, level 4, online, commune 1                480      0   T+1         T+1       0   early
     2  granted T−2, level 4, online, commune 1                490      0   T−2         T−2       0   on the day
     3  granted T−3, level 4, online, commune 1                960    480   T−3         T−3       1   on the day
     4  granted T−4, level 3, at the counter, commune 2       2400      0   T−5         T−5       0   late
     5  refused T−5 (not in scope), level 4, online           1200    960   T−1         T−1       2   early; 766: late
     6  refused T−40 (own words), level 3, online             1440      0   T−40        T−40      0   on the day
     7  withdrawn T−6                                          300      0   T           T         0
     8  open, accepted T−8                                                  T+10        T+10      0
     9  open, accepted T−40                                                 T−2         T−2       0   overdue
    10  open, accepted T−20, the filer's turn since T−3                     T−1         T−1       1   waiting

Number 4 was accepted after its eight working hours, all others within them. Numbers 1 and 5 were disliked.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.models import ProcedureVersion
from portal.facts import actions
from portal.facts.models import DossierFact, Heard, HeardCount
from portal.facts.turnaround import Standing, Tally, Turnaround, measured
from portal.foundation.database import new_id
from portal.hearing.models import Matter, MatterKind, MatterState, Rating
from portal.payments.kinds import BillState, GatewayName, Occasion, PaymentState
from portal.payments.models import Bill, Payment
from portal.transparency import comparing, counting, heard, scorecard, sheets, shown
from portal.transparency.attainment import on_time_margin
from portal.transparency.leading import Load, at_risk, totals
from portal.transparency.margin import margin
from portal.transparency.models import Goal
from portal.transparency.public_goals import trend
from portal.transparency.report import report
from tests.factories import world as worlds
from tests.factories.facts import AGENCIES, TODAY, evening, fact, settled

NOW = datetime(2026, 3, 31, 9, tzinfo=UTC)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def ten() -> list[DossierFact]:
    """The ten of the table, in its order."""

    def ended(minutes: int, days: int, due: int, filers: int = 0, **changes: Any) -> DossierFact:
        dates = {"statutory_due_at": evening(ago(due)), "promised_due_at": evening(ago(due))}
        usual: dict[str, Any] = {"accepted_on": ago(days + 8), "level": 4, "channel": "online", **dates}
        return settled(minutes, on=ago(days), applicant_minutes=filers, **(usual | changes))

    def still(accepted: int, due: int, **changes: Any) -> DossierFact:
        dates = {"statutory_due_at": evening(ago(due)), "promised_due_at": evening(ago(due))}
        return fact(accepted_on=ago(accepted), accepted_at=evening(ago(accepted)), **dates, **changes)

    late = {"was_on_time": False, "was_on_time_766": False, "acceptance_was_late": True}
    refused = {"outcome": "refused", "was_on_time_766": False, "supplement_rounds": 2}
    return [
        ended(480, 1, -1, commune="00001"),
        ended(490, 2, 2, commune="00001"),
        ended(960, 3, 3, filers=480, supplement_rounds=1, commune="00001"),
        ended(2400, 4, 5, level=3, channel="counter", commune="00002", **late),
        ended(1200, 5, 1, filers=960, refusal_reason="not_in_scope", **refused),
        ended(1440, 40, 40, level=3, outcome="refused", refusal_reason=""),
        fact(
            state="stopped", stop_reason="withdrawn", accepted_on=ago(12), ended_on=ago(6), agency_minutes=300,
            applicant_minutes=0, statutory_due_at=evening(TODAY), promised_due_at=evening(TODAY),
        ),
        still(8, -10),
        still(40, 2),
        still(20, 1, clock_stopped_at=evening(ago(3)), supplement_rounds=1),
    ]  # fmt: skip


@pytest.fixture
def set_of_ten(session: Session) -> list[DossierFact]:
    found = ten()
    for one in found:
        actions.upsert(session, one)
    while counting.count(session):
        pass
    # Ratings, bills and feedback of dossiers that have nothing but their facts.
    session.execute(sa.text("SET LOCAL session_replication_role = replica"))
    return found


def sheet(session: Session, scope: str = sheets.PROVINCE, key: str = "") -> dict[str, Any]:
    sheets.make(session, now=NOW)
    found = sheets.of(session, scope, key)
    assert found is not None
    session.refresh(found)
    return found.figures


# --- the officers' figures


def test_settled_late_open_and_stopped_are_counted_apart(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Settled: 1–6, six; on time by law: all but 4, five; late: one; fewer than twenty, so no window and no share.

    Open: 8, 9, 10, three; overdue: 9 (due T−2 before today), not 10 (due T−1, but its clock stands since T−3: at that
    moment T−1 had not come); waiting: 10. Stopped: 7. Own time 480 + 490 + 960 + 2,400 + 1,200 + 1,440 = 6,970; the
    filers' 480 + 960 = 1,440. Rounds 1 + 2 = 3, of two dossiers (3 and 5).
    """
    now = sheet(session)["now"]
    assert (now["n"], now["on_time"], now["late"], now["window_days"]) == (6, 5, 1, None)
    assert (now["open"], now["open_overdue"], now["open_waiting"], now["stopped"]) == (3, 1, 1, 1)
    assert (now["agency_minutes"], now["applicant_minutes"]) == (6970, 1440)
    assert (now["supplement_rounds"], now["supplemented"]) == (3, 2)
    assert [now[name] for name in ("on_time_share", "on_time_766_share", "p50", "p80", "p90")] == [None] * 5


def test_on_time_by_the_official_formula(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Kept: 1, 2, 3, 6 settled by the promised day (5 had two rounds); 7 stopped before its day; 8 before its day, 10
    when its filer's turn began: 4 + 1 + 2 = 7, of all ten."""
    now = sheet(session)["now"]
    assert (now["on_time_766"], now["counted_766"]) == (7, 10)


def test_what_they_were_and_how_they_ended(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Before their day: 1 and 5. Refused: 5 and 6, one for a managed reason, one in own words. Without a supplement: 1,
    2, 4, 6; one round: 3; two: 5. Level 4: 1, 2, 3, 5; level 3: 4, 6. Online: all but 4. Granted four, refused two,
    withdrawn one. In thirty days five were settled (6 was not)."""
    found = sheet(session)
    assert (found["early"], found["refused"], found["lately"]) == (2, 2, 5)
    assert found["refusals"] == {"": 1, "not_in_scope": 1}
    assert found["rounds"] == [4, 1, 1]
    assert found["levels"] == {"3": 2, "4": 4}
    assert found["channels"] == {"counter": 1, "online": 5}
    assert found["ends"] == {"granted": 4, "refused": 2, "withdrawn": 1}
    assert found["not_accepted"] == {}
    assert found["service"]["accepted_late"] == 1


def test_open_ones_by_age(session: Session, set_of_ten: list[DossierFact]) -> None:
    """8 is eight days old, 10 twenty, both of the band 8–30; 9 is forty, of the band 31–90."""
    ageing = {band.pop("age"): band for band in sheet(session)["ageing"]}
    nothing = {"within_limit": 0, "waiting_for_filer": 0, "overdue": 0}
    assert ageing == {
        "0-7": nothing,
        "8-30": {"within_limit": 1, "waiting_for_filer": 1, "overdue": 0},
        "31-90": {"within_limit": 0, "waiting_for_filer": 0, "overdue": 1},
        "91+": nothing,
    }


def test_communes(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Commune 1: three settled, three on time; commune 2: one, late. Under twenty there is no share."""
    assert [(one["commune"], one["n"], one["on_time"], one["share"]) for one in sheet(session)["communes"]] == [
        ("00001", 3, 3, None),
        ("00002", 1, 0, None),
    ]


def test_months(session: Session, set_of_ten: list[DossierFact]) -> None:
    """March: 1–5, four of them on time by law, three by 766 (1, 2, 3), two early (1, 5). T−40 is 19 February: 6."""
    months = {one["month"]: one for one in sheet(session)["months"]}
    march, february = months["2026-03"], months["2026-02"]
    assert (march["n"], march["on_time"], march["on_time_766"], march["early"]) == (5, 4, 3, 2)
    assert (february["n"], february["on_time"]) == (1, 1)
    assert sum(one["n"] for one in months.values()) == 6


def test_the_estimate_with_open_ones_by_hand(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Settled 1–6, watched 7–10: ten in all."""
    survival = sheet(session)["survival"]
    assert (survival["settled"], survival["watched"]) == (6, 4)


def group_of_twenty(**changes: Any) -> Turnaround:
    """Twenty settled after 60, 120, … 1,200 minutes, sixteen on time, four of them with a supplement; five overdue."""
    tally = Tally(
        on_time=16, on_time_766=15, agency_minutes=60 * 210, applicant_minutes=60 * 90, supplement_rounds=5,
        supplemented=4,
    )  # fmt: skip
    for number in range(1, 21):
        tally.durations[60 * number] += 1
    standing = Standing(running=3, waiting=2, overdue=5, open_kept_766=4)
    standing.stopped[30] = 2
    standing.stopped_kept_766[30] = 1
    return measured({30: tally}, standing)


def test_shares_and_percentiles_of_twenty() -> None:
    """On time by law 16 ÷ (20 + 5) = 64 %. By 766 (15 + 4 + 1) ÷ (20 + 10 + 2) = 20 ÷ 32 = 62.5 %. P50: the tenth of
    twenty, 600; P80: the sixteenth, 960; P90: the eighteenth, 1,080. The filers' part: 90 of 210 + 90 hours = 30 %.
    With a supplement: 4 ÷ 20 = 20 %."""
    found = group_of_twenty()
    assert (found.window_days, found.on_time_share, found.honest_of) == (30, pytest.approx(0.64), 25)
    assert (found.on_time_766, found.counted_766) == (20, 32)
    assert found.on_time_766_share == pytest.approx(0.625)
    assert (found.p50, found.p80, found.p90) == (600, 960, 1080)
    assert found.applicant_share == pytest.approx(0.3)
    assert found.supplemented_share == pytest.approx(0.2)


def test_right_the_first_time_and_the_bottleneck() -> None:
    """15 of 20 without a supplement: 75 %; of 19 nothing is said. The step with most minutes is the bottleneck."""
    assert shown.first_time_right([15, 3, 2]) == pytest.approx(0.75)
    assert shown.first_time_right([15, 3, 1]) is None
    steps = [{"step": "a", "agency_minutes": 100}, {"step": "b", "agency_minutes": 300}]
    assert shown.bottleneck(steps) == steps[1]
    assert [one["step"] for one in shown.longest_steps(steps)] == ["b", "a"]
    waits = [*steps, {"step": "deliver", "agency_minutes": 900, "is_counted": False}]
    assert (shown.bottleneck(waits), shown.all_minutes(waits)) == (steps[1], 400)


def test_the_least_share_if_four_overdue_ones_are_untold() -> None:
    """16 ÷ (20 + 5 + 4) = 55.2 %."""
    figures = {"on_time": 16, "n": 20, "open_overdue": 5, "on_time_share": 0.64}
    assert shown.least_share(figures) == pytest.approx(16 / 29)


# --- leading, goals, report


def test_at_risk_this_week(session: Session, set_of_ten: list[DossierFact]) -> None:
    """Overdue: 9. Due within seven days: none (8 is due in ten). Of the filer: 10."""
    assert totals(at_risk(session, on=TODAY)) == {"overdue": 1, "week": 0, "waiting": 1}


def test_the_load_of_each() -> None:
    """Eleven open steps, two in nobody's hands, three people: (11 − 2) ÷ 3 = 3 each."""
    whose = {"agency_id": AGENCIES[0], "role": worlds.Role.SPECIALIST}
    assert Load(open=11, unassigned=2, overdue=1, people=3, most=5, **whose).each == 3  # type: ignore[arg-type]
    assert Load(open=2, unassigned=2, overdue=0, people=0, most=0, **whose).each is None  # type: ignore[arg-type]


def test_what_may_still_go_wrong() -> None:
    """18 of 20 kept, and 5 overdue: 18 of 25. Goal 60 %, the next 20: 18 + 20 − 0.6 × 45 = 11 may be late. Goal 80 %:
    18 + 20 − 0.8 × 45 = 2. Goal 98 %: 38 − 44.1 < 0, so none may, and (0.98 × 25 − 18) ÷ 0.02 = 325 in a row are
    needed."""
    figures = {"now": {"window_days": 30, "on_time": 18, "n": 20, "open_overdue": 5}, "lately": 20}
    for target, most in ((60.0, 11), (80.0, 2), (98.0, None)):
        found = on_time_margin(figures, Goal(target=target, direction="at_least", measure="percent"))
        assert found is not None
        assert (found.following, found.most_late) == (20, most)
    assert margin(kept=18, counted=25, goal=Fraction(98, 100), following=20).needed == 325


def test_the_trend_of_a_goal() -> None:
    """Of the months that are over and have twenty, the last two: from 90 % in January to 95 % in February."""
    months = [
        {"month": "2025-12", "n": 19, "share": 0.5},
        {"month": "2026-01", "n": 20, "share": 0.9},
        {"month": "2026-02", "n": 40, "share": 0.95},
        {"month": "2026-03", "n": 40, "share": 0.1},
    ]
    found = trend(months, as_of=TODAY)
    assert found is not None
    assert (found.earlier_month, found.later_month, found.direction) == ("2026-01", "2026-02", "up")


def test_report_two_six_a(session: Session, set_of_ten: list[DossierFact]) -> None:
    """March, all of construction. Accepted in March: 1–5 (T−9 … T−13), 7 (T−12), 8 (T−8) and 10 (T−20): 8, of them 4 at
    the counter, and 7, 8, 10 with no channel known: online 4, other 4; carried over: 9 (T−40). 6 had ended in February.
    Settled: early 1, 5 and 7 (T−6 before T); on the day 2, 3; late 4: 6. In progress: 8 and 10 within, 9 overdue."""
    found = report(session, first=date(2026, 3, 1), last=TODAY)
    line = next(one for one in found.lines if one.field == "construction")
    assert line.cells() == (9, 4, 4, 1, 6, 3, 2, 1, 3, 2, 1)
    assert line.received == line.settled + line.in_progress


# --- ratings, fees, feedback


def rating(session: Session, of: DossierFact, score: int) -> None:
    session.add(Rating(dossier_id=of.dossier_id, person_id=UUID(int=1), score=score, words="", rated_at=NOW))


def feedback(
    session: Session, *, screened: int | None, answered: int | None, screen_by: int, due: int, **changes: Any
) -> None:
    """Feedback about the first agency; hours from now, negative ones past."""

    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOW + timedelta(hours=hours)

    values: dict[str, Any] = {
        "kind": MatterKind.FEEDBACK, "state": MatterState.SETTLED if answered is not None else MatterState.RAISED,
        "person_id": UUID(int=1), "agency_id": AGENCIES[0], "words": "", "raised_at": NOW - timedelta(days=30),
        "screen_by": at(screen_by), "taken_on_at": at(screened), "due_at": at(due), "answered_at": at(answered),
    }  # fmt: skip
    session.add(Matter(**(values | changes)))


def bill(session: Session, dossier_id: UUID, number: int, *, amount: int, gateway: GatewayName | None) -> None:
    """A bill, settled through the gateway; None: still owed."""
    made = Bill(
        id=new_id(), dossier_id=dossier_id, dossier_code="x", party_name="x", agency_id=AGENCIES[0],
        occasion=Occasion.FINANCIAL_OBLIGATION, occasion_round=number, amount_vnd=amount, raised_at=NOW, reason="",
        legal_ground="", state=BillState.PAID if gateway else BillState.OWED, paid_at=NOW if gateway else None,
        approved_by=None,
    )  # fmt: skip
    session.add(made)
    session.flush()
    if gateway and amount:
        session.add(
            Payment(
                id=new_id(), bill_id=made.id, agency_id=AGENCIES[0], gateway=gateway, reference=f"r{number}",
                amount_vnd=amount, state=PaymentState.SUCCEEDED, started_at=NOW, expires_at=NOW, ended_at=NOW,
                taken_by=UUID(int=2) if gateway is GatewayName.COUNTER else None, payer_name="x", receipt_year=2026,
                receipt_number=number,
            )
        )  # fmt: skip


@pytest.fixture
def voices(session: Session, set_of_ten: list[DossierFact]) -> list[DossierFact]:
    """Ratings of 1 to 5: two, five, four, three, one. Feedback and bills as the tests below say."""
    for one, score in zip(set_of_ten, (2, 5, 4, 3, 1), strict=False):
        rating(session, one, score)
    feedback(session, screened=-40, answered=-10, screen_by=-30, due=10)
    feedback(session, screened=-40, answered=-10, screen_by=-30, due=-20)
    feedback(session, screened=-40, answered=None, screen_by=-30, due=-20)
    feedback(session, screened=-20, answered=-10, screen_by=-30, due=10)
    feedback(session, screened=None, answered=None, screen_by=5, due=10)
    dossier = worlds.build(session).file("1.013225")
    session.flush()
    for number, (amount, gateway) in enumerate(
        (
            (100, GatewayName.SANDBOX),
            (100, GatewayName.VNPAY),
            (100, GatewayName.COUNTER),
            (0, GatewayName.SANDBOX),
            (100, None),
        ),
        start=1,
    ):
        bill(session, dossier.id, number, amount=amount, gateway=gateway)
    session.flush()
    return set_of_ten


def test_ratings_fees_and_feedback(session: Session, voices: list[DossierFact]) -> None:
    """Content are four and five: 2 of 5. Of the bills with something to pay three are settled, two of them online. Of
    five times feedback one was taken on and answered in time; one was answered late, one is not answered though its day
    has passed, one was taken on late; the fifth has time: 1 of 4. None of them reaches twenty, so there is no share."""
    found = sheet(session)["heard"]
    assert found["counts"]["rating"] == {"1": 1, "2": 1, "3": 1, "4": 1, "5": 1}
    assert found["counts"]["payment"] == {"counter": 1, "online": 2}
    assert found["counts"]["feedback"] == {"late": 3, "on_time": 1}
    assert {name: (one["part"], one["n"], one["share"]) for name, one in found["shares"].items()} == {
        "satisfied": (2, 5, None),
        "online_payment": (2, 3, None),
        "feedback_on_time": (1, 4, None),
    }
    twenty = heard.Answers({("rating", "5"): 12, ("rating", "4"): 3, ("rating", "1"): 5})
    assert heard.figures(twenty)["shares"]["satisfied"] == {"part": 15, "n": 20, "share": pytest.approx(0.75)}


def test_what_was_heard_can_be_altered_and_comes_back(session: Session, voices: list[DossierFact]) -> None:
    sheets.make(session, now=NOW)
    sheets.make(session, now=NOW + timedelta(days=1))
    assert list(comparing.heard_counts(session)) == []
    session.execute(sa.update(HeardCount).where(HeardCount.kind == Heard.PAYMENT).values(n=40))
    session.execute(sa.delete(HeardCount).where(HeardCount.kind == Heard.RATING, HeardCount.answer == "5"))
    found = [str(one) for one in comparing.heard_counts(session)]
    assert len(found) == 3
    assert all(one.startswith("heard") for one in found)
    comparing.recount_heard(session)
    assert list(comparing.heard_counts(session)) == []


# --- the index 766


def card(session: Session) -> dict[str, scorecard.Score]:
    sheets.make(session, now=NOW)
    session.expire_all()
    return {score.indicator.code: score for score in scorecard.scorecard(session, on=TODAY).scores}


def test_the_indicators_that_follow_from_dossiers(session: Session, voices: list[DossierFact]) -> None:
    """2.1: 7 ÷ 10 × 20 = 14 points. 3.6: 2 ÷ 3, its maximum is not known. 5.2: 1 ÷ 4 × 6 = 1.5. 5.4: of six settled, 4
    and 5 late by the official formula and 1 and 5 disliked: 6 − 2 − 2 = 2 (5 counts twice, as the formula adds the two
    rates): 2 ÷ 6 ÷ 0.9 × 6 = 2.22."""
    found = card(session)
    counted = {code: (found[code].part, found[code].whole, found[code].points) for code in ("2.1", "3.6", "5.2", "5.4")}
    assert counted == {
        "2.1": (7, 10, Fraction(14)),
        "3.6": (2, 3, None),
        "5.2": (1, 4, Fraction(3, 2)),
        "5.4": (2, 6, Fraction(20, 9)),
    }


def test_the_indicators_that_follow_from_procedures(session: Session, voices: list[DossierFact]) -> None:
    """Three procedures are in force on that day; the fourth comes later. Two have a dated decision, of Monday 2 March:
    one posted on the fifth working day after it, Monday 9 March, the other the day after: 1.2 = 1 ÷ 2 × 4 = 2 points.
    All have all seven parts: 1.3 = 3 ÷ 3 × 4 = 4. All can be filed online: 3.1 = 3 ÷ 3; one of them, 1.013225, has
    been: 3.2 = 1 ÷ 3. No maxima are known of these."""
    first, second = session.scalars(sa.select(ProcedureVersion.id).order_by(ProcedureVersion.code).limit(2)).all()
    session.execute(sa.update(ProcedureVersion).values(decided_on=None))
    for version, day in ((first, date(2026, 3, 9)), (second, date(2026, 3, 10))):
        values = {"decided_on": date(2026, 3, 2), "published_at": evening(day)}
        session.execute(sa.update(ProcedureVersion).where(ProcedureVersion.id == version).values(values))
    found = card(session)
    counted = {code: (found[code].part, found[code].whole, found[code].points) for code in ("1.2", "1.3", "3.1", "3.2")}
    assert counted == {
        "1.2": (1, 2, Fraction(2)),
        "1.3": (3, 3, Fraction(4)),
        "3.1": (3, 3, None),
        "3.2": (1, 3, None),
    }


def test_what_is_not_measured_gives_no_points(session: Session, voices: list[DossierFact]) -> None:
    """The rest has no data here. What follows from dossiers gives 14 + 1.5 + 2.22 points."""
    sheets.make(session, now=NOW)
    whole = scorecard.scorecard(session, on=TODAY)
    measured_ones = {score.indicator.code for score in whole.scores if score.share is not None}
    assert measured_ones >= {"1.3", "2.1", "3.1", "3.2", "3.6", "5.2", "5.4"}
    rest = {score.indicator.code for score in whole.scores} - measured_ones
    assert rest >= {"1.1", "1.4", "3.3", "3.5", "4.1", "4.2", "4.3", "4.4", "4.5", "5.3"}
    given: Callable[[str], Fraction] = lambda code: next(  # noqa: E731
        score.points or Fraction(0) for score in whole.scores if score.indicator.code == code
    )
    assert sum(given(code) for code in ("2.1", "5.2", "5.4")) == Fraction(14) + Fraction(3, 2) + Fraction(20, 9)


def test_linear_points_stop_at_the_maximum() -> None:
    """3.3 gives all at 50 %: with a maximum of 10, 25 % gives 5, 50 % and 80 % give 10."""
    full = scorecard.Indicator(code="3.3", group="online", most=Fraction(10), full_at=Fraction(1, 2))
    for part, points in ((25, 5), (50, 10), (80, 10)):
        assert scorecard.Score(indicator=full, part=part, whole=100).points == points
    assert scorecard.Score(indicator=full, part=0, whole=0).points is None


def test_the_dossiers_that_would_move_it(session: Session, voices: list[DossierFact]) -> None:
    """Open, not waiting, at most one round, their day not over: 8 alone. If late it costs 20 ÷ 10 = 2 points."""
    sheets.make(session, now=NOW)
    session.expire_all()
    found = scorecard.saveable(session, on=TODAY)
    assert [(one.dossier_id, one.points) for one in found] == [(voices[7].dossier_id, Fraction(2))]
