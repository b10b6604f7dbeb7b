"""The calendar, as everybody reads it and as the administrator changes it."""

from portal.rescheduling.views import changing, looking, public, saving  # noqa: F401 - they hang their pages on the blueprint
from portal.rescheduling.views.room import blueprint

blueprints = (blueprint, public.blueprint)
