"""Public tracking: the code and one more thing only the filer knows; state and dates, no reasons, no names."""

import hmac

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload
from werkzeug.wrappers import Response

from portal.catalogue.fields import PersonIdField, TaxCodeField
from portal.catalogue.queries import definition_of
from portal.clock import words
from portal.clock.explain import for_everybody
from portal.dossiers import following, narrative, queries
from portal.dossiers.forecast import forecast_of
from portal.dossiers.forms import TrackForm
from portal.dossiers.models import Dossier, DossierAnswers
from portal.dossiers.record import history
from portal.dossiers.replaying import replayed
from portal.dossiers.views.room import blueprint, language, now, page, settings
from portal.foundation import limits
from portal.foundation.guards import public
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import UNFILED

PER_NETWORK = limits.Limit(name="track-network", most=30, seconds=600)
PER_CODE = limits.Limit(name="track-code", most=8, seconds=600)
FACTS = ("company.tax_code", "person.id")


@blueprint.get("/<language:language>/track")
@public
def track() -> Response:
    """Ask for the code and the second fact."""
    return page("track", form=TrackForm(formdata=None, code=flask.request.args.get("code", "")), is_wrong=False)


@blueprint.post("/<language:language>/track")
@public
def show_tracked() -> Response:
    """The state of the dossier; the same refusal for an unknown code and a wrong fact."""
    form = TrackForm()
    if not form.validate_on_submit():
        return page("track", status=422, form=form, is_wrong=False)
    code = form.code.data.strip().upper()
    redis_url = settings().redis_url
    limits.spend(redis_url, PER_NETWORK, flask.request.remote_addr or "")
    limits.spend(redis_url, PER_CODE, code)
    session = request_session()
    found = _found(session, code, form.fact.data)
    if found is None:
        return page("track", status=422, form=form, is_wrong=True)
    return _tracked_page(session, found)


def _found(session: Session, code: str, fact: str) -> Dossier | None:
    """The dossier if both are right. The same work is done and the same compared whatever is wrong."""
    dossier = session.scalars(
        sa.select(Dossier)
        .where(Dossier.code == code, Dossier.state.not_in(UNFILED))
        .options(
            joinedload(Dossier.procedure, innerjoin=True),
            joinedload(Dossier.party, innerjoin=True),
            joinedload(Dossier.walk_in),
        )
    ).one_or_none()
    given = _plain(fact)
    known = _known_facts(session, dossier)
    matches = [hmac.compare_digest(given.encode(), one.encode()) for one in known or ["-"]]
    return dossier if dossier is not None and known and any(matches) else None


def _known_facts(session: Session, dossier: Dossier | None) -> list[str]:
    """The tax code of the party, the number of whoever stood at the counter, and those its own answers give."""
    answers = session.scalars(
        sa.select(DossierAnswers.answers)
        .where(DossierAnswers.dossier_id == (dossier.id if dossier else None))
        .order_by(DossierAnswers.supplement_round.desc())
        .limit(1)
    ).one_or_none()
    if dossier is None:
        return []
    fields = [field for section in definition_of(dossier.procedure).sections for field in section.fields]
    numbers = [
        str((answers or {}).get(field.code, ""))
        for field in fields
        if isinstance(field, TaxCodeField | PersonIdField) and field.prefill in FACTS
    ]
    stood_there = dossier.walk_in.identity_number if dossier.walk_in is not None else ""
    known = (dossier.party.tax_code or "", stood_there, *numbers)
    return [plain for plain in (_plain(one) for one in known) if plain]


def _plain(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())


def _tracked_page(session: Session, found: Dossier) -> Response:
    moment, spoken, definition = now(), language(), definition_of(found.procedure)
    events = history(session, found.id)
    projected = replayed(found, events)
    clock = following.clock_of(found, projected, events=events, now=moment)
    share = following.turns(projected, now=moment)
    return page(
        "tracked",
        dossier=found,
        definition=definition,
        state_sentence=narrative.PUBLIC_STATES[found.state].words(spoken),
        holders=following.holders(found, projected, definition, queries.agency_names(session), spoken),
        clock=clock,
        ledger=[(line, words.line(line, spoken)) for line in for_everybody(clock.ledger)],
        share=share,
        share_words=[words.working_time(minutes, spoken) for minutes in (share.agency_minutes, share.applicant_minutes)]
        if share
        else [],
        forecast=forecast_of(session, found, projected, code=definition.code, now=moment),
    )
