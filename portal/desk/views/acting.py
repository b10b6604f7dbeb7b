"""How an act of the review page is done: one POST, one verb, one answer.

Whatever is refused comes back on the same page, in words beside the act, with everything that was typed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.catalogue.registers import places
from portal.desk import presence, showing
from portal.desk.acts import Acts, Work, acts_for
from portal.desk.queries import review as reading_of
from portal.desk.queries.review import Reading
from portal.desk.ticks import Ticks
from portal.desk.views.review import Attempt, review_page
from portal.desk.views.room import now, page, printing_office, see, settings
from portal.dossiers import queries
from portal.dossiers.differing import Change, changes
from portal.dossiers.models import Dossier
from portal.foundation.errors import Forbidden, Invalid, NotFound, Refused, Stale
from portal.foundation.forms import Form
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.letters.printing import PrintingOffice

Verb = Callable[[Session, Dossier, Viewer, datetime], object]
SealingVerb = Callable[[Session, Dossier, Viewer, datetime, PrintingOffice], object]
Offered = Callable[[Acts], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What came with an act: the panel it was sent from, its forms, the ticks."""

    panel: str
    forms: Mapping[str, Form] = field(default_factory=dict)
    ticks: Ticks = field(default_factory=Ticks)


def seen_version() -> int:
    """The version of the dossier on the page the act was sent from; 0, which is never true, if it does not say."""
    return flask.request.form.get("version", default=0, type=int)


def act(code: str, sent: Sent, verb: Verb, *, message: str) -> Response:
    """Do one act in one unit of work and go back to the dossier, or say beside the act why it was not done."""
    return act_with_seal(
        code, sent, lambda session, dossier, viewer, at, _: verb(session, dossier, viewer, at), message=message
    )


def act_with_seal(code: str, sent: Sent, verb: SealingVerb, *, message: str) -> Response:
    """The same for an act that may want a seal: a device or a service is asked for it while nothing is held."""
    viewer, at, seen = current_viewer(), now(), seen_version()

    def once(office: PrintingOffice) -> UUID:
        with unit_of_work() as session:
            dossier = queries.for_update(session, code, viewer=viewer, version=seen)
            dossier_id = dossier.id
            verb(session, dossier, viewer, at, office)
        return dossier_id

    try:
        dossier_id = printing_office().with_signatures(once)
    except Stale:
        return stale_page(code, viewer, seen)
    except (Refused, Invalid, Forbidden, NotFound) as error:
        if error.code == "dossier.not_found":
            raise
        attempt = Attempt(panel=sent.panel, error=error, forms=sent.forms, ticks=sent.ticks)
        return review_page(request_session(), code, viewer, at, attempt)
    presence.leave(settings().redis_url, dossier_id, person_id=viewer.person_id, now=at)
    flask.flash(message, "success")
    return see("desk.review", code=code)


def act_with_form(code: str, panel: str, form: Form, verb: Verb, *, offered: Offered, message: str) -> Response:
    """The same for an act with a form: first whether the viewer may, then whether the form is complete."""
    if form.validate_on_submit():
        return act(code, Sent(panel=panel, forms={panel: form}), verb, message=message)
    viewer, reading = current_viewer(), reading_now(code)
    if reading.dossier.version != seen_version():
        return stale_page(code, viewer, seen_version())
    if not offered(acts_for(reading, viewer)):
        raise Forbidden("dossier.role_may_not")
    return review_page(request_session(), code, viewer, now(), Attempt(panel=panel, forms={panel: form}))


def stale_page(code: str, viewer: Viewer, seen: int) -> Response:
    """What changed since the page was made, and what was typed, so that nothing is lost (409)."""
    reading = reading_now(code)
    names = queries.agency_names(request_session())
    posts = {f"post:{post.id}" for post in viewer.posts}
    later = [event for event in reading.events if event.version > seen]
    return page(
        "stale",
        status=Stale.status,
        dossier=reading.dossier,
        changes=showing.changes_since(reading, seen, names, spoken()) if seen else [],
        changed_answers=_changed_answers(reading, seen) if seen else (),
        is_own=bool(seen and later and all(event.actor in posts for event in later if event.actor)),
        typed=_typed(),
    )


def _changed_answers(reading: Reading, seen: int) -> tuple[Change, ...]:
    """What the company changed in its answers after the version that was seen."""
    known = [event.at for event in reading.events if event.version <= seen]
    if not known or len(known) == len(reading.events) or reading.answers is None:
        return ()
    every = changes(request_session(), reading.dossier, reading.definition, spoken(), places())
    return tuple(one for one in every if one.at > known[-1])


def reading_now(code: str) -> Reading:
    """The dossier as it stands, if the viewer may see it."""
    session = request_session()
    return reading_of.reading(session, reading_of.dossier(session, code, viewer=current_viewer()))


def open_work(code: str, node: str) -> Work:
    """The open step a form is about; a step that is not open any more is answered by the stale page's rules."""
    reading = reading_now(code)
    if reading.visit(node) is not None:
        return next(work for work in acts_for(reading, current_viewer()).works if work.key == node)
    if node not in reading.graph:
        raise NotFound("step.not_open")
    if reading.dossier.version != seen_version():
        flask.abort(stale_page(code, current_viewer(), seen_version()))
    raise Refused("step.not_open")


def chosen_id(text: str | None) -> UUID:
    """The identifier a choice sent; nobody's if it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _typed() -> list[str]:
    """The longer texts that were sent, for the officer to copy."""
    names = ("note", "reason", "legal_ground", "other")
    fields = flask.request.form.items(multi=True)
    return [text for name, text in fields if text.strip() and (name.endswith(names) or name.startswith("why."))]
