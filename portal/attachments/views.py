"""No pages of its own: whose file it is, is known by the rooms above, whose pages take files in and hand them out.

Here the room's refusals get their words.
"""

import flask

from portal.attachments.explanations import REASONS
from portal.foundation import web

blueprints: tuple[flask.Blueprint, ...] = ()

web.explain_refusals(REASONS)
