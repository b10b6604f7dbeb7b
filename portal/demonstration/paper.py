"""A sheet of paper to attach: a real one-page PDF that says what it stands for. Made once per document kind."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache

import typst

from portal.foundation.storage import Storage
from portal.letters.coverage import FONTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Where the file lies, and what it measures."""

    storage_key: str
    sha256: str
    size_bytes: int


@lru_cache(maxsize=256)
def paper(storage: Storage, key: str) -> Sheet:
    """The sheet that stands for this document in every dossier of the demonstration."""
    content = _printed(key)
    digest = hashlib.sha256(content).hexdigest()
    name = f"demonstration/{digest}.pdf"
    if not storage.has(name):
        storage.put(name, content)
    return Sheet(storage_key=name, sha256=digest, size_bytes=len(content))


def _printed(key: str) -> bytes:
    source = b"""
#set page(paper: "a4", margin: 25mm)
#set text(font: "Be Vietnam Pro", size: 12pt, lang: "vi")
#align(center)[#text(size: 18pt, weight: "semibold")[T\xc3\xa0i li\xe1\xbb\x87u minh h\xe1\xbb\x8da]]
#v(1cm)
#sys.inputs.key
#v(5mm)
#lorem(120)
"""
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    return typst.compile(source, format="pdf", sys_inputs={"key": key}, font_paths=fonts)
