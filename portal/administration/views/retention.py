"""How long things are kept, what would be erased, and what a legal hold keeps."""

from http import HTTPStatus
from uuid import UUID

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import forms
from portal.administration.actions import holds
from portal.administration.actions import retention as actions
from portal.administration.models import Kept, RetentionRule
from portal.administration.queries import retention as queries
from portal.administration.views.room import blueprint, done, done_or_shown, form_page, me, now, page, version_in
from portal.administration.wording import SOURCES, SUBJECTS
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work


@blueprint.get("/retention")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def retention() -> Response:
    """Every rule with its dry run, and what is on hold."""
    return _retention_page(forms.HoldForm(formdata=None))


@blueprint.post("/retention/holds")
@open_to(Audience.ADMINISTRATOR)
def hold_dossier() -> Response:
    """Nothing of the dossier is erased until the hold is lifted."""
    form = forms.HoldForm()

    def verb(session: Session) -> None:
        code, reason = form.code.data.strip().upper(), form.reason.data
        holds.hold(session, code, reason=reason, by=me(), now=now())

    message = _("The dossier is on hold: nothing of it is erased.")
    return done_or_shown(form, verb, then=_list(), message=message, show=lambda status: _retention_page(form, status))


@blueprint.post("/retention/holds/<uuid:hold>/lift")
@open_to(Audience.ADMINISTRATOR)
def lift_hold(hold: UUID) -> Response:
    """The dossier is kept no longer than others."""
    with unit_of_work() as session:
        holds.lift(session, hold, by=me(), now=now())
    return done(_list(), _("The hold is lifted. The rules count for this dossier again."))


def _retention_page(form: forms.HoldForm, status: int = HTTPStatus.OK) -> Response:
    session = request_session()
    runs, held = queries.dry_run(session, now=now()), queries.holds(session)
    return page("retention", status=status, runs=runs, holds=held, form=form)


@blueprint.get("/retention/<subject>")
@open_to(Audience.ADMINISTRATOR)
def retention_rule(subject: str) -> Response:
    """One rule, to be changed."""
    rule = _rule(subject)
    form = forms.RetentionForm(
        formdata=None,
        keep_days=rule.keep_days,
        source=_said(rule),
        is_in_force=rule.is_in_force,
        version=rule.version,
    )
    return _form(form, rule)


@blueprint.post("/retention/<subject>")
@open_to(Audience.ADMINISTRATOR)
def change_retention(subject: str) -> Response:
    """Change it."""
    form, rule = forms.RetentionForm(), _rule(subject)

    def verb(session: Session) -> None:
        actions.change(
            session,
            rule.subject,
            version=version_in(form),
            keep_days=form.keep_days.data,
            source=rule.source if form.source.data == _said(rule) else form.source.data,
            is_in_force=bool(form.is_in_force.data),
            by=me(),
            now=now(),
        )

    return done_or_shown(
        form, verb, then=_list(), message=_("The rule is changed."), show=lambda status: _form(form, rule, status)
    )


def _said(rule: RetentionRule) -> str:
    """Its source in the reader's words; one that is left as it is stays as it is stored."""
    return str(SOURCES.get(rule.source, rule.source))


def _rule(subject: str) -> RetentionRule:
    found = next((rule for rule in queries.rules(request_session()) if rule.subject == subject), None)
    if found is None:
        raise NotFound
    return found


def _form(form: forms.RetentionForm, rule: RetentionRule, status: int = 200) -> Response:
    title, counted = SUBJECTS[Kept(rule.subject)]
    note = _(
        "Counted %(moment)s. In force, the rule erases every night what is over, for good; each time is one row in the "
        "record of changes. What is on legal hold stays.",
        moment=counted,
    )
    back = (_list(), _("Retention"))
    return form_page(form, title=str(title), back=back, act=_("Save"), note=note, status=status)


def _list() -> str:
    return flask.url_for("administration.retention")
