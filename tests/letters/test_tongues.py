"""A letter in Vietnamese says nothing else; beside it stand courtesy lines of the reader's language and of no third."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from portal.catalogue.text import LANGUAGES, Language
from portal.letters import contents as say
from portal.letters import pdf
from tests.browser.tongues import CHINESE, ENGLISH, Words, foreign
from tests.letters.samples import EVERY_LETTER
from tests.letters.test_pdf import text_of

ADDRESSES = re.compile(r"https?://\S+|\S+@\S+")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", EVERY_LETTER.values(), ids=EVERY_LETTER.keys())
def test_a_letter_has_no_word_of_a_third_language(letter: say.Letter, language: Language) -> None:
    printed = ADDRESSES.sub(" ", text_of(pdf.render(letter, language=language)))

    if language != "en":
        assert not ENGLISH.findall(printed)
    if language != "zh":
        assert not CHINESE.findall(printed)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_courtesy_lines_of_every_letter_are_in_the_readers_language_alone(language: Language) -> None:
    standing = tomllib.loads((pdf.TEMPLATES / "words.toml").read_text("utf-8"))

    lines = list(courtesy(standing, language))

    assert len(lines) > 50
    wrong = [(path, line, found) for path, line in lines if (found := foreign(Words("", line, path), language))]
    assert not wrong


def courtesy(table: dict[str, Any], language: Language, path: str = "") -> Iterator[tuple[str, str]]:
    """Every standing line of this language, and where it stands."""
    if isinstance(table.get(language), str):
        yield path, table[language]
    for key, part in table.items():
        if isinstance(part, dict):
            yield from courtesy(part, language, f"{path}.{key}")
