"""What the administrator's pages know of a text: its fields, the blanks it may and must have, how it reads. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from portal.foundation import languages
from portal.letters import own_words
from portal.notices import wording as notices
from portal.notices.kinds import NoticeKind
from portal.texts import blanks
from portal.texts.models import Area

LANGUAGES = ("vi", "en", "zh")
COURTESY = ("en", "zh")
NOTICE_PARTS = ("subject", "body")
SAMPLES: Mapping[str, Mapping[str, str]] = {
    "code": dict.fromkeys(LANGUAGES, "H37.00-000000-0000"),
    "procedure": {"vi": "Thủ tục mẫu", "en": "Sample procedure", "zh": "示例事项"},
    "amount": {"vi": "1.622.000 đồng", "en": "1,622,000 VND", "zh": "1,622,000越南盾"},
    "share": {"vi": "90 %", "en": "90%", "zh": "90%"},
}
"""What a preview fills into a blank; others show their own name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A text that can be written anew. `defaults`: field → words that come with the portal, as in `vi_subject`."""

    area: Area
    key: str
    defaults: Mapping[str, str]
    blanks: tuple[str, ...]

    @property
    def parts(self) -> tuple[str, ...]:
        """What it is made of in each language; a letter's sentence is one piece."""
        return NOTICE_PARTS if self.area is Area.NOTICE else ("sentence",)

    def stored(self, typed: Mapping[str, str]) -> dict[str, Any]:
        """The words as a version keeps them; a courtesy language left empty is left out."""
        found: dict[str, Any] = {}
        for language in LANGUAGES:
            parts = {part: typed[f"{language}_{part}"] for part in self.parts}
            if self.area is Area.LETTER:
                found[language] = parts["sentence"]
            elif all(parts.values()):
                found[language] = parts
        return found

    def typed(self, stored: Mapping[str, Any]) -> dict[str, str]:
        """The reverse: fields as the form shows them."""
        found: dict[str, str] = {}
        for language in LANGUAGES:
            own = stored.get(language) or {}
            parts: Mapping[str, Any] = {"sentence": own or ""} if self.area is Area.LETTER else own
            found |= {f"{language}_{part}": str(parts.get(part, "")) for part in self.parts}
        return found

    def wrong(self, typed: Mapping[str, str]) -> dict[str, str]:
        """By field: why it cannot be kept, as a code of this room."""
        found: dict[str, str] = {}
        for language in LANGUAGES:
            texts = {f"{language}_{part}": typed[f"{language}_{part}"] for part in self.parts}
            if language in COURTESY and not any(texts.values()):
                continue
            found |= {name: "administration.text_missing" for name, text in texts.items() if not text}
            found |= {name: code for name, text in texts.items() if text and (code := self._blanks_wrong(text))}
        return found

    def _blanks_wrong(self, text: str) -> str:
        used, allowed = blanks.used(text), frozenset(self.blanks)
        if used - allowed or blanks.has_stray_brace(text):
            return "administration.blank_unknown"
        if self.area is Area.LETTER and allowed - used:
            return "administration.blank_missing"
        return ""


def known(area: Area, key: str) -> Known | None:
    """The text with this key; None where there is none that may be written anew."""
    if area is Area.LETTER:
        words = own_words.sentences().get(key)
        if words is None:
            return None
        defaults = {f"{language}_sentence": words.get(language, "") for language in LANGUAGES}
        return Known(area=area, key=key, defaults=defaults, blanks=tuple(sorted(blanks.used(words["vi"]))))
    if key not in set(NoticeKind):
        return None
    defaults = {}
    for language in languages.LANGUAGES:
        defaults |= {f"{language}_{part}": text for part, text in notices.packaged(key, language).items()}
    return Known(area=area, key=key, defaults=defaults, blanks=notices.blanks_of(key))


def example(text: str, language: str) -> list[str]:
    """How the text reads with made-up values, line by line."""
    values = {name: SAMPLES.get(name, {}).get(language, f"[{name}]") for name in blanks.used(text)}
    return blanks.lines(text, values)
