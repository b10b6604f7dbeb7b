"""Money and the dossier: what a settlement moves, what an end gives back, and what is billed when.

The room of payments knows bills and gateways but no dossiers; a settlement reaches the dossier as a job. Each is an
event; its moment is that of the settlement, however late the job comes.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.catalogue.charges import DossierFee, fees_for
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.models import Dossier, DossierAnswers, Draft, ResultWish
from portal.dossiers.projection import graph_of
from portal.dossiers.queries import locked
from portal.dossiers.record import Happening, history, record
from portal.dossiers.replaying import replayed
from portal.dossiers.telling import tell_filers, write_letter
from portal.dossiers.walk_ins import counter_params
from portal.foundation.database import new_id
from portal.foundation.outbox import Job, TimerKind, enqueue, set_timer
from portal.letters.contents import LetterKind
from portal.notices.kinds import NoticeKind
from portal.payments import queries as payments
from portal.payments.actions import bills, refunds
from portal.payments.actions.bills import Debtor, Line
from portal.payments.kinds import Ending, GatewayName, Occasion
from portal.payments.models import Bill, Payment
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import State

GATEWAY: Final = "machine:gateway"
TIMER: Final = "machine:timer"
PREPAYMENT_LASTS: Final = timedelta(hours=24)
GRACE: Final = timedelta(minutes=20)
"""An attempt begun in the last minute may still end well."""


def debtor_of(dossier: Dossier) -> Debtor:
    """The dossier as the room of payments knows it: the one-stop office it was filed at collects."""
    return Debtor(
        dossier_id=dossier.id,
        dossier_code=dossier.code,
        party_name=dossier.party.name,
        agency_id=dossier.intake_agency_id,
    )


def is_prepaid(fees: Sequence[DossierFee]) -> bool:
    """Whether something must be paid before the dossier is filed."""
    return any(fee.collect == Occasion.AT_FILING.value and fee.amount_vnd for fee in fees)


def await_prepayment(session: Session, dossier: Dossier, fees: Sequence[DossierFee], *, now: datetime) -> None:
    """Bill what is prepaid, and wait a day for it."""
    pay_by = now + PREPAYMENT_LASTS
    lines = bills.lines_of(fees, Occasion.AT_FILING)
    bills.raise_bill(session, debtor_of(dossier), Occasion.AT_FILING, lines, now=now, pay_by=pay_by)
    set_timer(
        session,
        TimerKind.PREPAYMENT_DEADLINE,
        dossier_id=dossier.id,
        subject_id=dossier.id,
        due_at=pay_by + GRACE,
    )


def bill_at_intake(session: Session, dossier: Dossier, *, now: datetime) -> None:
    """The dossier is accepted: what the law collects then is owed from now on."""
    definition = definition_of(dossier.procedure)
    if not any(fee.kind != "exempt" and fee.collect == Occasion.AT_INTAKE.value for fee in definition.fees):
        return
    answers = _latest_answers(session, dossier.id)
    if answers is None:
        return
    fees = fees_for(definition, dossier.case_key, answers.answers)
    bills.raise_bill(session, debtor_of(dossier), Occasion.AT_INTAKE, bills.lines_of(fees, Occasion.AT_INTAKE), now=now)


def obligation_lines(session: Session, dossier: Dossier) -> Sequence[Line]:
    """The charges the procedure collects by a notice, unless an earlier notice asked for them."""
    if any(bill.occasion is Occasion.FINANCIAL_OBLIGATION for bill in payments.bills_of(session, dossier.id)):
        return ()
    answers = _latest_answers(session, dossier.id)
    if answers is None:
        return ()
    fees = fees_for(definition_of(dossier.procedure), dossier.case_key, answers.answers)
    return bills.lines_of(fees, Occasion.FINANCIAL_OBLIGATION)


def give_back(session: Session, dossier: Dossier, ending: Ending, *, now: datetime) -> None:
    """The dossier has ended without a decision: nothing is owed any more, and refunds are proposed by rule."""
    refunds.end(session, dossier.id, ending, now=now)


def note_settlement(session: Session, payment_id: UUID, *, now: datetime) -> None:
    """The dossier hears of a settled payment: it moves on if it waited for it, and the receipt is written.

    Safe to hear twice. Money that came too late or twice is told and moves nothing.
    """
    payment = payments.payment(session, payment_id)
    dossier = locked(session, payment.bill.dossier_id) if payment is not None else None
    if payment is None or dossier is None or payment.event_version is not None or payment.ended_at is None:
        return
    at = payment.ended_at
    actor = f"post:{payment.taken_by}" if payment.gateway is GatewayName.COUNTER else GATEWAY
    if dossier.state is State.AWAITING_PREPAYMENT and _settles(session, payment, Occasion.AT_FILING):
        _file(session, dossier, payment, actor=actor, at=at)
    elif _waits_for_payment(dossier) and _settles(session, payment, Occasion.FINANCIAL_OBLIGATION):
        _go_on(session, dossier, payment, actor=actor, at=at)
    else:
        settled = Happening(kind=EventKind.FEE_SETTLED, params=_params(payment))
        record(session, dossier, [settled], actor=actor, now=at)
        payment.event_version = dossier.version
    write_letter(session, dossier, LetterKind.FEE_RECEIPT, event_version=payment.event_version or dossier.version)
    tell_filers(session, dossier, NoticeKind.PAYMENT_RECEIVED, now=now, params={"amount_vnd": payment.amount_vnd})
    session.flush()


def expire_prepayment(session: Session, dossier_id: UUID, *, now: datetime) -> None:
    """Nobody paid in time: the code is given up and the draft lies open again, with its documents."""
    dossier = locked(session, dossier_id)
    if dossier is None or dossier.state is not State.AWAITING_PREPAYMENT:
        return
    if payments.is_all_paid(session, dossier.id, Occasion.AT_FILING):
        return  # paid a moment ago: the dossier is about to hear of it
    record(session, dossier, [Happening(kind=EventKind.PREPAYMENT_EXPIRED)], actor=TIMER, now=now)
    bills.cancel_open(session, dossier.id, now=now)
    draft = session.scalars(
        sa.select(Draft).where(Draft.client_key == dossier.client_key).with_for_update()
    ).one_or_none()
    if draft is not None:
        draft.client_key, draft.closed_at, draft.updated_at = new_id(), None, now
        wishes = sa.update(ResultWish).where(ResultWish.client_key == dossier.client_key)
        session.execute(wishes.values(client_key=draft.client_key))
        attachments.hand_back(session, draft_id=draft.id, dossier_id=dossier.id)
    session.execute(sa.delete(DossierAnswers).where(DossierAnswers.dossier_id == dossier.id))
    tell_filers(session, dossier, NoticeKind.PREPAYMENT_EXPIRED, now=now)


def _file(session: Session, dossier: Dossier, payment: Payment, *, actor: str, at: datetime) -> None:
    """The prepaid dossier is filed now: from this moment the office has its eight hours to accept."""
    answers = _latest_answers(session, dossier.id)
    documents = files.digests(session, dossier_id=dossier.id)
    params = {
        **_params(payment),
        **counter_params(session, dossier),
        "intake_agency": str(dossier.intake_agency_id),
        "party": str(dossier.party_id),
        "agent_party": str(dossier.agent_party_id) if dossier.agent_party_id else None,
        "procedure_version": str(dossier.procedure_version_id),
        "documents": len(documents),
    }
    data: dict[str, tuple[object, bytes]] = (
        {} if answers is None else {"answers": (answers.answers, answers.salt), "documents": (documents, answers.salt)}
    )
    filed = Happening(kind=EventKind.FILED, params=params, data=data)
    record(session, dossier, [filed], actor=actor, now=at)
    payment.event_version = version = dossier.version
    write_letter(session, dossier, LetterKind.FILING_RECEIPT, event_version=version)
    tell_filers(session, dossier, NoticeKind.FILED, now=at)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})


def _go_on(session: Session, dossier: Dossier, payment: Payment, *, actor: str, at: datetime) -> None:
    """The obligation is met: the clock runs again, and behind a stop of the graph the next phase begins."""
    graph = graph_of(dossier)
    standing = replayed(dossier, history(session, dossier.id)).standing
    stop = next((key for key in standing if graph[key].act is Act.PAY), None)
    confirmed = Happening(kind=EventKind.PAYMENT_CONFIRMED, params=_params(payment))
    happenings = [confirmed]
    if stop is not None:
        happenings = moves.advance(session, dossier, stop, closing=confirmed, standing=standing)
    record(session, dossier, happenings, actor=actor, now=at)
    payment.event_version = dossier.version - len(happenings) + 1
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})


def settle_nothing(session: Session, dossier: Dossier, bill: Bill, *, actor: str, now: datetime) -> None:
    """A notice that asks for nothing (all exempt) is met the moment it is sent."""
    graph = graph_of(dossier)
    standing = replayed(dossier, history(session, dossier.id)).standing
    stop = next((key for key in standing if graph[key].act is Act.PAY), None)
    confirmed = Happening(kind=EventKind.PAYMENT_CONFIRMED, params={"bill": str(bill.id), "amount_vnd": 0})
    happenings = [confirmed]
    if stop is not None:
        happenings = moves.advance(session, dossier, stop, closing=confirmed, standing=standing)
    record(session, dossier, happenings, actor=actor, now=now)
    enqueue(session, Job.ROUTE_DOSSIER, {"dossier_id": str(dossier.id)})


def _settles(session: Session, payment: Payment, occasion: Occasion) -> bool:
    is_of_it = payment.bill.occasion is occasion and not payment.is_surplus
    return is_of_it and payments.is_all_paid(session, payment.bill.dossier_id, occasion)


def _waits_for_payment(dossier: Dossier) -> bool:
    """The state says so; while withdrawal is considered, the lifecycle's table knows where it came from."""
    return dossier.state in {State.PAYMENT_DUE, State.WITHDRAWAL_REQUESTED}


def _params(payment: Payment) -> dict[str, str | int | bool | None]:
    return {
        "bill": str(payment.bill_id),
        "payment": str(payment.id),
        "amount_vnd": payment.amount_vnd,
        "is_surplus": payment.is_surplus,
    }


def _latest_answers(session: Session, dossier_id: UUID) -> DossierAnswers | None:
    return session.scalars(
        sa.select(DossierAnswers)
        .where(DossierAnswers.dossier_id == dossier_id)
        .order_by(DossierAnswers.supplement_round.desc())
        .limit(1)
    ).one_or_none()
