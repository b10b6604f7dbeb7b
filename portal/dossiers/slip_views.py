"""The process-control slip (Form 06) as a page that prints: the clock's ledger and the time of every step."""

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.dossiers import following, queries
from portal.dossiers.models import Dossier
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.dossiers.slip import in_working_time, slip_of, visits_of
from portal.dossiers.slip_form import control_slip
from portal.dossiers.views.room import language, now, page
from portal.dossiers.writing import Writer
from portal.foundation.guards import Audience, open_to
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import request_session
from portal.letters.printing import PrintingOffice

blueprint = flask.Blueprint("slips", __name__)
blueprints = (blueprint,)


@blueprint.get("/dossiers/<code>/slip")
@open_to(Audience.COMPANY, Audience.STAFF)
def slip(code: str) -> Response:
    """The slip as of this moment, for whoever may see the dossier."""
    session, moment, spoken = request_session(), now(), language()
    found = queries.visible(session, code, viewer=current_viewer())
    definition = definition_of(found.procedure)
    events = history(session, found.id)
    projected = replayed(found, events)
    clock = following.clock_of(found, projected, events=events, now=moment)

    names = queries.agency_names(session)
    return page(
        "slip",
        dossier=found,
        definition=definition,
        clock=clock,
        ledger=[(line, following.line_words(line, spoken)) for line in clock.ledger],
        slip=slip_of(
            found, projected, visits_of(session, found.id), definition, names, spoken, now=moment, events=events
        ),
        said=in_working_time,
        now=moment,
        back=_back(found),
        intake=names.get(str(found.intake_agency_id), {}).get(spoken, ""),
    )


def _back(found: Dossier) -> str:
    """The page of the dossier the reader knows: the company's, or the officers'."""
    is_own = current_viewer().acting_for_party(found.party_id) is not None
    return flask.url_for("dossiers.dossier" if is_own else "desk.review", code=found.code)


@blueprint.get("/dossiers/<code>/slip.pdf")
@open_to(Audience.COMPANY, Audience.STAFF)
def form(code: str) -> Response:
    """Form 06 on paper, in the form of the law; before acceptance there is none."""
    session, moment = request_session(), now()
    found = queries.visible(session, code, viewer=current_viewer())
    events = history(session, found.id)
    projected = replayed(found, events)
    names, visits = queries.agency_names(session), visits_of(session, found.id)
    slip = slip_of(found, projected, visits, definition_of(found.procedure), names, "vi", now=moment, events=events)
    office = PrintingOffice.of(_settings())
    address = f"{office.public_url}{flask.url_for('dossiers.track', code=found.code)}"
    clock = following.clock_of(found, projected, events=events, now=moment)
    writer, texts = Writer(session, found, verification_url=address), queries.texts_of(session, found.id)
    content = control_slip(writer, slip, projected, clock, texts=texts, now=moment)
    answer = flask.Response(office.print_only(content, language=found.language), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{code}-control-slip.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _settings() -> Settings:
    found = flask.current_app.extensions["settings"]
    assert isinstance(found, Settings)  # noqa: S101 - put there by create_app
    return found
