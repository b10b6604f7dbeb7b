"""What people may choose about their notices. What the law owes them is always mailed at once.

In the portal every notice is shown in any case; the choice is about mail. A topic nobody has chosen about is mailed at
once, and so is every kind that stands under no topic.
"""

import enum
from typing import Any

from flask_babel import lazy_gettext as _

from portal.notices.kinds import NoticeKind


class Manner(enum.StrEnum):
    """How a topic comes by mail."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    IN_APP = "in_app"


class Topic(enum.StrEnum):
    """Kinds of notices people think of together."""

    MESSAGES = "messages"
    PAYMENTS = "payments"
    DRAFTS = "drafts"
    RENEWALS = "renewals"
    STEPS = "steps"
    LATENESS = "lateness"
    FILERS = "filers"
    MATTERS = "matters"


class Channel(enum.StrEnum):
    """Ways to a telephone. The values are the purposes of the consent each needs (`accounts.consents`)."""

    SMS = "sms"
    ZALO = "zalo"


KINDS: dict[Topic, frozenset[NoticeKind]] = {
    Topic.MESSAGES: frozenset({NoticeKind.MESSAGE}),
    Topic.PAYMENTS: frozenset({NoticeKind.PAYMENT_RECEIVED}),
    Topic.DRAFTS: frozenset({NoticeKind.DRAFT_HANDED_OVER}),
    Topic.RENEWALS: frozenset({NoticeKind.RESULT_EXPIRES}),
    Topic.STEPS: frozenset({NoticeKind.STEP_HALF, NoticeKind.STEP_MOST, NoticeKind.OPINION_REMINDER}),
    Topic.LATENESS: frozenset({NoticeKind.STEP_LATE, NoticeKind.LIMIT_PASSED, NoticeKind.APOLOGY_DRAFTED}),
    Topic.FILERS: frozenset({NoticeKind.SUPPLEMENT_ANSWERED, NoticeKind.SUPPLEMENT_UNANSWERED}),
    Topic.MATTERS: frozenset({NoticeKind.MATTER_RAISED}),
}
OF_FILERS = (Topic.MESSAGES, Topic.PAYMENTS, Topic.DRAFTS, Topic.RENEWALS)
OF_STAFF = (Topic.STEPS, Topic.LATENESS, Topic.FILERS, Topic.MATTERS)

TEXTED = frozenset(
    {
        NoticeKind.ACCEPTED, NoticeKind.NOT_ACCEPTED, NoticeKind.SUPPLEMENT_REQUESTED, NoticeKind.PAYMENT_REQUESTED,
        NoticeKind.PROMISE_MOVED, NoticeKind.STOPPED, NoticeKind.SETTLED, NoticeKind.RESULT_WAITS,
        NoticeKind.SLOT_REMINDER, NoticeKind.SLOT_VOID, NoticeKind.RESULT_POSTED, NoticeKind.RESULT_CAME_BACK,
    }
)  # fmt: skip
"""What is also sent to the telephone of whoever wants that: what they must act on, and what is decided."""

TOPIC_WORDS: dict[Topic, Any] = {
    Topic.MESSAGES: _("Messages from the office about a dossier"),
    Topic.PAYMENTS: _("Receipts of payments"),
    Topic.DRAFTS: _("Drafts a colleague hands over to you"),
    Topic.RENEWALS: _("Reminders before a result expires"),
    Topic.STEPS: _("Reminders while a step of yours runs"),
    Topic.LATENESS: _("Late steps and limits that have passed"),
    Topic.FILERS: _("Answers of filers, or none in time"),
    Topic.MATTERS: _("Feedback, complaints and requests to your office"),
}
MANNER_WORDS: dict[Manner, Any] = {
    Manner.AT_ONCE: _("By mail at once"),
    Manner.DAILY: _("By mail once a day"),
    Manner.IN_APP: _("Only here"),
}


def topic_of(kind: str) -> Topic | None:
    """The topic a kind stands under; None for what is always mailed at once."""
    return next((topic for topic, kinds in KINDS.items() if kind in kinds), None)
