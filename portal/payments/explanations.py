"""The room's refusals in the reader's words."""

from flask_babel import lazy_gettext as _

REASONS = {
    "payment.gateway_unknown": _("There is no such way to pay here."),
    "payment.gateway_silent": _("The bank does not answer at the moment. Try again in a few minutes; nothing is lost."),
    "payment.bill_unknown": _("There is no such amount to be paid, or it is not yours to see."),
    "payment.unknown": _("There is no such payment, or it is not yours to see."),
    "payment.link_unknown": _(
        "This link opens nothing: it is over, was taken back, or is not complete. Ask whoever sent it for a new one."
    ),
    "payment.paid_already": _("This has been paid already. Thank you; nothing more is owed."),
    "payment.not_owed": _("This amount is not owed any more, so nothing can be paid."),
    "payment.payer_missing": _("Write the name of whoever pays; it is printed on the receipt."),
    "payment.too_many_attempts": _(
        "There are too many attempts to pay this at the same moment. Wait a quarter of an hour, then try again."
    ),
    "payment.too_many_links": _("There are five links for this already. Take one back before you make another."),
    "payment.role_may_not": _("Your role in the company does not allow you to pay."),
    "payment.redirect_forged": _("This address was not made by the portal, so the bank does not take it."),
    "payment.attempt_over": _("The time for this attempt is over. Go back to the dossier and begin again."),
    "payment.choice_unknown": _("The bank does not know this choice."),
    "payment.receipt_not_ready": _("The receipt is being written and sealed. Try again in a minute."),
    "payment.notice_open": _("A notice of financial obligation is already open for this dossier."),
    "payment.notice_first": _(
        "After this step the filer has to pay. Write the notice of financial obligation; sending it ends the step."
    ),
    "payment.no_notice_waiting": _("No notice is waiting for approval."),
    "payment.lines_missing": _("Write at least one amount with what it is for."),
    "payment.line_wrong": _("Write for each amount what it is for, and the amount in whole đồng."),
    "payment.day_past": _("The last day of payment has passed already. Choose a later day."),
    "payment.not_paid": _("Only money that has come can be given back."),
    "refund.unknown": _("There is no such refund, or it is not yours to see."),
    "refund.too_much": _("More cannot be given back than was paid and is not already being given back."),
    "refund.note_missing": _("Write why the money goes back."),
    "refund.decided_already": _("Somebody has already decided about this refund."),
    "refund.not_approved": _("A second person has to approve this refund first."),
    "refund.two_persons": _("A refund needs two persons: who asks for it or carries it out cannot approve it, too."),
    "refund.role_may_not": _("Your role does not allow this for refunds."),
}
