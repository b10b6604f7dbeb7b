"""A dossier's present, as its events make it. The database's columns are a cache of this."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from portal.workflow.graph import Act
from portal.workflow.lifecycle import Clock, Outcome, State, StopReason, clock_in


class PauseReason(StrEnum):
    """Why the time is the filer's."""

    SUPPLEMENT = "supplement"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A stretch of the filer's own time, [began_at, ended_at); None: it lasts. ``event`` is the version that began it.

    One ``before_intake`` belongs to the acceptance timer; the statutory clock had not begun.
    """

    reason: PauseReason
    ground: str | None
    began_at: datetime
    ended_at: datetime | None
    event: int
    before_intake: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopened:
    """A leader's recorded correction of an ended dossier, and the version of its event."""

    at: datetime
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenStep:
    """A node the dossier stands at. ``entry`` is the version of the event that opened it."""

    node: str
    opened_at: datetime
    entry: int
    agency: str | None = None
    assignee: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One of the four acts of the decision, done: by whom, when, and the id of what proves it."""

    act: Act
    node: str | None
    at: datetime
    actor: str | None
    evidence: str | None
    event: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """Everything that follows from the events of one dossier up to ``version``.

    ``came_from`` is the state a requested withdrawal would lead back to. ``passed`` are the nodes done and not undone
    since. ``turned_down_at`` is the step where a refusal was proposed or signed that still stands: no payment is
    awaited any more, and nothing is granted. ``decision`` holds the evidence still valid: a return to an earlier step,
    or a correction, voids what came after it. ``extended_by`` is the version of the event of Form 04. ``calendar`` is
    the content hash of the calendar its dates are counted by (None: it was filed before calendars had editions).
    ``refused_for`` is the key of the managed reason of the last refusal (None: in own words alone).
    """

    dossier_id: UUID
    version: int
    last_at: datetime
    state: State
    calendar: str | None = None
    filed_at: datetime | None = None
    opened_by_office_at: datetime | None = None
    accepted_at: datetime | None = None
    agency_id: str | None = None
    came_from: State | None = None
    procedure_version: str | None = None

    open_steps: tuple[OpenStep, ...] = ()
    passed: frozenset[str] = frozenset()
    turned_down_at: str | None = None
    pauses: tuple[Interval, ...] = ()
    supplement_rounds: int = 0
    extended_to: date | None = None
    extended_at: datetime | None = None
    extended_by: int | None = None

    decision: tuple[Evidence, ...] = ()
    outcome: Outcome | None = None
    refused_for: str | None = None
    settled_at: datetime | None = None
    returned_at: datetime | None = None
    ended_at: datetime | None = None
    stop_reason: StopReason | None = None
    reopenings: tuple[Reopened, ...] = ()

    @property
    def corrections(self) -> int:
        """How often it was put back to work after its end."""
        return len(self.reopenings)

    @property
    def accepted(self) -> bool:
        return self.accepted_at is not None

    @property
    def standing(self) -> frozenset[str]:
        """The open nodes: where the dossier stands in its graph."""
        return frozenset(step.node for step in self.open_steps)

    @property
    def open_pause(self) -> Interval | None:
        return next((pause for pause in self.pauses if pause.ended_at is None), None)

    @property
    def clock(self) -> Clock:
        return clock_in(self.state, accepted=self.accepted, came_from=self.came_from)

    @property
    def signed(self) -> Evidence | None:
        return self.done(Act.SIGN)

    @property
    def numbered(self) -> Evidence | None:
        return self.done(Act.NUMBER)

    @property
    def issued(self) -> Evidence | None:
        return self.done(Act.ISSUE)

    def done(self, act: Act) -> Evidence | None:
        """The latest valid evidence of this act."""
        return next((e for e in reversed(self.decision) if e.act is act), None)

    def step_at(self, node: str) -> OpenStep | None:
        return next((step for step in self.open_steps if step.node == node), None)
