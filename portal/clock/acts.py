"""The acts a source names, in Vietnamese, English and Chinese: what kind, of whom, number, article and day.

The number of a Vietnamese act tells its kind and its author (`217/2026/NĐ-CP`: a decree of the Government), so that a
citation written in any of the three languages can be read in the others. What is no act stays as it was written.
"""

import re
from collections.abc import Mapping
from typing import Final

_KINDS: Final[Mapping[str, tuple[str, str, str]]] = {
    "Labour Code": ("Bộ luật Lao động", "Labour Code", "《劳动法典》"),
    "Construction Law": ("Luật Xây dựng", "Construction Law", "《建设法》"),
    "Investment Law": ("Luật Đầu tư", "Investment Law", "《投资法》"),
    "Land Law": ("Luật Đất đai", "Land Law", "《土地法》"),
    "Official letter": ("Công văn", "Official letter", "公函"),
    "Announcement": ("Thông báo", "Announcement", "通告"),
    "Resolution": ("Nghị quyết", "Resolution", "决议"),
    "Decision": ("Quyết định", "Decision", "决定"),
    "Circular": ("Thông tư", "Circular", "通知"),
    "Decree": ("Nghị định", "Decree", "议定"),
    "Plan": ("Kế hoạch", "Plan", "计划"),
    "Law": ("Luật", "Law", "法律"),
}
_KIND_OF_NUMBER: Final = {
    "NĐ": "Decree",
    "TT": "Circular",
    "QĐ": "Decision",
    "NQ": "Resolution",
    "TB": "Announcement",
    "KH": "Plan",
}
_AUTHORS: Final[Mapping[str, tuple[str, str, str]]] = {
    "CP": ("Chính phủ", "the Government", "政府"),
    "TTg": ("Thủ tướng Chính phủ", "the Prime Minister", "政府总理"),
    "VPCP": ("Văn phòng Chính phủ", "the Government Office", "政府办公厅"),
    "BNV": ("Bộ Nội vụ", "the Ministry of Home Affairs", "内务部"),
    "BLDTBXH": ("Bộ Lao động – Thương binh và Xã hội", "the Ministry of Labour", "劳动荣军社会部"),
    "BLĐTBXH": ("Bộ Lao động – Thương binh và Xã hội", "the Ministry of Labour", "劳动荣军社会部"),
    "BTC": ("Bộ Tài chính", "the Ministry of Finance", "财政部"),
    "BCT": ("Bộ Công Thương", "the Ministry of Industry and Trade", "工贸部"),
    "BXD": ("Bộ Xây dựng", "the Ministry of Construction", "建设部"),
}
_NUMBER: Final = r"\d{1,6}(?:/\d{4})?[/-][A-ZĐ][A-Za-zĐđ]*\d{0,2}(?:[-/][A-ZĐ][A-Za-zĐđ]*)*"
_ACT: Final = re.compile(
    rf"(?:(?P<kind>{'|'.join(_KINDS)}|{'|'.join(vi for vi, _, _ in _KINDS.values())}) )?(?:số )?(?P<number>{_NUMBER})"
    rf"(?: as amended by (?P<amended>{_NUMBER}))?"
    r"(?:,? (?:Art\.|Article|Điều) (?P<article>\d+)(?:\((?P<clause>\d+)\))?(?:\((?P<point>[a-zđ])\))?)?"
    r"(?:(?:, | ngày )(?P<day>\d{1,2}/\d{1,2}/\d{4}))?"
)
_VIETNAMESE: Final = {words[0]: key for key, words in _KINDS.items()}


def said(source: str, language: str) -> str:
    """The source with its acts told in "vi", "en" or "zh"; everything else in it stays as it is."""
    return _ACT.sub(lambda found: _told(found, language), source)


def _told(found: re.Match[str], language: str) -> str:
    number = found["number"]
    kind = found["kind"] or _KIND_OF_NUMBER.get(re.split(r"[/-]", number.lstrip("0123456789/-"))[0], "")
    names = _KINDS.get(_VIETNAMESE.get(kind, kind), ("", "", ""))
    authors = next((_AUTHORS[part] for part in re.split(r"[/-]", number)[::-1] if part in _AUTHORS), ("", "", ""))
    tell = {"vi": _in_vietnamese, "en": _in_english, "zh": _in_chinese}[language]
    return tell(found, dict(zip(("vi", "en", "zh"), names, strict=True))[language], *_of(language, authors))


def _of(language: str, authors: tuple[str, str, str]) -> tuple[str]:
    return (authors[("vi", "en", "zh").index(language)],)


def _in_vietnamese(act: re.Match[str], kind: str, author: str) -> str:
    parts = [f"{kind} {act['number']}".strip()]
    if author:
        parts[0] += f" của {author}"
    if act["amended"]:
        parts[0] += f", sửa đổi bởi {act['amended']}"
    if act["article"]:
        point = f"điểm {act['point']} " if act["point"] else ""
        clause = f"khoản {act['clause']} " if act["clause"] else ""
        parts.append(f"{point}{clause}Điều {act['article']}")
    return ", ".join([*parts, *([f"ngày {act['day']}"] if act["day"] else [])])


def _in_english(act: re.Match[str], kind: str, author: str) -> str:
    parts = [f"{kind} {act['number']}".strip()]
    if author:
        parts[0] += f" of {author}"
    if act["amended"]:
        parts[0] += f" as amended by {act['amended']}"
    if act["article"]:
        inner = "".join(f"({act[name]})" for name in ("clause", "point") if act[name])
        parts.append(f"Article {act['article']}{inner}")
    return ", ".join([*parts, *([act["day"]] if act["day"] else [])])


def _in_chinese(act: re.Match[str], kind: str, author: str) -> str:
    said = f"{author}{act['number']}号{kind}" if not kind.startswith("《") else f"{kind}（{act['number']}号）"
    if act["amended"]:
        said += f"，经{act['amended']}号修订"
    if act["article"]:
        said += f"第{act['article']}条"
        said += f"第{act['clause']}款" if act["clause"] else ""
        said += f"{act['point']}项" if act["point"] else ""
    if act["day"]:
        day, month, year = act["day"].split("/")
        said += f"，{year}年{int(month)}月{int(day)}日"
    return said
