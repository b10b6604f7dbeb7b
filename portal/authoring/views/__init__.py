"""The administrator's editor of procedures."""

from portal.authoring.views import (  # noqa: F401 - they hang their pages on the blueprint
    editing,
    listing,
    previewing,
    publishing,
    starting,
    withdrawing,
)
from portal.authoring.views.room import blueprint

blueprints = (blueprint,)
