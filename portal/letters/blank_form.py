"""The form of a procedure as an empty sheet: to read before one begins, to prepare answers, to fill in at a counter.

Vietnamese is the text that counts; in English and Chinese it stands above its courtesy translation. The sheet is
ours: what the law prescribes is named on it. Source: Decree 63/2010/NĐ-CP, Article 8(2) (form, declaration).
"""

import functools
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, time
from typing import Any, Final

from flask_babel import force_locale

from portal.catalogue.condition_words import in_words, simplified
from portal.catalogue.conditions import Condition
from portal.catalogue.definition import Case, Definition, content_hash
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    FieldBase,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PointField,
    RowsField,
    TextField,
    YesNoField,
)
from portal.catalogue.leaflet import Leaflet, leaflet_of, name_of
from portal.catalogue.registers import agencies
from portal.catalogue.text import Text
from portal.foundation.formats import Language
from portal.letters.coverage import drawable
from portal.letters.pdf import typeset
from portal.letters.standing import standing_words

MOST_LINES: Final = 5
"""Ruled lines for the longest answers; the rest is written on an annex."""
MOST_COLUMNS: Final = 5
"""A repeatable question with more parts is asked as a block instead of a table."""
BOX: Final = "box"
LINES: Final = "lines"
TABLE: Final = "table"
BLOCK: Final = "block"

WORDS: Final[Mapping[str, Text]] = {
    "sheet": Text(vi="TỜ KHAI", en="Form", zh="申报表"),
    "procedure": Text(vi="Thủ tục", en="Procedure", zh="事项"),
    "case": Text(vi="Trường hợp", en="Case", zh="情形"),
    "follows": Text(vi="Theo mẫu", en="Prescribed form", zh="法定表格"),
    "dear": Text(vi="Kính gửi", en="To", zh="致"),
    "note": Text(
        vi="Nộp trực tuyến thì điền ngay trên cổng, không cần tờ này. Tờ này để xem trước, chuẩn bị nội dung, hoặc "
        "viết tay khi nộp tại quầy. Câu ghi “Nếu” chỉ trả lời khi đúng trường hợp đó; câu có dấu (*) là bắt buộc.",
        en="To file online, fill in the form on the portal; this sheet is not needed. It is for reading, preparing the "
        "answers, or writing by hand at the counter. A question with “If” is answered only where that holds; (*) is "
        "required.",
        zh="网上申报请直接在网站填写，无需此表。此表供预先阅读、准备内容或在窗口手工填写。标有“如果”的问题仅在符合时填写；"
        "带（*）的为必填。",
    ),
    "if": Text(vi="Nếu:", en="If:", zh="如果："),
    "tick_one": Text(vi="chọn một", en="tick one", zh="单选"),
    "tick_many": Text(vi="chọn mọi mục phù hợp", en="tick all that apply", zh="可多选"),
    "another": Text(
        vi="Có nhiều hơn thì chép phần này sang giấy khác.",
        en="If there are more, copy this part on another sheet.",
        zh="如有多项，请另附纸照此填写。",
    ),
    "yes": Text(vi="Có", en="Yes", zh="是"),
    "no": Text(vi="Không", en="No", zh="否"),
    "address": Text(
        vi="(số nhà, đường, thôn; xã hoặc phường; tỉnh)",
        en="(house, street; commune or ward; province)",
        zh="（门牌、街道；乡或坊；省）",
    ),
    "day": Text(vi="(ngày/tháng/năm)", en="(day/month/year)", zh="（日/月/年）"),
    "place": Text(vi="(tọa độ vĩ độ, kinh độ)", en="(latitude, longitude)", zh="（纬度，经度）"),
    "outline": Text(
        vi="(tọa độ các điểm góc, hoặc kèm bản vẽ)",
        en="(corner points, or a drawing enclosed)",
        zh="（各拐点坐标，或附图）",
    ),
    "enclosed": Text(vi="Giấy tờ kèm theo", en="Papers enclosed", zh="所附材料"),
    "statement": Text(
        vi="Tôi cam đoan nội dung khai trên đây là đúng và chịu trách nhiệm trước pháp luật.",
        en="I declare that what is stated above is true and answer for it before the law.",
        zh="本人声明以上内容属实，并依法承担责任。",
    ),
    "place_and_day": Text(
        vi="............, ngày ...... tháng ...... năm ......", en="(place, day)", zh="（地点、日期）"
    ),
    "signer": Text(vi="NGƯỜI KHAI", en="Declared by", zh="申报人"),
    "sign_here": Text(
        vi="(Ký, ghi rõ họ tên; tổ chức thì đóng dấu)",
        en="(Signature, full name; seal of an organisation)",
        zh="（签名、姓名；单位盖章）",
    ),
    "page": Text(vi="Trang", en="Page", zh="页"),
}


def filename(definition: Definition, case: Case) -> str:
    """The name of the file."""
    return f"{definition.code}-{case.code}.pdf"


def printed(definition: Definition, case: Case, *, language: Language) -> bytes:
    """Print the empty form of one case. Equal definitions give equal bytes. Raises `LetterError`."""
    facts = _Sheet(definition, case, language).facts()
    made = datetime.combine(definition.effective_from, time(), UTC)
    return _set(content_hash(definition), json.dumps(facts, ensure_ascii=False), made)


@functools.lru_cache(maxsize=32)
def _set(_version: str, facts: str, made_at: datetime) -> bytes:
    return typeset("blank_form", {"form": facts}, made_at=made_at)


class _Sheet:
    """What the template is told, as plain data: nothing of it is ever read as markup."""

    def __init__(self, definition: Definition, case: Case, language: Language) -> None:
        self.definition, self.case, self.language = definition, case, language

    def facts(self) -> dict[str, Any]:
        register = agencies().by_key
        leaflet = leaflet_of(self.definition, self.case, agencies=register, language=self.language)
        return {
            "language": self.language,
            "code": self.definition.code,
            "name": self._said(self.definition.name),
            "case": self._said(self.case.name) if len(self.definition.cases) > 1 else None,
            "to": drawable(name_of(leaflet.competence[-1].thing.agency, register, "vi"))  # type: ignore[union-attr]
            if len(leaflet.competence) == 1
            else drawable(name_of(self.definition.intake, register, "vi")),
            "words": {name: self._said(text) for name, text in {**_standing(), **WORDS}.items()},
            "forms": [
                {"name": self._said(found.thing.name), "number": drawable(found.thing.number)}  # type: ignore[union-attr]
                for found in leaflet.forms
            ],
            "parts": [
                {
                    "title": self._said(part.title),
                    "only_if": self._condition(part.when),
                    "questions": [self._question(field) for field in part.fields if self._may_be_asked(field)],
                }
                for part in leaflet.sections
            ],
            "documents": list(self._documents(leaflet)),
        }

    def _documents(self, leaflet: Leaflet) -> Iterator[dict[str, Any]]:
        for document in leaflet.always:
            yield {"name": self._said(document.name), "only_if": None}
        for found in (*leaflet.depending, *leaflet.if_at_hand):
            yield {"name": self._said(found.thing.name), "only_if": self._condition(found.thing.when)}  # type: ignore[union-attr]

    def _may_be_asked(self, field: FieldBase) -> bool:
        """Whether the case leaves it open; a condition on another case drops the question."""
        return simplified(field.when, self.case.code) is not False

    def _question(self, field: FieldBase) -> dict[str, Any]:
        return {
            "label": self._said(field.label),
            "help": self._said(field.help) if field.help else None,
            "required": field.required,
            "only_if": self._condition(field.when),
            **self._room_for(field),
        }

    def _room_for(self, field: FieldBase) -> dict[str, Any]:
        """What is left open for the answer."""
        match field:
            case YesNoField():
                return {"kind": BOX, "options": [self._said(WORDS["yes"]), self._said(WORDS["no"])]}
            case ChoiceField() | ManyField():
                hint = WORDS["tick_one" if isinstance(field, ChoiceField) else "tick_many"]
                options = [self._said(option.label) for option in field.options]
                return {"kind": BOX, "options": options, "hint": self._said(hint)}
            case RowsField():
                parts = [self._question(part) for part in field.fields if self._may_be_asked(part)]
                is_table = field.layout == "table" and len(parts) <= MOST_COLUMNS
                return {"kind": TABLE if is_table else BLOCK, "one": self._said(field.row_label), "parts": parts}
            case TextField():
                return {"kind": LINES, "count": min(max(field.lines - 1, 1), MOST_LINES)}
            case _:
                return {"kind": LINES, "count": 1, "hint": self._hint(field)}

    def _hint(self, field: FieldBase) -> dict[str, str] | None:
        match field:
            case NumberField() if field.unit:
                return self._said(Text(vi=f"({field.unit.vi})", en=f"({field.unit.en})", zh=f"（{field.unit.zh}）"))
            case MoneyField():
                units = ", ".join(field.currencies)
                return self._said(Text(vi=f"({units})", en=f"({units})", zh=f"（{units}）"))
            case AddressField():
                return self._said(WORDS["address"])
            case DateField():
                return self._said(WORDS["day"])
            case PointField():
                return self._said(WORDS["place"])
            case OutlineField():
                return self._said(WORDS["outline"])
        return None

    def _condition(self, condition: Condition | None) -> dict[str, str] | None:
        with force_locale("vi"):
            vietnamese = in_words(condition, self.definition, self.case.code, "vi")
        if not vietnamese:
            return None
        own = in_words(condition, self.definition, self.case.code, self.language)
        return {"vi": drawable(vietnamese), "own": drawable(own) if self.language != "vi" else ""}

    def _said(self, text: Text) -> dict[str, str]:
        own = "" if self.language == "vi" else text.words(self.language)
        return {"vi": drawable(text.vi), "own": "" if own == text.vi else drawable(own)}


def _standing() -> dict[str, Text]:
    """What stands at the head of every paper of the State."""
    words = standing_words()
    return {name: Text(**words[name]) for name in ("nation", "motto")}
