"""The administrator's pages."""

from portal.administration.views import (  # noqa: F401 - they hang their pages on the blueprint
    agencies,
    erasing,
    front,
    importing,
    outages,
    people,
    person,
    reasons,
    records,
    retention,
    texts,
)
from portal.administration.views.room import blueprint

blueprints = (blueprint,)
