"""What the pages of the room share."""

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import flask
from werkzeug.wrappers import Response

from portal.foundation.errors import NotFound
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.foundation.unit_of_work import request_session
from portal.letters.actions import letter_of
from portal.letters.contents import LetterKind
from portal.payments.gateways import Gateways
from portal.payments.models import Payment
from portal.payments.offered import gateways_of

blueprint = flask.Blueprint("payments", __name__)
till_blueprint = flask.Blueprint("till", __name__, url_prefix="/till")


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def settings() -> Settings:
    """The settings of this installation."""
    found = flask.current_app.extensions["settings"]
    assert isinstance(found, Settings)  # noqa: S101 - put there by create_app
    return found


def gateways() -> Gateways:
    """What may be paid with here."""
    return gateways_of(settings())


def parameters() -> dict[str, str]:
    """The query, the first of each name."""
    return {name: values[0] for name, values in flask.request.args.lists()}


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    answer = flask.make_response(flask.render_template(f"payments/{template}.html", **values))
    answer.status_code = status
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def see(address: str) -> Response:
    """Redirect after a POST."""
    return flask.redirect(address, HTTPStatus.SEE_OTHER)


def receipt_file(payment: Payment) -> Response:
    """The sealed receipt of a payment, to whoever has shown a right to it."""
    letter = None
    if payment.event_version is not None:
        letter = letter_of(
            request_session(),
            dossier_id=payment.bill.dossier_id,
            kind=LetterKind.FEE_RECEIPT,
            event_version=payment.event_version,
        )
    if letter is None or letter.storage_key is None:
        raise NotFound("payment.receipt_not_ready")
    answer = flask.Response(storage_at(settings().storage_url).get(letter.storage_key), mimetype="application/pdf")
    name = f"{payment.bill.dossier_code}-receipt-{payment.receipt_number}.pdf"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
