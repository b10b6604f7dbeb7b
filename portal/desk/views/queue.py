"""The queue: what is due first, tab by tab."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.wording import BUSINESS_FIELDS
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import Named, definitions_of, named_in_force
from portal.catalogue.steps import Step
from portal.clock.zone import office_day
from portal.desk import deeds
from portal.desk.actions import batches, habits
from portal.desk.queries import queue
from portal.desk.queries.queue import DueFilter, Place, Row, Wanted
from portal.desk.tabs import FEW_MINUTES_TO_ACCEPT, Tab, TabKey, tabs_of
from portal.desk.views.room import (
    blueprint,
    now,
    page,
    tab_links,
    time_left,
)
from portal.desk.wording import COLUMNS, DUE_HEADINGS, EMPTY, MANY, PAST_TABS, STEP_DUE_HEADING, TABS, WHY
from portal.foundation.errors import NotFound
from portal.foundation.formats import Language
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import ENDED

SIZES = (25, 50, 100)
LONGEST_QUERY = 120
IN_ADDRESS = "@"
"""Stands for a dossier's code, which has only letters, digits, dots and dashes."""

KEEPERS = frozenset({Audience.ONE_STOP, Audience.CLERK, Audience.HEAD, Audience.LEADER, Audience.AUDITOR})
"""Who keeps the register of dossiers (Form 07)."""

KEPT = ("q", "procedure", "field", "due", "per")
"""What stays while one turns pages; the place does not stay when the filter changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A row of the queue in words."""

    row: Row
    href: str
    procedure: str
    step: str
    agency: str
    why: str
    left: str
    tone: str
    rests: bool
    """The clock stands still: the row keeps the dates of the moment it stopped, which are not shown as if they held."""


@blueprint.get("/desk", endpoint="queue")
@open_to(Audience.STAFF, Audience.AUDITOR)
def show_queue() -> Response:
    """One tab of the queue with its filter."""
    viewer, at, session = current_viewer(), now(), request_session()
    tabs = tabs_of(viewer)
    wanted = wanted_in(flask.request.args, tabs)
    if wanted.is_plain:
        queue.keep_plans(session)
    seen = queue.glance(session, tabs, viewer=viewer, now=at)
    found = queue.page(session, wanted, viewer=viewer, now=at)
    procedures = named_in_force(session, on=office_day(at))
    lines = _lines(found.rows, wanted.tab, at)
    return page(
        "queue",
        tabs=tab_links(tabs, wanted.tab.key, seen, viewer),
        columns=seen.columns if seen.columns is not None else habits.USUAL,
        offered_columns=COLUMNS,
        views=_views(seen.views, {tab.key.value for tab in tabs}),
        in_address=_in_address(),
        tab=wanted.tab.key,
        own_name=viewer.name,
        title=TABS[wanted.tab.key],
        wanted=wanted,
        lines=lines,
        past=wanted.tab.key in PAST_TABS,
        in_steps=wanted.tab.of_steps,
        due_heading=DUE_HEADINGS.get(wanted.tab.key, STEP_DUE_HEADING),
        nothing=EMPTY[wanted.tab.key],
        many=[
            (act.value, MANY[act])
            for act in deeds.offered(wanted.tab.key, frozenset(post.role for post in viewer.posts))
        ],
        most=batches.MOST,
        procedures=[(one.code, in_words(one.names)) for one in procedures],
        sectors=_written_out(spoken()).sectors,
        sizes=SIZES,
        chosen=_chosen(wanted, procedures),
        earlier=_neighbour(found.has_earlier, "before", found.rows, 0),
        later=_neighbour(found.has_later, "after", found.rows, -1),
        figures=_figures(),
        keeps_register=bool(viewer.audiences & KEEPERS),
    )


def wanted_in(asked: MultiDict[str, str], tabs: tuple[Tab, ...]) -> Wanted:
    """The request in the queue's terms; what makes no sense is left out, an unknown tab is not found."""
    key = asked.get("tab", "")
    tab = next((one for one in tabs if one.key.value == key), None) if key else tabs[0]
    if tab is None:
        raise NotFound
    size = asked.get("per", type=int)
    due = asked.get("due", "")
    return Wanted(
        tab=tab,
        size=size if size in SIZES else SIZES[0],
        words=asked.get("q", "")[:LONGEST_QUERY],
        procedure=asked.get("procedure", ""),
        field=asked.get("field", ""),
        due=DueFilter(due) if due in set(DueFilter) and tab.key not in PAST_TABS else None,
        after=_place(asked.get("after", "")),
        before=_place(asked.get("before", "")),
    )


def _place(text: str) -> Place | None:
    """A row of a neighbouring page, as it is written in an address: `<instant>_<id>`."""
    instant, _, identity = text.partition("_")
    try:
        at = datetime.fromisoformat(instant)
        return Place(due_at=at, id=UUID(identity)) if at.tzinfo else None
    except ValueError:
        return None


def _lines(rows: Sequence[Row], tab: Tab, at: datetime) -> list[Line]:
    if not rows:
        return []
    versions = {row.version_id: ProcedureVersion(id=row.version_id, content_hash=row.content_hash) for row in rows}
    definitions = definitions_of(request_session(), versions.values())
    words = Wording(
        tab=tab,
        at=at,
        language=spoken(),
        in_one_agency=tab.of_steps and len({post.agency_id for post in current_viewer().posts}) == 1,
        review=flask.url_for("desk.review", code=IN_ADDRESS),
        steps={key: {step.code: step for step in found.steps} for key, found in definitions.items()},
        why=_written_out(spoken()).why,
    )
    return [_line(row, words) for row in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What all lines of a page have in common. `review` is the address of a dossier's page, with `IN_ADDRESS`."""

    tab: Tab
    at: datetime
    language: Language
    in_one_agency: bool
    review: str
    steps: Mapping[UUID, Mapping[str, Step]]
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenOut:
    """Words that stand on every page, in one language."""

    why: Mapping[str, str]
    sectors: Mapping[str, str]


@lru_cache
def _written_out(_language: Language) -> WrittenOut:
    """Must be asked for the language being spoken: these words look themselves up each time they are shown."""
    return WrittenOut(
        why={key: str(word) for key, word in WHY.items()},
        sectors={key: str(word) for key, word in BUSINESS_FIELDS.items()},
    )


def _line(row: Row, words: Wording) -> Line:
    tab, language = words.tab, words.language
    step = words.steps[row.version_id].get(row.node_key or "")
    rests = row.stopped_since is not None and row.state not in ENDED
    left, tone = (
        ("", "")
        if rests or tab.key in PAST_TABS
        else time_left(row.due_at, words.at, office=row.office_id, few=_few(tab))
    )
    return Line(
        row=row,
        href=words.review.replace(IN_ADDRESS, row.code),
        procedure=row.procedure_names.get(language) or row.procedure_names["vi"],
        step=step.name.words(language) if step else "",
        agency="" if words.in_one_agency else in_words(row.agency),
        why=words.why.get(row.why or "", ""),
        left=left,
        tone=tone,
        rests=rests,
    )


def _few(tab: Tab) -> int | None:
    """Whoever accepts counts the last minutes; steps count theirs like every page."""
    to_accept = {TabKey.INTAKE, TabKey.DISPATCH, TabKey.DUE_SOON, TabKey.OVERDUE}
    return FEW_MINUTES_TO_ACCEPT if tab.key in to_accept and not tab.of_steps else None


def _chosen(wanted: Wanted, procedures: Sequence[Named]) -> list[dict[str, str]]:
    """The filters that are on, each with the address that takes it off."""
    found: list[tuple[str, str]] = []
    if wanted.words.strip():
        found.append(("q", f"“{wanted.words.strip()}”"))
    if wanted.procedure:
        named = next((in_words(one.names) for one in procedures if one.code == wanted.procedure), wanted.procedure)
        found.append(("procedure", named))
    if wanted.field:
        found.append(("field", str(BUSINESS_FIELDS.get(wanted.field, wanted.field))))
    if wanted.due is not None:
        found.append(("due", gettext("Overdue") if wanted.due is DueFilter.OVERDUE else gettext("Due soon")))
    return [{"text": text, "href": _address(without=name)} for name, text in found]


def _views(kept: Sequence[Mapping[str, Any]], tabs: set[str]) -> list[dict[str, str]]:
    """The officer's own filters with their addresses; one of a tab they have no more leads to the first."""
    return [
        {
            "name": view["name"],
            "href": flask.url_for("desk.queue", tab=view["tab"] if view["tab"] in tabs else None, **view["filter"]),
        }
        for view in kept
    ]


def _in_address() -> dict[str, str]:
    """The tab and the filter that are on, to be sent along with what is done about them."""
    return {name: value for name in ("tab", *KEPT) if (value := flask.request.args.get(name, ""))}


def _neighbour(exists: bool, name: str, rows: Any, index: int) -> str:
    if not exists or not rows:
        return ""
    row = rows[index]
    return _address(**{name: f"{row.due_at.isoformat()}_{row.id}"})


def _address(*, without: str = "", **place: str) -> str:
    kept: Mapping[str, str] = {
        name: value for name in KEPT if name != without and (value := flask.request.args.get(name, ""))
    }
    values: dict[str, Any] = {**kept, **place, "tab": flask.request.args.get("tab") or None}
    return flask.url_for("desk.queue", **values)


def _figures() -> str:
    """The dashboard of the staff, where there is one."""
    known = "transparency.staff" in flask.current_app.view_functions
    return flask.url_for("transparency.staff") if known else ""
