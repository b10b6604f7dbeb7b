"""The pages of the counter."""

from portal.counter.explanations import REASONS
from portal.counter.views import beginning, claiming, taking
from portal.counter.views.room import blueprint
from portal.foundation import web

__all__ = ["beginning", "blueprint", "blueprints", "claiming", "taking"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
