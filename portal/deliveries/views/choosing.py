"""Choosing how the result comes: with the draft, or later for the dossier."""

from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.deliveries import queries
from portal.deliveries.actions import choosing, posting
from portal.deliveries.forms import ChoiceForm, choice_of
from portal.deliveries.queries import Receiving
from portal.deliveries.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.dossiers.actions import drafts
from portal.dossiers.models import Dossier, Draft
from portal.dossiers.views.room import PREPARERS
from portal.foundation.errors import Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/drafts/<uuid:draft_id>/receiving")
@open_to(*PREPARERS)
def ask_of_draft(draft_id: UUID) -> Response:
    """The ways this procedure's result can come."""
    session = request_session()
    draft = dossiers.draft(session, draft_id, viewer=current_viewer())
    if draft.closed_at is not None:
        return see("dossiers.draft", draft_id=draft_id)
    receiving = queries.of_draft(session, draft)
    return _of_draft(draft, receiving, _prefilled(receiving))


@blueprint.post("/drafts/<uuid:draft_id>/receiving")
@open_to(*PREPARERS)
def choose_of_draft(draft_id: UUID) -> Response:
    """Keep it with the draft."""
    with unit_of_work() as session:
        draft = drafts.editable(session, draft_id, viewer=current_viewer())
        if draft.closed_at is not None:
            return see("dossiers.draft", draft_id=draft_id)
        receiving = queries.of_draft(session, draft)
        form = ChoiceForm().offer(receiving.ways, places())
        if not form.validate_on_submit():
            return _of_draft(draft, receiving, form, status=422)
        choosing.choose_for_draft(session, draft, form.wanted(), now=now())
    flask.flash(_("Your choice is kept."), "success")
    return flask.redirect(flask.url_for("dossiers.review", draft_id=draft_id, _anchor="receiving"), 303)


@blueprint.get("/dossiers/<code>/receiving")
@open_to(Audience.COMPANY)
def ask(code: str) -> Response:
    """The same for a dossier, while its result is not on its way."""
    session = request_session()
    found = dossiers.visible(session, code, viewer=current_viewer())
    choosing.require_filer(current_viewer(), found)
    receiving = queries.of_dossier(session, found)
    if not receiving.may_change:
        raise Refused("deliveries.in_the_post" if receiving.is_on_the_way else "deliveries.too_late")
    return _of_dossier(found, receiving, _prefilled(receiving))


@blueprint.post("/dossiers/<code>/receiving")
@open_to(Audience.COMPANY)
def choose(code: str) -> Response:
    """Keep it; it is recorded in the dossier."""
    viewer = current_viewer()
    with unit_of_work() as session:
        found = dossiers.for_update(session, code, viewer=viewer)
        choosing.require_filer(viewer, found)
        receiving = queries.of_dossier(session, found)
        form = ChoiceForm().offer(receiving.ways, places())
        if not form.validate_on_submit():
            return _of_dossier(found, receiving, form, status=422)
        choosing.choose(session, found, form.wanted(), viewer=viewer, now=now())
        may_book = queries.of_dossier(session, found).may_book
    flask.flash(_("Your choice is kept."), "success")
    return see("deliveries.slots" if may_book else "dossiers.dossier", code=code)


@blueprint.post("/dossiers/<code>/received")
@open_to(Audience.COMPANY)
def received(code: str) -> Response:
    """The company confirms that the post has brought it."""
    viewer = current_viewer()
    with unit_of_work() as session:
        found = dossiers.for_update(session, code, viewer=viewer)
        choosing.require_filer(viewer, found)
        posting.note_arrived(session, found, viewer=viewer, now=now())
    flask.flash(_("Thank you. The dossier is closed."), "success")
    return see("dossiers.dossier", code=code)


def _prefilled(receiving: Receiving) -> ChoiceForm:
    return ChoiceForm(None, data=choice_of(receiving.wish, receiving.way, places())).offer(receiving.ways, places())


def _of_draft(draft: Draft, receiving: Receiving, form: ChoiceForm, *, status: int = 200) -> Response:
    return page(
        "choose",
        status=status,
        form=form,
        receiving=receiving,
        caption=definition_of(draft.procedure).name,
        action=flask.url_for("deliveries.choose_of_draft", draft_id=draft.id),
        back=flask.url_for("dossiers.review", draft_id=draft.id),
        back_words=_("Check and file"),
        places=places(),
        is_ready=False,
    )


def _of_dossier(found: Dossier, receiving: Receiving, form: ChoiceForm, *, status: int = 200) -> Response:
    return page(
        "choose",
        status=status,
        form=form,
        receiving=receiving,
        caption=definition_of(found.procedure).name,
        action=flask.url_for("deliveries.choose", code=found.code),
        back=flask.url_for("dossiers.dossier", code=found.code),
        back_words=found.code,
        places=places(),
        is_ready=receiving.came_back,
    )
