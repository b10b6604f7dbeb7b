"""The administrator's calendar."""

from portal.rescheduling.views import changing, looking, saving  # noqa: F401 - they hang their pages on the blueprint
from portal.rescheduling.views.room import blueprint

blueprints = (blueprint,)
