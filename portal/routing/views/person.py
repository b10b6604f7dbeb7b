"""One person: what the head arranges for them, and an officer's own day (the same page, private)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.forms import show_refusal
from portal.accounts.models import AbsenceKind, Person
from portal.accounts.queries import standing_in
from portal.accounts.viewer import Viewer
from portal.accounts.wording import ROLES
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.routing import queries
from portal.routing.actions import handing_over, people
from portal.routing.actions.people import Period
from portal.routing.forms import KINDS, AbsenceForm, ConflictForm, HandOverForm, SkillsForm, SubstitutionForm
from portal.routing.queries import Colleague
from portal.routing.views.room import (
    Managers,
    as_id,
    blueprint,
    hours,
    now,
    page,
    see,
    skill_choices,
    step_words,
)
from portal.routing.wording import NOT_HANDED_OVER
from portal.workflow.lifecycle import Role

MONTH = timedelta(days=30)


@blueprint.get("/team/<uuid:person_id>")
@open_to(*Managers)
def person(person_id: UUID) -> Response:
    """One of them, with what can be arranged."""
    return _person_page(_managed(person_id), current_viewer())


@blueprint.get("/my-day")
@open_to(Audience.STAFF)
def my_day() -> Response:
    """The officer's own load, time and absences; nobody else sees how punctual they were."""
    viewer = current_viewer()
    return _person_page(request_session().get_one(Person, viewer.person_id), viewer)


@blueprint.post("/team/<uuid:person_id>/<deed>")
@open_to(Audience.STAFF, Audience.ADMINISTRATOR)
def arrange(person_id: UUID, deed: str) -> Response:
    """One of the deeds for oneself or for one's people."""
    known = DEEDS.get(deed)
    if known is None:
        raise NotFound("team.not_found")
    viewer = current_viewer()
    who = _managed(person_id)
    form = _offered(request_session(), who)[known.form] if known.form else None
    if form is not None and not form.validate_on_submit():
        return _person_page(who, viewer, refused=form)
    try:
        with unit_of_work() as session:
            said = known.do(session, who.id, form, viewer, now())
    except Invalid as error:
        if form is None:
            raise
        show_refusal(form, error)
        return _person_page(who, viewer, refused=form)
    flask.flash(said, "success")
    return see("routing.my_day") if who.id == viewer.person_id else see("routing.person", person_id=who.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What can be arranged for a person: the form it takes, if any, and the verb."""

    do: Callable[[Session, UUID, Any, Viewer, datetime], str]
    form: str = ""


def _absence(session: Session, person_id: UUID, form: AbsenceForm, viewer: Viewer, at: datetime) -> str:
    period, kind = _period(form), AbsenceKind(form.kind.data)
    people.add_absence(session, person_id, period, kind=kind, note=form.note.data or "", viewer=viewer, now=at)
    return str(_("Noted. New work goes to others meanwhile."))


def _end_absence(session: Session, _person: UUID, _form: None, viewer: Viewer, at: datetime) -> str:
    people.end_absence(session, as_id(flask.request.form.get("entry")), viewer=viewer, now=at)
    return str(_("The absence has been taken back."))


def _substitution(session: Session, _person: UUID, form: SubstitutionForm, viewer: Viewer, at: datetime) -> str:
    post, substitute = as_id(form.post.data), as_id(form.substitute.data)
    people.add_substitution(session, post, substitute, _period(form), viewer=viewer, now=at)
    return str(_("Noted. The colleague sees and does these steps in that time."))


def _end_substitution(session: Session, _person: UUID, _form: None, viewer: Viewer, at: datetime) -> str:
    people.end_substitution(session, as_id(flask.request.form.get("entry")), viewer=viewer, now=at)
    return str(_("The substitution has ended."))


def _skills(session: Session, person_id: UUID, form: SkillsForm, viewer: Viewer, at: datetime) -> str:
    people.set_skills(session, person_id, form.chosen, viewer=viewer, now=at)
    return str(_("Noted."))


def _conflict(session: Session, person_id: UUID, form: ConflictForm, viewer: Viewer, at: datetime) -> str:
    tax_code, reason = form.tax_code.data, form.reason.data
    people.declare_conflict(session, person_id, tax_code=tax_code, reason=reason, viewer=viewer, now=at)
    return str(_("Noted. The company's dossiers go to others."))


def _end_conflict(session: Session, _person: UUID, _form: None, viewer: Viewer, at: datetime) -> str:
    people.end_conflict(session, as_id(flask.request.form.get("entry")), viewer=viewer, now=at)
    return str(_("Noted."))


def _hand_over(session: Session, person_id: UUID, form: HandOverForm, viewer: Viewer, at: datetime) -> str:
    to = as_id(form.to.data) if form.to.data else None
    results = handing_over.hand_over(session, person_id, to=to, viewer=viewer, now=at)
    done = sum(one.done for one in results)
    said = str(ngettext("%(num)d step handed over.", "%(num)d steps handed over.", done))
    left = [f"{one.code}: {NOT_HANDED_OVER.get(one.reason, one.reason)}" for one in results if not one.done]
    return " ".join([said, *left])


DEEDS: Mapping[str, Deed] = {
    "absence": Deed(do=_absence, form="absence"),
    "absence-end": Deed(do=_end_absence),
    "substitution": Deed(do=_substitution, form="substitution"),
    "substitution-end": Deed(do=_end_substitution),
    "skills": Deed(do=_skills, form="skills"),
    "conflict": Deed(do=_conflict, form="conflict"),
    "conflict-end": Deed(do=_end_conflict),
    "hand-over": Deed(do=_hand_over, form="hand_over"),
}


def _person_page(who: Person, viewer: Viewer, *, refused: Form | None = None) -> Response:
    session, at = request_session(), now()
    is_self = who.id == viewer.person_id
    forms = _offered(session, who, fresh=True)
    if refused is not None:
        forms = {name: refused if type(form) is type(refused) else form for name, form in forms.items()}
    today = office_day(at)
    own = _own_posts(session, who.id)
    agencies = {post[2] for post in own}
    steps = queries.open_steps_of(session, who.id, agency_ids=agencies)
    load = sum(
        one.load
        for agency_id in agencies
        for one in queries.people_of(session, agency_id, now=at)
        if one.person_id == who.id
    )
    return page(
        "person",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refused else HTTPStatus.OK,
        who=who,
        is_self=is_self,
        manages=people.may_manage(session, viewer, who.id),
        forms=forms,
        steps=[(one, step_words(one.procedure, one.node_key)) for one in steps[:50]],
        step_count=len(steps),
        load=hours(load),
        record=queries.own_record(session, [post[0] for post in own], since=at - MONTH) if is_self else None,
        seats=[post for post in viewer.posts if post.own_post_id] if is_self else [],
        roles=ROLES,
        kinds=KINDS,
        in_words=in_words,
        absences=standing_in.absences_of(session, [who.id], since=today),
        substitutions=standing_in.substitutions_of(session, [who.id], since=today),
        conflicts=queries.conflicts_of(session, [who.id]),
        notes=queries.notes_for(session, [post.id for post in viewer.posts if post.own_post_id], day=today)
        if is_self
        else [],
        error_form=refused,
        error_count=refused.error_count if refused else 0,
    )


def _offered(session: Session, who: Person, *, fresh: bool = False) -> dict[str, Form]:
    """The forms of the person's page, filled with what there is to choose from; `fresh`: as if nothing was sent."""
    own = _own_posts(session, who.id)
    others: list[tuple[str, str]] = []
    for agency_id in {post[2] for post in own}:
        for one in queries.people_of(session, agency_id, now=now()):
            if one.person_id != who.id:
                others += _choices(one)
    said = {"formdata": None} if fresh else {}
    skills = queries.skills_of(session, who.id)
    known = skill_choices([*queries.known_skills(session, {post[2] for post in own}), *skills])
    posts = [(str(post_id), str(ROLES[role])) for post_id, role, _agency_id in own]
    return {
        "absence": AbsenceForm(prefix="absence-", **said),
        "substitution": SubstitutionForm(prefix="substitution-", **said).offer(posts, others),
        "skills": SkillsForm(prefix="skills-", **said, known=skills).offer(known),
        "conflict": ConflictForm(prefix="conflict-", **said),
        "hand_over": HandOverForm(prefix="hand-", **said).offer(others),
    }


def _choices(one: Colleague) -> list[tuple[str, str]]:
    return [
        (str(post_id), f"{one.name} – {ROLES[role]}") for post_id, role in zip(one.post_ids, one.roles, strict=True)
    ]


def _own_posts(session: Session, person_id: UUID) -> list[tuple[UUID, Role, UUID]]:
    return queries.posts_of(session, person_id)


def _managed(person_id: UUID) -> Person:
    """The person, if the viewer is or looks after them; for everybody else there is none."""
    viewer, session = current_viewer(), request_session()
    found = session.get(Person, person_id)
    if found is None or not (viewer.person_id == person_id or people.may_manage(session, viewer, person_id)):
        raise NotFound("team.not_found")
    return found


def _period(form: Any) -> Period:
    return Period(first_day=form.first_day.data, last_day=form.last_day.data)
