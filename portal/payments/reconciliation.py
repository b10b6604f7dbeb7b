"""The day's books beside the gateway's: what we hold, what it says, and the name of every difference. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.payments.kinds import GatewayName, PaymentState
from portal.payments.models import GatewayMessage, Payment
from portal.payments.queries import Heard


class Difference(StrEnum):
    """What may be between the two books; each needs another act of the cashier."""

    NONE = "none"
    ONLY_HERE = "only_here"
    ONLY_AT_GATEWAY = "only_at_gateway"
    AMOUNT_DIFFERS = "amount_differs"
    SURPLUS = "surplus"
    NOTHING_HEARD = "nothing_heard"
    UNKNOWN_REFERENCE = "unknown_reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One attempt in both books. Amounts are whole đồng; None where that side holds no money."""

    gateway: GatewayName
    reference: str
    dossier_code: str
    ours_vnd: int | None
    theirs_vnd: int | None
    difference: Difference
    receipt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The rows and what they come to."""

    rows: tuple[Row, ...]

    @property
    def ours_vnd(self) -> int:
        return sum(row.ours_vnd or 0 for row in self.rows)

    @property
    def theirs_vnd(self) -> int:
        return sum(row.theirs_vnd or 0 for row in self.rows)

    @property
    def differences(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.difference is not Difference.NONE)


def day_of(
    payments: Sequence[Payment], heard: Mapping[str, Sequence[Heard]], strangers: Sequence[GatewayMessage]
) -> Day:
    """Lay the books side by side. What the gateway answered when asked counts for more than what it once told."""
    rows = [_row(payment, heard.get(payment.reference, ())) for payment in payments]
    unknown = [
        Row(
            gateway=one.gateway,
            reference=one.reference,
            dossier_code="",
            ours_vnd=None,
            theirs_vnd=one.amount_vnd,
            difference=Difference.UNKNOWN_REFERENCE,
            receipt="",
        )
        for one in strangers
        if one.is_success
    ]
    return Day(rows=(*rows, *unknown))


def _row(payment: Payment, heard: Sequence[Heard]) -> Row:
    ours = payment.amount_vnd if payment.state is PaymentState.SUCCEEDED else None
    theirs, is_known = _theirs(payment, heard)
    return Row(
        gateway=payment.gateway,
        reference=payment.reference,
        dossier_code=payment.bill.dossier_code,
        ours_vnd=ours,
        theirs_vnd=theirs,
        difference=_difference(payment, ours, theirs, is_known=is_known),
        receipt=f"{payment.receipt_number}/{payment.receipt_year}" if payment.receipt_number else "",
    )


def _theirs(payment: Payment, heard: Sequence[Heard]) -> tuple[int | None, bool]:
    """The money on the other side, and whether that side has spoken at all."""
    if payment.gateway is GatewayName.COUNTER:
        return payment.amount_vnd, True  # the cash box is counted by hand; the book is the receipt
    if payment.said_at is not None:
        return (payment.said_amount_vnd if payment.said_code == "00" else None), True
    paid = next((one.amount_vnd for one in reversed(heard) if one.is_success), None)
    return paid, bool(heard)


def _difference(payment: Payment, ours: int | None, theirs: int | None, *, is_known: bool) -> Difference:
    if theirs is not None and theirs != payment.amount_vnd:
        return Difference.AMOUNT_DIFFERS
    if ours is not None and theirs is None:
        return Difference.ONLY_HERE
    if ours is None and theirs is not None:
        return Difference.ONLY_AT_GATEWAY
    if payment.is_surplus:
        return Difference.SURPLUS
    if payment.state is PaymentState.STARTED and not is_known:
        return Difference.NOTHING_HEARD
    return Difference.NONE
