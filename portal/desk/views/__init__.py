"""The pages of the desk: queue, review, acts."""

from portal.desk.views import (
    answering,
    border,
    habits,
    leading,
    many,
    paying,
    pressing,
    queue,
    register,
    review,
    signing,
)
from portal.desk.views.room import blueprint
from portal.desk.wording import REASONS
from portal.foundation import web

__all__ = [
    "answering",
    "blueprints",
    "border",
    "habits",
    "leading",
    "many",
    "paying",
    "pressing",
    "queue",
    "register",
    "review",
    "signing",
]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
