"""Which language the words of a page are in, and which of them stand where another language was promised.

Marked words are those under a `lang` attribute: the law's own text in Vietnamese, the other languages' names.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html.parser import HTMLParser

from portal.foundation.formats import Language
from portal.foundation.languages import NAMES
from tools.translations import LANGUAGES, Sources

TOLD = ("title", "alt", "aria-label", "aria-description", "placeholder", "label", "data-label")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SILENT = {"script", "style", "template", "textarea", "code", "pre", "samp", "kbd"}
VIETNAMESE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.IGNORECASE)
CHINESE = re.compile(r"[\u3400-\u9fff\uff0c\u3002\uff1a\uff1b\uff08\uff09]")
NO_WORDS = re.compile(r"\{\w+\}|https?://\S+|\S+@\S+|\d+[\w./]*/[-A-ZĐ0-9]+(?:-[A-ZĐ]+)*")
"""Placeholders, addresses and the numbers of acts (45/2020/NĐ-CP), which are the same in every language."""
ENGLISH = re.compile(
    r"\b(the|of|and|with|from|is|are|was|were|this|that|your|you|has|have|been|not|will|which|when|dossiers?|"
    r"days?|hours?|working|page|please|add|remove|save|choose|must|may)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Words:
    """A piece of text and the language it is marked as."""

    language: str
    text: str
    place: str


class _Reader(HTMLParser):
    """Goes through a page and keeps what it says with the language each piece is marked as."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Words] = []
        self.open: list[tuple[str, str, str]] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attributes}
        language = told.get("lang") or (self.open[-1][1] if self.open else "")
        place = f"{tag}.{told.get('class', '')}"
        self.found += [Words(language, text, f"{place}[{name}]") for name, text in _spoken(tag, told)]
        if tag not in VOID:
            self.open.append((tag, language, place))

    def handle_endtag(self, tag: str) -> None:
        while any(tag == one for one, _, _ in self.open) and self.open.pop()[0] != tag:
            """An element whose end was left out ends with the one around it."""

    def handle_data(self, data: str) -> None:
        if self.open and (said := " ".join(data.split())) and not SILENT & {tag for tag, _, _ in self.open}:
            self.found.append(Words(self.open[-1][1], said, self.open[-1][2]))


def words(page: str) -> list[Words]:
    """Everything a page says, to eyes and to ears, piece by piece; what people typed into boxes is not asked."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader.found


def _spoken(tag: str, told: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((name, told[name]) for name in TOLD if told.get(name))
    if tag == "meta" and told.get("name") == "description":
        yield "content", told["content"]
    if tag == "input" and told.get("type") in {"submit", "button"}:
        yield "value", told.get("value", "")
    if spoken := told.get("data-words"):
        yield from (("data-words", text) for text in json.loads(spoken).values() if isinstance(text, str))


@lru_cache
def untranslated(language: Language) -> frozenset[str]:
    """English texts that are said otherwise in this language, as long as they are more than a name."""
    found, sources = set(), Sources()
    if language not in LANGUAGES:
        return frozenset()
    for room in sources.rooms():
        for message in sources.read(room, language):
            texts = message.id if isinstance(message.id, tuple) else (message.id,)
            said = message.string if isinstance(message.string, tuple) else (message.string,)
            found |= {text for text in texts if text and text not in said and "%(" not in text}
    return frozenset(found)


def foreign(said: Words, language: Language) -> str:
    """What is wrong with words that should be in this language; "" if nothing is."""
    if (said.language and not said.language.startswith(language)) or said.text in NAMES.values():
        return ""  # marked; or a language's own name, which is the same wherever one may choose it
    text = NO_WORDS.sub(" ", said.text)
    if language != "zh" and CHINESE.search(text):
        return "Chinese"
    if language != "vi" and VIETNAMESE.search(text):
        return "Vietnamese"
    if language != "en" and (text in untranslated(language) or ENGLISH.search(text)):
        return "English"
    return ""
