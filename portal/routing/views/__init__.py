"""The pages of routing: the head's people, one person, an officer's own day, the dispatcher's queue."""

from portal.foundation import web
from portal.routing.views import dispatching, team
from portal.routing.views.room import blueprint
from portal.routing.wording import REASONS

__all__ = ["blueprint", "blueprints", "dispatching", "team"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
