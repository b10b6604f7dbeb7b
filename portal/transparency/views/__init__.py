"""The pages of figures: for everybody, for those who work here, for those who lead, for whoever keeps the goals."""

from portal.transparency.views import forecasts, goals, leading, office, public

blueprints = (public.blueprint, office.blueprint, goals.blueprint, leading.blueprint, forecasts.blueprint)
