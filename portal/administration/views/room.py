"""What the administrator's pages share: the blueprint, the instant, the frame of a page, forms and their refusals."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms.fields import Field

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.accounts.models import Agency
from portal.accounts.wording import ROLES
from portal.administration.wording import PROOFS, REASONS, SOURCES, SUBJECTS, VERBS
from portal.foundation.errors import Invalid, NotFound, PortalError, Stale
from portal.foundation.forms import Form
from portal.foundation.guards import Audience
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import unit_of_work
from portal.foundation.web import explain_refusals

blueprint = flask.Blueprint("administration", __name__, url_prefix="/administration")
explain_refusals(REASONS)

Verb = Callable[[Session], object]


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def me() -> UUID:
    """Who is at work."""
    return current_viewer().person_id


def may_change() -> bool:
    """Whether the viewer administrates, and does not only look."""
    return Audience.ADMINISTRATOR in current_viewer().audiences


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of this room."""
    words = {
        "roles": ROLES,
        "verbs": VERBS,
        "proofs": PROOFS,
        "subjects": SUBJECTS,
        "sources": SOURCES,
        "may_change": may_change(),
    }
    answer = flask.make_response(flask.render_template(f"administration/{template}.html", **words, **values))
    answer.status_code = status
    return answer


def form_page(form: Form, *, title: str, back: tuple[str, str], act: str, status: int = 200, **more: Any) -> Response:
    """The page of one form: its fields in order, one button, the way back."""
    names = getattr(form, "field_order", None) or [field.name for field in form]
    fields: list[Field] = [form[name] for name in names if name in form and name != "csrf_token"]
    values = {"title": title, "back_href": back[0], "back_text": back[1], "act": act, "note": "", "tone": "", **more}
    return page("form", status=status, form=form, fields=fields, **values)


def done_or_shown(form: Form, verb: Verb, *, then: str, message: str, show: Callable[[int], Response]) -> Response:
    """Do it and go on; what is refused stands beside its field with everything typed still there."""
    if not form.validate_on_submit():
        return show(HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            verb(session)
    except Invalid as error:
        show_refusal(form, error)
        return show(error.status)
    return done(then, message)


def done(address: str, message: str) -> Response:
    """Go on after an act, with a word about it."""
    flask.flash(message, "success")
    return flask.redirect(address, HTTPStatus.SEE_OTHER)


def refused(address: str, error: PortalError, sentence: str) -> Response:
    """Back to the page an act was sent from, saying why it was not done."""
    flask.flash(sentence or error.code, "error")
    return flask.redirect(address, HTTPStatus.SEE_OTHER)


def version_in(form: Form) -> int:
    """The version the page was made from. Raises Stale for one that was never given out."""
    text = str(form["version"].data or "")
    if not (text.isascii() and text.isdecimal() and len(text) <= len("999999")):
        raise Stale
    return int(text)


def identifier(text: str) -> UUID:
    """The identifier in an address. Raises NotFound for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise NotFound from None


def agency_choices(agencies: Iterable[Agency]) -> list[tuple[str, str]]:
    """Agencies as choices by key, in the reader's language."""
    language = spoken()
    chosen = [("", str(_("Choose an agency")))]
    return chosen + [(agency.key, agency.names.get(language) or agency.names["vi"]) for agency in agencies]


def not_past(day: date | None, today: date) -> date | None:
    """The day, unless it has passed. Raises Invalid beside `until`."""
    if day is not None and day < today:
        raise Invalid(fields={"until": "administration.day_past"})
    return day


def further(endpoint: str, **last: Any) -> str:
    """The address of the next page of the list that is shown."""
    kept = [(name, value) for name, value in flask.request.args.items(multi=True) if name not in last]
    return f"{flask.url_for(endpoint)}?{urlencode([*kept, *last.items()])}"
