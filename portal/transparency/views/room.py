"""What the pages of this room share."""

import flask

from portal.foundation.settings import Mode, Settings


def is_demonstration() -> bool:
    """Whether the dossiers are made up."""
    settings: Settings = flask.current_app.extensions["settings"]
    return settings.mode is Mode.DEMO
