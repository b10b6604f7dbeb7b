"""Whose time it was: a dossier's working time split into the agency's and the applicant's, by step and agency."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal.clock.calendar import Calendar
from portal.clock.stopwatch import Pause, stretches
from portal.clock.zone import office_time

Stay = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One stay of the dossier in a step. `left_at` None is a step still open."""

    step: str
    agency: str
    entered_at: datetime
    left_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Working minutes the agency had the dossier, and those it waited for the applicant meanwhile."""

    agency_minutes: int
    applicant_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """The whole, and the shares by step and by agency. Parallel branches count once in the whole and per agency."""

    whole: Share
    by_step: dict[str, Share]
    by_agency: dict[str, Share]


def first_entry(visits: Iterable[Visit], step: str) -> datetime | None:
    """When the dossier first came to a step: a repeated step's own limit counts from there."""
    return min((visit.entered_at for visit in visits if visit.step == step), default=None)


def split(
    *,
    received_at: datetime,
    until: datetime,
    visits: Sequence[Visit],
    pauses: Iterable[Pause],
    calendar: Calendar,
) -> Split:
    """Split the working time from reception to `until` (the end, or now). A pause still open ends at `until`."""
    effective = calendar.effective(received_at)
    end = office_time(until)
    waits = [
        (stop.began_at, min(stop.ended_at, end))
        for stop in stretches(pauses, after=effective, effective=calendar.effective, now=until)
        if stop.began_at < end
    ]

    def share(stays: list[Stay]) -> Share:
        together = _union((max(begin, effective), min(finish, end)) for begin, finish in stays)
        waiting = sum(
            calendar.working_minutes(max(begin, wait_begin), min(finish, wait_end))
            for begin, finish in together
            for wait_begin, wait_end in waits
        )
        total = sum(calendar.working_minutes(begin, finish) for begin, finish in together)
        return Share(agency_minutes=total - waiting, applicant_minutes=waiting)

    return Split(
        whole=share([(effective, end)]),
        by_step=_grouped(visits, lambda visit: visit.step, share, end),
        by_agency=_grouped(visits, lambda visit: visit.agency, share, end),
    )


def _grouped(
    visits: Sequence[Visit], key: Callable[[Visit], str], share: Callable[[list[Stay]], Share], end: datetime
) -> dict[str, Share]:
    stays: dict[str, list[Stay]] = {}
    for visit in visits:
        left_at = end if visit.left_at is None else office_time(visit.left_at)
        stays.setdefault(key(visit), []).append((office_time(visit.entered_at), left_at))
    return {name: share(group) for name, group in stays.items()}


def _union(stays: Iterable[Stay]) -> list[Stay]:
    """Overlapping stays taken together; empty ones left out."""
    together: list[Stay] = []
    for begin, finish in sorted(stays):
        if finish <= begin:
            continue
        if together and begin <= together[-1][1]:
            together[-1] = (together[-1][0], max(together[-1][1], finish))
        else:
            together.append((begin, finish))
    return together
