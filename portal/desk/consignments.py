"""Dossiers tied to a consignment: a truck on its way to a border gate, and how much time there is before it arrives.

The form asks for the plate, the gate, the day and the part of the day; the names of those fields are the same in
every procedure of the border gates.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time

from portal.catalogue.conditions import Answer
from portal.catalogue.definition import Definition
from portal.clock.calendar import Calendar
from portal.clock.zone import VIETNAM

PLATE, GATE, DAY, WINDOW = "vehicle_plate", "border_gate", "expected_arrival", "expected_arrival_window"
OPENS = time(7)
"""When the gates open: a truck with no hour is taken to be there by then."""

EARLIEST = {"before_nine": OPENS, "morning": time(9), "afternoon": time(12), "evening": time(17)}
"""The beginning of each part of the day the form offers: whoever reckons with it is not too late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Plate and gate as answered, the day, and the instant the truck may be there at the earliest."""

    plate: str
    gate: str
    day: date
    arrives_at: datetime


def consignment_of(answers: Mapping[str, Answer] | None) -> Consignment | None:
    """What the answers say of a consignment; None where no day of arrival is given."""
    found = answers or {}
    try:
        day = date.fromisoformat(str(found.get(DAY, "")))
    except ValueError:
        return None
    hour = EARLIEST.get(str(found.get(WINDOW, "")), OPENS)
    return Consignment(
        plate=str(found.get(PLATE, "")),
        gate=str(found.get(GATE, "")),
        day=day,
        arrives_at=datetime.combine(day, hour, VIETNAM),
    )


def slack_minutes(due_at: datetime, arrives_at: datetime, calendar: Calendar) -> int:
    """Working minutes between the last moment of the decision and the arrival; negative where the truck is first."""
    if due_at <= arrives_at:
        return calendar.working_minutes(due_at, arrives_at)
    return -max(1, calendar.working_minutes(arrives_at, due_at))


def concerns(definition: Definition, agency_keys: Collection[str]) -> bool:
    """Whether one of these agencies takes in, decides or works on dossiers of this procedure."""
    deciding = {one.agency for one in definition.competence}
    working = {step.agency for step in definition.steps}
    return bool(({definition.intake} | deciding | working) & frozenset(agency_keys))
