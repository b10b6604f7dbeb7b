"""What a dossier costs: the fees of the definition worked out for its answers, in whole đồng."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Literal

from portal.catalogue.answers import Answers, facts_of
from portal.catalogue.conditions import holds, look_up
from portal.catalogue.definition import Definition
from portal.catalogue.fees import BracketFee, ExemptFee, FixedFee, RateFee
from portal.catalogue.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DossierFee:
    """One charge of this dossier. `amount_vnd` is None while the answer it depends on is missing.

    `exempt` holds the reason where the fee would be due but is waived; the amount is then 0.
    """

    code: str
    name: Text
    amount_vnd: int | None
    collect: Literal["at_filing", "at_intake", "financial_obligation"]
    refund: Literal["never", "before_acceptance", "if_not_accepted", "full"]
    source: str
    verified: bool
    exempt: Text | None = None


def fees_for(definition: Definition, case: str, answers: Answers) -> tuple[DossierFee, ...]:
    """Return the charges of a dossier in this case with these answers."""
    facts = facts_of(case, answers)
    due = [fee for fee in definition.fees if holds(fee.when, facts)]
    exemptions = [fee for fee in due if isinstance(fee, ExemptFee)]
    charges = []
    for fee in due:
        if isinstance(fee, ExemptFee):
            continue
        waivers = (waiver for waiver in exemptions if not waiver.covers or fee.code in waiver.covers)
        reason = next((waiver.reason for waiver in waivers), None)
        charges.append(
            DossierFee(
                code=fee.code,
                name=fee.name,
                amount_vnd=0 if reason else _amount(fee, answers),
                collect=fee.collect,
                refund=fee.refund,
                source=fee.source,
                verified=fee.verified,
                exempt=reason,
            )
        )
    return tuple(charges)


def total_vnd(fees: tuple[DossierFee, ...]) -> int:
    """Return the sum of what is known, in đồng."""
    return sum(fee.amount_vnd or 0 for fee in fees)


def rounded_share(base: Decimal, rate: Decimal, *, rounding_vnd: int) -> int:
    """Return `rate` of `base`, rounded half up to a multiple of `rounding_vnd`."""
    steps = (base * rate / rounding_vnd).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(steps) * rounding_vnd


def _amount(fee: FixedFee | BracketFee | RateFee, answers: Answers) -> int | None:
    if isinstance(fee, FixedFee):
        return fee.amount_vnd
    base = _base(fee.base, answers)
    if base is None:
        return None
    if isinstance(fee, BracketFee):
        fitting = (bracket for bracket in fee.brackets if bracket.up_to is None or base <= bracket.up_to)
        bracket = next(fitting, None)
        return None if bracket is None else bracket.amount_vnd
    amount = rounded_share(base, fee.rate, rounding_vnd=fee.rounding_vnd)
    if fee.min_vnd is not None:
        amount = max(amount, fee.min_vnd)
    return amount if fee.max_vnd is None else min(amount, fee.max_vnd)


def _base(field: str, answers: Answers) -> Decimal | None:
    answer = look_up(field, answers)
    if isinstance(answer, Mapping):
        if answer.get("currency") != "VND":
            return None
        answer = answer.get("amount")
    if not isinstance(answer, str):
        return None
    try:
        number = Decimal(answer)
    except InvalidOperation:
        return None
    return number if number.is_finite() and number >= 0 else None
