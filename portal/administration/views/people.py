"""Looking for people, and inviting somebody."""

from datetime import date
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts import links
from portal.accounts.models import LinkPurpose
from portal.administration import forms
from portal.administration.actions import people as actions
from portal.administration.importing import Newcomer
from portal.administration.queries import agencies, people
from portal.administration.queries.people import PAGE, Sought
from portal.administration.views.room import (
    agency_choices,
    blueprint,
    done_or_shown,
    form_page,
    further,
    me,
    not_past,
    now,
    page,
)
from portal.clock.zone import office_day
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import Role

STATES = ("", "invited", "disabled", "everybody")
LONGEST_SEARCH = 100


@blueprint.get("/people")
@open_to(Audience.ADMINISTRATOR)
def people_list() -> Response:
    """Everybody who works here, or whoever is looked for."""
    session, sought = request_session(), _sought()
    lines = people.found(session, sought)
    more = further("administration.people_list", after=lines[PAGE - 1].id) if len(lines) > PAGE else ""
    offices = agencies.choices(session)
    return page("people", lines=lines[:PAGE], sought=sought, more=more, offices=offices, states=STATES)


@blueprint.get("/people/new")
@open_to(Audience.ADMINISTRATOR)
def new_person() -> Response:
    """The form of an invitation."""
    return _form(forms.InvitationForm(formdata=None))


@blueprint.post("/people/new")
@open_to(Audience.ADMINISTRATOR)
def invite_person() -> Response:
    """Invite somebody, with a first post."""
    form = forms.InvitationForm()
    made: list[UUID] = []

    def verb(session: Session) -> None:
        until: date | None = not_past(form.until.data, office_day(now()))
        newcomer = Newcomer(
            name=form.name.data,
            email=form.email.data,
            language=form.language.data,
            posts=((form.agency.data, Role(form.role.data), until),),
        )
        _person, invitation = actions.invite(session, newcomer, by=me(), now=now())
        made.append(invitation.id)

    answer = done_or_shown(
        form,
        verb,
        then=flask.url_for("administration.people_list"),
        message=_("The invitation is on its way to %(email)s.", email=form.email.data or ""),
        show=lambda status: _form(form, status),
    )
    tell_link_without_mail(made)
    return answer


def tell_link_without_mail(made: list[UUID]) -> None:
    """Where no mail server is set up, the link is shown to be handed over by hand."""
    settings = flask.current_app.extensions["settings"]
    if made and not settings.smtp_url:
        link = settings.public_url + links.path_of(LinkPurpose.INVITATION, made[0])
        flask.flash(_("There is no mail server here. Hand this link over yourself: %(link)s", link=link), "warning")


def _form(form: forms.InvitationForm, status: int = 200) -> Response:
    form.agency.choices = agency_choices(agencies.choices(request_session()))
    return form_page(
        form,
        title=_("Invite somebody"),
        back=(flask.url_for("administration.people_list"), _("People")),
        act=_("Send the invitation"),
        note=_(
            "They get a letter with a link, good for a week and once, choose their own password and set up their "
            "second factor. You never know either."
        ),
        status=status,
    )


def _sought() -> Sought:
    given = flask.request.args
    role, state = given.get("role", ""), given.get("state", "")
    try:
        after = UUID(given.get("after", ""))
    except ValueError:
        after = None
    return Sought(
        text=given.get("q", "")[:LONGEST_SEARCH],
        agency=given.get("agency", "")[:LONGEST_SEARCH],
        role=role if role in set(Role) else "",
        state=state if state in STATES else "",
        after=after,
    )
