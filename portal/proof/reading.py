"""Which letter a file says it is: the address of its public check, among its keywords and as a link at its foot.

The file comes from a stranger. Only keywords and links are looked at, few pages and few links of each; nothing is
fetched.
"""

import io
import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

import pikepdf

MOST_PAGES: Final = 60
MOST_LINKS: Final = 40
_ADDRESS: Final = re.compile(r"/(?:vi|en|zh)/verify/([A-Za-z0-9_-]{8,128})/?(?:[?#].*)?")
_MALFORMED: Final = (
    pikepdf.PdfError,
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    RuntimeError,
    NotImplementedError,
    RecursionError,
    OverflowError,
)
"""What the reader raises on bytes that are not what they claim to be."""


def token_in_file(pdf: bytes) -> str | None:
    """The token of the letter a PDF says it is; None where it names none or more than one, or is no PDF."""
    try:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            found = {token for address in _addresses(file) if (token := token_in_address(address))}
    except _MALFORMED:
        return None
    return found.pop() if len(found) == 1 else None


def token_in_address(text: str) -> str | None:
    """The token in an address somebody copied from a letter, or typed alone."""
    text = "".join(text.split())
    found = _ADDRESS.search(text)
    if found:
        return found[1]
    return text if re.fullmatch(r"[A-Za-z0-9_-]{8,128}", text) else None


def _addresses(file: pikepdf.Pdf) -> Iterator[str]:
    yield str(file.docinfo.get("/Keywords", ""))
    for page in islice(file.pages, MOST_PAGES):
        for annotation in islice(page.get("/Annots", ()), MOST_LINKS):
            action = annotation.get("/A")
            if action is not None and "/URI" in action:
                yield str(action["/URI"])
