"""The published procedures as the editor lists them: where each stands, and which of them are looked for. Pure."""

import enum
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from portal.catalogue.duties import duties_of
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import standing_among
from portal.clock.calendar import Calendar
from portal.clock.zone import office_day
from portal.foundation.search import search_key


class State(enum.StrEnum):
    """Whether a procedure can be filed."""

    IN_FORCE = "in_force"
    COMING = "coming"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A published procedure by the version that counts: the one in force, else the next to come, else the newest.

    `since` is the first day it is as `state` says; `next_on` the first day of a version to come after the one in force;
    `ends_on` the first day without it, still ahead. `is_late` says that a duty of Decision 766 was missed, None where
    no decision is named. `drafts` are those that change it.
    """

    code: str
    number: int
    names: Mapping[str, str]
    field: str
    state: State
    since: date
    next_on: date | None
    ends_on: date | None
    is_late: bool | None
    drafts: Sequence[UUID]


KINDS: Mapping[str, Callable[[Published], bool]] = {
    "in_force": lambda one: one.state is State.IN_FORCE,
    "changing": lambda one: bool(one.drafts or one.next_on),
    "coming": lambda one: one.state is State.COMING,
    "ending": lambda one: one.ends_on is not None,
    "withdrawn": lambda one: one.state is State.WITHDRAWN,
    "unannounced": lambda one: one.is_late is None,
    "late": lambda one: bool(one.is_late),
}
"""What the list can be narrowed to."""


def shelved(
    versions: Sequence[ProcedureVersion], *, on: date, calendar: Calendar, drafts: Mapping[str, Sequence[UUID]]
) -> Published:
    """Where one procedure stands on a day. `versions` are all of it, the newest first."""
    current, coming = standing_among(versions, on=on)
    shown = current or coming or versions[0]
    state = State.IN_FORCE if current else State.COMING if coming else State.WITHDRAWN
    duties = duties_of(
        decided_on=shown.decided_on,
        posted_on=office_day(shown.published_at),
        effective_on=shown.effective_on,
        calendar=calendar,
    )
    ended = shown.withdrawn_on if state is State.WITHDRAWN else None
    return Published(
        code=shown.code,
        number=shown.number,
        names=shown.names,
        field=shown.field,
        state=state,
        since=ended or shown.effective_on,
        next_on=coming.effective_on if current and coming else None,
        ends_on=shown.withdrawn_on if state is not State.WITHDRAWN and not (current and coming) else None,
        is_late=None if duties is None else False in {duties.is_posted_in_time, duties.is_announced_in_time},
        drafts=drafts.get(shown.code, ()),
    )


def narrowed(found: Collection[Published], *, words: str, field: str, kind: str) -> list[Published]:
    """Those whose code or name holds every word, of the field and of the kind, by field and code."""
    wanted = search_key(words).split()
    kept = [
        one
        for one in found
        if field in {"", one.field}
        and (not kind or KINDS[kind](one))
        and all(word in search_key(one.code, *one.names.values()) for word in wanted)
    ]
    return sorted(kept, key=lambda one: (one.field, one.code))
