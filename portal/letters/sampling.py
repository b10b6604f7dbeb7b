"""A letter of each kind with made-up facts, to see how a sentence looks in print before it counts."""

from datetime import datetime, timedelta
from typing import Any

from portal.catalogue.text import Text
from portal.letters import contents
from portal.letters.contents import Letter, LetterKind


def sample(kind: LetterKind, *, at: datetime) -> Letter:
    """The letter as it would be written at the moment."""
    return _OF[kind](at)


def _text(vi: str, en: str, zh: str) -> Text:
    return Text(vi=vi, en=en, zh=zh)


_AGENCY = _text("Sở Mẫu", "Department of Samples", "示例厅")
_SUBJECT = contents.Subject(
    code="H37.00-000000-0000",
    procedure=_text("Thủ tục mẫu", "Sample procedure", "示例事项"),
    procedure_code="0.000000",
    verification_url="https://motcua.example.vn/vi/verify/sample",
)
_PERSON = contents.Person(name="Công ty Mẫu", address="Thành phố Lạng Sơn")
_PAPER = contents.DocumentRow(name=_text("Đơn đề nghị", "Application", "申请书"), electronic=1)
_SIGNATORY = contents.Signatory(name="Người Ký Mẫu", post="Trưởng phòng")
_REASON = _text("Lý do mẫu.", "A sample reason.", "示例理由。")


def _shared() -> dict[str, Any]:
    return {"head": contents.Letterhead(agency=_AGENCY, number="00/MAU"), "subject": _SUBJECT, "filer": _PERSON}


def _filing_receipt(at: datetime) -> Letter:
    return contents.FilingReceipt(
        **_shared(),
        owner=_PERSON,
        filed_at=at,
        answer_by=at + timedelta(days=1),
        answer_within=_text("8 giờ làm việc", "8 working hours", "8个工作时"),
        documents=(_PAPER,),
    )


def _receipt(at: datetime) -> Letter:
    return contents.Receipt(
        **_shared(),
        owner=_PERSON,
        documents=(_PAPER,),
        sets=1,
        limit=_text("5 ngày làm việc", "5 working days", "5个工作日"),
        accepted_at=at,
        promised_at=at + timedelta(days=7),
        collection=_text("Trực tuyến", "Online", "网上"),
        officer=_SIGNATORY,
        provisional=True,
    )


def _supplement(at: datetime) -> Letter:
    return contents.SupplementRequest(
        **_shared(),
        items=(contents.SupplementItem(what=_PAPER.name, reason=_REASON),),
        before_intake=False,
        round=1,
        answer_by=(at + timedelta(days=30)).date(),
        issued_at=at,
        signatory=_SIGNATORY,
    )


def _refusal(at: datetime) -> Letter:
    return contents.IntakeRefusal(
        **_shared(), filed_at=at, reasons=(_REASON,), issued_at=at, signatory=_SIGNATORY, advice=_REASON
    )


def _apology(at: datetime) -> Letter:
    return contents.Apology(
        **_shared(),
        accepted_at=at - timedelta(days=7),
        promised_at=at,
        new_promised_at=at + timedelta(days=7),
        responsible=_AGENCY,
        reason=_REASON,
        issued_at=at,
        signatory=_SIGNATORY,
        contact_phone="0205 000 000",
    )


def _stop(at: datetime) -> Letter:
    return contents.StopNotice(
        **_shared(),
        filed_at=at - timedelta(days=7),
        ground=contents.StopGround.WITHDRAWN,
        reason=_REASON,
        stopped_at=at,
        issued_at=at,
        signatory=_SIGNATORY,
    )


_OF = {
    LetterKind.FILING_RECEIPT: _filing_receipt,
    LetterKind.RECEIPT: _receipt,
    LetterKind.SUPPLEMENT: _supplement,
    LetterKind.REFUSAL_OF_INTAKE: _refusal,
    LetterKind.APOLOGY: _apology,
    LetterKind.STOP: _stop,
}
