"""Pauses: the stretches in which an authority waits for the applicant and its own time stands still."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal.clock.errors import ClockError, Refusal
from portal.clock.zone import office_time


class Policy(StrEnum):
    """What a completed supplement does to the limit; a choice of each procedure."""

    RESUME = "resume"
    RESTART = "restart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """One stop of the clock: from the sent letter to the complete answer, or to the confirmed payment.

    `ended_at` None is a pause still open. `legal_ground` cites the article that allows the stop; `event` is the
    identity of the event that began it, so that a page can link to it.
    """

    began_at: datetime
    ended_at: datetime | None
    reason: str = ""
    legal_ground: str = ""
    event: str | None = None

    def __post_init__(self) -> None:
        began_at = office_time(self.began_at)
        if self.ended_at is not None and office_time(self.ended_at) < began_at:
            message = f"a pause that ends before it begins: {self.began_at.isoformat()}/{self.ended_at.isoformat()}"
            raise ClockError(Refusal.UNREADABLE_PAUSE, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Overlapping pauses taken together, in office time, clipped to after the effective reception.

    `answered_at` is the end itself; `ended_at` has passed through effective reception: the moment from which the
    agency can work on the answer.
    """

    began_at: datetime
    answered_at: datetime
    ended_at: datetime
    pauses: tuple[Pause, ...]

    @property
    def is_open(self) -> bool:
        """Whether the applicant's answer is still awaited."""
        return any(pause.ended_at is None for pause in self.pauses)


def stretches(
    pauses: Iterable[Pause],
    *,
    after: datetime,
    effective: Callable[[datetime], datetime],
    now: datetime | None = None,
) -> tuple[Stretch, ...]:
    """Merge pauses that overlap or touch and clip them to `after` (the effective reception), in order.

    `effective` moves an instant to the next moment the agency works. An open pause is taken as if it were answered
    at `now`; without `now` it raises ClockError (open_pause_without_now).
    """
    merged: list[Stretch] = []
    for began_at, answered_at, pause in sorted(_bounds(pauses, now), key=lambda bound: bound[:2]):
        ended_at = effective(answered_at)
        clipped = max(began_at, after)
        if began_at == answered_at or ended_at <= clipped:
            continue
        one = Stretch(began_at=clipped, answered_at=answered_at, ended_at=ended_at, pauses=(pause,))
        if merged and clipped <= merged[-1].ended_at:
            merged[-1] = _together(merged[-1], one)
        else:
            merged.append(one)
    return tuple(merged)


def _together(first: Stretch, second: Stretch) -> Stretch:
    return Stretch(
        began_at=first.began_at,
        answered_at=max(first.answered_at, second.answered_at),
        ended_at=max(first.ended_at, second.ended_at),
        pauses=(*first.pauses, *second.pauses),
    )


def _bounds(pauses: Iterable[Pause], now: datetime | None) -> list[tuple[datetime, datetime, Pause]]:
    bounds = []
    for pause in pauses:
        ended_at = pause.ended_at if pause.ended_at is not None else now
        if ended_at is None:
            message = f"a pause still open since {pause.began_at.isoformat()} needs the present moment"
            raise ClockError(Refusal.OPEN_PAUSE_WITHOUT_NOW, message)
        began_at = office_time(pause.began_at)
        bounds.append((began_at, max(began_at, office_time(ended_at)), pause))
    return bounds
