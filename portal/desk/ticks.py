"""What the officer ticked while reading: right or wrong, field by field and document by document.

The wrong ones become the items of a supplement request. Names of the form: `tick.field.<code>` (ok, wrong),
`stock.field.<code>` (a managed reason), `why.field.<code>` (own words); the same with `document`; `all.<group>` for a
section or for `all-documents`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from portal.dossiers.actions.supplement import Item
from portal.reasons.models import ReasonKind
from portal.reasons.queries import Offered

Kind = Literal["field", "document"]
KINDS: tuple[Kind, ...] = ("field", "document")
LONGEST_REASON = 1000
DOCUMENTS = "all-documents"
"""The group of all documents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """One field or document as it was ticked. `managed` is the sentence of the managed reason, as letters print it."""

    verdict: Literal["", "ok", "wrong"] = ""
    stock: str = ""
    managed: str = ""
    why: str = ""

    def words(self) -> str:
        """What is wrong, as the letter says it: the managed reason, own words, or both."""
        return " ".join(part for part in (self.managed, self.why.strip()) if part)


NOTHING = Tick()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticks:
    """All ticks of one page, by kind and code, with what is said about the whole dossier.

    `all_right`: the groups (sections, documents) whose tick "all of it is right" was set.
    """

    of: Mapping[tuple[str, str], Tick] = field(default_factory=dict)
    all_right: frozenset[str] = frozenset()
    other: str = ""
    reason: str = ""
    legal_ground: str = ""

    def get(self, kind: str, key: str) -> Tick:
        """The tick of one field or document."""
        return self.of.get((kind, key), NOTHING)

    def items(self) -> list[Item]:
        """What becomes the request: everything marked wrong, and what else is to be put right."""
        found = [
            Item(kind=kind, key=key, what_is_wrong=tick.words())
            for kind in KINDS
            for (tick_kind, key), tick in self.of.items()
            if tick_kind == kind and tick.verdict == "wrong"
        ]
        if self.other.strip():
            found.append(Item(kind="other", key="", what_is_wrong=self.other.strip()))
        return found


def read(
    posted: Mapping[str, str],
    known: Mapping[Kind, list[str]],
    offered: Offered,
    groups: Mapping[str, Collection[tuple[str, str]]] = MappingProxyType({}),
) -> Ticks:
    """Read the posted form; only fields and documents the dossier has, and reasons offered for it, are looked at.

    Of a group (`groups`: its fields and documents by its name) ticked right as a whole, all is right but what is marked
    wrong.
    """
    found: dict[tuple[str, str], Tick] = {}
    all_right = frozenset(name for name in groups if f"all.{name}" in posted)
    in_all = {one for name in all_right for one in groups[name]}
    for kind in KINDS:
        for key in known[kind]:
            verdict = posted.get(f"tick.{kind}.{key}") or ("ok" if (kind, key) in in_all else "")
            stock = posted.get(f"stock.{kind}.{key}", "")
            managed = offered[ReasonKind(kind)].get(stock)
            found[kind, key] = Tick(
                verdict="wrong" if verdict == "wrong" else "ok" if verdict == "ok" else "",
                stock=stock if managed else "",
                managed=managed.vi if managed else "",
                why=posted.get(f"why.{kind}.{key}", "")[:LONGEST_REASON],
            )
    return Ticks(
        of=found,
        all_right=all_right,
        other=posted.get("other", "")[:LONGEST_REASON],
        reason=posted.get("reason", "")[:LONGEST_REASON],
        legal_ground=posted.get("legal_ground", "")[:LONGEST_REASON],
    )
