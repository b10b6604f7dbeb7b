"""The queue: one statement for the rows of a page, one for the counters of all tabs, whatever their size.

Pages are found by the last row seen (due instant, id), never by counting rows from the beginning.
"""

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Agency, Party, Person, Post
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.desk.tabs import Tab, TabKey
from portal.dossiers.models import Dossier, DossierStep
from portal.dossiers.policy import of_own_office
from portal.foundation.search import search_key, trigrams
from portal.workflow.lifecycle import Role, State

COUNTED_TO = 100
"""Counters look no further than this: the page says 99+ (decision 26)."""

SOON = timedelta(days=2)


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the queue. `due_at` is what the line is ordered by: the step's, the acceptance's or the end's.

    `holder` is who has the step; `why` the word for why they got it.
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
    node_key: str | None = None
    role: Role | None = None
    holder: str | None = None
    agency: Mapping[str, str] = field(default_factory=dict)
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The rows asked for, and whether there are more before and after them."""

    rows: Sequence[Row]
    has_earlier: bool
    has_later: bool


def counters(session: Session, tabs: Sequence[Tab], *, viewer: Viewer) -> dict[TabKey, int]:
    """How many rows each tab has, looking no further than `COUNTED_TO`; one statement for all."""
    counted = [tab for tab in tabs if tab.counted]
    if not counted:
        return {}
    own = of_own_office(viewer)
    row = session.execute(sa.select(*(_counter(tab, own).label(tab.key.value) for tab in counted))).one()
    return {tab.key: number for tab, number in zip(counted, row, strict=True)}


def page(session: Session, wanted: Wanted, *, viewer: Viewer, now: datetime) -> Page:
    """One page of a tab. With words, dossiers that have them all; where there are none, those most like them."""
    if wanted.tab.key is TabKey.SEARCH and not wanted.words.strip():
        return Page(rows=(), has_earlier=False, has_later=False)
    words = search_key(wanted.words)
    rows = _rows(session, wanted, _with_every(words), viewer=viewer, now=now)
    if not rows and words:
        rows = _rows(session, wanted, _like(words), viewer=viewer, now=now)
    more = len(rows) > wanted.size
    rows = rows[: wanted.size]
    if wanted.before is not None:
        return Page(rows=rows[::-1], has_earlier=more, has_later=True)
    return Page(rows=rows, has_earlier=wanted.after is not None, has_later=more)


def _counter(tab: Tab, own: sa.ColumnElement[bool]) -> sa.ScalarSelect[Any]:
    found = sa.select(sa.literal(1)).select_from(Dossier).where(tab.condition, own)
    if tab.of_steps:
        found = found.join(DossierStep, DossierStep.dossier_id == Dossier.id)
    return sa.select(sa.func.count()).select_from(found.limit(COUNTED_TO).subquery()).scalar_subquery()


def _rows(
    session: Session, wanted: Wanted, by_words: sa.ColumnElement[bool] | None, *, viewer: Viewer, now: datetime
) -> list[Row]:
    tab = wanted.tab
    conditions = [tab.condition, of_own_office(viewer), *_filters(wanted, now)]
    if by_words is not None:
        conditions.append(by_words)
    identity = DossierStep.id if tab.of_steps else Dossier.id
    descending = tab.newest_first != (wanted.before is not None)
    if (place := wanted.before or wanted.after) is not None:
        key = sa.tuple_(tab.due, identity)
        there = sa.tuple_(sa.literal(place.due_at), sa.literal(place.id))
        conditions.append(key < there if descending else key > there)
    order = (tab.due.desc(), identity.desc()) if descending else (tab.due.asc(), identity.asc())
    statement = _columns(tab).where(*conditions).order_by(*order).limit(wanted.size + 1)
    return [Row(**row._mapping) for row in session.execute(statement)]


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


# Made once: an alias works its columns out anew each time it is made, and this page is asked all day long.
_OWNER, _AGENCY, _STANDING_AT = aliased(Person), aliased(Agency), _standing_at()


def _filters(wanted: Wanted, now: datetime) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.procedure:
        found.append(ProcedureVersion.code == wanted.procedure)
    if wanted.field:
        found.append(ProcedureVersion.field == wanted.field)
    if wanted.due is DueFilter.OVERDUE:
        found.append(wanted.tab.due < now)
    elif wanted.due is DueFilter.SOON:
        found.append(wanted.tab.due.between(now, now + SOON))
    return found


def _with_every(words: str) -> sa.ColumnElement[bool] | None:
    pieces = trigrams(words)
    return Dossier.trigrams.contains(pieces) if pieces else None


def _like(words: str) -> sa.ColumnElement[bool]:
    """Of every word its first or its second half is there: half-typed words and slips of the finger.

    Each half is a set of pieces that must all be found, so the index answers it however many dossiers there are.
    """
    return sa.and_(*(sa.or_(*map(Dossier.trigrams.contains, _halves(word))) for word in words.split()))


def _halves(word: str) -> tuple[list[str], list[str]]:
    bordered, known = f" {word} ", set(trigrams(word))
    pieces = [bordered[i : i + 3] for i in range(len(word))]
    if not known.issuperset(pieces):  # Chinese is cut into characters
        pieces = list(word)
    middle = max(1, len(pieces) // 2)
    return pieces[:middle], pieces[-middle:]
