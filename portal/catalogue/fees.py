"""What the dossier costs, in whole đồng."""

from typing import Annotated, Literal

import pydantic

from portal.catalogue.conditions import Condition
from portal.catalogue.fields import Code
from portal.catalogue.text import Model, Number, Sourced, Text

Dong = Annotated[int, pydantic.Field(ge=0, le=10**13)]


class FeeBase(Sourced):
    """What every charge has.

    `collect`: `at_filing` is paid before the acceptance timer starts, `at_intake` when the dossier is
    accepted, `financial_obligation` by a notice later on. `refund` says until when it is paid back.
    """

    code: Code
    name: Text
    when: Condition | None = None
    collect: Literal["at_filing", "at_intake", "financial_obligation"] = "at_intake"
    refund: Literal["never", "before_acceptance", "if_not_accepted", "full"] = "if_not_accepted"


class FixedFee(FeeBase):
    """One amount."""

    kind: Literal["fixed"]
    amount_vnd: Dong


class Bracket(Model):
    """`amount_vnd` applies up to and including `up_to`; the last bracket has no upper end."""

    up_to: Number | None = None
    amount_vnd: Dong


class BracketFee(FeeBase):
    """An amount that depends on how large the answer to `base` is."""

    kind: Literal["bracket"]
    base: str
    brackets: Annotated[tuple[Bracket, ...], pydantic.Field(min_length=1)]


class RateFee(FeeBase):
    """A share of the value answered to `base`, rounded half up to a multiple of `rounding_vnd`."""

    kind: Literal["rate"]
    base: str
    rate: Annotated[Number, pydantic.Field(ge=0, le=1)]
    rounding_vnd: Annotated[int, pydantic.Field(ge=1, le=1_000_000)] = 1
    min_vnd: Dong | None = None
    max_vnd: Dong | None = None


class ExemptFee(FeeBase):
    """Nothing is owed for the fees named in `covers` (all of them where it is empty), and why."""

    kind: Literal["exempt"]
    covers: tuple[Code, ...] = ()
    reason: Text


Fee = Annotated[FixedFee | BracketFee | RateFee | ExemptFee, pydantic.Field(discriminator="kind")]
