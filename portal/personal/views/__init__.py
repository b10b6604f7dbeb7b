"""The pages of a person's own data, and the administrators' list of what people ask about theirs."""

from portal.personal.views import answering, own
from portal.personal.views.room import blueprint

__all__ = ["answering", "blueprint", "blueprints", "own"]

blueprints = (blueprint,)
