"""The notice of financial obligation: written by whoever handles the dossier, approved and sent by the head."""

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.desk.forms import NoticeForm
from portal.desk.queries import review as reading_of
from portal.desk.views.acting import seen_version
from portal.desk.views.room import blueprint, now, page, see, tabs_without_place
from portal.dossiers import queries
from portal.dossiers.actions import obligation
from portal.dossiers.capacity import may
from portal.dossiers.models import Dossier
from portal.foundation.errors import Forbidden, Invalid, Refused, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.unit_of_work import request_session, unit_of_work
from portal.foundation.web import explanation
from portal.payments import queries as payments
from portal.payments import wording
from portal.workflow.lifecycle import Action, Role

WRITERS = (Audience.SPECIALIST, Audience.HEAD, Audience.LEADER)


@blueprint.get("/desk/<code>/notice")
@open_to(*WRITERS)
def notice(code: str) -> Response:
    """The notice that is open, or the form for one."""
    found = reading_of.dossier(request_session(), code, viewer=current_viewer())
    if not may(current_viewer(), found, Action.REQUEST_PAYMENT) and _open(found) is None:
        raise Forbidden("dossier.role_may_not")
    return _page(found, NoticeForm())


@blueprint.post("/desk/<code>/notice")
@open_to(*WRITERS)
def draft_notice(code: str) -> Response:
    """Write it. One the head writes is sent at once."""
    form, viewer = NoticeForm(), current_viewer()
    found = reading_of.dossier(request_session(), code, viewer=viewer)
    if not may(viewer, found, Action.REQUEST_PAYMENT):
        raise Forbidden("dossier.role_may_not")
    if not form.validate_on_submit():
        return _page(found, form, status=422)
    dues = [obligation.Due(name=name, amount_vnd=amount) for name, amount in form.dues]
    try:
        with unit_of_work() as session:
            bill = obligation.draft_notice(
                session,
                queries.for_update(session, code, viewer=viewer, version=seen_version()),
                dues,
                reason=form.reason.data or "",
                legal_ground=form.legal_ground.data or "",
                due_on=form.due_on.data,
                viewer=viewer,
                now=now(),
            )
            is_sent = bill.approved_by is not None
    except (Refused, Invalid, Stale) as refused:
        return _page(_again(code), form, status=refused.status, refusal=explanation(refused))
    sent, written = (
        _("The notice has been sent; the clock stands until it is paid."),
        _("The notice is written. It is sent as soon as the head has approved it."),
    )
    flask.flash(sent if is_sent else written, "success")
    return see("desk.review", code=code)


@blueprint.post("/desk/<code>/notice/<any(send, drop):what>")
@open_to(Audience.HEAD)
def decide_notice(code: str, what: str) -> Response:
    """Send it, or not."""
    viewer = current_viewer()
    verb = obligation.send_notice if what == "send" else obligation.drop_notice
    try:
        with unit_of_work() as session:
            found = queries.for_update(session, code, viewer=viewer, version=seen_version())
            verb(session, found, viewer=viewer, now=now())
    except (Refused, Stale) as refused:
        return _page(_again(code), NoticeForm(), status=refused.status, refusal=explanation(refused))
    flask.flash(
        _("The notice has been sent; the clock stands until it is paid.")
        if what == "send"
        else _("The notice is not sent."),
        "success",
    )
    return see("desk.review", code=code)


def _again(code: str) -> Dossier:
    return reading_of.dossier(request_session(), code, viewer=current_viewer())


def _open(found: Dossier) -> object | None:
    return payments.notice_of(request_session(), found.id)


def _page(found: Dossier, form: NoticeForm, *, status: int = 200, refusal: str = "") -> Response:
    viewer = current_viewer()
    return page(
        "notice",
        status=status,
        tabs=tabs_without_place(viewer),
        dossier=found,
        bill=_open(found),
        form=form,
        refusal=refusal,
        rules=wording.rules_now(is_accepted=found.accepted_at is not None, is_decided=found.outcome is not None),
        version=found.version,
        may_write=may(viewer, found, Action.REQUEST_PAYMENT),
        may_decide=viewer.post_for(found.agency_id, Role.HEAD) is not None,
        error_count=form.error_count,
    )
