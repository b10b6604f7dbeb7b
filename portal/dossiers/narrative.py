"""What happened to a dossier, in sentences: one pure table for the company's timeline and the officer's.

A sentence may name `{agency}`, `{step}`, `{round}` and `{until}`. Reasons and messages are not part of it: they are
kept apart and shown only to whom they were written for.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from portal.catalogue.text import Text
from portal.letters.contents import LetterKind
from portal.workflow.events import EventKind, Param
from portal.workflow.lifecycle import State

E = EventKind
SENTENCES: Final[Mapping[EventKind, Text]] = MappingProxyType(
    {
        E.PREPAYMENT_REQUESTED: Text(
            vi="Chờ nộp phí trước khi nộp hồ sơ", en="The fee is to be paid before filing", zh="待预缴费用后提交"
        ),
        E.PREPAYMENT_EXPIRED: Text(
            vi="Chưa nộp phí đúng hạn, hồ sơ trở lại bản nháp",
            en="The fee was not paid in time; the dossier is a draft again",
            zh="逾期未缴费，退回草稿",
        ),
        E.FILED: Text(vi="Đã nộp hồ sơ", en="The dossier was filed", zh="已提交申报"),
        E.CORRECTED: Text(vi="Người nộp đã sửa hồ sơ", en="The filer corrected the dossier", zh="申报人已更正材料"),
        E.OPENED_BY_OFFICE: Text(
            vi="Bộ phận Một cửa đã mở xem hồ sơ",
            en="The one-stop office opened the dossier",
            zh="一窗受理窗口已打开材料",
        ),
        E.ACCEPTED: Text(
            vi="Hồ sơ được tiếp nhận, thời hạn theo luật bắt đầu tính",
            en="The dossier was accepted; the time of the law began to run",
            zh="材料已受理，法定时限开始计算",
        ),
        E.REFUSED_INTAKE: Text(vi="Hồ sơ không được tiếp nhận", en="The dossier was not accepted", zh="材料不予受理"),
        E.ROUTED: Text(
            vi="Giao cho cơ quan giải quyết: {agency}",
            en="Assigned to the deciding agency: {agency}",
            zh="已转主办机关：{agency}",
        ),
        E.SENT_TO_DISPATCHER: Text(
            vi="Chuyển bộ phận điều phối chọn cơ quan giải quyết",
            en="Sent to the dispatcher, who chooses the deciding agency",
            zh="已转分办人员确定主办机关",
        ),
        E.STEP_OPENED: Text(
            vi="Bắt đầu bước “{step}” tại {agency}",
            en="Step “{step}” began at {agency}",
            zh="{agency}开始“{step}”",
        ),
        E.STEP_ASSIGNED: Text(
            vi="Bước “{step}” đã có người phụ trách",
            en="Step “{step}” has somebody in charge",
            zh="“{step}”已确定经办人",
        ),
        E.STEP_COMPLETED: Text(vi="Xong bước “{step}”", en="Step “{step}” is done", zh="“{step}”已完成"),
        E.STEP_SENT_BACK: Text(
            vi="Bước “{step}” chuyển lại để xem thêm",
            en="Step “{step}” sent it back for another look",
            zh="“{step}”退回复核",
        ),
        E.STEP_DROPPED: Text(
            vi="Không cần bước “{step}” nữa", en="Step “{step}” is no longer needed", zh="不再需要“{step}”"
        ),
        E.OPINION_REQUESTED: Text(
            vi="Lấy ý kiến của {agency}", en="The opinion of {agency} was asked", zh="征求{agency}意见"
        ),
        E.OPINION_GIVEN: Text(
            vi="Đã có ý kiến: “{step}”",
            en="An opinion came in: “{step}”",
            zh="意见已回复：“{step}”",
        ),
        E.OPINION_SILENT: Text(
            vi="Hết hạn mà không có ý kiến: “{step}”",
            en="No opinion came in time: “{step}”",
            zh="逾期未回复意见：“{step}”",
        ),
        E.MOVED_TO_VERSION: Text(
            vi="Áp dụng phiên bản mới của thủ tục", en="A newer version of the procedure applies", zh="适用新版程序"
        ),
        E.SUPPLEMENT_REQUESTED: Text(
            vi="Yêu cầu bổ sung hồ sơ, đồng hồ tạm dừng",
            en="A supplement was asked for; the clock stands still",
            zh="要求补正材料，计时暂停",
        ),
        E.SUPPLEMENT_ANSWERED: Text(
            vi="Đã nhận phần bổ sung, đồng hồ chạy tiếp",
            en="The supplement came in; the clock runs again",
            zh="已收到补正材料，计时继续",
        ),
        E.PAYMENT_REQUESTED: Text(
            vi="Chờ nộp tiền, đồng hồ tạm dừng", en="A payment is due; the clock stands still", zh="待缴费，计时暂停"
        ),
        E.PAYMENT_CONFIRMED: Text(
            vi="Đã nhận tiền, đồng hồ chạy tiếp",
            en="The payment came in; the clock runs again",
            zh="已收到款项，计时继续",
        ),
        E.WITHDRAWAL_REQUESTED: Text(
            vi="Người nộp xin rút hồ sơ", en="The filer asked to take the dossier back", zh="申报人申请撤回"
        ),
        E.WITHDRAWAL_GRANTED: Text(vi="Đồng ý cho rút hồ sơ", en="The withdrawal was agreed to", zh="同意撤回"),
        E.WITHDRAWAL_DECLINED: Text(
            vi="Không đồng ý cho rút, hồ sơ được giải quyết tiếp",
            en="The withdrawal was declined; the work goes on",
            zh="不同意撤回，继续办理",
        ),
        E.STOPPED: Text(vi="Dừng giải quyết hồ sơ", en="The dossier was stopped", zh="终止办理"),
        E.SIGNED: Text(vi="Lãnh đạo đã ký kết quả", en="The leader signed the decision", zh="领导已签署决定"),
        E.NUMBERED: Text(vi="Văn thư đã cấp số", en="The clerk gave it its number", zh="文书已编号"),
        E.ISSUED: Text(
            vi="Đã ban hành kết quả, đồng hồ dừng hẳn",
            en="The result was issued; the clock has ended",
            zh="结果已签发，计时结束",
        ),
        E.RETURNED: Text(vi="Kết quả đã đến tay người nộp", en="The filer has the result", zh="结果已送达申报人"),
        E.REOPENED_BY_CORRECTION: Text(
            vi="Lãnh đạo mở lại hồ sơ để đính chính",
            en="The leader reopened the dossier for a correction",
            zh="领导重新打开案卷更正",
        ),
        E.DUE_CHANGED: Text(vi="Hạn trả thay đổi", en="The due date changed", zh="到期日变更"),
        E.EXTENDED: Text(
            vi="Cơ quan xin lỗi và hẹn lại ngày trả: {until}",
            en="The agency apologised and promised another day: {until}",
            zh="机关致歉并改期至{until}",
        ),
        E.ESCALATED: Text(
            vi="Đã báo cấp trên về thời hạn",
            en="Superiors were told about the time",
            zh="已就时限提醒上级",
        ),
        E.REMINDED: Text(vi="Đã gửi nhắc việc", en="A reminder was sent", zh="已发送提醒"),
        E.LETTER_SENT: Text(vi="Đã gửi văn bản", en="A letter was sent", zh="已发送文书"),
        E.FEE_SETTLED: Text(vi="Đã nộp phí", en="The fee was paid", zh="费用已缴"),
        E.MESSAGE_SENT: Text(vi="Có tin nhắn", en="A message was written", zh="有新留言"),
        E.VIEWED_SENSITIVE: Text(
            vi="Giấy tờ tùy thân được mở xem", en="An identity paper was opened", zh="身份证件被查看"
        ),
        E.APPEALED: Text(vi="Người nộp khiếu nại", en="The filer complained", zh="申报人提出申诉"),
        E.RATED: Text(vi="Người nộp đã đánh giá", en="The filer gave a rating", zh="申报人已评价"),
    }
)

INSIDE_THE_OFFICE: Final = frozenset(
    {
        E.STEP_ASSIGNED,
        E.STEP_COMPLETED,  # the next step's beginning says it
        E.STEP_DROPPED,
        E.STEP_SENT_BACK,
        E.ESCALATED,
        E.REMINDED,
        E.DUE_CHANGED,
        E.SENT_TO_DISPATCHER,
    }
)
"""Events the officers see and the company's timeline leaves out."""

TEXTS_FOR_FILER: Final[Mapping[EventKind, frozenset[str]]] = MappingProxyType(
    {
        E.SUPPLEMENT_REQUESTED: frozenset({"reason"}),
        E.REFUSED_INTAKE: frozenset({"reason", "legal_ground"}),
        E.STOPPED: frozenset({"reason"}),
        E.WITHDRAWAL_REQUESTED: frozenset({"reason"}),
        E.WITHDRAWAL_DECLINED: frozenset({"reason"}),
        E.EXTENDED: frozenset({"reason"}),
        E.MESSAGE_SENT: frozenset({"message"}),
    }
)
"""Words kept with an event that were written for the filer. Everything else stays with the office."""

STATES: Final[Mapping[State, Text]] = MappingProxyType(
    {
        State.DRAFT: Text(vi="Hồ sơ còn là bản nháp.", en="The dossier is still a draft.", zh="材料尚为草稿。"),
        State.AWAITING_PREPAYMENT: Text(
            vi="Hồ sơ chờ nộp phí.", en="The dossier waits for the fee.", zh="等待缴纳费用。"
        ),
        State.FILED: Text(
            vi="Hồ sơ đã đến nơi và chờ Bộ phận Một cửa tiếp nhận.",
            en="The dossier has arrived and waits for the one-stop office to accept it.",
            zh="材料已送达，等待一窗受理窗口受理。",
        ),
        State.ACCEPTED: Text(
            vi="Hồ sơ đã được tiếp nhận và sắp chuyển đến người xử lý.",
            en="The dossier has been accepted and is on its way to whoever handles it.",
            zh="材料已受理，即将转交办理。",
        ),
        State.NOT_ACCEPTED: Text(
            vi="Hồ sơ không được tiếp nhận.", en="The dossier was not accepted.", zh="材料未被受理。"
        ),
        State.IN_PROGRESS: Text(
            vi="Hồ sơ đang được giải quyết.", en="The dossier is being worked on.", zh="材料正在办理。"
        ),
        State.SUPPLEMENT_REQUESTED: Text(
            vi="Hồ sơ chờ bạn bổ sung.", en="The dossier waits for you to complete it.", zh="等待您补正材料。"
        ),
        State.PAYMENT_DUE: Text(
            vi="Hồ sơ chờ bạn nộp tiền.",
            en="The dossier waits for your payment.",
            zh="等待您缴费。",
        ),
        State.WITHDRAWAL_REQUESTED: Text(
            vi="Bạn đã xin rút hồ sơ; cơ quan đang xem xét.",
            en="You asked to take the dossier back; the agency is considering it.",
            zh="您已申请撤回，机关正在审核。",
        ),
        State.STOPPED: Text(
            vi="Hồ sơ đã dừng, không có kết quả.",
            en="The dossier was stopped without a decision.",
            zh="案卷已终止，未作决定。",
        ),
        State.SETTLED: Text(
            vi="Hồ sơ đã có kết quả.", en="The dossier is settled; the result is ready.", zh="已办结，结果可领取。"
        ),
        State.RETURNED: Text(vi="Kết quả đã được trả.", en="The result has been handed over.", zh="结果已送达。"),
    }
)
"""The state in one sentence, to the filer."""


LETTERS: Final[Mapping[LetterKind, Text]] = MappingProxyType(
    {
        LetterKind.FILING_RECEIPT: Text(
            vi="Xác nhận đã nhận hồ sơ nộp trực tuyến", en="Receipt of the online filing", zh="网上申报回执"
        ),
        LetterKind.RECEIPT: Text(
            vi="Giấy tiếp nhận hồ sơ và hẹn trả kết quả (Mẫu số 01)",
            en="Receipt of acceptance with the promised date (Form 01)",
            zh="受理回执及结果领取通知（01号表）",
        ),
        LetterKind.SUPPLEMENT: Text(
            vi="Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ (Mẫu số 02)",
            en="Request to complete the dossier (Form 02)",
            zh="补正通知书（02号表）",
        ),
        LetterKind.REFUSAL_OF_INTAKE: Text(
            vi="Phiếu từ chối tiếp nhận hồ sơ (Mẫu số 03)",
            en="Refusal to accept the dossier (Form 03)",
            zh="不予受理通知书（03号表）",
        ),
        LetterKind.APOLOGY: Text(
            vi="Phiếu xin lỗi và hẹn lại ngày trả kết quả (Mẫu số 04)",
            en="Apology and new promised date (Form 04)",
            zh="致歉及改期通知书（04号表）",
        ),
        LetterKind.STOP: Text(
            vi="Thông báo dừng giải quyết hồ sơ (Mẫu số 05)",
            en="Notice that the dossier was stopped (Form 05)",
            zh="终止办理通知书（05号表）",
        ),
        LetterKind.CONTROL_SLIP: Text(
            vi="Phiếu kiểm soát quá trình giải quyết (Mẫu số 06)",
            en="Process control slip (Form 06)",
            zh="流程控制单（06号表）",
        ),
        LetterKind.DECISION: Text(vi="Kết quả giải quyết", en="The result", zh="办理结果"),
    }
)

PAUSES: Final[Mapping[str, Text]] = MappingProxyType(
    {
        "supplement": Text(vi="chờ bổ sung hồ sơ", en="waiting for the supplement", zh="等待补正材料"),
        "payment": Text(vi="chờ nộp tiền", en="waiting for the payment", zh="等待缴费"),
    }
)
"""Why the clock stood, by the name the events use."""


def sentence(kind: EventKind, language: str, *, agency: str = "", step: str = "", until: str = "") -> str:
    """One event as a sentence. Names that are not known are left out with grace."""
    text = SENTENCES[kind].words(language)
    return text.format(agency=agency or "–", step=step or "–", until=until or "–")


def node_of(params: Mapping[str, Param]) -> str:
    """The key of the step an event is about; empty for none."""
    node = params.get("node")
    return node if isinstance(node, str) else ""
