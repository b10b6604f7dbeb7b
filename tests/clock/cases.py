"""Reads the table of dated cases."""

import csv
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

from portal.clock.calendar import Calendar
from portal.clock.due import Due, Extension, acceptance_due, due, step_due
from portal.clock.limit import Limit, minutes_of
from portal.clock.stopwatch import Pause, Policy
from portal.clock.zone import VIETNAM

TABLE = Path(__file__).with_name("cases.csv")
COLUMNS = ("rule", "received", "limit", "pauses", "policy", "extended", "due", "source", "why")


def at(text: str) -> datetime:
    """An instant; without an offset, Vietnam time."""
    read = datetime.fromisoformat(text)
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM)


def pause(text: str, **more: str) -> Pause:
    """FROM/TO, or FROM/ for one still open."""
    began, _, ended = text.partition("/")
    return Pause(began_at=at(began), ended_at=at(ended) if ended else None, **more)


@dataclass(frozen=True, slots=True)
class Case:
    line: int
    rule: str
    received: str
    limit: str
    pauses: str
    policy: str
    extended: str
    due: str
    source: str
    why: str

    def __str__(self) -> str:
        return f"{self.line}: {self.limit} from {self.received}, {self.why}"

    def ask(self, calendar: Calendar) -> Due:
        """Ask the clock."""
        pauses = [pause(text) for text in self.pauses.split()]
        if self.limit == "acceptance":
            return acceptance_due(at(self.received), calendar, pauses=pauses)
        if self.limit.startswith("step "):
            minutes = minutes_of(Decimal(self.limit.split()[1]))
            return step_due(entered_at=at(self.received), minutes=minutes, calendar=calendar, pauses=pauses)
        text, _, cutoff = self.limit.partition(" until ")
        amount, _, skips = text.partition(" skipping ")
        limit = Limit.same_day() if amount == "same day" else Limit.parse(amount)
        if skips:
            limit = Limit(amount=limit.amount, unit=limit.unit, skips_holidays=True)
        if cutoff:
            limit = replace(limit, same_day_cutoff=time.fromisoformat(cutoff))
        extensions = []
        if self.extended:
            decided, _, until = self.extended.partition(">")
            extensions.append(Extension(decided_at=at(decided), until=date.fromisoformat(until)))
        return due(
            received_at=at(self.received),
            limit=limit,
            calendar=calendar,
            pauses=pauses,
            policy=Policy(self.policy or "resume"),
            extensions=extensions,
        )


def table() -> list[Case]:
    """Every row."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    rows = [(number, line) for number, line in enumerate(lines, 1) if not line.startswith("#")]
    cells = csv.reader((line for _, line in rows), delimiter="|")
    return [Case(number, *row) for (number, _), row in zip(rows, cells, strict=True)]
