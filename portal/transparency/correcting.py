"""What a new snapshot finds corrected in what was published before: listed, never rewritten (decision 23).

Settled and stopped dossiers stay in their groups of five for ever, so two snapshots agree on every group that was
complete when the first was published. Where they do not, the record has changed in between: a dossier was
reopened, or an act was recorded late. Both figures are sums of the published lines, so the list tells nothing that
the lines do not. What is counted apart (decision, commune, level …) tells of the same dossiers once more and is not
listed again; ratings, feedback and payments are not compared.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.dossiers.models import DossierEvent
from portal.foundation.database import new_id
from portal.transparency.figures import published_since
from portal.transparency.models import FigureCorrection, Snapshot
from portal.transparency.open_data import Line
from portal.transparency.publishing import unpacked
from portal.workflow.events import EventKind

REOPENED, RECORDED_LATE = "reopened", "recorded_late"
COMPARED = ("settled", "stopped")
MOST_SHOWN = 200

Group = tuple[str, str]
Sums = dict[Group, Counter[str]]


def note(session: Session, as_of: date, published: Iterable[Line]) -> int:
    """Compare the lines of a new snapshot with those of the one before it and list what differs; returns how many."""
    earlier = session.scalars(
        sa.select(Snapshot).where(Snapshot.as_of < as_of).order_by(Snapshot.as_of.desc()).limit(1)
    ).first()
    if earlier is None:
        return 0
    since = published_since(as_of).isoformat()
    was = _sums(unpacked(earlier.file), since=since, until=earlier.as_of.isoformat())
    now = _sums(published, since=since, until=earlier.as_of.isoformat())
    differing = [group for group in sorted({*was, *now}) if was.get(group) != now.get(group)]
    if not differing:
        return 0
    reason = _reason(session, earlier)
    found = [
        {
            "id": new_id(),
            "as_of": as_of,
            "corrects": earlier.as_of,
            "kind": kind,
            "month": month,
            "before": _told(was.get((kind, month))),
            "after": _told(now.get((kind, month))),
            "reason": reason,
        }
        for kind, month in differing
    ]
    session.execute(insert(FigureCorrection).values(found).on_conflict_do_nothing())
    return len(found)


def listed(session: Session) -> Sequence[FigureCorrection]:
    """The corrected figures, the newest first."""
    order = (FigureCorrection.as_of.desc(), FigureCorrection.kind, FigureCorrection.month.desc())
    return session.scalars(sa.select(FigureCorrection).order_by(*order).limit(MOST_SHOWN)).all()


def _sums(lines: Iterable[Line], *, since: str, until: str) -> Sums:
    found: Sums = {}
    for line in lines:
        day = line.day or ""
        if line.kind not in COMPARED or not since <= day <= until:
            continue
        kept = line.on_time if line.kind == "settled" else line.on_time_766
        sums = found.setdefault((line.kind, day[:7]), Counter())
        sums["n"] += line.dossiers
        sums["on_time"] += line.dossiers if kept else 0
        sums["hours"] += line.dossiers * (line.agency_hours or 0)
    return found


def _told(sums: Counter[str] | None) -> dict[str, int]:
    return {name: (sums or Counter())[name] for name in ("n", "on_time", "hours")}


def _reason(session: Session, earlier: Snapshot) -> str:
    """Why, as far as the record tells: something ended was opened again since then, or else was recorded late."""
    kind = EventKind.REOPENED_BY_CORRECTION
    is_reopening = sa.exists().where(DossierEvent.kind == kind, DossierEvent.at >= earlier.published_at)
    return REOPENED if session.scalar(sa.select(is_reopening)) else RECORDED_LATE
