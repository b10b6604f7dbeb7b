"""The pages of accounts: entering, one's own account, companies, registrations to decide."""

from portal.accounts.explanations import REASONS
from portal.accounts.views import (
    addresses,
    companies,
    continuing,
    entering,
    mandates,
    new_passwords,
    outside,
    own,
    passkeys,
    recovering,
    registering,
    step_up,
)
from portal.accounts.views.room import blueprint
from portal.foundation import web

__all__ = [
    "addresses", "blueprint", "blueprints", "companies", "continuing", "entering", "mandates", "new_passwords",
    "outside", "own", "passkeys", "recovering", "registering", "step_up",
]  # fmt: skip

blueprints = (blueprint,)

web.explain_refusals(REASONS)
