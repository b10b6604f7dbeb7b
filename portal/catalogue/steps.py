"""The way of a dossier through the offices: steps, their roles, limits and letters."""

from enum import StrEnum
from typing import Annotated, Literal

import pydantic

from portal.catalogue.conditions import Condition
from portal.catalogue.fields import Code
from portal.catalogue.text import Model, Number, Sourced, Text
from portal.workflow.graph import MINUTES_PER_DAY, Act, Silence
from portal.workflow.roles import Role

MINUTES_PER_HOUR = 60


class StepLimit(Sourced):
    """Working time a step may take: a decimal of a day of eight hours, or hours."""

    amount: Annotated[Number, pydantic.Field(ge=0, le=1000)]
    unit: Literal["hour", "day"] = "day"

    @property
    def minutes(self) -> int:
        """Working minutes, rounded up to a whole one."""
        minutes = self.amount * (MINUTES_PER_DAY if self.unit == "day" else MINUTES_PER_HOUR)
        return int(minutes.to_integral_value(rounding="ROUND_CEILING"))


class Step(Model):
    """A node of the procedure's graph, held by one role of one agency.

    `limit_by_case` replaces `limit` in the cases it names.
    `agency` is `competent`, `intake`, or an agency's key from the register of agencies.
    `after` names the steps that must be done before; several of them join here (all, or `needs` of
    them). Steps after the same one run side by side. `when` leaves the step out of dossiers it does not
    concern. `returns_to` names the earlier steps this one may send the dossier back to. A new `phase` begins
    after a financial stop.
    `silence` says what an opinion not given in time means. Only a stop for payment (`pay`) has no role: there
    the filer acts; such a stop stands by itself before every later phase and need not be written.
    """

    code: Code
    name: Text
    act: Act
    role: Role | None = None
    agency: str = "competent"
    limit: StepLimit
    limit_by_case: dict[Code, StepLimit] = pydantic.Field(default_factory=dict)
    after: tuple[Code, ...] = ()
    needs: Annotated[int, pydantic.Field(ge=1)] | None = None
    returns_to: tuple[Code, ...] = ()
    when: Condition | None = None
    phase: Annotated[int, pydantic.Field(ge=1, le=5)] = 1
    silence: Silence | None = None
    presence: bool = False
    question: Text | None = None


class Result(Sourced):
    """What the filer receives in the end; `number` shows how the clerk's number is written.

    `states` names the fields whose answers it prints, in this order: what is permitted, not who asked. A field
    that was not asked in the dossier, or left empty, has no line.
    """

    code: Code
    name: Text
    kind: Literal["decision", "permit", "certificate", "notice"]
    number: str
    validity_months: Annotated[int, pydantic.Field(ge=1)] | None = None
    valid_until: Text | None = None
    collection: tuple[Literal["online", "post", "counter"], ...] = ("online", "post", "counter")
    when: Condition | None = None
    states: tuple[Code, ...] = ()
    body: Text | None = None


class LetterKind(StrEnum):
    """The letters the law knows. Source: Circular 03/2025/TT-VPCP, Annex I (forms 01–07), and the result."""

    RECEIPT = "receipt"
    SUPPLEMENT = "supplement"
    REFUSAL_OF_INTAKE = "refusal_of_intake"
    APOLOGY = "apology"
    STOP = "stop"
    REFUSAL = "refusal"
    DECISION = "decision"


class Letter(Model):
    """Words of this procedure for one kind of letter, and who approves it after intake.

    Placeholders in braces come from a closed list or name an answer: `{dossier_code}`,
    `{answers.project_name}`.
    """

    kind: LetterKind
    approvals: tuple[Role, ...] = (Role.HEAD,)
    body: Text


class Supplement(Sourced):
    """How long the filer has to complete the dossier, and what the clock does afterwards.

    `policy`: `resume` counts on where it stopped, `restart` counts the whole limit anew.
    """

    days: Annotated[int, pydantic.Field(ge=1, le=365)]
    unit: Literal["working_day", "calendar_day"] = "working_day"
    policy: Literal["resume", "restart"] = "resume"
