"""The closed lists of the room: occasions, states, gateways, grounds."""

from enum import StrEnum


class Occasion(StrEnum):
    """When the law collects: before the office takes the dossier, when it accepts it, or by a notice later on."""

    AT_FILING = "at_filing"
    AT_INTAKE = "at_intake"
    FINANCIAL_OBLIGATION = "financial_obligation"


class BillState(StrEnum):
    """A notice of financial obligation is drafted first; every other bill is owed from the start."""

    DRAFTED = "drafted"
    OWED = "owed"
    PAID = "paid"
    CANCELLED = "cancelled"


class GatewayName(StrEnum):
    """The ways to pay. The value is part of addresses and of what is sent to banks: it is never renamed."""

    SANDBOX = "sandbox"
    VNPAY = "vnpay"
    COUNTER = "counter"


class PaymentState(StrEnum):
    """An attempt is under way until the gateway says how it ended."""

    STARTED = "started"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class RefundState(StrEnum):
    """Proposed by rule or by the cashier, approved by a second person, then on its way, and at last given back."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    SENDING = "sending"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class RefundGround(StrEnum):
    """Why money goes back."""

    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN_BEFORE_ACCEPTANCE = "withdrawn_before_acceptance"
    ENDED_WITHOUT_DECISION = "ended_without_decision"
    PAID_TWICE = "paid_twice"
    NOT_OWED_ANY_MORE = "not_owed_any_more"
    OTHER = "other"


class Ending(StrEnum):
    """How a dossier ended without a decision, as the refund rules ask for it."""

    NOT_ACCEPTED = "not_accepted"
    WITHDRAWN_BEFORE_ACCEPTANCE = "withdrawn_before_acceptance"
    ENDED_WITHOUT_DECISION = "ended_without_decision"
