"""What routing reads, by who asks: whoever chooses, whoever places, the team's pages, an officer's own day."""

from portal.routing.queries.choosing import (
    acted_in,
    candidates,
    earlier_holders,
    expected_of,
    needed_skills,
    take_turns,
)
from portal.routing.queries.own_day import OpenStepOf, OwnRecord, notes_for, open_steps_of, own_record, posts_of
from portal.routing.queries.placing import (
    Unplaced,
    has_staff,
    locked_with_competent,
    open_step,
    to_be_placed,
    unassigned_steps,
    unplaced,
    unplaced_for_update,
    unrouted,
)
from portal.routing.queries.team import (
    Colleague,
    apology_of,
    conflicts_of,
    drafted_apologies,
    known_skills,
    needs_of,
    people_of,
    skills_of,
    unassigned_in,
)

__all__ = [
    "Colleague", "OpenStepOf", "OwnRecord", "Unplaced", "acted_in", "apology_of", "candidates", "conflicts_of",
    "drafted_apologies", "earlier_holders", "expected_of", "has_staff", "known_skills", "locked_with_competent",
    "needed_skills", "needs_of", "notes_for", "open_step", "open_steps_of", "own_record", "people_of", "posts_of",
    "skills_of", "take_turns", "to_be_placed", "unassigned_in", "unassigned_steps", "unplaced", "unplaced_for_update",
    "unrouted",
]  # fmt: skip
