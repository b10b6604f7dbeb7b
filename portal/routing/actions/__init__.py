"""What routing does: hands for steps, people's absences and skills, hand-over, moments that must not be missed."""

from portal.routing.actions.placing import (
    ASSIGNERS,
    choose_agency,
    give_opened_to,
    give_to,
    place,
    route,
    take_over,
)
from portal.routing.actions.ringing import note_limit_passed, ring

__all__ = [
    "ASSIGNERS", "choose_agency", "give_opened_to", "give_to", "note_limit_passed", "place", "ring", "route",
    "take_over",
]  # fmt: skip
