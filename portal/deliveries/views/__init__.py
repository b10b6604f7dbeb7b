"""Pages about how results reach people: the filer's, the counter's, the administrator's."""

from portal.deliveries.views import booking, choosing, posting, serving, settings
from portal.deliveries.views.room import blueprint
from portal.deliveries.wording import REASONS
from portal.foundation import web

__all__ = ["blueprint", "blueprints", "booking", "choosing", "posting", "serving", "settings"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
