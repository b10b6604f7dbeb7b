"""How long things are kept, and what would be erased."""

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import forms
from portal.administration.actions import retention as actions
from portal.administration.models import Kept, RetentionRule
from portal.administration.queries import retention as queries
from portal.administration.views.room import blueprint, done_or_shown, form_page, me, now, page, version_in
from portal.administration.wording import SUBJECTS
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session


@blueprint.get("/retention")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def retention() -> Response:
    """Every rule with its dry run."""
    return page("retention", runs=queries.dry_run(request_session(), now=now()))


@blueprint.get("/retention/<subject>")
@open_to(Audience.ADMINISTRATOR)
def retention_rule(subject: str) -> Response:
    """One rule, to be changed."""
    rule = _rule(subject)
    form = forms.RetentionForm(
        formdata=None,
        keep_days=rule.keep_days,
        source=rule.source,
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
            source=form.source.data,
            is_in_force=bool(form.is_in_force.data),
            by=me(),
            now=now(),
        )

    return done_or_shown(
        form, verb, then=_list(), message=_("The rule is changed."), show=lambda status: _form(form, rule, status)
    )


def _rule(subject: str) -> RetentionRule:
    found = next((rule for rule in queries.rules(request_session()) if rule.subject == subject), None)
    if found is None:
        raise NotFound
    return found


def _form(form: forms.RetentionForm, rule: RetentionRule, status: int = 200) -> Response:
    title, counted = SUBJECTS[Kept(rule.subject)]
    note = _("Counted %(moment)s. Nothing is erased by this release; the page shows what would be.", moment=counted)
    back = (_list(), _("Retention"))
    return form_page(form, title=str(title), back=back, act=_("Save"), note=note, status=status)


def _list() -> str:
    return flask.url_for("administration.retention")
