"""The administrator's pages."""

from portal.administration.views import (  # noqa: F401 - they hang their pages on the blueprint
    agencies,
    front,
    importing,
    inviting,
    outages,
    people,
    person,
    reasons,
    records,
    retention,
    texts,
)
from portal.administration.views.inviting import doorstep
from portal.administration.views.room import blueprint

blueprints = (blueprint, doorstep)
