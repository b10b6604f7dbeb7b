"""What dossiers add to the rollups, and the rollups made from it.

Rollups are never added to: whenever a dossier's shares change, the rows they belong to before and after are made
anew from all shares. Doing it twice, late, or after somebody has deleted rows gives the same.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from portal.clock.zone import office_day
from portal.facts.models import BIN_MINUTES, WHOLE, CountedShare, Rollup
from portal.foundation.database import Base

Values = Mapping[str, Any]
Key = tuple[Any, ...]

_SHARES: Final = Base.metadata.tables[CountedShare.__tablename__]
_ROLLUPS: Final = Base.metadata.tables[Rollup.__tablename__]
SHARE_COLUMNS: Final = tuple(column.name for column in _SHARES.columns)
ROLLUP_KEY: Final = tuple(column.name for column in _ROLLUPS.primary_key)


def whole_share(fact: Values) -> Values | None:
    """What a settled dossier adds as a whole; None as long as it is not settled. `fact`: a row of the facts."""
    if fact["settled_on"] is None or fact["agency_minutes"] is None or fact["agency_id"] is None:
        return None
    due_on = office_day(fact["statutory_due_at"]) if fact["statutory_due_at"] else None
    return {
        "dossier_id": fact["dossier_id"],
        "entry": 0,
        "step": WHOLE,
        "day": fact["settled_on"],
        "procedure_code": fact["procedure_code"],
        "case_key": fact["case_key"],
        "agency_id": fact["agency_id"],
        "channel": fact["channel"] or "",
        "agency_minutes": fact["agency_minutes"],
        "waiting_minutes": 0,
        "applicant_minutes": fact["applicant_minutes"] or 0,
        "supplement_rounds": fact["supplement_rounds"],
        "was_on_time": bool(fact["was_on_time"]),
        "was_on_time_766": bool(fact["was_on_time_766"]),
        "was_early": due_on is not None and fact["settled_on"] < due_on,
        "was_refused": fact["outcome"] == "refused",
        "refusal_reason": (fact["refusal_reason"] or "") if fact["outcome"] == "refused" else "",
    }


def replace_shares(session: Session, dossier_ids: Sequence[UUID], shares: Sequence[Values]) -> None:
    """Let these be all the shares of these dossiers, and make the rollups anew that they were or are part of."""
    old = session.execute(
        sa.delete(_SHARES)
        .where(_SHARES.c.dossier_id.in_(dossier_ids))
        .returning(*(_SHARES.c[name] for name in ROLLUP_KEY))
    )
    keys: set[Key] = {tuple(row) for row in old}
    keys |= {tuple(share[name] for name in ROLLUP_KEY) for share in shares}
    if shares:
        session.execute(sa.insert(_SHARES), [dict(share) for share in shares])
    if keys:
        roll_up(session, keys)


def roll_up(session: Session, keys: Iterable[Key] | None = None) -> None:
    """Make the rollups of these keys anew from the shares; None: all of them."""
    if keys is None:
        session.execute(sa.delete(_ROLLUPS))
        session.execute(sa.insert(_ROLLUPS).from_select(_names(), computed()))
        return
    wanted = list(keys)
    columns = [sa.column(name, _ROLLUPS.c[name].type) for name in ROLLUP_KEY]
    arrays = [
        sa.cast(sa.literal([key[place] for key in wanted], sa.ARRAY(column.type)), sa.ARRAY(column.type))
        for place, column in enumerate(columns)
    ]
    given = sa.func.unnest(*arrays).table_valued(*columns).render_derived(name="wanted")
    is_wanted = sa.tuple_(*(_ROLLUPS.c[name] for name in ROLLUP_KEY)).in_(sa.select(*given.c))
    session.execute(sa.delete(_ROLLUPS).where(is_wanted))
    session.execute(sa.insert(_ROLLUPS).from_select(_names(), computed(given)))


def computed(given: sa.TableValuedAlias | None = None) -> sa.Select[Any]:
    """The rollups as the shares say, all or those of the given keys."""
    shares = sa.select(_SHARES)
    if given is not None:
        same = sa.and_(*(given.c[name] == _SHARES.c[name] for name in ROLLUP_KEY))
        shares = sa.select(_SHARES).select_from(_SHARES.join(given, same))
    of = shares.cte("of")
    # Counted first by key and quarter, then by key: two passes of grouping and no join, whatever the number.
    parts = sa.union_all(_by_quarter(of, _DURATION), _by_quarter(of, _WAIT), _by_reason(of)).subquery()
    key = [parts.c[name] for name in ROLLUP_KEY]
    entry = (parts.c.counted, parts.c.n)
    maps = {
        name: sa.func.coalesce(
            sa.func.jsonb_object_agg(*entry).filter(parts.c.kind == kind), sa.cast(sa.literal("{}"), JSONB)
        )
        for name, kind in (("durations", _DURATION), ("waits", _WAIT), ("refusals", _REASON))
    }
    totals = {name: sa.cast(sa.func.sum(parts.c[name]), _ROLLUPS.c[name].type) for name in _SUMS}
    columns = {**dict(zip(ROLLUP_KEY, key, strict=True)), **maps, **totals}
    return sa.select(*(columns[name].label(name) for name in _names())).group_by(*key)


_DURATION: Final = "agency_minutes"
_WAIT: Final = "waiting_minutes"
_REASON: Final = "refusal_reason"
_SUMS: Final = tuple(
    column.name for column in _ROLLUPS.columns if column.name not in {*ROLLUP_KEY, "durations", "waits", "refusals"}
)


def _by_quarter(of: sa.CTE, minutes: str) -> sa.Select[Any]:
    """How many shares of each key lie in each quarter of an hour; the sums only with the durations, to stand once."""
    key = [of.c[name] for name in ROLLUP_KEY]
    quarter = sa.cast(sa.func.ceil(of.c[minutes] / sa.cast(sa.literal(BIN_MINUTES), sa.Numeric)), sa.Integer)
    count, total = sa.func.count, sa.func.sum
    sums: dict[str, sa.ColumnElement[Any]] = {
        "dossiers": count(),
        **{
            name: total(of.c[name])
            for name in ("agency_minutes", "waiting_minutes", "applicant_minutes", "supplement_rounds")
        },
        "supplemented": count().filter(of.c.supplement_rounds > 0),
        "on_time": count().filter(of.c.was_on_time),
        "on_time_766": count().filter(of.c.was_on_time_766),
        "early": count().filter(of.c.was_early),
        "refused": count().filter(of.c.was_refused),
    }
    shown = [
        sa.cast(sums[name] if minutes == _DURATION else sa.literal(0), sa.BigInteger).label(name) for name in _SUMS
    ]
    kind, counted = sa.literal(minutes).label("kind"), sa.cast(quarter, sa.Text).label("counted")
    return sa.select(*key, kind, counted, count().label("n"), *shown).group_by(*key, quarter)


def _by_reason(of: sa.CTE) -> sa.Select[Any]:
    """How many refused shares of each key have each managed reason."""
    key, reason = [of.c[name] for name in ROLLUP_KEY], of.c[_REASON]
    nothing = [sa.cast(sa.literal(0), sa.BigInteger).label(name) for name in _SUMS]
    kind, counted = sa.literal(_REASON).label("kind"), reason.label("counted")
    found = sa.select(*key, kind, counted, sa.func.count().label("n"), *nothing)
    return found.where(of.c.was_refused).group_by(*key, reason)


def _names() -> list[str]:
    return [column.name for column in _ROLLUPS.columns]
