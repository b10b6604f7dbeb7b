"""The reasons officers tick, and where the texts of letters and notices come from."""

import flask
from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.administration import forms
from portal.administration.views.room import blueprint, done_or_shown, form_page, identifier, me, now, page, version_in
from portal.administration.wording import KINDS
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session
from portal.reasons import actions, queries
from portal.reasons.models import Reason, ReasonKind


@blueprint.get("/reasons")
@open_to(Audience.ADMINISTRATOR)
def reasons() -> Response:
    """Every reason, by what it is about."""
    rows = queries.every(request_session())
    groups = [(KINDS[kind], [row for row in rows if row.kind is kind]) for kind in ReasonKind]
    return page("reasons", groups=groups)


@blueprint.get("/reasons/new")
@open_to(Audience.ADMINISTRATOR)
def new_reason() -> Response:
    """The form of a new reason."""
    return _form(forms.ReasonForm(formdata=None), None)


@blueprint.post("/reasons/new")
@open_to(Audience.ADMINISTRATOR)
def write_reason() -> Response:
    """Offer it from now on."""
    form = forms.ReasonForm()

    def verb(session: Session) -> None:
        kind, code = ReasonKind(form.kind.data), form.procedure_code.data or None
        actions.write(session, kind=kind, words=form.words, procedure_code=code, by=me(), now=now())

    return done_or_shown(
        form, verb, then=_list(), message=_("The reason is offered from now on."), show=lambda s: _form(form, None, s)
    )


@blueprint.get("/reasons/<reason>")
@open_to(Audience.ADMINISTRATOR)
def reason(reason: str) -> Response:
    """A reason, to be changed."""
    found = _reason(reason)
    form = forms.ReasonForm(
        formdata=None,
        **found.words,
        procedure_code=found.procedure_code,
        is_active=found.is_active,
        version=found.version,
    )
    return _form(form, found)


@blueprint.post("/reasons/<reason>")
@open_to(Audience.ADMINISTRATOR)
def change_reason(reason: str) -> Response:
    """Change it; letters already written stay as they are."""
    form, found = forms.ReasonForm(), _reason(reason)
    del form.kind

    def verb(session: Session) -> None:
        actions.change(
            session,
            found.id,
            version=version_in(form),
            words=form.words,
            procedure_code=form.procedure_code.data or None,
            is_active=bool(form.is_active.data),
            by=me(),
            now=now(),
        )

    return done_or_shown(
        form, verb, then=_list(), message=_("The reason is changed."), show=lambda s: _form(form, found, s)
    )


def _reason(text: str) -> Reason:
    found = queries.one(request_session(), identifier(text))
    if found is None:
        raise NotFound
    return found


def _form(form: forms.ReasonForm, found: Reason | None, status: int = 200) -> Response:
    if found is not None and "kind" in form:
        del form.kind
    return form_page(
        form,
        title=_("Change a reason") if found else _("New reason"),
        back=(_list(), _("Reasons")),
        act=_("Save"),
        note=_("Letters print the Vietnamese sentence. Letters already written stay as they are."),
        status=status,
    )


def _list() -> str:
    return flask.url_for("administration.reasons")
