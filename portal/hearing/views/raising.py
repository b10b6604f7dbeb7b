"""Turning to an office: feedback, a complaint, a wrong or lost result, a rating; and reading the answers."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.dossiers import queries as dossiers
from portal.dossiers.models import Dossier
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to, public
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.hearing import actions, queries
from portal.hearing.forms import ComplaintForm, FeedbackForm, MendingForm, RatingForm, WordsForm
from portal.hearing.models import MatterAbout, MatterKind
from portal.hearing.views.room import blueprint, now, page, see


@blueprint.get("/<language:language>/feedback")
@public
def published() -> Response:
    """Feedback that has been settled, with the answers."""
    return page("published", matters=queries.published(request_session()))


@blueprint.get("/matters")
@open_to(Audience.COMPANY)
def matters() -> Response:
    """What the person has raised."""
    return page("matters", matters=queries.raised_by(request_session(), current_viewer()))


@blueprint.get("/matters/new")
@open_to(Audience.COMPANY)
def new_feedback() -> Response:
    """Write what one thinks."""
    return page("feedback", form=_feedback_form())


@blueprint.post("/matters/new")
@open_to(Audience.COMPANY)
def give_feedback() -> Response:
    """Send it; its terms begin."""
    form = _feedback_form()
    if not form.validate_on_submit():
        return page("feedback", status=422, form=form)
    with unit_of_work() as session:
        matter = actions.raise_matter(
            session,
            MatterKind.FEEDBACK,
            form.words.data,
            viewer=current_viewer(),
            now=now(),
            agency_id=_uuid(form.agency.data),
            about=MatterAbout(form.about.data),
        )
    flask.flash(_("Your feedback has been sent."), "success")
    return see("hearing.matter", matter_id=matter.id)


@blueprint.get("/matters/<uuid:matter_id>")
@open_to(Audience.SIGNED_IN)
def matter(matter_id: UUID) -> Response:
    """What was raised, until when it is answered, and the answer."""
    found = queries.own(request_session(), matter_id, viewer=current_viewer())
    return page("matter", matter=found, form=WordsForm())


@blueprint.post("/matters/<uuid:matter_id>")
@open_to(Audience.SIGNED_IN)
def reply(matter_id: UUID) -> Response:
    """Answer what the office asked."""
    form = WordsForm()
    with unit_of_work() as session:
        found = queries.own(session, matter_id, viewer=current_viewer(), for_change=True)
        if not form.validate_on_submit():
            return page("matter", status=422, matter=found, form=form)
        actions.reply(session, found, form.words.data, viewer=current_viewer(), now=now())
    flask.flash(_("Your reply has been sent."), "success")
    return see("hearing.matter", matter_id=matter_id)


@blueprint.get("/dossiers/<code>/complaint")
@open_to(Audience.COMPANY)
def ask_to_complain(code: str) -> Response:
    """The way of complaint, as the procedure says it."""
    return _about_dossier("complaint", _dossier(code), ComplaintForm())


@blueprint.post("/dossiers/<code>/complaint")
@open_to(Audience.COMPANY)
def complain(code: str) -> Response:
    """Send the complaint; it is recorded in the dossier."""
    form = ComplaintForm()
    return _raised(code, MatterKind.COMPLAINT, form, template="complaint")


@blueprint.get("/dossiers/<code>/mending")
@open_to(Audience.COMPANY)
def ask_to_mend(code: str) -> Response:
    """A correction or a duplicate of the result."""
    return _about_dossier("mending", _dossier(code), MendingForm())


@blueprint.post("/dossiers/<code>/mending")
@open_to(Audience.COMPANY)
def mend(code: str) -> Response:
    """Send the request."""
    form = MendingForm()
    return _raised(code, MatterKind.MENDING, form, template="mending")


@blueprint.get("/dossiers/<code>/rating")
@open_to(Audience.COMPANY)
def ask_to_rate(code: str) -> Response:
    """How one was served; what was said already is shown."""
    return _about_dossier("rating", _dossier(code), RatingForm())


@blueprint.post("/dossiers/<code>/rating")
@open_to(Audience.COMPANY)
def rate(code: str) -> Response:
    """Keep the rating, once."""
    form, viewer = RatingForm(), current_viewer()
    with unit_of_work() as session:
        found = dossiers.for_update(session, code, viewer=viewer)
        actions.require_filer(viewer, found)
        if not form.validate_on_submit():
            return _about_dossier("rating", found, form, status=422)
        score, words = int(form.score.data), form.words.data or ""
        actions.rate(session, found, score=score, words=words, viewer=viewer, now=now())
    flask.flash(_("Thank you. Your rating is kept."), "success")
    return see("dossiers.dossier", code=code)


def _raised(code: str, kind: MatterKind, form: Form, *, template: str) -> Response:
    viewer = current_viewer()
    with unit_of_work() as session:
        found = dossiers.for_update(session, code, viewer=viewer)
        actions.require_filer(viewer, found)
        if not form.validate_on_submit():
            return _about_dossier(template, found, form, status=422)
        about = MatterAbout(form.about.data) if "about" in form else None
        matter = actions.raise_matter(
            session, kind, form.words.data, viewer=viewer, now=now(), dossier=found, about=about
        )
    flask.flash(_("It has been sent. You are told as soon as it is answered."), "success")
    return see("hearing.matter", matter_id=matter.id)


def _dossier(code: str) -> Dossier:
    found = dossiers.visible(request_session(), code, viewer=current_viewer())
    actions.require_filer(current_viewer(), found)
    return found


def _about_dossier(template: str, found: Dossier, form: Form, *, status: int = 200) -> Response:
    session = request_session()
    return page(
        template,
        status=status,
        dossier=found,
        definition=definition_of(found.procedure),
        form=form,
        rating=queries.rating_of(session, found.id),
    )


def _feedback_form() -> FeedbackForm:
    agencies = queries.agencies(request_session())
    return FeedbackForm().offer((one.id, in_words(one.names)) for one in agencies)


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
