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
WORKING_MEMORY: Final = "128MB"

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
    add_shares(session, shares)
    if keys:
        roll_up(session, keys)


def add_shares(session: Session, shares: Sequence[Values]) -> None:
    """Keep these shares; whoever adds many makes the rollups afterwards, all at once."""
    if shares:
        session.execute(sa.insert(_SHARES), [dict(share) for share in shares])


def roll_up(session: Session, keys: Iterable[Key] | None = None) -> None:
    """Make the rollups of these keys anew from the shares; None: all of them."""
    if keys is None:
        use_memory(session)
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


def use_memory(session: Session) -> None:
    """Let this transaction sort and group in memory: what is made from all dossiers is made once a day at most."""
    session.execute(sa.text(f"SET LOCAL work_mem = '{WORKING_MEMORY}'"))


def computed(given: sa.TableValuedAlias | None = None) -> sa.Select[Any]:
    """The rollups as the shares say, all or those of the given keys."""
    shares = sa.select(_SHARES)
    if given is not None:
        same = sa.and_(*(given.c[name] == _SHARES.c[name] for name in ROLLUP_KEY))
        shares = sa.select(_SHARES).select_from(_SHARES.join(given, same))
    whole = _by_key(shares.subquery()).subquery()
    maps = {name: _count_map(whole.c[name]) for name in _MAPS}
    columns = {**{column.name: column for column in whole.c}, **maps}
    return sa.select(*(columns[name].label(name) for name in _names()))


_MAPS: Final = ("durations", "waits", "refusals")


def _by_key(of: sa.Subquery) -> sa.Select[Any]:
    """One pass over the shares: the sums of each key, and what its maps count, one after another."""
    count, total, every = sa.func.count, sa.func.sum, sa.func.array_agg
    found: dict[str, sa.ColumnElement[Any]] = {
        "durations": every(_quarter(of.c.agency_minutes)),
        "waits": every(_quarter(of.c.waiting_minutes)),
        "refusals": every(of.c.refusal_reason).filter(of.c.was_refused),
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
    key = [of.c[name] for name in ROLLUP_KEY]
    cast = {name: column if name in _MAPS else sa.cast(column, _ROLLUPS.c[name].type) for name, column in found.items()}
    return sa.select(*key, *(column.label(name) for name, column in cast.items())).group_by(*key)


def _quarter(minutes: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """Quarters of a working hour, rounded up."""
    return sa.cast(sa.func.ceil(minutes / sa.cast(sa.literal(BIN_MINUTES), sa.Numeric)), sa.Integer)


def _count_map(values: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """How often each of the values stands there. Counted inside its key, where they are few: no second grouping."""
    value = sa.func.unnest(values).table_valued("value").render_derived()
    counted = sa.select(value.c.value, sa.func.count().label("n")).group_by(value.c.value).subquery()
    entries = sa.func.jsonb_object_agg(sa.cast(counted.c.value, sa.Text), counted.c.n)
    return sa.func.coalesce(sa.select(entries).scalar_subquery(), sa.cast(sa.literal("{}"), JSONB))


def _names() -> list[str]:
    return [column.name for column in _ROLLUPS.columns]
