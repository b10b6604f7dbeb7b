"""Taking a published procedure, or one version of it, out of force."""

from http import HTTPStatus
from urllib.parse import urlencode

import flask
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer, require_step_up
from portal.authoring import actions, forms, queries
from portal.authoring.views.room import blueprint, noted, now, page, today
from portal.catalogue.queries import versions_of
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation


@blueprint.get("/authoring/published/<code>/withdraw")
@open_to(Audience.ADMINISTRATOR)
def withdraw(code: str) -> Response:
    """What would be withdrawn, from when and why. The second factor comes first, so that nothing typed is lost."""
    if answer := require_step_up(_address(code, flask.request.args)):
        return answer
    return _page(code, forms.WithdrawForm(flask.request.args, meta={"csrf": False}))


@blueprint.post("/authoring/published/<code>/withdraw")
@open_to(Audience.ADMINISTRATOR)
def do_withdraw(code: str) -> Response:
    """Withdraw it. What was typed goes along where the second factor has to be shown again."""
    form = forms.WithdrawForm()
    is_valid = form.validate_on_submit()
    if answer := require_step_up(_address(code, flask.request.form)):
        return answer
    day, by = form.withdrawn_on.data, current_viewer().person_id
    if not is_valid or day is None:
        return _page(code, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        with unit_of_work() as session:
            form.offer(queries.withdrawable(session, code, on=today()), today=today())
            actions.withdraw(session, code, form.chosen, on=day, reason=form.reason.data or "", by=by, now=now())
    except Invalid as error:
        for name, wrong in error.fields.items():
            form[name].errors = [explanation(Invalid(wrong))]
        return _page(code, form, status=error.status)
    return noted("withdrawn", flask.url_for("catalogue.versions", code=code))


@blueprint.post("/authoring/published/<code>/<int:number>/keep")
@open_to(Audience.ADMINISTRATOR)
def keep_in_force(code: str, number: int) -> Response:
    """Take back a withdrawal whose day has not come."""
    address = flask.url_for("authoring.withdraw", code=code)
    if answer := require_step_up(address):
        return answer
    with unit_of_work() as session:
        actions.keep_in_force(session, code, number, by=current_viewer().person_id, now=now())
    return noted("kept", address)


def _address(code: str, typed: MultiDict[str, str]) -> str:
    """The page with what was typed."""
    kept = [(name, value) for name in ("number", "withdrawn_on", "reason") for value in typed.getlist(name)]
    return f"{flask.url_for('authoring.withdraw', code=code)}?{urlencode(kept)}"


def _page(code: str, form: forms.WithdrawForm, *, status: int = HTTPStatus.OK) -> Response:
    session = request_session()
    versions = versions_of(session, code)
    if not versions:
        raise NotFound
    return page(
        "withdraw",
        code=code,
        name=versions[0].names,
        form=form.offer(queries.withdrawable(session, code, on=today()), today=today()),
        can_be_withdrawn=any(one.withdrawn_on is None for one in versions),
        to_end=[one for one in versions if one.withdrawn_on is not None and one.withdrawn_on > today()],
        counts=queries.depending(session, code),
        status=status,
    )
