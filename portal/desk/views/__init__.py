"""The pages of the desk: queue, review, acts."""

from portal.desk.views import acting, queue, review, signing
from portal.desk.views.room import blueprint
from portal.desk.wording import REASONS
from portal.foundation import web

__all__ = ["acting", "blueprints", "queue", "review", "signing"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
