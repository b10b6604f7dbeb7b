"""What may be chosen for a setting of a draft: values with their words, and what of the draft itself can be named."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from portal.accounts.wording import role_words
from portal.authoring import scope, wording
from portal.authoring.scope import Asked
from portal.authoring.shapes import Trait
from portal.catalogue import registers
from portal.catalogue.setting_words import VALUES as SAID
from portal.workflow.roles import Role

ROLES: Final = frozenset({"role", "approvals"})
Pair = tuple[str, str]
"""A value and the words for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One thing that can be chosen."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """What a draft offers to choose from, in the reader's language."""

    document: Mapping[str, Any]
    language: str

    def one_of(self, trait: Trait, current: str) -> tuple[Choice, ...]:
        """The values one of which is chosen; a value that is none of them stays, so that nothing is lost unseen."""
        offered = self._offered(trait)
        if not offered:
            return ()
        if current and current not in dict(offered):
            offered = [*offered, (current, current)]
        return tuple(Choice(value=value, label=label, is_chosen=value == current) for value, label in offered)

    def some_of(self, trait: Trait, ticked: Sequence[str], *, besides: str = "") -> tuple[Choice, ...]:
        """What is ticked comes first and in its own order, which may mean something; what is gone can be unticked."""
        offered = dict(self._offered(trait, besides=besides))
        order = [*ticked, *(value for value in offered if value not in ticked)]
        return tuple(Choice(value=value, label=offered.get(value, value), is_chosen=value in ticked) for value in order)

    def _offered(self, trait: Trait, *, besides: str = "") -> list[Pair]:
        """What a setting may be, with the words for it."""
        if trait.choices:
            words = role_words if trait.name in ROLES else None
            return [(one, role_words(Role(one)) if words else value_words(trait.name, one)) for one in trait.choices]
        match trait.name:
            case "agency" if trait.owner == "Step":
                return [*((key, value_words("agency", key)) for key in ("competent", "intake")), *self._agencies()]
            case "agency":
                return self._agencies()
            case "intake":
                return self._agencies(intake_first=True)
            case "location":
                return [pair for one, pair in self._fields() if one.type == "address" and one.inside_province]
            case "title_field":
                return [pair for one, pair in self._fields() if one.type == "text"]
            case "base":
                return [pair for one, pair in self._fields() if one.type == "number" or (one.currencies == ("VND",) and one.type == "money")]  # fmt: skip  # noqa: E501
            case "states":
                return [pair for _, pair in self._fields()]
            case "after" | "returns_to" | "covers":
                part = "fees" if trait.name == "covers" else "steps"
                things = scope.named(self.document, part)
                return [(code, scope.words_of(name, self.language) or code) for code, name in things if code != besides]
        return []

    def _fields(self) -> list[tuple[Asked, Pair]]:
        return [(one, (one.code, one.words(self.language))) for one in scope.fields_of(self.document)]

    def _agencies(self, *, intake_first: bool = False) -> list[Pair]:
        entries = registers.agencies().agencies
        ordered = sorted(entries, key=lambda entry: not entry.intake) if intake_first else entries
        return [(entry.key, entry.name.words(self.language)) for entry in ordered]


def value_words(setting: str, value: str) -> str:
    """The words for one value of a setting."""
    own = wording.VALUES.get(setting, {}).get(value)
    return str(own if own is not None else SAID.get(value, value))
