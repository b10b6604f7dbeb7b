"""What letters about money say: the receipt for a payment (biên lai), the notice of financial obligation."""

from collections.abc import Iterable
from uuid import UUID

from portal.catalogue.text import Text
from portal.dossiers.models import DossierEvent
from portal.dossiers.writing import Writer
from portal.foundation import formats
from portal.foundation.errors import NotFound
from portal.letters import contents as say
from portal.payments import queries as payments
from portal.payments.amounts import in_words
from portal.payments.kinds import GatewayName
from portal.payments.models import BillLine

MANNERS = {
    GatewayName.COUNTER: Text(vi="Tiền mặt tại quầy", en="In cash at the counter", zh="窗口现金缴纳"),
    GatewayName.VNPAY: Text(vi="Trực tuyến qua VNPAY", en="Online through VNPAY", zh="通过VNPAY在线缴纳"),
    GatewayName.SANDBOX: Text(
        vi="Trực tuyến qua ngân hàng thử nghiệm (không phải tiền thật)",
        en="Online through the sandbox bank (no real money)",
        zh="通过测试银行在线缴纳（非真实资金）",
    ),
}
SURPLUS = Text(
    vi="Khoản này nộp thừa; cơ quan đã đề nghị hoàn trả.",
    en="This amount was paid in excess; its refund has been proposed.",
    zh="该款项系多缴，已提出退款。",
)
NOTHING = Text(vi="", en="", zh="")


def fee_receipt(writer: Writer, event: DossierEvent) -> say.FeeReceipt:
    """The receipt of the payment this event tells of. Raises `NotFound` if it tells of none."""
    payment = payments.payment_told_in(writer.session, writer.dossier.id, event.version)
    if payment is None or payment.receipt_number is None:
        raise NotFound("letter.not_found")
    bill = payments.bill(writer.session, payment.bill_id)
    return say.FeeReceipt(
        head=writer.head(payment.agency_id, number=f"{payment.receipt_number:07d}/{payment.receipt_year}/BL"),
        subject=writer.subject,
        owner=writer.owner,
        payer=payment.payer_name,
        lines=() if bill is None else _lines(bill.lines),
        total=formats.money(payment.amount_vnd, "vi"),
        in_words=in_words(payment.amount_vnd),
        manner=MANNERS[payment.gateway],
        reference=payment.bank_reference or "",
        note=SURPLUS if payment.is_surplus else NOTHING,
        issued_at=payment.ended_at or event.at,
    )


def obligation_notice(writer: Writer, event: DossierEvent) -> say.ObligationNotice:
    """The notice this event sent. Raises `NotFound` if it sent none."""
    bill = payments.bill(writer.session, UUID(str(event.params["bill"]))) if "bill" in event.params else None
    if bill is None:
        raise NotFound("letter.not_found")
    return say.ObligationNotice(
        head=writer.head(writer.dossier.agency_id),
        subject=writer.subject,
        filer=writer.owner,
        lines=_lines(bill.lines),
        total=formats.money(bill.amount_vnd, "vi"),
        in_words=in_words(bill.amount_vnd),
        reason=bill.reason,
        legal_ground=bill.legal_ground,
        due_on=bill.due_on,
        issued_at=event.at,
        signatory=writer.signatory(event, signed=True),
    )


def _lines(lines: Iterable[BillLine]) -> tuple[say.ChargeLine, ...]:
    return tuple(say.ChargeLine(name=Text(**line.names), amount=formats.money(line.amount_vnd, "vi")) for line in lines)
