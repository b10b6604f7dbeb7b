"""What stands behind the portal: who can use it, what becomes of people's data, whose software it is, whom to ask."""

import flask

from portal.catalogue.registers import agencies
from portal.foundation.guards import public
from portal.foundation.languages import spoken

blueprint = flask.Blueprint("about", __name__, url_prefix="/<language:language>")
blueprints = (blueprint,)

COMPONENTS = (
    ("GOV.UK Frontend", "MIT", "govuk-frontend-6.3.0"),
    ("MOJ Frontend", "MIT", "ministryofjustice-frontend-11.1.0"),
    ("accessible-autocomplete", "MIT", "accessible-autocomplete-3.0.1"),
    ("htmx", "0BSD", "htmx.org-2.0.11"),
    ("Be Vietnam Pro", "OFL-1.1", "fontsource-be-vietnam-pro-5.3.0"),
    ("Noto Sans SC", "OFL-1.1", "fontsource-variable-noto-sans-sc-5.3.1"),
)
"""What a page loads and others made: name, licence, the folder that holds the licence's text."""


@blueprint.get("/accessibility")
@public
def accessibility() -> str:
    """What works for whom, what does not yet, and how to say so."""
    return flask.render_template("about/accessibility.html")


@blueprint.get("/privacy")
@public
def privacy() -> str:
    """Which data are kept, why, who sees them, how long, and what people may ask for."""
    return flask.render_template("about/privacy.html")


@blueprint.get("/licence")
@public
def licence() -> str:
    """The licence of the software and of what it contains."""
    return flask.render_template("about/licence.html", components=COMPONENTS)


@blueprint.get("/contact")
@public
def contact() -> str:
    """Whom to ask, by what one wants to know."""
    offices = [(one.name.words(spoken()), one.intake) for one in agencies().agencies]
    return flask.render_template("about/contact.html", offices=offices)
