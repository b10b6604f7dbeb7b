"""The room's lists in the reader's words."""

from flask_babel import lazy_gettext as _

from portal.payments.kinds import BillState, GatewayName, Occasion, PaymentState, RefundGround, RefundState
from portal.payments.models import Bill
from portal.payments.reconciliation import Difference

OCCASIONS = {
    Occasion.AT_FILING: _("To be paid before the dossier is filed"),
    Occasion.AT_INTAKE: _("Fees of the accepted dossier"),
    Occasion.FINANCIAL_OBLIGATION: _("Notice of financial obligation"),
}
GATEWAYS = {
    GatewayName.SANDBOX: _("Sandbox bank (no real money)"),
    GatewayName.VNPAY: _("VNPAY: bank card, bank app or QR code"),
    GatewayName.COUNTER: _("In cash at the counter"),
}
PAYMENTS = {
    PaymentState.STARTED: _("under way"),
    PaymentState.SUCCEEDED: _("paid"),
    PaymentState.FAILED: _("did not go through"),
}
REFUNDS = {
    RefundState.PROPOSED: _("proposed, waits for approval"),
    RefundState.APPROVED: _("approved, waits for the cashier"),
    RefundState.SENDING: _("on its way to the bank"),
    RefundState.DONE: _("given back"),
    RefundState.FAILED: _("refused by the bank"),
    RefundState.DROPPED: _("not followed"),
}
GROUNDS = {
    RefundGround.NOT_ACCEPTED: _("The dossier was not accepted"),
    RefundGround.WITHDRAWN_BEFORE_ACCEPTANCE: _("The dossier ended before it was accepted"),
    RefundGround.ENDED_WITHOUT_DECISION: _("The dossier ended without a decision"),
    RefundGround.PAID_TWICE: _("Paid twice"),
    RefundGround.NOT_OWED_ANY_MORE: _("Paid when nothing was owed any more"),
    RefundGround.OTHER: _("Another reason"),
}
RULES = {
    "never": _("This is not paid back."),
    "before_acceptance": _("Paid back if the dossier ends before it is accepted."),
    "if_not_accepted": _("Paid back if the office does not accept the dossier."),
    "full": _("Paid back if the dossier ends without a decision."),
}
NO_LONGER = {
    "before_acceptance": _("Not paid back any more: the dossier has been accepted."),
    "if_not_accepted": _("Not paid back any more: the dossier has been accepted."),
    "full": _("Not paid back any more: the dossier has been decided."),
}
"""The same rules once the dossier has gone past what they speak of."""


def rules_now(*, is_accepted: bool, is_decided: bool) -> dict[str, object]:
    """The rules of paying back as they stand for a dossier that has come so far."""
    past = {"before_acceptance", "if_not_accepted"} if is_accepted else set()
    past |= {"full"} if is_decided else set()
    return {name: NO_LONGER[name] if name in past else words for name, words in RULES.items()}


def rules_while_owed(bill: Bill) -> dict[str, object]:
    """The rules as they stand for somebody who takes the money: only a prepayment comes before acceptance.

    A bill that is owed no more has none: what went back, or may go back, stands with its payments.
    """
    if bill.state not in {BillState.DRAFTED, BillState.OWED}:
        return {}
    return rules_now(is_accepted=bill.occasion is not Occasion.AT_FILING, is_decided=False)


DIFFERENCES = {
    Difference.NONE: _("agrees"),
    Difference.ONLY_HERE: _("only in our books"),
    Difference.ONLY_AT_GATEWAY: _("only in the bank's books"),
    Difference.AMOUNT_DIFFERS: _("the amounts differ"),
    Difference.SURPLUS: _("paid in excess"),
    Difference.NOTHING_HEARD: _("the bank has said nothing"),
    Difference.UNKNOWN_REFERENCE: _("the bank names a payment nobody here knows"),
}
OUTCOMES = {
    "07": _("The bank took the money but suspects fraud. It will get in touch with you."),
    "09": _("The card or account is not registered for internet banking."),
    "10": _("The card or account could not be confirmed three times."),
    "11": _("The time for paying ran out."),
    "12": _("The card or account is locked."),
    "13": _("The one-time code was not right."),
    "24": _("You turned back without paying."),
    "51": _("There is not enough money in the account."),
    "65": _("The account has reached its limit for the day."),
    "75": _("The bank is being maintained. Try again later."),
    "79": _("The payment password was wrong too often."),
}
OTHER_OUTCOME = _("The bank did not carry out the payment.")
