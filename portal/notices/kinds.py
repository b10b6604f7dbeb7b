"""What people are told about. The words of a kind are in `templates/notices/<kind>/`."""

import enum


class NoticeKind(enum.StrEnum):
    FILED = "filed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not_accepted"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    SUPPLEMENT_ANSWERED = "supplement_answered"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"
    SETTLED = "settled"
    STEP_HALF = "step_half"
    STEP_MOST = "step_most"
    STEP_LATE = "step_late"
    OPINION_REMINDER = "opinion_reminder"
    LIMIT_PASSED = "limit_passed"
    SUPPLEMENT_UNANSWERED = "supplement_unanswered"
    RESULT_WAITS = "result_waits"
    PROMISE_MOVED = "promise_moved"
    CALENDAR_MOVED = "calendar_moved"
    REOPENED = "reopened"
    APOLOGY_DRAFTED = "apology_drafted"
    PAYMENT_REQUESTED = "payment_requested"
    PAYMENT_RECEIVED = "payment_received"
    PREPAYMENT_EXPIRED = "prepayment_expired"
    DRAFT_HANDED_OVER = "draft_handed_over"
    COSIGNATURE_ASKED = "cosignature_asked"
    COSIGNED = "cosigned"
    COSIGNATURE_DECLINED = "cosignature_declined"
    COSIGNING_CHANGED = "cosigning_changed"
    MESSAGE = "message"
    MATTER_RAISED = "matter_raised"
    MATTER_ANSWERED = "matter_answered"
    RESULT_EXPIRES = "result_expires"
    NEW_SIGN_IN = "new_sign_in"
    INVITED = "invited"
    FACTOR_RESET = "factor_reset"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a kind, not a password
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a kind, not a password
    ADDRESS_CHECK = "address_check"
    ADDRESS_CHANGED = "address_changed"
    ADDRESS_KNOWN = "address_known"
    FIGURES_MAIL = "figures_mail"
    SLOT_BOOKED = "slot_booked"
    SLOT_REMINDER = "slot_reminder"
    SLOT_VOID = "slot_void"
    SLOT_MISSED = "slot_missed"
    RESULT_POSTED = "result_posted"
    RESULT_CAME_BACK = "result_came_back"
    REGISTRATION_APPROVED = "registration_approved"
    REGISTRATION_REFUSED = "registration_refused"
    CERTIFICATE_EXPIRES = "certificate_expires"


ONLY_MAILED = frozenset(
    {NoticeKind.INVITED, NoticeKind.PASSWORD_RESET, NoticeKind.ADDRESS_CHECK, NoticeKind.ADDRESS_CHANGED}
)
"""Never shown in the portal: that the letter reached the address is what its link proves, or it went to another one."""
