"""The front page of the administration."""

from werkzeug.wrappers import Response

from portal.accounts.actions.factor_resets import LASTS
from portal.administration.queries import people
from portal.administration.views.room import blueprint, now, page
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.outages import queries as outages


@blueprint.get("")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def front() -> Response:
    """Everything an administrator looks after, and what waits for them."""
    session = request_session()
    return page(
        "front",
        resets=people.open_resets(session, asked_after=now() - LASTS),
        outages=outages.announced(session, now=now()),
        is_alone=people.administrators(session) < 2,  # noqa: PLR2004 - a lost second factor takes two
    )
