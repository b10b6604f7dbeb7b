"""Beginning a dossier: for whom, which case."""

from collections.abc import Sequence
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.models import Party, Person
from portal.accounts.viewer import ActingFor
from portal.catalogue.answers import Answers, posted_from
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.precheck import Precheck, precheck, prechecked
from portal.catalogue.queries import definition_of, in_force
from portal.catalogue.readers import read_answer
from portal.catalogue.registers import places
from portal.catalogue.shown import shown
from portal.catalogue.tailoring import carried
from portal.clock.zone import office_day
from portal.dossiers import queries
from portal.dossiers.actions import drafts
from portal.dossiers.forms import StartForm
from portal.dossiers.models import Draft
from portal.dossiers.profile import prefilled, profile_of
from portal.dossiers.typed import CHECKED
from portal.dossiers.views.room import blueprint, language, now, page, see
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work

QUESTION = "q_"
"""Begins the names of the eligibility check's answers in an address, as on the page of the procedure."""
ANSWER = "a_"
"""Begins the names of the answers that say what applies, as on the page of the procedure."""


@blueprint.get("/drafts/new")
@open_to(Audience.COMPANY)
def new_draft() -> Response:
    """Ask for whom and which case; nothing is asked where there is no choice."""
    version, definition = _wanted()
    return _start_page(_form(definition, version), definition)


@blueprint.post("/drafts/new")
@open_to(Audience.COMPANY)
def start() -> Response:
    """Begin the draft, with what the portal already knows filled in."""
    version, definition = _wanted()
    form = _form(definition, version)
    if not form.validate_on_submit():
        return _start_page(form, definition, status=422)
    viewer = current_viewer()
    with unit_of_work() as session:
        draft = drafts.start(
            session, version, case=form.case.data, party_id=UUID(form.party.data), viewer=viewer, now=now()
        )
        party = session.get_one(Party, draft.party_id)
        person = session.get_one(Person, viewer.person_id)
        said = posted_from(definition, _carried(definition, draft.case_key))
        known = prefilled(definition, profile_of(party, person), places())
        typed = {**said, **_checked(definition), **prechecked(definition, _given(definition)), **known}
        drafts.save(session, draft, typed, replacing=[], now=now())
    return see(flask.url_for("dossiers.draft", draft_id=draft.id))


def _start_page(form: StartForm, definition: Definition, *, status: int = 200) -> Response:
    case_help = {case.code: case.help.words(language()) for case in definition.cases if case.help}
    others = [one for one in _open_drafts() if one.procedure.code == definition.code]
    check = precheck(definition, form.case.data or "", _given(definition), places=places())
    return page(
        "start",
        status=status,
        form=form,
        definition=definition,
        others=others,
        case_help=case_help,
        stops=check.stops,
        told=_told(definition, check, _carried(definition, form.case.data or "")),
        address=flask.request.full_path,
    )


def _given(definition: Definition) -> dict[str, str]:
    """What was answered in the eligibility check; the page of the procedure sends it along in the address."""
    sent = flask.request.args
    given = {question.code: sent.get(f"{QUESTION}{question.code}", "") for question in definition.questions}
    return {code: answer for code, answer in given.items() if answer}


def _checked(definition: Definition) -> dict[str, list[str]]:
    """What was answered in the eligibility check, kept with the draft: what speaks against filing stays in sight."""
    return {f"{CHECKED}{code}": [answer] for code, answer in _given(definition).items()}


def _carried(definition: Definition, case_key: str) -> Answers:
    """What was said on the page of the procedure of this one's case, where that can be read."""
    sent = flask.request.args
    typed = {name.removeprefix(ANSWER): sent.getlist(name) for name in sent if name.startswith(ANSWER)}
    case = definition.case(case_key)
    return carried(definition, case, typed, places=places()) if case is not None and typed else {}


def _told(definition: Definition, check: Precheck, answers: Answers) -> list[tuple[str, str]]:
    """The answers given before that can be read, as question and words."""
    said = []
    for question in definition.questions:
        if question.code in check.answers:
            answer = read_answer(question.ask, {"": [check.answers[question.code]]}, places())
            said.append((question.ask.label.words(language()), shown(question.ask, answer, language(), places())))
    for code, answer in answers.items():
        field = definition.field(code)
        if field is not None and code not in check.answers:
            said.append((field.label.words(language()), shown(field, answer, language(), places())))
    return said


def _wanted() -> tuple[ProcedureVersion, Definition]:
    code = flask.request.args.get("procedure", "").strip()
    version = in_force(request_session(), code, on=office_day(now()))
    if version is None:
        raise NotFound("draft.procedure_unknown")
    return version, definition_of(version)


def _form(definition: Definition, version: ProcedureVersion) -> StartForm:
    form = StartForm()
    parties = [acting for acting in current_viewer().acting_for if _may_file(acting, definition, version)]
    form.party.choices = [(str(acting.party_id), _name_of(acting)) for acting in parties]
    form.case.choices = [(case.code, case.name.words(language())) for case in definition.cases]
    if not form.is_submitted():
        wanted = flask.request.args.get("case", "")
        form.case.data = wanted if definition.case(wanted) else None
    if not form.case.data and len(form.case.choices) == 1:
        form.case.data = form.case.choices[0][0]
    if not form.party.data and not form.is_submitted():
        form.party.data = _likely_party(parties)
    return form


def _likely_party(parties: Sequence[ActingFor]) -> str | None:
    """Whom it is probably for: the only one there is, whom they filed for last, else the only company of theirs."""
    allowed = {str(acting.party_id) for acting in parties}
    if len(allowed) == 1:
        return allowed.pop()
    last = queries.last_party(request_session(), current_viewer())
    if str(last) in allowed:
        return str(last)
    companies = [acting for acting in parties if acting.tax_code is not None]
    return str(companies[0].party_id) if len(companies) == 1 else None


def _may_file(acting: ActingFor, definition: Definition, version: ProcedureVersion) -> bool:
    is_individual = acting.tax_code is None and acting.agent_party_id is None
    if is_individual and "individual" not in definition.audience:
        return False
    return acting.may_file(field=version.field, procedure_code=version.code)


def _name_of(acting: ActingFor) -> str:
    if acting.agent_party_name:
        return str(
            _(
                "%(principal)s, with you as agent (%(agent)s)",
                principal=acting.party_name,
                agent=acting.agent_party_name,
            )
        )
    return acting.party_name


def _open_drafts() -> Sequence[Draft]:
    """Drafts already begun: perhaps one of them is meant."""
    return queries.open_drafts(request_session(), viewer=current_viewer())
