"""A person's own data: what is held, who looked, a copy of it all, a request, what they agreed to."""

import io
import json
import zipfile
from datetime import datetime

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts import queries as accounts
from portal.accounts.actions import consents
from portal.accounts.consents import SENTENCES, TITLES, WORDINGS, Purpose
from portal.accounts.entrance import current_viewer, require_step_up
from portal.accounts.queries.consents import all_of, standing
from portal.foundation import web
from portal.foundation.errors import Invalid, PortalError
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.hearing import queries as hearing
from portal.hearing.actions import raise_matter
from portal.hearing.models import MatterAbout, MatterKind
from portal.personal import queries
from portal.personal.forms import DataRequestForm
from portal.personal.queries.export import everything
from portal.personal.views.room import blueprint, now, page, see

SHOWN_LOOKS = 5


@blueprint.get("/personal")
@open_to(Audience.SIGNED_IN)
def own() -> Response:
    """Everything about the person's data on one page."""
    viewer, session = current_viewer(), request_session()
    given = standing(session, viewer.person_id)
    looks = queries.looks(session, viewer, limit=SHOWN_LOOKS)
    return page(
        "own",
        holdings=queries.holdings(session, viewer.person_id),
        looks=looks[:SHOWN_LOOKS],
        has_more_looks=len(looks) > SHOWN_LOOKS,
        requests=hearing.asked_of_own_data(session, viewer.person_id),
        purposes=[(purpose, TITLES[purpose], SENTENCES[purpose], WORDINGS[purpose]) for purpose in Purpose],
        given=given,
        earlier=[one for one in all_of(session, viewer.person_id) if one.id not in {row.id for row in given.values()}],
        titles={purpose.value: title for purpose, title in TITLES.items()},
        may_complain=Audience.COMPANY in viewer.audiences,
    )


@blueprint.get("/personal/looks")
@open_to(Audience.SIGNED_IN)
def looks() -> Response:
    """Who looked, page by page."""
    before = _before()
    found = queries.looks(request_session(), current_viewer(), before=before)
    shown = found[: queries.PAGE]
    older = shown[-1].at.isoformat() if len(found) > queries.PAGE else None
    return page("looks", looks=shown, older=older, is_first=before is None)


@blueprint.post("/personal/copy")
@open_to(Audience.SIGNED_IN)
def export() -> Response:
    """A copy of everything, for machines: asked for by whoever has just shown that it is them."""
    if answer := require_step_up(flask.url_for("personal.own")):
        return answer
    held = everything(request_session(), current_viewer(), now=now())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(held, ensure_ascii=False, indent=1))
        archive.writestr("README.txt", _readme())
    answer = flask.Response(packed.getvalue(), mimetype="application/zip")
    answer.headers["Content-Disposition"] = f'attachment; filename="motcua-{now():%Y-%m-%d}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/personal/requests/new")
@open_to(Audience.SIGNED_IN)
def new_request() -> Response:
    return page("request", form=DataRequestForm())


@blueprint.post("/personal/requests/new")
@open_to(Audience.SIGNED_IN)
def send_request() -> Response:
    """Ask; two working days begin."""
    form = DataRequestForm()
    if not form.validate_on_submit():
        return page("request", status=422, form=form)
    try:
        with unit_of_work() as session:
            office = accounts.agency(session, None)
            raise_matter(
                session,
                MatterKind.OWN_DATA,
                form.words.data,
                viewer=current_viewer(),
                now=now(),
                agency_id=office.id if office else None,
                about=MatterAbout(form.about.data),
            )
    except PortalError as error:
        form.words.errors = [*form.words.errors, web.explanation(error)]
        return page("request", status=error.status, form=form)
    flask.flash(_("Your request has been sent. The day by which it is answered stands below."), "success")
    return see("personal.own", _anchor="requests")


@blueprint.post("/personal/consents")
@open_to(Audience.SIGNED_IN)
def consent() -> Response:
    """Agree to one purpose; the box must have been ticked by the person."""
    sent = flask.request.form
    purpose = _purpose()
    if "agree" not in sent:
        flask.flash(_("Nothing has changed: tick the box if you agree."), "warning")
        return see("personal.own", _anchor="consents")
    if not sent.get("wording", "").isdecimal():
        raise Invalid
    with unit_of_work() as session:
        consents.give(session, current_viewer().person_id, purpose, wording=int(sent["wording"]), now=now())
    flask.flash(_("Your consent is kept. You can take it back here at any time."), "success")
    return see("personal.own", _anchor="consents")


@blueprint.post("/personal/consents/withdraw")
@open_to(Audience.SIGNED_IN)
def withdraw_consent() -> Response:
    """Take a consent back."""
    with unit_of_work() as session:
        consents.withdraw(session, current_viewer().person_id, _purpose(), now=now())
    flask.flash(_("Your consent is taken back and counts no longer."), "success")
    return see("personal.own", _anchor="consents")


def _purpose() -> Purpose:
    try:
        return Purpose(flask.request.form.get("purpose", ""))
    except ValueError:
        raise Invalid from None


def _before() -> datetime | None:
    try:
        found = datetime.fromisoformat(flask.request.args.get("before", ""))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _readme() -> str:
    return "\n\n".join(
        (
            _("This file holds what the portal Một Cửa Lạng Sơn keeps about you."),
            _("data.json is plain text that every program of this kind reads (JSON, UTF-8). Instants are in UTC."),
            _("Your papers themselves are not in it: each is named with its address, and each dossier’s page offers "
              "all of its papers as one file."),
        )
    ) + "\n"  # fmt: skip
