"""The pages of a company's certificate, and of the one-stop office that decides."""

from portal.foundation import web
from portal.registering.explanations import REASONS
from portal.registering.views import deciding, proving
from portal.registering.views.room import blueprint

__all__ = ["blueprint", "blueprints", "deciding", "proving"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
