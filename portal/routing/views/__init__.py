"""The pages of routing: the head's people, one person and their day, the dispatcher's queue, corrected versions."""

from portal.foundation import web
from portal.routing.views import dispatching, moving, person, team
from portal.routing.views.room import blueprint
from portal.routing.wording import REASONS

__all__ = ["blueprint", "blueprints", "dispatching", "moving", "person", "team"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
