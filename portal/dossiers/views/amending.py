"""Writing to the office, and correcting what was filed while nobody has opened it."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.answers import posted_from
from portal.catalogue.fields import Section
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.catalogue.wording import Problem
from portal.dossiers import queries
from portal.dossiers.actions import correction, messages, supplement
from portal.dossiers.actions.filing import Incomplete
from portal.dossiers.asking import Asking, error_entries, known, plain_facts
from portal.dossiers.capacity import require
from portal.dossiers.forms import MessageForm
from portal.dossiers.models import Dossier
from portal.dossiers.typed import Typed, belonging, section_of
from portal.dossiers.views.following import dossier_page, version_seen
from portal.dossiers.views.room import blueprint, language, now, page, posted, see
from portal.foundation.errors import NotFound, Refused
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.workflow.lifecycle import Action


@blueprint.post("/dossiers/<code>/messages")
@open_to(Audience.COMPANY)
def write_message(code: str) -> Response:
    """Write to whoever handles the dossier."""
    form, viewer = MessageForm(), current_viewer()
    with unit_of_work() as session:
        found = queries.for_update(session, code, viewer=viewer)
        messages.require_filer(viewer, found)
        if form.validate_on_submit():
            messages.write(session, found, form.message.data, viewer=viewer, as_office=False, now=now())
    if form.errors:
        return dossier_page(code, form=form, status=422)
    flask.flash(_("Your message has been sent."), "success")
    return see(flask.url_for("dossiers.dossier", code=code, _anchor="messages"))


@blueprint.get("/dossiers/<code>/correct/<section>")
@open_to(Audience.COMPANY)
def ask_to_correct(code: str, section: str) -> Response:
    """One page of the form as it was filed."""
    session = request_session()
    found = queries.visible(session, code, viewer=current_viewer())
    part = _part(found, section)
    require(current_viewer(), found, Action.CORRECT)
    if correction.is_cosigned(session, found):
        raise Refused("correction.cosigned")
    answers = supplement.latest_answers(session, found.id).answers
    return _page(found, part, posted_from(definition_of(found.procedure), answers))


@blueprint.post("/dossiers/<code>/correct/<section>")
@open_to(Audience.COMPANY)
def correct(code: str, section: str) -> Response:
    """Correct it if the whole still fits together; refused as soon as the office has opened it."""
    sent, viewer = posted(), current_viewer()
    typed: Typed = {}
    try:
        with unit_of_work() as session:
            found = queries.for_update(session, code, viewer=viewer)
            part = _part(found, section)
            require(viewer, found, Action.CORRECT)
            definition = definition_of(found.procedure)
            filed = posted_from(definition, supplement.latest_answers(session, found.id).answers)
            codes = {field.code for field in part.fields}
            others = {name: values for name, values in filed.items() if name.partition(".")[0] not in codes}
            typed = {**others, **belonging(sent, part.fields, places())}
            if version_seen() != found.version:
                return _page(found, part, typed, status=409, is_stale=True)
            correction.correct(session, found, typed, viewer=viewer, now=now())
    except Incomplete as gaps:
        found = queries.visible(request_session(), code, viewer=viewer)
        return _page(found, _part(found, section), typed, status=422, problems=gaps.problems)
    flask.flash(_("The dossier is corrected. The office sees what you changed."), "success")
    return see(flask.url_for("dossiers.dossier", code=code))


def _part(found: Dossier, code: str) -> Section:
    part = section_of(definition_of(found.procedure), code)
    if part is None:
        raise NotFound("draft.section_unknown")
    return part


def _page(
    found: Dossier,
    part: Section,
    typed: Typed,
    *,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
    is_stale: bool = False,
) -> Response:
    definition = definition_of(found.procedure)
    read = known(definition, found.case_key, typed, {}, places())
    asking = Asking(
        found=read,
        typed=typed,
        problems=[problem for problem in problems if problem.kind == "field"],
        more_rows=flask.request.args.get("more", ""),
    )
    errors = error_entries(definition, [one for one in problems if one.kind != "document"], language())
    for problem in problems:
        document = definition.document(problem.path) if problem.kind == "document" else None
        if document is not None:
            words = _("With these answers the dossier also needs: %(name)s", name=document.name.words(language()))
            errors.append({"text": words, "href": "#main-content"})
    return page(
        "correct",
        status=status,
        dossier=found,
        definition=definition,
        part=part,
        questions=asking.questions(part.fields),
        facts=plain_facts(read.facts, [field.code for field in part.fields]),
        errors=errors,
        error_count=len(errors),
        is_stale=is_stale,
        places=places(),
    )
