"""What only those who lead do with a dossier as a whole: promise another day, and reopen it for a correction."""

from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.viewer import Viewer
from portal.desk.acts import acts_for
from portal.desk.forms import ApologyForm
from portal.desk.views.acting import act_with_form, reading_now
from portal.desk.views.review import prefix_of, reopen_form
from portal.desk.views.room import blueprint
from portal.dossiers.actions import reopening
from portal.dossiers.models import Dossier
from portal.foundation.guards import Audience, open_to
from portal.routing.actions.apologies import apologise as send_or_propose


@blueprint.post("/desk/<code>/apology")
@open_to(Audience.HEAD, Audience.LEADER)
def apologise(code: str) -> Response:
    """Form 04: sent by whoever approves it, put before them by the head."""
    form = ApologyForm(prefix=prefix_of("apology"))
    sends = acts_for(reading_now(code), current_viewer()).apologises_at_once

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        new_day, reason = form.new_day.data or date.min, form.reason.data or ""
        send_or_propose(session, dossier, new_day=new_day, reason=reason, viewer=viewer, now=at)

    return act_with_form(
        code,
        "apology",
        form,
        verb,
        offered=lambda acts: acts.may_apologise,
        message=_("The company gets Form 04 with the new day.")
        if sends
        else _("The leader now decides about the new day."),
    )


@blueprint.post("/desk/<code>/reopen")
@open_to(Audience.LEADER)
def reopen(code: str) -> Response:
    """A recorded correction of a result that was issued."""
    form = reopen_form(reading_now(code))

    def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime) -> None:
        to, reason, ground = form.to.data or "", form.reason.data or "", form.legal_ground.data or ""
        reopening.reopen(session, dossier, to, reason=reason, legal_ground=ground, viewer=viewer, now=at)

    return act_with_form(
        code,
        "reopen",
        form,
        verb,
        offered=lambda acts: acts.may_reopen,
        message=_("The dossier is open again, and the company is told why."),
    )
