"""The blanks of a text, as in `{code}`: which it uses, and filling them in one pass. Pure."""

import re
from collections.abc import Mapping

BLANK = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_STRAY = re.compile(r"[{}]")


def used(text: str) -> frozenset[str]:
    """The names of the blanks in the text."""
    return frozenset(BLANK.findall(text))


def has_stray_brace(text: str) -> bool:
    """Whether a brace belongs to no blank: a blank that was typed wrongly."""
    return bool(_STRAY.search(BLANK.sub("", text)))


def filled(text: str, values: Mapping[str, str]) -> str:
    """The text with its blanks filled; a value that looks like a blank itself stays as it is."""
    return BLANK.sub(lambda found: values.get(found.group(1), ""), text)


def lines(text: str, values: Mapping[str, str]) -> list[str]:
    """The text line by line; a line with a blank for which nothing is known is left out, as are empty ones."""
    kept = (line for line in text.splitlines() if line.strip() and all(values.get(name) for name in used(line)))
    return [" ".join(filled(line, values).split()) for line in kept]
