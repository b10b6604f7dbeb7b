"""The agencies: the list, a new one, changing, closing, opening again."""

import flask
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.models import Agency
from portal.administration import forms
from portal.administration.actions import agencies as actions
from portal.administration.actions.agencies import Particulars
from portal.administration.queries import agencies as queries
from portal.administration.views.room import (
    agency_choices,
    blueprint,
    done,
    done_or_shown,
    form_page,
    me,
    now,
    page,
    version_in,
)
from portal.foundation.errors import NotFound
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import in_words
from portal.foundation.unit_of_work import request_session, unit_of_work

LANGUAGES = ("vi", "en", "zh")


@blueprint.get("/agencies")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def agencies() -> Response:
    """Every agency."""
    lines = queries.listed(request_session())
    return page("agencies", lines=lines, by_id={line.agency.id: line.agency for line in lines})


@blueprint.get("/agencies/new")
@open_to(Audience.ADMINISTRATOR)
def new_agency() -> Response:
    """The form of a new agency."""
    return _form(forms.AgencyForm(), None)


@blueprint.post("/agencies/new")
@open_to(Audience.ADMINISTRATOR)
def found_agency() -> Response:
    """Make it."""
    form = forms.AgencyForm()

    def verb(session: Session) -> None:
        actions.found(session, _particulars(form), by=me(), now=now())

    return done_or_shown(
        form, verb, then=_list(), message=_("The agency is there."), show=lambda status: _form(form, None, status)
    )


@blueprint.get("/agencies/<key>")
@open_to(Audience.ADMINISTRATOR)
def agency(key: str) -> Response:
    """The form of an agency, with what stands in it."""
    found = _agency(key)
    form = forms.AgencyForm(
        **{f"name_{code}": found.names.get(code) for code in LANGUAGES},
        **{f"short_{code}": found.short_names.get(code) for code in LANGUAGES},
        code=found.code,
        symbol=found.symbol,
        town=found.town,
        address=found.address,
        phone=found.phone,
        email=found.email,
        is_intake=found.is_intake,
        version=found.version,
    )
    return _form(form, found)


@blueprint.post("/agencies/<key>")
@open_to(Audience.ADMINISTRATOR)
def change_agency(key: str) -> Response:
    """Change it."""
    form, found = forms.AgencyForm(), _agency(key)

    def verb(session: Session) -> None:
        actions.change(session, key, _particulars(form), version=version_in(form), by=me(), now=now())

    return done_or_shown(
        form, verb, then=_list(), message=_("The agency is changed."), show=lambda status: _form(form, found, status)
    )


@blueprint.get("/agencies/<key>/close")
@open_to(Audience.ADMINISTRATOR)
def closing_agency(key: str) -> Response:
    """The form that closes an agency."""
    found = _agency(key)
    return _closing(forms.CloseAgencyForm(version=found.version), found)


@blueprint.post("/agencies/<key>/close")
@open_to(Audience.ADMINISTRATOR)
def close_agency(key: str) -> Response:
    """Close it in favour of another."""
    form, found = forms.CloseAgencyForm(), _agency(key)

    def verb(session: Session) -> None:
        actions.close(
            session,
            key,
            successor_key=form.successor.data,
            version=version_in(form),
            reason=form.reason.data,
            hands_over=form.hands_over.data,
            by=me(),
            now=now(),
        )

    return done_or_shown(
        form, verb, then=_list(), message=_("The agency is closed."), show=lambda status: _closing(form, found, status)
    )


@blueprint.post("/agencies/<key>/reopen")
@open_to(Audience.ADMINISTRATOR)
def reopen_agency(key: str) -> Response:
    """Open a closed one again."""
    form = forms.CloseAgencyForm()
    with unit_of_work() as session:
        actions.reopen(session, key, version=version_in(form), by=me(), now=now())
    return done(_list(), _("The agency is open again."))


def _agency(key: str) -> Agency:
    found = queries.by_key(request_session(), key)
    if found is None:
        raise NotFound
    return found


def _form(form: forms.AgencyForm, found: Agency | None, status: int = 200) -> Response:
    title = in_words(found.names) if found else _("New agency")
    return form_page(
        form,
        title=title,
        back=(_list(), _("Agencies")),
        act=_("Save"),
        status=status,
        agency=found,
    )


def _closing(form: forms.CloseAgencyForm, found: Agency, status: int = 200) -> Response:
    others = [agency for agency in queries.choices(request_session()) if agency.id != found.id]
    form.successor.choices = agency_choices(others)
    work = queries.open_work(request_session(), found.id)
    if not work:
        del form.hands_over
    return form_page(
        form,
        title=_("Close %(agency)s", agency=in_words(found.names)),
        back=(_list(), _("Agencies")),
        act=_("Close the agency"),
        tone="warning",
        note=_(
            "What the agency did stays as it is. Nobody can be appointed in it any more, and the public register names "
            "its successor."
        ),
        warning=_open_words(work) if work else "",
        status=status,
    )


def _open_words(work: queries.OpenWork) -> str:
    """What is still open there, so that nobody closes it unaware."""
    count = len(work.dossiers)
    whole = ngettext("%(num)d dossier is still open here", "%(num)d dossiers are still open here", count)
    kinds = _(
        "to be decided here: %(deciding)s, with a step here: %(working)s, taken in here: %(taken_in)s",
        deciding=work.deciding,
        working=work.working,
        taken_in=work.taken_in,
    )
    some = str(_(", ")).join(work.codes) + ("…" if count > len(work.codes) else "")
    return f"{whole} ({kinds}): {some}."


def _list() -> str:
    return flask.url_for("administration.agencies")


def _particulars(form: forms.AgencyForm) -> Particulars:
    def line(name: str) -> str:
        return " ".join((form[name].data or "").split())

    return Particulars(
        code=line("code"),
        names={code: line(f"name_{code}") for code in LANGUAGES},
        short_names={code: line(f"short_{code}") for code in LANGUAGES},
        symbol=line("symbol"),
        town=line("town"),
        address=line("address") or None,
        phone=line("phone") or None,
        email=line("email") or None,
        is_intake=bool(form.is_intake.data),
    )
