"""A sheet of paper to attach: a real one-page PDF that says what it stands for. Made once per kind of document."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import typst

from portal.catalogue.documents import Document
from portal.foundation.search import search_key
from portal.foundation.storage import Storage
from portal.letters.coverage import FONTS

LONGEST_NAME = 40
PAGE = """
#set page(paper: "a4", margin: 25mm)
#set text(font: "Be Vietnam Pro", size: 11pt, lang: "vi", fill: rgb("#1d1d1b"))
#let line = line(length: 100%, stroke: 0.5pt + rgb("#b8b2a6"))
#align(center)[
  #text(size: 9pt, tracking: 1pt)[BẢN MINH HỌA · KHÔNG CÓ GIÁ TRỊ]
  #v(6mm)
  #text(size: 17pt, weight: "semibold", sys.inputs.name)
]
#v(8mm)
Tờ này thay cho giấy tờ mà doanh nghiệp sẽ nộp. Nội dung thật không có trong hệ thống thử; mọi tên người, tên doanh
nghiệp và con số đều là giả định.
#v(6mm)
#table(
  columns: (38%, 62%),
  stroke: 0.5pt + rgb("#b8b2a6"),
  inset: 8pt,
  [Số, ký hiệu], [], [Ngày lập], [], [Nơi lập], [Lạng Sơn], [Người lập], [], [Số trang], [01],
)
#v(8mm)
#for part in ("Phần 1", "Phần 2") [
  #text(weight: "medium", part)
  #v(7mm) #line #v(7mm) #line #v(7mm) #line #v(5mm)
]
#v(6mm)
#align(right)[#box(width: 60mm)[#align(center)[Người lập \\ #text(size: 9pt)[(ký, ghi rõ họ tên)]]]]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where the file lies, what it measures, and under which name somebody would send it."""

    storage_key: str
    sha256: str
    size_bytes: int
    filename: str


def paper(storage: Storage, document: Document) -> Sheet:
    """The sheet that stands for this document in every dossier of the demonstration."""
    return _kept(storage, document.name.vi)


@lru_cache(maxsize=512)
def _kept(storage: Storage, title: str) -> Sheet:
    content = _printed(title)
    digest = hashlib.sha256(content).hexdigest()
    key = f"demonstration/{digest}.pdf"
    if not storage.has(key):
        storage.put(key, content)
    return Sheet(storage_key=key, sha256=digest, size_bytes=len(content), filename=_named(title))


def _named(title: str) -> str:
    """As people name their scans: the first words, without marks."""
    words, name = search_key(title.partition("(")[0]).split(), ""
    for word in words:
        if len(name) + len(word) > LONGEST_NAME:
            break
        name = f"{name}-{word}" if name else word
    return f"{name or 'giay-to'}.pdf"


def _printed(title: str) -> bytes:
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.compile(PAGE.encode(), format="pdf", sys_inputs={"name": title}, font_paths=fonts)
