"""The standing words of the letters, for pages that show a letter's text before it is printed."""

import tomllib
from functools import cache
from typing import Any

from portal.letters.pdf import TEMPLATES


@cache
def standing_words() -> dict[str, Any]:
    """The words of `templates/letters/words.toml`, as the letters themselves read them."""
    return tomllib.loads((TEMPLATES / "words.toml").read_text("utf-8"))
