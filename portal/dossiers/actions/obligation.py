"""Notices of financial obligation: written by whoever handles the dossier, approved by the head, met by a payment.

The clock stands from the moment the notice is sent (decision 4). Where the procedure's graph has a stop for payment,
sending the notice ends the step before it: an office cannot stop its clock without saying what is owed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers import moves
from portal.dossiers.actions import payment
from portal.dossiers.actions.steps import leads_to_payment
from portal.dossiers.capacity import require
from portal.dossiers.models import Dossier
from portal.dossiers.record import Happening, record
from portal.dossiers.telling import tell_filers, write_letter
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.payments.actions import bills
from portal.payments.actions.bills import Line
from portal.payments.kinds import BillState, Occasion
from portal.payments.models import Bill
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Action, Role

MOST_LINES: Final = 20
LARGEST_VND: Final = 10**13
APPROVER: Final = Role.HEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One amount of a notice, as the specialist writes it: what for, in whole đồng."""

    name: str
    amount_vnd: int


def draft_notice(
    session: Session,
    dossier: Dossier,
    dues: Sequence[Due],
    *,
    reason: str,
    legal_ground: str,
    due_on: date | None,
    viewer: Viewer,
    now: datetime,
) -> Bill:
    """Write a notice. The head approves and sends it; one the head writes is sent at once."""
    capacity = require(viewer, dossier, Action.REQUEST_PAYMENT)
    if not isinstance(capacity, Role):
        raise Forbidden("dossier.role_may_not")
    _require_dues(dues)
    if due_on is not None and due_on < office_day(now):
        raise Invalid("payment.day_past", fields={"due_on": "day_past"})
    bill = bills.draft_notice(
        session,
        payment.debtor_of(dossier),
        [*_lines(dues), *_by_definition(session, dossier)],
        reason=reason.strip(),
        legal_ground=legal_ground.strip(),
        due_on=due_on,
        drafted_by=_post_id(viewer, dossier, capacity),
        now=now,
    )
    if viewer.post_for(dossier.agency_id, APPROVER) is not None:
        send_notice(session, dossier, viewer=viewer, now=now)
    return bill


def send_notice(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The head approves: the filer is told what to pay, and the clock stands still until it is paid."""
    bill = _drafted(session, dossier)
    require(viewer, dossier, Action.REQUEST_PAYMENT)
    approver = _post_id(viewer, dossier, APPROVER)
    actor = f"post:{approver}"
    asked = Happening(
        kind=EventKind.PAYMENT_REQUESTED,
        params={"ground": "payment", "bill": str(bill.id), "amount_vnd": bill.amount_vnd},
        texts={name: words for name, words in (("reason", bill.reason), ("legal_ground", bill.legal_ground)) if words},
    )
    before_stop = leads_to_payment(session, dossier)
    if before_stop is None:
        record(session, dossier, [asked], actor=actor, now=now)
    else:
        done, *opened = moves.advance(session, dossier, before_stop)
        record(session, dossier, [done], actor=f"post:{bill.drafted_by}", now=now)
        stop = next(one for one in opened if one.kind is EventKind.PAYMENT_REQUESTED)
        others = [one for one in opened if one is not stop]
        at_stop = Happening(kind=asked.kind, params={**stop.params, **asked.params}, texts=asked.texts)
        record(session, dossier, [*others, at_stop], actor=actor, now=now)
    if bill.amount_vnd:
        write_letter(session, dossier, LetterKind.OBLIGATION, event_version=dossier.version)
    bills.send_notice(session, bill, approved_by=approver, now=now)
    tell_filers(session, dossier, NoticeKind.PAYMENT_REQUESTED, now=now, params={"amount_vnd": bill.amount_vnd})
    if bill.state is BillState.PAID:
        payment.settle_nothing(session, dossier, bill, actor=actor, now=now)


def drop_notice(session: Session, dossier: Dossier, *, viewer: Viewer, now: datetime) -> None:
    """The head does not want the notice sent."""
    bill = _drafted(session, dossier)
    _post_id(viewer, dossier, APPROVER)
    bills.cancel(session, bill, now=now)


def _drafted(session: Session, dossier: Dossier) -> Bill:
    bill = bills.open_notice(session, dossier.id)
    if bill is None or bill.state is not BillState.DRAFTED:
        raise Refused("payment.no_notice_waiting")
    return bill


def _require_dues(dues: Sequence[Due]) -> None:
    if not dues or len(dues) > MOST_LINES:
        raise Invalid("payment.lines_missing", fields={"lines": "lines_missing"})
    if any(not due.name.strip() or not 0 <= due.amount_vnd <= LARGEST_VND for due in dues):
        raise Invalid("payment.line_wrong", fields={"lines": "line_wrong"})


def _lines(dues: Sequence[Due]) -> list[Line]:
    """What the specialist wrote, in Vietnamese; taxes and levies are paid back by the tax law, not by us."""
    return [
        Line(
            code=f"line_{number}",
            names={"vi": due.name.strip(), "en": "", "zh": ""},
            amount_vnd=due.amount_vnd,
            refund="never",
            source="",
        )
        for number, due in enumerate(dues, start=1)
    ]


def _by_definition(session: Session, dossier: Dossier) -> Sequence[Line]:
    """The charges the procedure itself collects by notice, in its first notice."""
    definition = definition_of(dossier.procedure)
    if not any(fee.kind != "exempt" and fee.collect == Occasion.FINANCIAL_OBLIGATION.value for fee in definition.fees):
        return ()
    return payment.obligation_lines(session, dossier)


def _post_id(viewer: Viewer, dossier: Dossier, role: Role) -> UUID:
    post = viewer.post_for(dossier.agency_id, role)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    return post.id
