"""Bills: what is owed is written down, line by line; a notice is drafted first and approved by a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.charges import DossierFee
from portal.catalogue.text import LANGUAGES, Text
from portal.foundation.errors import Refused
from portal.payments.kinds import BillState, Occasion
from portal.payments.models import Bill, BillLine


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """Whose bill it is: the dossier, as this room knows it, and the agency that collects."""

    dossier_id: UUID
    dossier_code: str
    party_name: str
    agency_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One charge to be written down, in whole đồng. `exempt` says why nothing is due for it."""

    code: str
    names: Mapping[str, str]
    amount_vnd: int
    refund: str
    source: str
    exempt: Mapping[str, str] | None = None


def lines_of(fees: Sequence[DossierFee], occasion: Occasion) -> tuple[Line, ...]:
    """The charges the procedure collects on this occasion; one whose amount cannot be worked out has no line."""
    return tuple(
        Line(
            code=fee.code,
            names=_words(fee.name),
            amount_vnd=fee.amount_vnd,
            refund=fee.refund,
            source=fee.source,
            exempt=None if fee.exempt is None else _words(fee.exempt),
        )
        for fee in fees
        if fee.collect == occasion.value and fee.amount_vnd is not None
    )


def raise_bill(
    session: Session,
    debtor: Debtor,
    occasion: Occasion,
    lines: Sequence[Line],
    *,
    now: datetime,
    pay_by: datetime | None = None,
) -> Bill | None:
    """Write the bill, owed from now on; None where there is no line. One of nothing but exemptions is settled."""
    if not lines:
        return None
    amount = sum(line.amount_vnd for line in lines)
    is_owed = amount > 0
    bill = _bill(
        session, debtor, occasion, lines, now=now,
        state=BillState.OWED if is_owed else BillState.PAID,
        paid_at=None if is_owed else now,
        pay_by=pay_by,
    )  # fmt: skip
    session.flush()
    return bill


def draft_notice(
    session: Session,
    debtor: Debtor,
    lines: Sequence[Line],
    *,
    reason: str,
    legal_ground: str,
    due_on: date | None,
    drafted_by: UUID,
    now: datetime,
) -> Bill:
    """A notice of financial obligation that waits for its approval. Raises `Refused` while another is open."""
    if open_notice(session, debtor.dossier_id) is not None:
        raise Refused("payment.notice_open")
    bill = _bill(
        session, debtor, Occasion.FINANCIAL_OBLIGATION, lines, now=now,
        state=BillState.DRAFTED, reason=reason, legal_ground=legal_ground, due_on=due_on, drafted_by=drafted_by,
    )  # fmt: skip
    session.flush()
    return bill


def send_notice(session: Session, bill: Bill, *, approved_by: UUID, now: datetime) -> None:
    """The notice is approved: from now on it is owed; one of nothing is settled at once."""
    bill.approved_by, bill.raised_at = approved_by, now
    if bill.amount_vnd:
        bill.state = BillState.OWED
    else:
        bill.state, bill.paid_at = BillState.PAID, now
    session.flush()


def cancel(session: Session, bill: Bill, *, now: datetime) -> None:
    """Nobody owes it any more, or the notice is not sent."""
    bill.state, bill.cancelled_at = BillState.CANCELLED, now
    session.flush()


def cancel_open(session: Session, dossier_id: UUID, *, now: datetime) -> None:
    """Whatever of the dossier is drafted or owed is so no longer."""
    session.execute(
        sa.update(Bill)
        .where(Bill.dossier_id == dossier_id, Bill.state.in_((BillState.DRAFTED, BillState.OWED)))
        .values(state=BillState.CANCELLED, cancelled_at=now)
        .execution_options(synchronize_session="fetch")
    )


def collect_at(session: Session, dossier_id: UUID, *, agency_id: UUID) -> None:
    """Whatever of the dossier is drafted or owed is collected by this agency from now on: the one before is closed."""
    session.execute(
        sa.update(Bill)
        .where(Bill.dossier_id == dossier_id, Bill.state.in_((BillState.DRAFTED, BillState.OWED)))
        .values(agency_id=agency_id)
        .execution_options(synchronize_session="fetch")
    )


def open_notice(session: Session, dossier_id: UUID) -> Bill | None:
    """The notice that is drafted or owed, locked; at most one is."""
    return session.scalars(
        sa.select(Bill)
        .where(
            Bill.dossier_id == dossier_id,
            Bill.occasion == Occasion.FINANCIAL_OBLIGATION,
            Bill.state.in_((BillState.DRAFTED, BillState.OWED)),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()


def _words(text: Text) -> dict[str, str]:
    return {language: getattr(text, language) for language in LANGUAGES}


def _bill(
    session: Session, debtor: Debtor, occasion: Occasion, lines: Sequence[Line], *, now: datetime, **values: Any
) -> Bill:
    rounds = session.scalar(
        sa.select(sa.func.count())
        .select_from(Bill)
        .where(Bill.dossier_id == debtor.dossier_id, Bill.occasion == occasion)
    )
    bill = Bill(
        dossier_id=debtor.dossier_id,
        dossier_code=debtor.dossier_code,
        party_name=debtor.party_name,
        agency_id=debtor.agency_id,
        occasion=occasion,
        occasion_round=1 + (rounds or 0),
        amount_vnd=sum(line.amount_vnd for line in lines),
        raised_at=now,
        **{"reason": "", "legal_ground": "", **values},
        lines=[
            BillLine(
                position=position,
                code=line.code,
                names=dict(line.names),
                amount_vnd=line.amount_vnd,
                exempt=None if line.exempt is None else dict(line.exempt),
                refund=line.refund,
                source=line.source,
            )
            for position, line in enumerate(lines, start=1)
        ],
    )
    session.add(bill)
    return bill
