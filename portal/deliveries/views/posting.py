"""Results that go by post: what is to be sent, what is under way, what came back."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.deliveries import queries
from portal.deliveries.actions import posting
from portal.deliveries.forms import PostingForm, ReturnForm
from portal.deliveries.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.foundation.errors import Invalid, PortalError
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation

USUAL_CARRIER = "VNPost"


@blueprint.get("/handing-over/post")
@open_to(Audience.ONE_STOP)
def outgoing() -> Response:
    """The lists of the counter's mail."""
    return _page()


@blueprint.post("/handing-over/post/<code>")
@open_to(Audience.ONE_STOP)
def send(code: str) -> Response:
    """It has been handed to the post."""
    form, viewer = PostingForm(), current_viewer()
    dossiers.visible(request_session(), code, viewer=viewer)
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    try:
        with unit_of_work() as session:
            found = dossiers.for_update(session, code, viewer=viewer)
            carrier, tracking = form.carrier.data, form.tracking.data
            posting.hand_to_post(session, found, carrier=carrier, tracking=tracking, viewer=viewer, now=now())
    except Invalid as wrong:
        show_refusal(form, wrong)
        return _page(code, form, status=wrong.status)
    except PortalError as refusal:
        return _page(code, problem=explanation(refusal), status=refusal.status)
    flask.flash(_("Handed to the post: dossier %(code)s. The company knows the number.", code=code), "success")
    return see("deliveries.outgoing")


@blueprint.post("/handing-over/post/<code>/arrived")
@open_to(Audience.ONE_STOP)
def arrived(code: str) -> Response:
    """The post says that it has arrived."""
    viewer = current_viewer()
    try:
        with unit_of_work() as session:
            found = dossiers.for_update(session, code, viewer=viewer)
            posting.note_arrived(session, found, viewer=viewer, now=now())
    except PortalError as refusal:
        return _refused(code, refusal)
    flask.flash(_("Arrived: dossier %(code)s is closed.", code=code), "success")
    return see("deliveries.outgoing")


@blueprint.post("/handing-over/post/<code>/came-back")
@open_to(Audience.ONE_STOP)
def came_back(code: str) -> Response:
    """The post has brought it back."""
    form, viewer = ReturnForm(), current_viewer()
    dossiers.visible(request_session(), code, viewer=viewer)
    if not form.validate_on_submit():
        return _page(code, form, status=422)
    try:
        with unit_of_work() as session:
            found = dossiers.for_update(session, code, viewer=viewer)
            posting.note_came_back(session, found, form.reason.data, viewer=viewer, now=now())
    except PortalError as refusal:
        return _refused(code, refusal)
    flask.flash(_("Noted. The company has been asked to choose again."), "success")
    return see("deliveries.outgoing")


def _refused(code: str, refusal: PortalError) -> Response:
    if refusal.code == "dossier.not_found":
        raise refusal
    return _page(code, problem=explanation(refusal), status=refusal.status)


def _page(code: str = "", form: Form | None = None, *, problem: str = "", status: int = 200) -> Response:
    viewer, after = current_viewer(), flask.request.args.get("after", "")
    offices = queries.offices_of(viewer)
    return page(
        "outgoing",
        status=status,
        mail=queries.outgoing(request_session(), viewer, after=after),
        after=after,
        tried=code,
        form=form,
        problem=problem,
        error_count=form.error_count if form else bool(problem),
        usual_carrier=USUAL_CARRIER,
        offices=sorted({in_words(post.agency_names) for post in viewer.posts if post.agency_id in offices}),
        posting_form=lambda one: _form_of(PostingForm, form, code, one, carrier=USUAL_CARRIER),
        return_form=lambda one: _form_of(ReturnForm, form, code, one),
    )


def _form_of(kind: type[Form], tried: Form | None, tried_code: str, code: str, **known: str) -> Form:
    """The form of one line, with identifiers of its own; the one that was sent keeps what was typed."""
    form = tried if isinstance(tried, kind) and code == tried_code else kind(None, **known)
    for field in form:
        if field.name != "csrf_token":
            field.id = f"{code}-{field.name}"
    return form
