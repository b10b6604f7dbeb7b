"""What is counted beside the dossiers' way: how people rate, whether feedback is answered in time, how bills are paid.

It follows from the ratings, the feedback and the settled bills themselves, day by day; the counts are exact, and those
of any days and groups add up. They are made anew, never added to: those of the last days at every count, all of them
when a day begins.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.catalogue.models import ProcedureVersion
from portal.clock.zone import VIETNAM
from portal.dossiers.models import Dossier
from portal.facts.models import DossierFact, Heard, HeardCount
from portal.facts.queries import Group
from portal.facts.turnaround import ENOUGH, LONGEST_WINDOW, share_of
from portal.hearing.models import Matter, MatterKind, Rating
from portal.payments.kinds import BillState, GatewayName, PaymentState
from portal.payments.models import Bill, Payment
from portal.transparency.models import FigureSheet

ON_TIME, LATE = "on_time", "late"
ONLINE, COUNTER = "online", "counter"
SATISFIED = ("4", "5")
"""The scores of whoever is content."""
COLUMNS: Final = tuple(column.name for column in HeardCount.__table__.columns)
SHARES: Mapping[str, tuple[Heard, tuple[str, ...]]] = {
    "satisfied": (Heard.RATING, SATISFIED),
    "feedback_on_time": (Heard.FEEDBACK, (ON_TIME,)),
    "online_payment": (Heard.PAYMENT, (ONLINE,)),
}
"""The shares of what was heard: of which kind, and which answers make the part."""

Answers = Counter[tuple[str, str]]


def recount(session: Session, *, now: datetime, since: date | None = None) -> None:
    """Make the counts of the days from `since` on anew; None: all of them."""
    stored, source = HeardCount.__table__, expected(now)
    gone, made = sa.delete(HeardCount), sa.select(source)
    if since is not None:
        gone, made = gone.where(stored.c.day >= since), made.where(source.c.day >= since)
    session.execute(gone)
    session.execute(insert(HeardCount).from_select(list(COLUMNS), made))


def recount_lately(session: Session, *, on: date, now: datetime) -> None:
    """The counts of yesterday and today; all of them where no sheet has been made on this day yet."""
    last = session.scalar(sa.select(sa.func.max(FigureSheet.on)))
    recount(session, now=now, since=on - timedelta(days=1) if last == on else None)


def expected(now: datetime) -> sa.Subquery:
    """What the counts must be at this moment, by ratings, feedback and bills."""
    parts = sa.union_all(_ratings(), _feedback(now), _payments()).subquery()
    key = [parts.c[name] for name in COLUMNS if name != "n"]
    return sa.select(*key, sa.cast(sa.func.count(), sa.Integer).label("n")).group_by(*key).subquery()


def read(session: Session, *, on: date) -> dict[Group, Answers]:
    """The counts of the last 365 days by procedure and agency; feedback about no procedure under an empty code."""
    found: dict[Group, Answers] = {}
    row = HeardCount
    statement = (
        sa.select(row.procedure_code, row.agency_id, row.kind, row.answer, sa.func.sum(row.n))
        .where(row.day <= on, row.day > on - timedelta(days=LONGEST_WINDOW))
        .group_by(row.procedure_code, row.agency_id, row.kind, row.answer)
    )
    for code, agency, kind, answer, n in session.execute(statement):
        found.setdefault(Group(code, agency), Counter())[kind.value, answer] += int(n)
    return found


def figures(answers: Answers) -> dict[str, Any]:
    """The counts by kind and answer, and the shares: part, whole, and the share of twenty or more."""
    counts: dict[str, dict[str, int]] = {kind.value: {} for kind in Heard}
    for (kind, answer), n in sorted(answers.items()):
        counts[kind][answer] = n
    shares = {}
    for name, (of_kind, wanted) in SHARES.items():
        of = counts[of_kind.value]
        part, whole = sum(of.get(answer, 0) for answer in wanted), sum(of.values())
        shares[name] = {"part": part, "n": whole, "share": share_of(part, whole) if whole >= ENOUGH else None}
    return {"counts": counts, "shares": shares}


def _ratings() -> sa.Select[Any]:
    fact = DossierFact
    columns: tuple[Any, ...] = (
        sa.literal(Heard.RATING.value).label("kind"),
        _day(Rating.rated_at).label("day"),
        fact.procedure_code,
        fact.agency_id,
        sa.cast(Rating.score, sa.Text).label("answer"),
    )
    return sa.select(*columns).join(fact, fact.dossier_id == Rating.dossier_id).where(fact.agency_id.is_not(None))


def _feedback(now: datetime) -> sa.Select[Any]:
    """Answered feedback by the day of the answer; what was not answered in time by the day that was missed.

    In time: taken on, refused or passed on by its first day, and answered by its last. Source: Decision
    766/QĐ-TTg, 5.2, as transcribed; whether the answer was published in time is not in it.
    """
    one = Matter
    missed = sa.func.coalesce(one.answered_at > one.due_at, one.due_at < now)
    kept = sa.and_(sa.not_(missed), one.taken_on_at <= one.screen_by)
    return sa.select(
        sa.literal(Heard.FEEDBACK.value).label("kind"),
        _day(sa.case((missed, one.due_at), else_=one.answered_at)).label("day"),
        sa.func.coalesce(one.procedure_code, "").label("procedure_code"),
        one.agency_id,
        sa.case((kept, ON_TIME), else_=LATE).label("answer"),
    ).where(one.kind == MatterKind.FEEDBACK, sa.or_(one.answered_at.is_not(None), one.due_at < now))


def _payments() -> sa.Select[Any]:
    """Settled bills with something to pay by the day they were settled; the agency is the one that collects."""
    return (
        sa.select(
            sa.literal(Heard.PAYMENT.value).label("kind"),
            _day(Bill.paid_at).label("day"),
            ProcedureVersion.code.label("procedure_code"),
            Bill.agency_id,
            sa.case((Payment.gateway == GatewayName.COUNTER, COUNTER), else_=ONLINE).label("answer"),
        )
        .join(Payment, Payment.bill_id == Bill.id)
        .join(Dossier, Dossier.id == Bill.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .where(
            Bill.state == BillState.PAID,
            Bill.amount_vnd > 0,
            Payment.state == PaymentState.SUCCEEDED,
            sa.not_(Payment.is_surplus),
        )
    )


def _day(instant: Any) -> sa.ColumnElement[date]:
    return sa.cast(sa.func.timezone(VIETNAM.key, instant), sa.Date)
