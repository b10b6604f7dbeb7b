"""The queue: one statement for the rows of a page, one for the counters of all tabs, whatever their size.

Both are put together once for each pattern of posts (`portal.desk.pattern`) and kept.

Pages are found by the last row seen (due instant, id), never by counting rows from the beginning.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Agency, Party, Person, Post
from portal.accounts.viewer import Viewer
from portal.calendars.queries import in_force
from portal.catalogue.models import ProcedureVersion
from portal.desk.models import CONSIGNED, QueueHabit
from portal.desk.pattern import KEPT, Pattern, parameters, pattern_of
from portal.desk.queries.words import like, with_every
from portal.desk.tabs import (
    ACCEPT_SOON,
    FEW_MINUTES_TO_ACCEPT,
    NOW,
    RECENTLY,
    SINCE,
    SOON,
    Tab,
    TabKey,
    tabs_for,
)
from portal.dossiers.models import Dossier, DossierPause, DossierStep
from portal.dossiers.policy import of_own_office
from portal.foundation.search import search_key
from portal.foundation.settings import due_soon_minutes
from portal.workflow.lifecycle import Role, State

RECENT = 5_000
"""So many dossiers of the newest are looked through first when words are searched for."""

COUNTED_TO = 100
"""Counters look no further than this: the page says 99+ (decision 26)."""

INSTANT = sa.TIMESTAMP(timezone=True)


class DueFilter(enum.StrEnum):
    OVERDUE = "overdue"
    SOON = "soon"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page of rows begins or ends: the due instant and id of a row."""

    due_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the queue is asked for. `after` or `before` a row of the neighbouring page; neither: the first page."""

    tab: Tab
    size: int
    words: str = ""
    procedure: str = ""
    field: str = ""
    due: DueFilter | None = None
    after: Place | None = None
    before: Place | None = None

    @property
    def is_plain(self) -> bool:
        """Whether one plan does for everybody: nothing is looked for, and nothing but the tab chooses the rows.

        Of two instants the database would guess that few rows lie between them, and sort what lies in order already.
        """
        is_pressing = self.due is not None or self.tab.key in {TabKey.DUE_SOON, TabKey.OVERDUE}
        return not (self.words or self.procedure or self.field or is_pressing)


class Row(NamedTuple):
    """One line of the queue, in the order of the columns asked for.

    `due_at` is what the line is ordered by: the step's, the acceptance's or the end's.
    `holder` is who has the step; `why` the word for why they got it. `office_id` is the agency whose hours count.
    `stopped_since` is when the clock stopped, if it stands still now: the dates of the row are then from that moment.
    """

    id: UUID
    due_at: datetime
    code: str
    subject: str
    state: State
    statutory_due_at: datetime | None
    is_provisional: bool
    supplement_rounds: int
    case_key: str
    version_id: UUID
    content_hash: str
    procedure_names: Mapping[str, str]
    party_name: str
    tax_code: str | None
    filed_at: datetime
    node_key: str | None
    role: Role | None
    holder: str | None
    agency: Mapping[str, str] | None
    why: str | None
    office_id: UUID | None
    stopped_since: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows asked for, and whether there are more before and after them."""

    rows: Sequence[Row]
    has_earlier: bool
    has_later: bool


def keep_plans(session: Session) -> None:
    """For this transaction the database takes the plan it has made for these statements, whoever asks.

    It would rather make one for each officer, which takes longer than the page. The first page of everybody is
    read along the same index. Only where what is wanted `is_plain`: words, a procedure or an instant decide which way
    is short.
    """
    session.connection().exec_driver_sql("SET LOCAL plan_cache_mode TO force_generic_plan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """What stands around every page of the desk, read in one statement.

    `counts`: rows of each tab, looking no further than `COUNTED_TO`. `columns`: the columns the officer has chosen,
    None for the usual ones. `views`: the filters they have given a name. `consigned`: the versions of procedures
    (id, content hash) whose forms ask when the goods reach the gate.
    """

    counts: Mapping[TabKey, int]
    columns: tuple[str, ...] | None
    views: tuple[Mapping[str, Any], ...]
    consigned: tuple[tuple[UUID, str], ...]


_CONSIGNED: dict[str, tuple[str, tuple[tuple[UUID, str], ...]]] = {"last": ("", ())}
"""The answer to which versions ask for a consignment, and the stamp of all versions it was read under.

To read it the database takes every definition to pieces, which cost more than all the rest of the desk's page. A
version never changes, so the answer holds until there is another one.
"""


def glance(session: Session, tabs: Sequence[Tab], *, viewer: Viewer, now: datetime) -> Glance:
    """The counters of the tabs and the officer's habits."""
    counted = [tab for tab in tabs if tab.counted]
    statement = _glance(pattern_of(viewer), tuple(tab.key for tab in counted))
    known, consigned = _CONSIGNED["last"]
    values = {**parameters(viewer), "person_id": viewer.person_id, "known": known, **_pressing(session, now)}
    columns, views, stamp, read, *numbers = session.execute(statement, values).one()
    if stamp != known:
        consigned = tuple((UUID(version_id), digest) for version_id, digest in read or ())
        _CONSIGNED["last"] = (stamp, consigned)
    return Glance(
        counts={tab.key: number for tab, number in zip(counted, numbers, strict=True)},
        columns=None if columns is None else tuple(columns),
        views=tuple(views or ()),
        consigned=consigned,
    )


def _pressing(session: Session, now: datetime) -> dict[str, datetime]:
    calendar = in_force(session).calendar
    return {
        NOW: now,
        SOON: calendar.add_working_minutes(now, due_soon_minutes()),
        ACCEPT_SOON: calendar.add_working_minutes(now, FEW_MINUTES_TO_ACCEPT),
    }


def page(session: Session, wanted: Wanted, *, viewer: Viewer, now: datetime) -> Page:
    """One page of a tab. With words, dossiers that have them all; where there are none, those most like them."""
    if wanted.tab.key is TabKey.SEARCH and not wanted.words.strip():
        return Page(rows=(), has_earlier=False, has_later=False)
    rows = _found_rows(session, wanted, viewer=viewer, now=now)
    more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    if wanted.before is not None:
        return Page(rows=rows[::-1], has_earlier=more, has_later=True)
    return Page(rows=rows, has_earlier=wanted.after is not None, has_later=more)


def _found_rows(session: Session, wanted: Wanted, *, viewer: Viewer, now: datetime) -> list[Row]:
    """The rows of the page and one more if there is one.

    Words nearly every dossier has fill the page of a search from the newest dossiers; what is rarer is looked up.
    """
    words = search_key(wanted.words)
    exact = with_every(words)
    if exact is None:
        return _rows(session, wanted, viewer=viewer, now=now)
    if wanted.tab.key is TabKey.SEARCH:
        rows = _rows(session, wanted, exact, viewer=viewer, now=now, is_recent=True)
        if len(rows) > wanted.size:
            return rows
        if not rows:  # in one statement, so that a page has no more than before
            return _rows(session, wanted, like(words), exact, viewer=viewer, now=now)
    return _rows(session, wanted, exact, viewer=viewer, now=now) or _rows(
        session, wanted, like(words), viewer=viewer, now=now
    )


def identities(session: Session, wanted: Wanted, *, viewer: Viewer, now: datetime, limit: int) -> list[UUID]:
    """The rows of the whole list, whatever page is open: the first `limit` by due date."""
    whole = replace(wanted, size=limit, after=None, before=None)
    return [row.id for row in page(session, whole, viewer=viewer, now=now).rows]


@lru_cache(maxsize=KEPT)
def _glance(pattern: Pattern, keys: tuple[TabKey, ...]) -> sa.Select[Any]:
    own = of_own_office(pattern)
    person = QueueHabit.person_id == sa.bindparam("person_id", type_=sa.Uuid())
    version = sa.func.jsonb_build_array(ProcedureVersion.id, ProcedureVersion.content_hash)
    consigned = sa.select(sa.func.jsonb_agg(version)).where(sa.text(CONSIGNED)).scalar_subquery()
    newest = sa.func.max(sa.cast(ProcedureVersion.id, sa.Text()))
    stamp = sa.select(sa.func.concat(sa.func.count(), " ", newest)).select_from(ProcedureVersion).scalar_subquery()
    is_known = stamp == sa.bindparam("known", type_=sa.Text())
    return sa.select(
        sa.select(QueueHabit.columns).where(person).scalar_subquery(),
        sa.select(QueueHabit.views).where(person).scalar_subquery(),
        stamp,
        sa.case((is_known, sa.null()), else_=consigned),
        *(_counter(tab, own).label(tab.key.value) for tab in tabs_for(pattern) if tab.key in keys),
    )


def _counter(tab: Tab, own: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    if tab.stretches:
        parts = [_found(tab, stretch, own).order_by(tab.due) for stretch in tab.stretches]
        read = [sa.select(part.limit(_rows_at_most(COUNTED_TO)).subquery()) for part in parts]
        found: sa.Select[Any] = sa.select(sa.union_all(*read).subquery())
    else:
        found = _found(tab, tab.condition, own)
    return sa.select(sa.func.count()).select_from(found.limit(_rows_at_most(COUNTED_TO)).subquery()).scalar_subquery()


def _found(tab: Tab, condition: sa.ColumnElement[bool], own: sa.ColumnElement[bool]) -> sa.Select[Any]:
    found: sa.Select[Any] = sa.select(sa.literal_column("1").label("one")).select_from(Dossier).where(condition, own)
    return found.join(DossierStep, DossierStep.dossier_id == Dossier.id) if tab.of_steps else found


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a statement of rows depends on besides the pattern of posts. The values are parameters."""

    tab: TabKey
    size: int
    by_version: bool
    is_recent: bool
    due: DueFilter | None
    is_after: bool
    is_before: bool


def _rows(
    session: Session,
    wanted: Wanted,
    by_words: sa.ColumnElement[bool] | None = None,
    rather: sa.ColumnElement[bool] | None = None,
    *,
    viewer: Viewer,
    now: datetime,
    is_recent: bool = False,
) -> list[Row]:
    """The rows with these words. If any of them are what one would `rather` have, only those."""
    place = wanted.before or wanted.after
    shape = Shape(
        tab=wanted.tab.key,
        size=wanted.size,
        by_version=bool(wanted.procedure or wanted.field),
        is_recent=is_recent,
        due=wanted.due,
        is_after=wanted.before is None and place is not None,
        is_before=wanted.before is not None,
    )
    statement = _listing(pattern_of(viewer), shape)
    if by_words is not None:
        statement = statement.where(by_words)
    if rather is not None:
        statement = _first(statement, rather, descending=wanted.tab.newest_first != shape.is_before)
    values = {
        **parameters(viewer),
        SINCE: now - RECENTLY,
        **_pressing(session, now),
        "versions": _versions(session, wanted) if shape.by_version else [],
        "place_due_at": place.due_at if place else None,
        "place_id": place.id if place else None,
    }
    found = session.execute(statement, values).all()
    if rather is None:
        return [Row(*row) for row in found]
    return [Row(*row[:-1]) for row in found if row[-1] or not found[0][-1]]


def _first(statement: sa.Select[Any], rather: sa.ColumnElement[bool], *, descending: bool) -> sa.Select[Any]:
    """The same rows, those with this condition first; whether a row has it is the last column."""
    turned = sa.desc if descending else sa.asc
    return (
        statement.order_by(None)
        .order_by(rather.desc(), turned("due_at"), turned("id"))
        .add_columns(rather.label("is_rather"))
    )


@lru_cache(maxsize=4 * KEPT)
def _listing(pattern: Pattern, shape: Shape) -> sa.Select[Any]:
    tab = next(one for one in tabs_for(pattern) if one.key is shape.tab)
    conditions = [tab.condition, of_own_office(pattern), *_filters(tab, shape)]
    identity = DossierStep.id if tab.of_steps else Dossier.id
    descending = tab.newest_first != shape.is_before
    order = (tab.due.desc(), identity.desc()) if descending else (tab.due.asc(), identity.asc())
    place = list[sa.ColumnElement[bool]]()
    if shape.is_before or shape.is_after:
        key = sa.tuple_(tab.due, identity)
        there = sa.tuple_(sa.bindparam("place_due_at", type_=INSTANT), sa.bindparam("place_id", type_=sa.Uuid()))
        place.append(key < there if descending else key > there)
        conditions.extend(place)
    if shape.is_recent:
        recent = sa.select(Dossier.id).where(*place).order_by(*order).limit(_rows_at_most(RECENT))
        conditions.append(Dossier.id.in_(recent.correlate(None)))
    return _columns(tab).where(*conditions).order_by(*order).limit(_rows_at_most(shape.size + 1))


def _rows_at_most(number: int) -> sa.ColumnElement[int]:
    """A limit that stands in the statement: with a parameter the database cannot keep its plan, and plans anew."""
    return sa.literal_column(str(int(number)), sa.Integer())


def _columns(tab: Tab) -> sa.Select[Any]:
    """What a line shows. A line of a dossier names the step it stands at, the earliest due one if several."""
    columns: Any = sa.select(
        (DossierStep.id if tab.of_steps else Dossier.id).label("id"),
        tab.due.label("due_at"),
        Dossier.code,
        Dossier.subject,
        Dossier.state,
        Dossier.statutory_due_at,
        Dossier.due_is_provisional.label("is_provisional"),
        Dossier.supplement_rounds,
        Dossier.case_key,
        ProcedureVersion.id.label("version_id"),
        ProcedureVersion.content_hash,
        ProcedureVersion.names.label("procedure_names"),
        Party.name.label("party_name"),
        Party.tax_code,
        Dossier.filed_at,
    )
    if tab.of_steps:
        step: Any = DossierStep
        statement = columns.select_from(DossierStep).join(Dossier, Dossier.id == DossierStep.dossier_id)
    else:
        step = _STANDING_AT
        statement = columns.select_from(Dossier).outerjoin(step, sa.true())
    joined: sa.Select[Any] = (
        statement.add_columns(
            step.node_key,
            step.role,
            _OWNER.name.label("holder"),
            _AGENCY.short_names.label("agency"),
            step.assignment_reason.label("why"),
            sa.case(
                (Dossier.accepted_at.is_(None), Dossier.intake_agency_id),
                else_=sa.func.coalesce(step.agency_id, Dossier.agency_id),
            ).label("office_id"),
            _STOPPED_SINCE,
        )
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Party, Party.id == Dossier.party_id)
        .outerjoin(Post, Post.id == step.post_id)
        .outerjoin(_OWNER, _OWNER.id == Post.person_id)
        .outerjoin(_AGENCY, _AGENCY.id == sa.func.coalesce(step.agency_id, Dossier.agency_id))
    )
    return joined


def _standing_at() -> Any:
    standing = (
        sa.select(DossierStep)
        .where(DossierStep.dossier_id == Dossier.id, DossierStep.closed_at.is_(None))
        .order_by(DossierStep.due_at, DossierStep.id)
        .limit(1)
        .lateral()
    )
    return aliased(DossierStep, standing)


_STOPPED_SINCE = (
    sa.select(DossierPause.began_at)
    .where(DossierPause.dossier_id == Dossier.id, DossierPause.ended_at.is_(None))
    .correlate(Dossier)
    .scalar_subquery()
    .label("stopped_since")
)
# Made once: an alias works its columns out anew each time it is made, and this page is asked all day long.
_OWNER, _AGENCY, _STANDING_AT = aliased(Person), aliased(Agency), _standing_at()


def _versions(session: Session, wanted: Wanted) -> list[UUID]:
    """The versions of the procedure or field asked for.

    The database knows how many dossiers each of them has, and so whether to go along the due dates or straight to
    the few; of a join it knows nothing.
    """
    found = sa.select(ProcedureVersion.id)
    if wanted.procedure:
        found = found.where(ProcedureVersion.code == wanted.procedure)
    if wanted.field:
        found = found.where(ProcedureVersion.field == wanted.field)
    return list(session.scalars(found))


def _filters(tab: Tab, shape: Shape) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    now, soon = sa.bindparam(NOW, type_=INSTANT), sa.bindparam(SOON, type_=INSTANT)
    if shape.by_version:
        found.append(Dossier.procedure_version_id == sa.func.any(sa.bindparam("versions", type_=ARRAY(sa.Uuid()))))
    if shape.due is DueFilter.OVERDUE:
        found.append(tab.due < now)
    elif shape.due is DueFilter.SOON:
        found.append(tab.due.between(now, soon))
    return found
