"""The page an invitation's link leads to."""

from http import HTTPStatus

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import invitations
from portal.accounts.forms import show_refusal
from portal.accounts.models import Person
from portal.administration import forms
from portal.administration.views.room import done, now
from portal.foundation.errors import Invalid
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session, unit_of_work

doorstep = flask.Blueprint("invitations", __name__)


@doorstep.get("/invitations/<token>")
@public
def invitation(token: str) -> Response:
    """Choose a password."""
    person = invitations.invited(request_session(), token, now=now())
    return _page(forms.ChoosePasswordForm(), person)


@doorstep.post("/invitations/<token>")
@public
def accept_invitation(token: str) -> Response:
    """Take the password; the person then signs in with it."""
    form = forms.ChoosePasswordForm()
    person = invitations.invited(request_session(), token, now=now())
    if not form.validate_on_submit():
        return _page(form, person, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            invitations.accept(session, token, form.password.data, now=now())
    except Invalid as error:
        show_refusal(form, error)
        return _page(form, person, error.status)
    return done(flask.url_for("accounts.sign_in"), _("Your password is set. Now sign in with it."))


def _page(form: forms.ChoosePasswordForm, person: Person, status: int = 200) -> Response:
    answer = flask.make_response(flask.render_template("administration/invitation.html", form=form, person=person))
    answer.status_code = status
    return answer
