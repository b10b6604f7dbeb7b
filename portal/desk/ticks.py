"""What the officer ticked while reading: right or wrong, field by field and document by document.

The wrong ones become the items of a supplement request. Names of the form: `tick.field.<code>` (ok, wrong),
`stock.field.<code>` (a managed reason), `why.field.<code>` (own words); the same with `document`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from portal.catalogue.text import Text
from portal.dossiers.actions.supplement import Item

Kind = Literal["field", "document"]
KINDS: tuple[Kind, ...] = ("field", "document")
LONGEST_REASON = 1000

FOR_DOCUMENTS: Mapping[str, Text] = {
    "unreadable": Text(
        vi="Bản chụp mờ, không đọc được; đề nghị nộp lại bản rõ.",
        en="The copy cannot be read; send a clear one.",
        zh="扫描件模糊，无法辨认，请重新提交清晰件。",
    ),
    "pages_missing": Text(
        vi="Thiếu trang; đề nghị nộp đủ các trang.",
        en="Pages are missing; send the whole document.",
        zh="缺页，请提交完整文件。",
    ),
    "wrong_document": Text(
        vi="Không phải giấy tờ được yêu cầu; đề nghị nộp đúng giấy tờ.",
        en="This is not the document asked for; send the right one.",
        zh="所交并非要求的文件，请提交正确文件。",
    ),
    "wrong_form": Text(
        vi="Không đúng mẫu quy định; đề nghị lập lại theo mẫu.",
        en="Not on the prescribed form; write it again on the form.",
        zh="未使用规定格式，请按规定格式重新填写。",
    ),
    "not_signed": Text(
        vi="Chưa ký hoặc chưa đóng dấu; đề nghị ký, đóng dấu rồi nộp lại.",
        en="Not signed or stamped; sign and stamp it, then send it again.",
        zh="未签字或盖章，请签字盖章后重新提交。",
    ),
    "expired": Text(
        vi="Đã hết hiệu lực; đề nghị nộp bản còn hiệu lực.",
        en="No longer valid; send one that is in force.",
        zh="已失效，请提交有效文件。",
    ),
    "contradicts": Text(
        vi="Nội dung chưa khớp với tờ khai; đề nghị kiểm tra và nộp lại.",
        en="It does not agree with the declaration; check and send it again.",
        zh="内容与申报表不一致，请核对后重新提交。",
    ),
}
FOR_FIELDS: Mapping[str, Text] = {
    "contradicts": Text(
        vi="Chưa khớp với giấy tờ kèm theo; đề nghị kiểm tra lại.",
        en="It does not agree with the documents; check it.",
        zh="与所附文件不一致，请核对。",
    ),
    "incomplete": Text(
        vi="Thông tin chưa đầy đủ; đề nghị ghi đủ.",
        en="The answer is not complete; complete it.",
        zh="信息不完整，请补充完整。",
    ),
    "not_allowed": Text(
        vi="Chưa phù hợp quy định; đề nghị điều chỉnh.",
        en="Not in keeping with the rules; change it.",
        zh="不符合规定，请调整。",
    ),
    "unclear": Text(
        vi="Chưa rõ; đề nghị giải thích hoặc ghi lại cho rõ.",
        en="Not clear; explain it or write it more clearly.",
        zh="表述不清，请说明或重新填写。",
    ),
}
STOCK: Mapping[Kind, Mapping[str, Text]] = {"field": FOR_FIELDS, "document": FOR_DOCUMENTS}
"""The managed reasons; letters print their Vietnamese."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One field or document as it was ticked."""

    verdict: Literal["", "ok", "wrong"] = ""
    stock: str = ""
    why: str = ""

    def words(self, kind: Kind) -> str:
        """What is wrong, as the letter says it: the managed reason, own words, or both."""
        managed = STOCK[kind].get(self.stock)
        return " ".join(part for part in (managed.vi if managed else "", self.why.strip()) if part)


NOTHING = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """All ticks of one page, by kind and code, with what is said about the whole dossier."""

    of: Mapping[tuple[str, str], Tick] = field(default_factory=dict)
    other: str = ""
    reason: str = ""
    legal_ground: str = ""

    def get(self, kind: str, key: str) -> Tick:
        """The tick of one field or document."""
        return self.of.get((kind, key), NOTHING)

    def items(self) -> list[Item]:
        """What becomes the request: everything marked wrong, and what else is to be put right."""
        found = [
            Item(kind=kind, key=key, what_is_wrong=tick.words(kind))
            for kind in KINDS
            for (tick_kind, key), tick in self.of.items()
            if tick_kind == kind and tick.verdict == "wrong"
        ]
        if self.other.strip():
            found.append(Item(kind="other", key="", what_is_wrong=self.other.strip()))
        return found


def read(posted: Mapping[str, str], known: Mapping[Kind, list[str]]) -> Ticks:
    """Read the posted form; only fields and documents the dossier has are looked at."""
    found: dict[tuple[str, str], Tick] = {}
    for kind in KINDS:
        for key in known[kind]:
            verdict = posted.get(f"tick.{kind}.{key}", "")
            stock = posted.get(f"stock.{kind}.{key}", "")
            found[kind, key] = Tick(
                verdict="wrong" if verdict == "wrong" else "ok" if verdict == "ok" else "",
                stock=stock if stock in STOCK[kind] else "",
                why=posted.get(f"why.{kind}.{key}", "")[:LONGEST_REASON],
            )
    return Ticks(
        of=found,
        other=posted.get("other", "")[:LONGEST_REASON],
        reason=posted.get("reason", "")[:LONGEST_REASON],
        legal_ground=posted.get("legal_ground", "")[:LONGEST_REASON],
    )
