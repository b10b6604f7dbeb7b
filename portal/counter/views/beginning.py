"""Beginning at the counter: which procedure, whose matter, who stands there; then the usual form."""

from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.accounts.models import Party, PartyKind
from portal.accounts.queries import listings
from portal.accounts.viewer import HeldPost
from portal.accounts.views.registering import countries
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of, in_force, named_in_force
from portal.clock.zone import office_day
from portal.counter import queries
from portal.counter.actions import taking
from portal.counter.actions.taking import NewParty, Stander
from portal.counter.forms import CONSENT_WORDING, BeginForm, NewDossierForm, WalkInForm, plain_number
from portal.counter.numbers import canonical
from portal.counter.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.dossiers.actions import drafts
from portal.dossiers.models import Draft, Standing
from portal.foundation.errors import Forbidden, Invalid, NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What the first page settled: the procedure, and the party or the number it will be taken down under."""

    version: ProcedureVersion
    definition: Definition
    kind: PartyKind
    country: str
    number: str
    party: Party | None

    @property
    def is_person(self) -> bool:
        return self.kind is PartyKind.INDIVIDUAL


@blueprint.get("/")
@open_to(Audience.ONE_STOP)
def front() -> Response:
    """What the office is taking down, what it took down last, who asks for a dossier, which companies register."""
    session, viewer = request_session(), current_viewer()
    return page(
        "front",
        drafts=dossiers.drafts_begun_at_counter(session, viewer=viewer),
        filed=dossiers.filed_at_counter(session, viewer=viewer),
        claims=len(queries.claims_waiting(session, viewer)),
        registrations=len(listings.waiting_registrations(session)),
        most=dossiers.PAGE,
    )


@blueprint.get("/new")
@open_to(Audience.ONE_STOP)
def new() -> Response:
    """Which procedure, and whose number to look up."""
    form = _begin_form()
    form.procedure.data = flask.request.args.get("procedure", "")
    return page("new", form=form)


@blueprint.post("/look-up")
@open_to(Audience.ONE_STOP)
def look_up() -> Response:
    """Whether they are known here already, and the form for who stands there. Nothing is kept yet."""
    form = _begin_form()
    found = _found(form) if form.validate_on_submit() else None
    if found is None:
        return page("new", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form, error_count=form.error_count)
    return _who_page(found, _who_form(found, fresh=True))


@blueprint.post("/new")
@open_to(Audience.ONE_STOP)
def begin() -> Response:
    """Begin the draft, with what is known filled in; it is the office's from now on."""
    first = _begin_form()
    found = _found(first) if first.validate() else None
    if found is None:
        return page("new", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=first, error_count=first.error_count)
    form = _who_form(found, fresh=False)
    if not form.validate_on_submit():
        return _who_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            draft = taking.begin(
                session,
                found.version,
                case=form.case.data,
                party=session.get_one(Party, found.party.id) if found.party else _new_party(found, form),
                stander=stander_of(form),
                at=_counter(),
                viewer=current_viewer(),
                now=now(),
            )
            draft_id = draft.id
    except Invalid as refused:
        if any(name not in form for name in refused.fields):
            return _who_page(found, form, status=refused.status, refusal=explanation(refused))
        show_refusal(form, refused)
        return _who_page(found, form, status=refused.status)
    return see("dossiers.draft", draft_id=draft_id)


@blueprint.get("/drafts/<uuid:draft_id>/who")
@open_to(Audience.ONE_STOP)
def who(draft_id: UUID) -> Response:
    """Who stands there, as taken down."""
    found = _draft(draft_id)
    stander = found.walk_in
    assert stander is not None  # noqa: S101 - a draft of the counter has one
    form = WalkInForm(
        formdata=None,
        standing=stander.standing.value,
        name=stander.name,
        identity_number=stander.identity_number,
        phone=stander.phone,
        email=stander.email,
        language=stander.language,
        consent=stander.consent_wording is not None,
    )
    return page("who", form=form, draft=found)


@blueprint.post("/drafts/<uuid:draft_id>/who")
@open_to(Audience.ONE_STOP)
def correct_who(draft_id: UUID) -> Response:
    """Put it right while nothing is filed."""
    form, found = WalkInForm(), _draft(draft_id)
    if not form.validate_on_submit():
        return page("who", status=422, form=form, draft=found, error_count=form.error_count)
    try:
        with unit_of_work() as session:
            draft = drafts.editable(session, draft_id, viewer=current_viewer())
            taking.correct(session, draft, stander_of(form), now=now())
    except Invalid as refused:
        show_refusal(form, refused)
        return page("who", status=refused.status, form=form, draft=found, error_count=form.error_count)
    flask.flash(_("Who stands here is put right."), "success")
    return see("dossiers.draft", draft_id=draft_id)


def stander_of(form: WalkInForm) -> Stander:
    """What the form says of whoever stands there."""
    return Stander(
        standing=Standing(form.standing.data),
        name=form.name.data,
        identity_number=plain_number(form.identity_number.data),
        phone=plain_number(form.phone.data),
        email=(form.email.data or "").strip() or None,
        language=form.language.data,
        consent_wording=CONSENT_WORDING if form.consent.data else None,
    )


def _begin_form() -> BeginForm:
    procedures = named_in_force(request_session(), on=office_day(now()))
    named = [(one.code, f"{in_words(one.names)} ({one.code})") for one in procedures]
    return BeginForm().offer(named, countries(spoken()))


def _found(form: BeginForm) -> Found | None:
    """What the first page settled; None with the error beside the number that cannot be one."""
    version = in_force(request_session(), form.procedure.data, on=office_day(now()))
    if version is None:
        raise NotFound("draft.procedure_unknown")
    kind = PartyKind(form.kind.data)
    number = canonical(kind, form.number.data, form.country.data)
    definition = definition_of(version)
    if number is None:
        form.number.errors = [*form.number.errors, explanation(Invalid("counter.number_wrong"))]
        return None
    if kind is PartyKind.INDIVIDUAL and "individual" not in definition.audience:
        form.kind.errors = [*form.kind.errors, explanation(Invalid("counter.not_for_persons"))]
        return None
    party = queries.party_by_number(request_session(), kind, number)
    return Found(
        version=version, definition=definition, kind=kind, country=form.country.data, number=number, party=party
    )


def _who_form(found: Found, *, fresh: bool) -> NewDossierForm:
    form = NewDossierForm(formdata=None) if fresh else NewDossierForm()
    cases = [(case.code, case.name.words(spoken())) for case in found.definition.cases]
    return form.offer(cases, is_known=found.party is not None, is_person=found.is_person)


def _who_page(found: Found, form: NewDossierForm, *, status: int = 200, refusal: str = "") -> Response:
    return page(
        "begin",
        status=status,
        form=form,
        found=found,
        refusal=refusal,
        error_count=form.error_count + bool(refusal),
    )


def _new_party(found: Found, form: NewDossierForm) -> NewParty:
    return NewParty(
        kind=found.kind,
        number=found.number,
        country=found.country,
        name=form.party_name.data or "",
        address=form.party_address.data or "",
        representative=form.party_representative.data or "" if "party_representative" in form else "",
    )


def _counter() -> HeldPost:
    counters = queries.counters_of(current_viewer())
    if not counters:
        raise Forbidden("dossier.role_may_not")
    return counters[0]


def _draft(draft_id: UUID) -> Draft:
    """The draft, if it is one of this counter's and nothing has become of it yet."""
    mine = dossiers.draft_at_counter(request_session(), draft_id, viewer=current_viewer())
    if mine.closed_at is not None:
        raise NotFound("draft.not_found")
    return mine
