"""What was filed in the last hours before the demonstration begins.

Trucks on their way to the gates, so that the border lane shows them with little time to spare; and a few dossiers that
nobody has looked at yet, so that the counter has something to accept whose eight hours have hardly begun.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from portal.accounts.models import Party
from portal.accounts.viewer import Viewer
from portal.catalogue.conditions import Answer
from portal.catalogue.queries import in_force
from portal.clock.zone import office_day
from portal.demonstration.lives import Fate, Stage, life
from portal.foundation.packaged import office_calendar

PROCEDURE = "LS-CO-E"
"""A certificate of origin, within six working hours: the one whose goods stand at a gate meanwhile."""


NOT_YET = 10_000
"""Working minutes in which nobody accepts it: longer than the demonstration has been told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Truck:
    """A consignment: its plate and gate, in how many working days it gets there, its goods, when it was filed for.

    The counter takes it up after so many working minutes; the newest are still to be looked at.
    """

    plate: str
    gate: str
    in_days: int
    window: str
    goods: str
    filed_minutes_ago: int
    accepted_after: int = 12


TRUCKS = (
    Truck(
        plate="12C-045.17", gate="huu_nghi", in_days=0, window="afternoon", goods="Thanh long", filed_minutes_ago=170
    ),
    Truck(plate="12C-118.62", gate="tan_thanh", in_days=1, window="evening", goods="Sầu riêng", filed_minutes_ago=130),
    Truck(plate="29H-701.35", gate="huu_nghi", in_days=1, window="before_nine", goods="Hoa hồi", filed_minutes_ago=100),
    Truck(plate="12C-077.94", gate="chi_ma", in_days=2, window="morning", goods="Tinh bột sắn", filed_minutes_ago=70),
    Truck(plate="98C-233.08", gate="coc_nam", in_days=2, window="afternoon", goods="Xoài sấy", filed_minutes_ago=40),
    Truck(
        plate="15C-402.51",
        gate="tan_thanh",
        in_days=3,
        window="morning",
        goods="Mít tươi",
        filed_minutes_ago=15,
        accepted_after=NOT_YET,
    ),
)


WAITING = (("1.013225", 150), ("1.004191", 95), ("1.013952", 50), ("1.009645", 25))
"""What waits at the counter: the procedure, and how many minutes ago it was filed."""


def consigned(truck: Truck, on: date) -> dict[str, Answer]:
    """What the form of the certificate is told about the truck."""
    return {
        "transport": "road",
        "border_gate": truck.gate,
        "vehicle_plate": truck.plate,
        "expected_arrival": _arrival(truck, on).isoformat(),
        "expected_arrival_window": truck.window,
        "subject": f"Lô hàng {truck.goods}",
    }


def _arrival(truck: Truck, on: date) -> date:
    """In so many working days, so that some come in time whatever holiday is near."""
    return office_calendar().add_working_days(on, truck.in_days) if truck.in_days else on


def lives(stage: Stage, *, now: datetime, number: int) -> Iterator[tuple[datetime, int, Iterator[datetime]]]:
    """The lives of the consignments, each with its moment and its place in the row, for the story to play."""
    for order, truck in enumerate(TRUCKS):
        begins_at = now - timedelta(minutes=truck.filed_minutes_ago)
        version = in_force(stage.session, PROCEDURE, on=office_day(begins_at))
        if version is None:
            return
        party, filer = _company(stage, order)
        chance = Random(f"{number}/truck/{order}")  # noqa: S311 - a story
        told = consigned(truck, office_day(now))
        after = truck.accepted_after
        one = life(
            stage,
            version,
            party,
            filer,
            begins_at=begins_at,
            chance=chance,
            fate=Fate(),
            told=told,
            accepted_after=after,
        )
        yield begins_at, order, one
    yield from _waiting(stage, now=now, number=number)


def _waiting(stage: Stage, *, now: datetime, number: int) -> Iterator[tuple[datetime, int, Iterator[datetime]]]:
    for order, (code, minutes_ago) in enumerate(WAITING):
        begins_at = now - timedelta(minutes=minutes_ago)
        version = in_force(stage.session, code, on=office_day(begins_at))
        if version is None:
            continue
        party, filer = _company(stage, order)
        chance = Random(f"{number}/waiting/{order}")  # noqa: S311 - a story
        one = life(
            stage, version, party, filer, begins_at=begins_at, chance=chance, fate=Fate(), accepted_after=NOT_YET
        )
        yield begins_at, len(TRUCKS) + order, one


def _company(stage: Stage, order: int) -> tuple[Party, Viewer]:
    return stage.cast.companies[order % len(stage.cast.companies)]
