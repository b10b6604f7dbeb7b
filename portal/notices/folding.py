"""Header lines of a mail whose words keep their blanks, however long and in whatever script they are.

The library's own folding loses blanks where it breaks a long line between two encoded words (RFC 2047, section 6.2:
what stands between two of them is not shown), so that "đã được" arrives as "đãđược".
"""

from collections.abc import Sequence
from email.header import Header
from email.headerregistry import Address, BaseHeader
from email.policy import EmailPolicy
from typing import Any, Final

TEXTS: Final = frozenset({"subject"})
PEOPLE: Final = frozenset({"from", "to"})
WIDTH: Final = 76


class WholeWords(EmailPolicy):
    """As every other mail, but a text with more than ASCII in it is encoded as a whole, blanks and all."""

    def fold(self, name: str, value: Any) -> str:
        """The header, folded, with the end of its last line."""
        return self._own(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """The same as bytes."""
        own = self._own(name, value)
        return own.encode("ascii") if own else super().fold_binary(name, value)

    def _own(self, name: str, value: Any) -> str:
        """The header as this policy writes it; empty where the library's way is right."""
        text = str(value)
        if text.isascii() or not isinstance(value, BaseHeader):
            return ""
        if name.lower() in TEXTS:
            return f"{name}: {self._encoded(text, len(name) + 2)}{self.linesep}"
        people: Sequence[Address] = getattr(value, "addresses", ())
        if name.lower() in PEOPLE and len(people) == 1 and people[0].addr_spec.isascii():
            words = self._encoded(people[0].display_name, len(name) + 2)
            address = f"<{people[0].addr_spec}>"
            last = len(words) - words.rfind("\n") + (0 if "\n" in words else len(name) + 2)
            blank = " " if last + len(address) < WIDTH else f"{self.linesep} "
            return f"{name}: {words}{blank}{address}{self.linesep}"
        return ""

    def _encoded(self, text: str, begun: int) -> str:
        line = Header(text, "utf-8", maxlinelen=WIDTH, header_name="x" * (begun - 2))
        return line.encode(linesep=self.linesep)


MAIL: Final = WholeWords()
