"""Paying: what banks send and payers see, links for others, the sandbox bank, the cash desk."""

from portal.foundation import web
from portal.payments.explanations import REASONS
from portal.payments.views import banks, links, sandbox_bank, till
from portal.payments.views.room import blueprint, till_blueprint

__all__ = ["banks", "blueprint", "blueprints", "links", "sandbox_bank", "till", "till_blueprint"]

blueprints = (blueprint, till_blueprint)

web.explain_refusals(REASONS)
