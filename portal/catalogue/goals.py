"""What the province has promised about its procedures, as numbers with their source."""

from typing import Annotated, Literal

import pydantic

from portal.catalogue.fields import Code
from portal.catalogue.text import Model, Number, Sourced, Text


class Goal(Sourced):
    """One goal: `target` in `unit`, to be reached at least (or at most) in `by_year`.

    `cited` is the source in words.
    """

    code: Code
    name: Text
    cited: Text
    target: Number
    unit: Literal["percent", "working_day", "rank"]
    direction: Literal["at_least", "at_most"] = "at_least"
    by_year: Annotated[int, pydantic.Field(ge=2020, le=2100)] | None = None


class Goals(Model):
    """All goals."""

    goals: tuple[Goal, ...]
