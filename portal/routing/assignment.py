"""Who gets a step: among those who may have it, the one with the least work after taking it.

Pure: what is known of the candidates comes in, the choice with its reasons goes out. The same facts always give the
same choice.
"""

import enum
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from portal.workflow.events import Param


class Why(enum.StrEnum):
    """Why somebody got a step, or why nobody did. Kept with the step and in the event."""

    LEAST_WORK = "least_work"
    HAD_IT_BEFORE = "had_it_before"
    KNOWS_IT = "knows_it"
    STANDS_IN = "stands_in"
    NOBODY_IN_ROLE = "nobody_in_role"
    NOBODY_PRESENT = "nobody_present"
    NOBODY_SKILLED = "nobody_skilled"
    NOBODY_FREE_OF_CONFLICT = "nobody_free_of_conflict"
    NOBODY_FOR_TWO_PERSONS = "nobody_for_two_persons"


CONTINUITY_MINUTES = 60
"""So many working minutes more may whoever did the last such step of the dossier have than whoever has least."""

NOBODY = frozenset(why.value for why in Why if why.value.startswith("nobody_"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A current holder of the role in the agency. `load` is the working minutes still expected of their open steps.

    `is_stood_in`: away, but somebody sees and does their steps. `has_acted`: did a step of this dossier that another
    person must check.
    """

    post_id: UUID
    person_id: UUID
    open_steps: int
    load: int
    is_away: bool = False
    is_stood_in: bool = False
    skills: frozenset[str] = frozenset()
    has_conflict: bool = False
    has_acted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a step asks for. `language`: whoever knows it is preferred; where nobody does, all are asked.

    `earlier` had this very step before and gets it back. `familiar` did the last step of this role in this agency: they
    know the dossier, and get it where they have at most `leeway` minutes more than whoever has least.
    """

    dossier_id: UUID
    expected: int
    skills: frozenset[str] = frozenset()
    language: str | None = None
    earlier: UUID | None = None
    familiar: UUID | None = None
    leeway: int = CONTINUITY_MINUTES


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Who gets it (None: nobody can) and why, in numbers that are stored with the assignment."""

    post_id: UUID | None
    why: Why
    reasons: dict[str, Param] = field(default_factory=dict)


def choose(candidates: Sequence[Candidate], wish: Wish) -> Choice:
    """Choose, saying how many were left out for what."""
    reasons: dict[str, Param] = {"candidates": len(candidates), "expected": wish.expected}
    if not candidates:
        return Choice(post_id=None, why=Why.NOBODY_IN_ROLE, reasons=reasons)
    left = list(candidates)
    for name, why, fits in _sieves(candidates, wish):
        kept = [one for one in left if fits(one)]
        if len(kept) < len(left):
            reasons[name] = len(left) - len(kept)
        left = kept
        if not left:
            return Choice(post_id=None, why=why, reasons=reasons)
    speaking = [one for one in left if wish.language and f"language:{wish.language}" in one.skills]
    if speaking:
        reasons["language"] = wish.language
        left = speaking
    ranked = sorted(left, key=lambda one: (one.load, one.open_steps, _lot(wish.dossier_id, one.post_id)))
    chosen = next((one for one in ranked if one.post_id == wish.earlier), None) or _familiar(ranked, wish) or ranked[0]
    reasons |= {"load": chosen.load, "load_after": chosen.load + wish.expected, "open_steps": chosen.open_steps}
    others = [one.load for one in ranked if one is not chosen]
    if others:
        reasons["next_load"] = others[0]
    return Choice(post_id=chosen.post_id, why=_why(chosen, wish), reasons=reasons)


def _familiar(ranked: Sequence[Candidate], wish: Wish) -> Candidate | None:
    """Whoever knows the dossier, unless others have clearly less to do; one who is away knows it in vain."""
    known = next((one for one in ranked if one.post_id == wish.familiar and not one.is_away), None)
    return known if known is not None and known.load <= ranked[0].load + wish.leeway else None


def _why(chosen: Candidate, wish: Wish) -> Why:
    if chosen.post_id == wish.earlier:
        return Why.HAD_IT_BEFORE
    if chosen.post_id == wish.familiar and not chosen.is_away:
        return Why.KNOWS_IT
    return Why.STANDS_IN if chosen.is_away else Why.LEAST_WORK


Sieve = tuple[str, Why, Callable[[Candidate], bool]]


def _sieves(candidates: Sequence[Candidate], wish: Wish) -> tuple[Sieve, ...]:
    """In this order; a person away counts only where nobody is there and somebody stands in for them."""
    anybody_there = any(
        not one.is_away and wish.skills <= one.skills and not one.has_conflict and not one.has_acted
        for one in candidates
    )
    return (
        ("unskilled", Why.NOBODY_SKILLED, lambda one: wish.skills <= one.skills),
        ("in_conflict", Why.NOBODY_FREE_OF_CONFLICT, lambda one: not one.has_conflict),
        ("acted_before", Why.NOBODY_FOR_TWO_PERSONS, lambda one: not one.has_acted),
        ("away", Why.NOBODY_PRESENT, lambda one: not one.is_away or (one.is_stood_in and not anybody_there)),
    )


def _lot(dossier_id: UUID, post_id: UUID) -> bytes:
    """Settles a tie: the same for the same dossier and post, and not always in favour of the same people."""
    return hashlib.sha256(dossier_id.bytes + post_id.bytes).digest()
