"""A dossier filed at a counter comes into an account: the person asks, the counter looks at their card and decides."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.counter import queries
from portal.counter.actions import claiming
from portal.counter.forms import ClaimForm, DecisionForm
from portal.counter.views.room import blueprint, now, page, see
from portal.foundation import limits
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

PER_PERSON = limits.Limit(name="counter-claim", most=10, seconds=600)


@blueprint.get("/claim")
@open_to(Audience.COMPANY)
def claim() -> Response:
    """Ask for it: the code and the number it was taken down under."""
    form = ClaimForm(formdata=None, code=flask.request.args.get("code", ""))
    return _claim_page(form)


@blueprint.post("/claim")
@open_to(Audience.COMPANY)
def ask_for() -> Response:
    """Kept until the counter has seen the card. Unknown code and wrong number get the same answer."""
    form, viewer = ClaimForm(), current_viewer()
    if not form.validate_on_submit():
        return _claim_page(form, status=422)
    limits.spend(_redis_url(), PER_PERSON, str(viewer.person_id))
    try:
        with unit_of_work() as session:
            claiming.claim(session, code=form.code.data, number=form.number.data, viewer=viewer, now=now())
    except (Invalid, Refused) as refused:
        show_refusal(form, refused, field="number")
        return _claim_page(form, status=refused.status)
    flask.flash(
        _("The counter knows of it now. Show your identity paper there: then the dossier is among yours."), "success"
    )
    return see("counter.claim")


@blueprint.get("/claims")
@open_to(Audience.ONE_STOP)
def claims() -> Response:
    """Who asks for a dossier that was filed here."""
    return _claims_page(DecisionForm(formdata=None))


@blueprint.post("/claims/<uuid:claim_id>/<any(grant, refuse):what>")
@open_to(Audience.ONE_STOP)
def decide(claim_id: UUID, what: str) -> Response:
    """The officer has looked at the card: it is they, or it is not."""
    form, viewer = DecisionForm(prefix=f"claim-{claim_id.hex}-"), current_viewer()
    form.validate()
    try:
        with unit_of_work() as session:
            found = queries.claim_for_update(session, claim_id, viewer)
            at = claiming.post_at(found.agency_id, queries.counters_of(viewer))
            if what == "grant":
                claiming.grant(session, found, at=at, viewer=viewer, now=now())
            else:
                claiming.refuse(session, found, reason=form.reason.data or "", at=at, viewer=viewer, now=now())
    except Invalid as refused:
        show_refusal(form, refused)
        return _claims_page(form, of=claim_id, status=refused.status)
    except (Refused, Forbidden) as refused:
        return _claims_page(form, of=claim_id, status=refused.status, refusal=explanation(refused))
    flask.flash(
        _("From now on the dossier is in their account.") if what == "grant" else _("The request is turned down."),
        "success",
    )
    return see("counter.claims")


def _claim_page(form: ClaimForm, *, status: int = 200) -> Response:
    own = queries.own_claims(request_session(), current_viewer().person_id)
    return page("claim", status=status, form=form, own=own, error_count=form.error_count)


def _claims_page(form: DecisionForm, *, of: UUID | None = None, status: int = 200, refusal: str = "") -> Response:
    found = queries.claims_waiting(request_session(), current_viewer())
    forms = {one.id: DecisionForm(formdata=None, prefix=f"claim-{one.id.hex}-") for one in found}
    if of in forms:
        forms[of] = form
    return page(
        "claims",
        status=status,
        claims=found,
        forms=forms,
        refused=of,
        refusal=refusal,
        error_count=form.error_count + bool(refusal),
    )


def _redis_url() -> str:
    settings = flask.current_app.extensions["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
    return settings.redis_url
