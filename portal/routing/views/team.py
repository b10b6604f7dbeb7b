"""The head's page of an agency: its people and their work, skills that are asked for, letters of apology."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.accounts.models import Agency
from portal.accounts.queries import standing_in
from portal.accounts.viewer import Viewer
from portal.accounts.wording import ROLES
from portal.catalogue.queries import named_in_force
from portal.clock.zone import office_day
from portal.dossiers.actions import extending
from portal.dossiers.queries import for_update, visible
from portal.foundation.errors import Invalid
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.routing import queries
from portal.routing.actions import apologies, people
from portal.routing.actions.people import MANAGING
from portal.routing.forms import KINDS, ApologyForm, NeedForm
from portal.routing.views.room import Managers, as_id, blueprint, hours, now, page, see, skill_choices
from portal.workflow.lifecycle import Role

FULL_WEEK = 2400
"""Working minutes of a week: the length of a load bar."""


@blueprint.get("/team")
@open_to(*Managers)
def team() -> Response:
    """The people of an agency: load, absences, who stands in, what they can do."""
    return _team_page(current_viewer())


@blueprint.post("/team/needs")
@open_to(*Managers)
def need() -> Response:
    """From now on a skill is asked for, or no longer (`drop`)."""
    viewer = current_viewer()
    agency = _agency(viewer)
    form = _need_form(agency)
    dropped = flask.request.form.get("drop")
    if not dropped and not form.validate_on_submit():
        return _team_page(viewer, need_form=form)
    try:
        with unit_of_work() as session:
            if dropped:
                people.drop_need(session, as_id(dropped), viewer=viewer, now=now())
            else:
                role, code, skill = Role(form.role.data), form.procedure.data, form.chosen
                people.need_skill(
                    session, agency.id, role=role, skill=skill, procedure_code=code, viewer=viewer, now=now()
                )
    except Invalid as error:
        show_refusal(form, error)
        return _team_page(viewer, need_form=form)
    flask.flash(_("Noted."), "success")
    return see("routing.team", agency=agency.key)


@blueprint.post("/team/apologies/<code>")
@open_to(Audience.HEAD, Audience.LEADER)
def apology(code: str) -> Response:
    """The head sends the letter of apology, or lets it be (`drop`)."""
    viewer, form = current_viewer(), ApologyForm(prefix=f"a-{code}-")
    visible(request_session(), code, viewer=viewer)  # what one may not know of is not there
    drops, sent = "drop" in flask.request.form, False
    if not drops and not form.validate_on_submit():
        return _team_page(viewer, apology_form=(code, form))
    try:
        with unit_of_work() as session:
            dossier = for_update(session, code, viewer=viewer)
            if drops:
                apologies.drop_apology(session, dossier, viewer=viewer, now=now())
            elif (day := form.new_day.data) is not None:
                reason = form.reason.data
                sent = apologies.send_apology(session, dossier, new_day=day, reason=reason, viewer=viewer, now=now())
    except Invalid as error:
        show_refusal(form, error)
        return _team_page(viewer, apology_form=(code, form))
    noted = _("The company gets Form 04 with the new day.") if sent else _("The leader now decides about the new day.")
    flask.flash(_("The letter will not be sent.") if drops else noted, "success")
    return see("routing.team")


def _team_page(
    viewer: Viewer, *, need_form: NeedForm | None = None, apology_form: tuple[str, ApologyForm] | None = None
) -> Response:
    session, agency, at = request_session(), _agency(viewer), now()
    colleagues = queries.people_of(session, agency.id, now=at)
    ids, today = [one.person_id for one in colleagues], office_day(at)
    refused = need_form or (apology_form[1] if apology_form else None)
    leads = any(post.agency_id == agency.id and post.role in MANAGING for post in viewer.posts)
    drafted = []
    for row, code, subject in queries.drafted_apologies(session, agency.id) if leads else []:
        form = ApologyForm(formdata=None, prefix=f"a-{code}-", new_day=row.new_day, reason=row.reason)
        sends = extending.approving_post(visible(session, code, viewer=viewer), viewer) is not None
        typed = apology_form[1] if apology_form and apology_form[0] == code else form
        drafted.append((row, code, subject, typed, sends))
    return page(
        "team",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        agency=agency,
        agency_name=in_words(agency.names),
        agencies=_agencies(session, viewer),
        colleagues=colleagues,
        full=max([FULL_WEEK, *(one.load for one in colleagues)]),
        hours=hours,
        roles=ROLES,
        kinds=KINDS,
        absences=_by_person(standing_in.absences_of(session, ids, since=today)),
        substitutions=standing_in.substitutions_of(session, ids, since=today),
        unassigned=queries.unassigned_in(session, agency.id),
        needs=queries.needs_of(session, agency.id),
        need_form=need_form or _need_form(agency, formdata=None),
        apologies=drafted,
        error_form=refused,
        error_count=refused.error_count if refused else 0,
    )


def _agency(viewer: Viewer) -> Agency:
    """The agency the page is about: the one asked for, if the viewer leads it, else the first they lead."""
    led = _agencies(request_session(), viewer)
    wanted = flask.request.values.get("agency", "")
    return next((one for one in led if one.key == wanted), led[0])


def _agencies(session: Session, viewer: Viewer) -> Sequence[Agency]:
    query = sa.select(Agency).order_by(Agency.key)
    if not any(post.role is Role.ADMINISTRATOR for post in viewer.posts):
        query = query.where(Agency.id.in_([post.agency_id for post in viewer.posts if post.role in MANAGING]))
    return session.scalars(query).all()


def _need_form(agency: Agency, **options: Any) -> NeedForm:
    session = request_session()
    roles = [(role, str(words)) for role, words in ROLES.items() if role not in people.NOT_STOOD_IN_FOR]
    named = named_in_force(session, on=office_day(now()))
    procedures = [(one.code, f"{one.code} – {in_words(one.names)}") for one in named]
    known = skill_choices(queries.known_skills(session, [agency.id]))
    return NeedForm(prefix="need-", **options).offer(roles, procedures, known)


def _by_person(absences: Sequence[Any]) -> dict[UUID, list[Any]]:
    found: dict[UUID, list[Any]] = {}
    for absence in absences:
        found.setdefault(absence.person_id, []).append(absence)
    return found
