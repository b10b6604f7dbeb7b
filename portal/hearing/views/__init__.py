"""Pages of what people say to an office: theirs, the office's, the public's."""

from portal.foundation import web
from portal.hearing.views import answering, raising
from portal.hearing.views.room import blueprint
from portal.hearing.wording import REASONS

__all__ = ["answering", "blueprint", "blueprints", "raising"]

blueprints = (blueprint,)

web.explain_refusals(REASONS)
