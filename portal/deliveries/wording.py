"""Words of this room: the ways, the states, the refusals."""

from typing import Any

from flask_babel import lazy_gettext as _

from portal.deliveries.models import BookingState
from portal.dossiers.receiving import Way

WAYS: dict[Way, Any] = {
    Way.ONLINE: _("Online"),
    Way.COUNTER: _("At the counter of the one-stop office"),
    Way.POST: _("By post"),
}

WAY_HINTS: dict[Way, Any] = {
    Way.ONLINE: _("You download the signed result here. It counts like paper, and anybody can check it."),
    Way.COUNTER: _("You fetch it. As soon as it is ready you book a time here."),
    Way.POST: _("The office sends it to you. You pay the postage to the post when it arrives."),
}

BOOKING_STATES: dict[BookingState, Any] = {
    BookingState.BOOKED: _("Expected"),
    BookingState.CAME: _("Is here"),
    BookingState.HANDED_OVER: _("Handed over"),
    BookingState.NO_SHOW: _("Did not come"),
}

TONES = {
    BookingState.BOOKED: "open",
    BookingState.CAME: "due",
    BookingState.HANDED_OVER: "done",
    BookingState.NO_SHOW: "late",
}

REASONS = {
    "deliveries.too_late": _("The result is with you already; how it comes can no longer be changed."),
    "deliveries.in_the_post": _("The post has the result. Wait until it arrives or is brought back."),
    "deliveries.no_such_way": _("Choose one of the ways that are offered."),
    "deliveries.not_ready": _("There is no result to hand over now."),
    "deliveries.other_way": _("The company wants the result in another way."),
    "deliveries.not_chosen_anew": _(
        "The result came back. It can be sent again once the company has checked the address or chosen another way."
    ),
    "deliveries.no_such_slot": _("This time cannot be booked. Choose one from the list."),
    "deliveries.slot_taken": _("Somebody has just taken this time. Please choose another one."),
    "deliveries.nothing_booked": _("No time is booked."),
    "deliveries.marked_already": _("This has been noted already. Look at the list again."),
    "deliveries.not_over_yet": _("The booked time is not over yet: they may still come."),
    "deliveries.not_in_the_post": _("The post does not have this result now."),
    "deliveries.tracking_wrong": _(
        "This is no tracking number. A postal one has two letters, nine digits and two letters, such as EA123456785VN; "
        "compare it with the receipt."
    ),
    "deliveries.carrier_missing": _("Write who carries it, for example VNPost."),
    "deliveries.reason_missing": _("Write why it came back. The company reads this sentence."),
}
