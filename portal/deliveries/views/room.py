"""What the pages of this room share, and what the pages of a dossier ask of it."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
import sqlalchemy as sa
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import FILING_ROLES
from portal.catalogue.registers import places
from portal.deliveries import queries
from portal.deliveries.wording import BOOKING_STATES, TONES, WAYS
from portal.dossiers.models import Dossier, Draft
from portal.dossiers.policy import capacities
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session
from portal.payments.queries import owed_vnd

blueprint = flask.Blueprint("deliveries", __name__)


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    words = {"way_names": WAYS, "booking_states": BOOKING_STATES, "tones": TONES, "address_lines": address_lines}
    answer = flask.make_response(
        flask.render_template(f"deliveries/{template}.html", **words, in_words=in_words, **values)
    )
    answer.status_code = status
    return answer


def see(endpoint: str, **values: Any) -> Response:
    """Redirect after a POST."""
    return flask.redirect(flask.url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def address_lines(address: Any) -> list[str]:
    """An address as it is written on an envelope. `address` is a wish, or what a posting keeps of one."""
    values = address if isinstance(address, dict) else vars(address)
    known, commune = places(), values.get("commune") or ""
    named = known.commune_by_code.get(commune)
    province = known.province_by_code.get(values.get("province") or "")
    where = [values.get("street"), named.full_name if named else commune, province.name if province else ""]
    lines = [values.get("recipient"), values.get("phone"), ", ".join(one for one in where if one)]
    return [line for line in lines if line]


@blueprint.app_template_global()
def receiving_of(thing: Dossier | Draft) -> dict[str, Any]:
    """For the page of a dossier or a draft: how its result comes, and whether the reader may change that."""
    session = request_session()
    if isinstance(thing, Draft):
        return _shown(queries.of_draft(session, thing), may_file=True)
    return _shown(queries.of_dossier(session, thing), may_file=bool(FILING_ROLES & capacities(current_viewer(), thing)))


@blueprint.app_template_global()
def owed_for(dossier: Dossier) -> int:
    """What is still to be paid for the dossier whose result is handed over, in đồng."""
    return request_session().execute(sa.select(owed_vnd(dossier.id))).scalar_one()


def _shown(receiving: queries.Receiving, *, may_file: bool) -> dict[str, Any]:
    wish = receiving.wish
    return {
        "receiving": receiving,
        "way": WAYS[receiving.way],
        "address": address_lines(wish) if wish is not None and wish.recipient else [],
        "office": in_words(receiving.booking.agency.names) if receiving.booking else "",
        "place": receiving.booking.agency.address if receiving.booking else "",
        "may_file": may_file,
    }
