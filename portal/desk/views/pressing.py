"""The acts that need nothing but the button: a table, and one view for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.viewer import Viewer
from portal.deliveries.actions import counter
from portal.desk.views.acting import Sent, act_with_seal
from portal.desk.views.room import blueprint
from portal.dossiers.actions import decision, intake, supplement
from portal.dossiers.models import Dossier, SupplementRequest
from portal.foundation.errors import Refused
from portal.foundation.guards import Audience, open_to
from portal.letters.printing import PrintingOffice
from portal.routing import actions as routing


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """Who pressed the button, when, where it is sealed, and on which step, for the acts that are about one."""

    viewer: Viewer
    now: datetime
    office: PrintingOffice
    node: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """One act: its address below the dossier's, who may send it, where a refusal is shown, what it does."""

    name: str
    path: str
    audiences: tuple[Audience, ...]
    panel: str
    does: Callable[[Session, Dossier, Pressed], object]
    message: Any


def _send(session: Session, dossier: Dossier, by: Pressed) -> None:
    supplement.send(session, dossier, _request(session, dossier), viewer=by.viewer, now=by.now)


def _drop(session: Session, dossier: Dossier, by: Pressed) -> None:
    supplement.drop(session, dossier, _request(session, dossier), viewer=by.viewer, now=by.now)


def _issue(session: Session, dossier: Dossier, by: Pressed) -> None:
    decision.issue(session, dossier, by.node, viewer=by.viewer, office=by.office, now=by.now)


def _request(session: Session, dossier: Dossier) -> SupplementRequest:
    found = supplement.open_request(session, dossier.id)
    if found is None:
        raise Refused("supplement.not_waiting")
    return found


APPROVERS = (Audience.ONE_STOP, Audience.HEAD, Audience.LEADER)

BUTTONS = (
    Button(
        name="accept",
        path="accept",
        audiences=(Audience.ONE_STOP,),
        panel="accept",
        does=lambda session, dossier, by: intake.accept(session, dossier, viewer=by.viewer, now=by.now),
        message=_("Accepted. Form 01 is being written, and the time of the law runs from now."),
    ),
    Button(
        name="send_supplement",
        path="supplement/send",
        audiences=APPROVERS,
        panel="request",
        does=_send,
        message=_("The request has been sent; the clock stands still until the company answers."),
    ),
    Button(
        name="drop_supplement",
        path="supplement/drop",
        audiences=APPROVERS,
        panel="request",
        does=_drop,
        message=_("The request was dropped; nothing was sent."),
    ),
    Button(
        name="take_step",
        path="steps/<node>/take",
        audiences=(Audience.STAFF,),
        panel="do-{node}",
        does=lambda session, dossier, by: routing.take_over(session, dossier, by.node, viewer=by.viewer, now=by.now),
        message=_("This step is yours now."),
    ),
    Button(
        name="number",
        path="steps/<node>/number",
        audiences=(Audience.CLERK,),
        panel="do-{node}",
        does=lambda session, dossier, by: decision.number(session, dossier, by.node, viewer=by.viewer, now=by.now),
        message=_("The decision has its number."),
    ),
    Button(
        name="issue",
        path="steps/<node>/issue",
        audiences=(Audience.CLERK,),
        panel="do-{node}",
        does=_issue,
        message=_("Issued and sealed. The clock has ended, and the company has been told."),
    ),
    Button(
        name="hand_over",
        path="hand-over",
        audiences=(Audience.ONE_STOP,),
        panel="hand-over",
        does=lambda session, dossier, by: counter.hand_over(session, dossier, viewer=by.viewer, now=by.now),
        message=_("The result has been handed over."),
    ),
)


def _view_of(button: Button) -> Callable[..., Response]:
    def press(code: str, node: str = "") -> Response:
        def verb(session: Session, dossier: Dossier, viewer: Viewer, at: datetime, office: PrintingOffice) -> None:
            button.does(session, dossier, Pressed(viewer=viewer, now=at, office=office, node=node))

        return act_with_seal(code, Sent(panel=button.panel.format(node=node)), verb, message=str(button.message))

    press.__name__ = button.name
    return open_to(*button.audiences)(press)


for one in BUTTONS:
    blueprint.add_url_rule(f"/desk/<code>/{one.path}", one.name, _view_of(one), methods=["POST"])
