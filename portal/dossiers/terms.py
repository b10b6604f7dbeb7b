"""The terms of one dossier: what its pinned version of the procedure says for its case and answers.

Worked out when the dossier is filed and when a supplement changes the answers, then kept with the dossier, so
that no later edition of the software and no erased answer can move a date.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from typing import Any, Self

from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.places import Places
from portal.catalogue.requirements import acceptance_minutes, agency_for, limit_for, promised_limit_for
from portal.catalogue.route import truths_of
from portal.clock.due import ACCEPTANCE_MINUTES
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Limits by law and by promise, the clock's policy after a supplement, the conditions that hold.

    `acceptance_minutes` are the working minutes the one-stop office has to accept or refuse. `is_moved`: the dossier
    goes on by a corrected version, and what was promised under the one before still holds.
    """

    statutory: Limit
    promised: Limit
    policy: Policy
    truths: Mapping[str, bool]
    competent: str
    is_verified: bool
    acceptance_minutes: int = ACCEPTANCE_MINUTES
    is_moved: bool = False

    def moved_to(self, corrected: "Terms") -> "Terms":
        """These terms under a corrected version: the law's limit and conditions are its, the promise stays as given."""
        return replace(
            corrected,
            promised=self.promised,
            policy=self.policy,
            competent=self.competent,
            acceptance_minutes=self.acceptance_minutes,
            is_moved=True,
        )

    def with_answers(self, fresh: "Terms") -> "Terms":
        """These terms after the answers have changed, worked out anew; a promise that was kept once stays kept."""
        return self.moved_to(fresh) if self.is_moved else fresh

    def to_json(self) -> dict[str, Any]:
        """The terms as they are stored."""
        return {
            "statutory": _limit_to_json(self.statutory),
            "promised": _limit_to_json(self.promised),
            "policy": self.policy.value,
            "truths": dict(self.truths),
            "competent": self.competent,
            "is_verified": self.is_verified,
            "acceptance_minutes": self.acceptance_minutes,
            **({"is_moved": True} if self.is_moved else {}),
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """The terms as they were stored."""
        is_verified = bool(stored["is_verified"])
        return cls(
            statutory=_limit_from_json(stored["statutory"], is_verified=is_verified),
            promised=_limit_from_json(stored["promised"], is_verified=is_verified),
            policy=Policy(stored["policy"]),
            truths=stored["truths"],
            competent=stored["competent"],
            is_verified=is_verified,
            acceptance_minutes=stored.get("acceptance_minutes", ACCEPTANCE_MINUTES),
            is_moved=bool(stored.get("is_moved")),
        )


def terms_for(definition: Definition, case: str, answers: Answers, *, places: Places) -> Terms:
    """Work the terms out for this case and these answers."""
    statutory = limit_for(definition, case, answers, difficult_communes=places.difficult)
    promised = promised_limit_for(definition, case, answers, difficult_communes=places.difficult)
    return Terms(
        statutory=statutory.limit,
        promised=promised.limit,
        policy=Policy(definition.supplement.policy),
        truths=truths_of(definition, case, answers),
        competent=agency_for(definition, case, answers),
        is_verified=statutory.verified,
        acceptance_minutes=acceptance_minutes(definition, case, statutory.limit),
    )


def _limit_to_json(limit: Limit) -> dict[str, Any]:
    return {
        "amount": int(limit.amount),
        "unit": limit.unit.value,
        "source": limit.source,
        "skips_holidays": limit.skips_holidays,
        "same_day_cutoff": None if limit.same_day_cutoff is None else f"{limit.same_day_cutoff:%H:%M}",
    }


def _limit_from_json(stored: Mapping[str, Any], *, is_verified: bool) -> Limit:
    cutoff = stored.get("same_day_cutoff")
    return Limit(
        amount=stored["amount"],
        unit=Unit(stored["unit"]),
        source=stored["source"],
        skips_holidays=stored["skips_holidays"],
        same_day_cutoff=time.fromisoformat(cutoff) if cutoff else None,
        is_verified=is_verified,
    )
