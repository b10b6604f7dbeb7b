"""Level 3 or 4, derived from what the procedure demands, never typed.

A single compulsory presence makes a service partial (formerly level 3); otherwise it is full-process
(level 4). How the fee is paid is another matter. Source: Decree 42/2022/NĐ-CP.
"""

from dataclasses import dataclass
from typing import Literal

from portal.catalogue.definition import Definition
from portal.catalogue.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """One thing that makes somebody come to the counter."""

    kind: Literal["original_shown", "wet_signature", "step", "collection", "no_online_filing"]
    code: str
    name: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """3 (*một phần*) with the reasons, or 4 (*toàn trình*) with none."""

    number: Literal[3, 4]
    reasons: tuple[Presence, ...]

    @property
    def word(self) -> Literal["partial", "full"]:
        """The level in today's words. Source: Decree 42/2022/NĐ-CP."""
        return "partial" if self.reasons else "full"


def level_of(definition: Definition) -> Level:
    """Derive the level from the documents, steps and results of the procedure."""
    reasons: list[Presence] = []
    if "online" not in definition.manner:
        reasons.append(Presence(kind="no_online_filing", code=definition.code, name=definition.name))
    for document in definition.documents:
        if document.required and document.shown_in_person:
            reasons.append(Presence(kind="original_shown", code=document.code, name=document.name))
        if document.required and document.wet_signature:
            reasons.append(Presence(kind="wet_signature", code=document.code, name=document.name))
    reasons += [Presence(kind="step", code=step.code, name=step.name) for step in definition.steps if step.presence]
    reasons += [
        Presence(kind="collection", code=result.code, name=result.name)
        for result in definition.results
        if not {"online", "post"} & set(result.collection)
    ]
    return Level(number=3 if reasons else 4, reasons=tuple(reasons))
