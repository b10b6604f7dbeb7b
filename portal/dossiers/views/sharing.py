"""Work that is used again or passed on: a dossier as a new draft, a draft in a colleague's hands."""

from collections.abc import Sequence
from uuid import UUID

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.fields import all_fields
from portal.catalogue.queries import definition_of, in_force, taking_over
from portal.catalogue.registers import places
from portal.clock.zone import office_day
from portal.dossiers import queries
from portal.dossiers.actions import drafts, supplement
from portal.dossiers.asking import field_code, known
from portal.dossiers.forms import HandOverForm
from portal.dossiers.models import Draft
from portal.dossiers.typed import is_undertaking
from portal.dossiers.views.drafting import filed_instead
from portal.dossiers.views.room import PREPARERS, blueprint, now, page, see
from portal.foundation.errors import Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.post("/dossiers/<code>/again")
@open_to(Audience.COMPANY)
def file_again(code: str) -> Response:
    """Begin a draft with the answers of this dossier; what the form in force reads otherwise is to be looked at."""
    viewer, moment = current_viewer(), now()
    with unit_of_work() as session:
        found = queries.visible(session, code, viewer=viewer)
        version = in_force(session, found.procedure.code, on=office_day(moment))
        if version is None:
            raise Refused("draft.procedure_withdrawn")
        answers = supplement.latest_answers(session, found.id).answers
        draft = drafts.again(session, found, version, answers, viewer=viewer, now=moment)
        definition = definition_of(version)
        read = known(definition, draft.case_key, draft.answers, {}, places())
    asked_afresh = {field.code for _, field in all_fields(definition.sections) if is_undertaking(field)}
    gaps = [gap for gap in read.gaps if gap.kind == "field" and field_code(gap) not in asked_afresh]
    left = len(read.reading.problems) + len(gaps)
    words = _("The answers are taken over. Look at them once more; documents handed in before are offered to you.")
    if asked_afresh:
        words += " " + _("What you undertake before the law is to be declared afresh.")
    if left:
        words += " " + ngettext(
            "%(num)d answer does not fit the form in force today.",
            "%(num)d answers do not fit the form in force today.",
            left,
        )
    flask.flash(words, "success")
    return see(flask.url_for("dossiers.draft", draft_id=draft.id))


@blueprint.post("/drafts/<uuid:draft_id>/carry-over")
@open_to(*PREPARERS)
def carry_over(draft_id: UUID) -> Response:
    """Go on with the draft under the version in force today; doing it twice is doing it once."""
    moment = now()
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        version = taking_over(session, found.procedure, on=office_day(moment))
        if version is not None:
            drafts.carry_over(session, found, version, now=moment)
    if version is not None:
        words = _("The draft goes on under the rules in force today. The list below shows what is still to be done.")
        flask.flash(words, "success")
    return see(flask.url_for("dossiers.draft", draft_id=draft_id))


@blueprint.get("/drafts/<uuid:draft_id>/hand-over")
@open_to(Audience.COMPANY)
def ask_to_hand_over(draft_id: UUID) -> Response:
    """To which colleague."""
    session = request_session()
    found = queries.draft(session, draft_id, viewer=current_viewer())
    if found.closed_at is not None:
        return filed_instead(session, found)
    return _page(found, HandOverForm(), drafts.colleagues(session, found))


@blueprint.post("/drafts/<uuid:draft_id>/hand-over")
@open_to(Audience.COMPANY)
def hand_over(draft_id: UUID) -> Response:
    """Give the draft to a colleague; everybody of the party still sees it."""
    with unit_of_work() as session:
        found = drafts.editable(session, draft_id, viewer=current_viewer())
        if found.closed_at is not None:
            return filed_instead(session, found)
        people = drafts.colleagues(session, found)
        form = HandOverForm().offer(people)
        if not form.validate_on_submit():
            return _page(found, form, people, status=422)
        drafts.hand_over(session, found, to=UUID(form.person.data), viewer=current_viewer(), now=now())
    name = dict(people)[UUID(form.person.data)]
    flask.flash(_("The draft is now with %(name)s.", name=name), "success")
    return see(flask.url_for("dossiers.draft", draft_id=draft_id))


def _page(found: Draft, form: HandOverForm, people: Sequence[tuple[UUID, str]], *, status: int = 200) -> Response:
    definition = definition_of(found.procedure)
    return page("hand_over", status=status, draft=found, definition=definition, form=form.offer(people), people=people)
