"""One person: posts, account, a lost second factor."""

from collections.abc import Callable
from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.actions import factor_resets, invitations
from portal.accounts.actions import people as accounts
from portal.accounts.entrance import require_step_up
from portal.accounts.wording import ROLES
from portal.administration import forms
from portal.administration.actions import people as actions
from portal.administration.queries import agencies, people
from portal.administration.queries.people import Sheet
from portal.administration.views.people import tell_link_without_mail
from portal.administration.views.room import (
    agency_choices,
    blueprint,
    done,
    done_or_shown,
    form_page,
    identifier,
    me,
    not_past,
    now,
    page,
    refused,
)
from portal.clock.zone import office_day
from portal.foundation.errors import NotFound, Refused
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.workflow.lifecycle import Role


@blueprint.get("/people/<person>")
@open_to(Audience.ADMINISTRATOR)
def person(person: str) -> Response:
    """Everything an administrator sees and may do."""
    return _person(person, forms.PostForm(formdata=None))


@blueprint.post("/people/<person>/posts")
@open_to(Audience.ADMINISTRATOR)
def appoint(person: str) -> Response:
    """Give a post."""
    form, who = forms.PostForm(), _known(person)

    def verb(session: Session) -> None:
        until = not_past(form.until.data, office_day(now()))
        role = Role(form.role.data)
        actions.appoint(session, who, agency_key=form.agency.data, role=role, until=until, by=me(), now=now())

    return done_or_shown(
        form,
        verb,
        then=_address(who),
        message=_("The post is given."),
        show=lambda status: _person(person, form, status),
    )


@blueprint.get("/people/<person>/posts/<uuid:post>/end")
@open_to(Audience.ADMINISTRATOR)
def ask_to_end_post(person: str, post: UUID) -> Response:
    """Says what ends with it, and asks."""
    found = _sheet(person)
    held = next((one for one in found.current_posts if one.id == post), None)
    if held is None:
        raise NotFound
    return form_page(
        Form(formdata=None),
        title=_(
            "End the post of %(name)s: %(role)s, %(agency)s",
            name=found.person.name,
            role=ROLES[held.role],
            agency=in_words(held.agency_names),
        ),
        back=(_address(found.person.id), found.person.name),
        act=_("End this post"),
        tone="warning",
        note=_(
            "Its doors close at once. Steps of dossiers that still lie with the post must be given to somebody else: "
            "%(steps)s now. A post that has ended can only be given anew.",
            steps=held.open_steps,
        ),
    )


@blueprint.post("/people/<person>/posts/<uuid:post>/end")
@open_to(Audience.ADMINISTRATOR)
def end_post(person: str, post: UUID) -> Response:
    """End a post."""
    return _act(
        person,
        lambda session, who: actions.end_post(session, who, post, by=me(), now=now()),
        _("The post has ended. Its doors are closed from now on."),
    )


@blueprint.get("/people/<person>/name")
@open_to(Audience.ADMINISTRATOR)
def name(person: str) -> Response:
    """The form of a name."""
    found = _sheet(person)
    return _name_form(forms.NameForm(formdata=None, name=found.person.name, was=found.person.name), found)


@blueprint.post("/people/<person>/name")
@open_to(Audience.ADMINISTRATOR)
def rename(person: str) -> Response:
    """Write the name rightly."""
    form, found = forms.NameForm(), _sheet(person)

    def verb(session: Session) -> None:
        actions.rename(session, found.person.id, name=form.name.data, was=form.was.data or "", by=me(), now=now())

    return done_or_shown(
        form,
        verb,
        then=_address(found.person.id),
        message=_("The name is corrected."),
        show=lambda status: _name_form(form, found, status),
    )


@blueprint.post("/people/<person>/invite")
@open_to(Audience.ADMINISTRATOR)
def invite_again(person: str) -> Response:
    """Another letter; the link before it opens nothing any more."""
    made: list[UUID] = []

    def verb(session: Session, who: UUID) -> None:
        made.append(invitations.send_again(session, who, by=me(), now=now()).id)

    answer = _act(person, verb, _("A new invitation is on its way."))
    tell_link_without_mail(made)
    return answer


KINDS = ("disable", "enable", "leave", "factor")


@blueprint.get("/people/<person>/<any(disable, enable, leave, factor):kind>")
@open_to(Audience.ADMINISTRATOR)
def reason_for(person: str, kind: str) -> Response:
    """Asks why, and says what follows."""
    if kind == "factor" and (answer := require_step_up()):
        return answer
    return _reason_form(forms.ReasonGivenForm(formdata=None), _sheet(person), kind)


@blueprint.post("/people/<person>/<any(disable, enable, leave, factor):kind>")
@open_to(Audience.ADMINISTRATOR)
def do_with_reason(person: str, kind: str) -> Response:
    """Disable, enable, let go, or ask for a new second factor."""
    form, found = forms.ReasonGivenForm(), _sheet(person)
    who = found.person.id
    if kind == "factor" and (answer := require_step_up(flask.url_for(".reason_for", person=person, kind=kind))):
        return answer
    if not form.validate_on_submit():
        return _reason_form(form, found, kind, HTTPStatus.UNPROCESSABLE_ENTITY)
    reason = " ".join(form.reason.data.split())
    verbs: dict[str, Callable[[Session], object]] = {
        "disable": lambda session: accounts.disable(session, who, by=me(), now=now(), reason=reason),
        "enable": lambda session: accounts.enable(session, who, by=me(), now=now(), reason=reason),
        "leave": lambda session: accounts.leave(session, who, by=me(), now=now(), reason=reason),
        "factor": lambda session: factor_resets.ask(session, who, reason=reason, by=me(), now=now()),
    }
    messages = {
        "disable": _("The account is disabled. Every open sign-in has ended."),
        "enable": _("The account is open again."),
        "leave": _("Every post has ended and every sign-in is revoked."),
        "factor": _("Asked for. Another administrator must confirm it within a day."),
    }
    return _act(person, lambda session, _who: verbs[kind](session), messages[kind])


@blueprint.post("/people/<person>/factor/confirm")
@open_to(Audience.ADMINISTRATOR)
def confirm_reset(person: str) -> Response:
    """The second of two administrators takes the lost factor away."""
    if answer := require_step_up(flask.url_for(".person", person=person)):
        return answer
    return _act(
        person,
        lambda session, who: factor_resets.confirm(session, who, by=me(), now=now()),
        _("The second factor is taken away. The person is told by mail and sets up a new one when signing in."),
    )


@blueprint.post("/people/<person>/factor/withdraw")
@open_to(Audience.ADMINISTRATOR)
def withdraw_reset(person: str) -> Response:
    """Drop the request."""
    return _act(
        person,
        lambda session, who: factor_resets.withdraw(session, who, by=me(), now=now()),
        _("The request is dropped. Nothing has changed."),
    )


def _act(person: str, verb: Callable[[Session, UUID], object], message: str) -> Response:
    """Do it and come back; what is refused is said on the page it was sent from."""
    who = _known(person)
    try:
        with unit_of_work() as session:
            verb(session, who)
    except Refused as error:
        return refused(_address(who), error, explanation(error))
    return done(_address(who), message)


def _known(person: str) -> UUID:
    return _sheet(person).person.id


def _sheet(person: str) -> Sheet:
    found = people.sheet(request_session(), identifier(person), now=now())
    if found is None:
        raise NotFound
    return found


def _address(who: UUID) -> str:
    return flask.url_for("administration.person", person=who)


def _person(person: str, form: forms.PostForm, status: int = 200) -> Response:
    found = _sheet(person)
    form.agency.choices = agency_choices(agencies.choices(request_session()))
    open_reset = found.reset if found.reset and found.reset.asked_at + factor_resets.LASTS > now() else None
    return page("person", status=status, sheet=found, form=form, me=me(), reset=open_reset)


def _name_form(form: forms.NameForm, found: Sheet, status: int = 200) -> Response:
    back = (_address(found.person.id), found.person.name)
    return form_page(form, title=_("Correct the name"), back=back, act=_("Save"), status=status)


def _reason_form(form: forms.ReasonGivenForm, found: Sheet, kind: str, status: int = 200) -> Response:
    who = found.person.name
    title, note, act, tone = {
        "disable": (
            _("Disable the account of %(name)s", name=who),
            _("Nobody can sign in with it until it is opened again. Every open sign-in ends at once; posts stay."),
            _("Disable the account"),
            "warning",
        ),
        "enable": (
            _("Open the account of %(name)s again", name=who),
            _("The person can sign in again and has the posts they still hold."),
            _("Open the account"),
            "",
        ),
        "leave": (
            _("%(name)s leaves the office", name=who),
            _(
                "Every post ends and every sign-in is revoked at once. Steps of dossiers that still lie with the "
                "person must be given to somebody else: %(steps)s now.",
                steps=sum(post.open_steps for post in found.current_posts),
            ),
            _("End all posts"),
            "warning",
        ),
        "factor": (
            _("%(name)s has lost the second factor", name=who),
            _(
                "Make sure who is asking: see or call them. Another administrator must confirm within a day; the "
                "person is told by mail."
            ),
            _("Ask for it"),
            "",
        ),
    }[kind]
    back = (_address(found.person.id), who)
    return form_page(form, title=title, back=back, act=act, tone=tone, note=note, status=status)
