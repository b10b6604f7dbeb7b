"""The pages of the desk: queue, review, acts."""

from portal.desk.views import answering, leading, paying, pressing, queue, review, signing
from portal.desk.views.room import blueprint
from portal.desk.wording import REASONS
from portal.foundation import web

__all__ = ["answering", "blueprints", "leading", "paying", "pressing", "queue", "review", "signing"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
