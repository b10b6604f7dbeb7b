"""Which sentences of the letters a house may write in its own words, and putting those in their place.

Labels, titles and what the forms of Circular 03/2025/TT-VPCP fix stay as they are, and so does the decision, whose
content the leader signs. Vietnamese counts; English and Chinese are courtesy and may be left empty.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from portal.letters.contents import LetterKind
from portal.letters.standing import standing_words

KINDS = (
    LetterKind.FILING_RECEIPT,
    LetterKind.RECEIPT,
    LetterKind.SUPPLEMENT,
    LetterKind.REFUSAL_OF_INTAKE,
    LetterKind.APOLOGY,
    LetterKind.STOP,
)
TITLE = "title"
SHORTEST = 30
"""What is shorter than this, or ends otherwise, is a label and no sentence."""
ENDS = (".", ":")
COURTESY = ("en", "zh")


@cache
def sentences() -> dict[str, dict[str, str]]:
    """By key, as in `supplement.intro_before`: the sentence that comes with the portal, in every language it has."""
    found = {}
    for kind in KINDS:
        for name, words in standing_words().get(kind.value, {}).items():
            if name != TITLE and words["vi"].endswith(ENDS) and len(words["vi"]) >= SHORTEST:
                found[f"{kind.value}.{name}"] = dict(words)
    return found


def overlay(own: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The house's sentences by letter, as `pdf.render` takes them; keys of another release are left out."""
    found: dict[str, dict[str, Any]] = {}
    for key, words in own.items():
        if key in sentences():
            section, _, name = key.partition(".")
            found.setdefault(section, {})[name] = {
                language: text for language, text in words.items() if text or language not in COURTESY
            }
    return found
