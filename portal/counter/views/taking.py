"""After filing at the counter: the code, what is to be paid, taking the dossier in, the receipt on paper."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.counter.actions import taking
from portal.counter.views.room import blueprint, now, page, see
from portal.dossiers import queries as dossiers
from portal.dossiers.capacity import may
from portal.dossiers.models import Dossier
from portal.dossiers.terms import Terms
from portal.foundation.errors import Refused, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.letters.actions import letter_of
from portal.letters.contents import LetterKind
from portal.payments import queries as payments
from portal.payments.kinds import BillState
from portal.payments.wording import OCCASIONS
from portal.workflow.lifecycle import Action, Role, State


@blueprint.get("/dossiers/<code>")
@open_to(Audience.ONE_STOP)
def taken(code: str) -> Response:
    """What the person at the counter takes home, and what is still to be done before they go."""
    return _page(_found(code))


@blueprint.post("/dossiers/<code>/accept")
@open_to(Audience.ONE_STOP)
def accept(code: str) -> Response:
    """Take it in while they wait: the clock of the law starts, Form 01 is written."""
    _found(code)
    try:
        with unit_of_work() as session:
            taking.accept(session, code, viewer=current_viewer(), now=now())
    except (Refused, Stale) as refused:
        return _page(_found(code), status=refused.status, refusal=explanation(refused))
    flask.flash(_("The dossier is accepted. The time of the law runs from now on."), "success")
    return see("counter.taken", code=code)


@blueprint.post("/dossiers/<code>/no-mails")
@open_to(Audience.ONE_STOP)
def end_mails(code: str) -> Response:
    """They take back that mails are sent to them; done as easily as it was given."""
    with unit_of_work() as session:
        found = dossiers.one_filed_at_counter(session, code, viewer=current_viewer())
        taking.end_mails(session, found, viewer=current_viewer(), now=now())
    flask.flash(_("No more mails are sent about this dossier."), "success")
    return see("counter.taken", code=code)


def _found(code: str) -> Dossier:
    return dossiers.one_filed_at_counter(request_session(), code, viewer=current_viewer())


def _page(found: Dossier, *, status: int = 200, refusal: str = "") -> Response:
    session, viewer = request_session(), current_viewer()
    bills = [one for one in payments.bills_of(session, found.id) if one.state in {BillState.OWED, BillState.PAID}]
    kind = LetterKind.RECEIPT if found.accepted_at else LetterKind.FILING_RECEIPT
    return page(
        "taken",
        status=status,
        dossier=found,
        definition=definition_of(found.procedure),
        bills=bills,
        paid={bill.id: payments.settling(session, bill.id) for bill in bills if bill.state is BillState.PAID},
        occasions=OCCASIONS,
        is_cashier=viewer.post_for(found.intake_agency_id, Role.CASHIER) is not None,
        may_accept=found.state is State.FILED and may(viewer, found, Action.ACCEPT),
        receipt=None
        if found.state is State.AWAITING_PREPAYMENT
        else letter_of(session, dossier_id=found.id, kind=kind),
        receipts=dossiers.receipts_of(session, found.id),
        answer_minutes=Terms.from_json(found.terms).acceptance_minutes,
        refusal=refusal,
        error_count=int(bool(refusal)),
    )
