"""What a page of the editor sends, put into the draft; what was sent back unchanged stays to the letter. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from portal.authoring import builder
from portal.authoring.scope import Asked
from portal.authoring.shapes import Kind, Shapes, Trait, shape_of, tag_of, tags, traits_of
from portal.authoring.typing_in import read, shown, tidy
from portal.catalogue.text import LANGUAGES

Posted = Mapping[str, Sequence[str]]

MOST_ROWS: Final = 200
"""Rows of a table on one page."""

FOLLOWS_QUESTION: Final = "ask"
"""What a question asks has the code of the question."""


def applied(
    shapes: Shapes,
    content: object,
    posted: Posted,
    *,
    known: Mapping[str, Asked],
    cases: Sequence[str] = (),
    prefix: str = "",
) -> dict[str, Any]:
    """Return the content of one part with what was sent for it; `prefix` is what the names of its boxes begin with."""
    held = dict(content) if isinstance(content, Mapping) else {}
    _apply_tag(shapes, held, posted, prefix)
    form = _Form(posted=posted, known=known, cases=cases)
    for trait in traits_of(shape_of(shapes, held)):
        if trait.name == tag_of(shapes):
            continue
        form.apply(trait, held, f"{prefix}{trait.name}")
    if FOLLOWS_QUESTION in held and isinstance(held[FOLLOWS_QUESTION], dict) and held.get("code"):
        held[FOLLOWS_QUESTION]["code"] = held["code"]
    return held


def _apply_tag(shapes: Shapes, held: dict[str, Any], posted: Posted, prefix: str) -> None:
    """Another kind keeps the settings it also has; the others go."""
    tag = tag_of(shapes)
    typed = (posted.get(f"{prefix}{tag}") or [""])[-1] if tag else ""
    if tag is None or typed not in tags(shapes) or typed == held.get(tag):
        return
    held[tag] = typed
    known = set(tags(shapes)[typed].model_fields)
    for name in set(held) - known:
        del held[name]


class _Form:
    def __init__(self, *, posted: Posted, known: Mapping[str, Asked], cases: Sequence[str]) -> None:
        self.posted, self.known, self.cases = posted, known, cases

    def apply(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        """Put what was sent for one setting into its part."""
        match trait.kind:
            case Kind.LIST:
                pass
            case Kind.TEXT:
                _keep(held, trait.name, self._text(held.get(trait.name), name))
            case Kind.TEXTS:
                self._texts(trait, held, name)
            case Kind.GROUP:
                self._group(trait, held, name)
            case Kind.TABLE:
                self._table(trait, held, name)
            case Kind.BY_CASE:
                self._by_case(trait, held, name)
            case Kind.CONDITION:
                changed = builder.applied(held.get(trait.name), self.posted, name, self.known)
                _keep(held, trait.name, changed)
            case Kind.YES | Kind.MANY:
                self._ticks(trait, held, name)
            case _:
                self._box(trait, held, name)

    def _box(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        if name not in self.posted:
            return
        typed = tidy(self.posted[name][-1])
        if typed == shown(held.get(trait.name, trait.default)):
            return
        value = read(trait.kind, typed, is_whole=trait.is_whole) if typed else None
        _keep(held, trait.name, None if value == trait.default else value)

    def _ticks(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        if name not in self.posted:
            return
        ticked = [value for value in self.posted[name] if value]
        if trait.kind is Kind.YES:
            value: Any = "yes" in ticked
            before = held.get(trait.name, trait.default)
        else:
            value = list(dict.fromkeys(ticked))
            before = held.get(trait.name, trait.default or [])
        if value != before:
            _keep(held, trait.name, None if value == (trait.default or type(value)()) else value)

    def _text(self, text: object, name: str) -> dict[str, Any] | None:
        held = dict(text) if isinstance(text, Mapping) else {}
        for language in LANGUAGES:
            if f"{name}.{language}" in self.posted:
                typed = tidy(self.posted[f"{name}.{language}"][-1])
                if typed != shown(held.get(language)):
                    _keep(held, language, typed or None)
            if f"{name}.{language}_read" in self.posted:
                is_read = "yes" in self.posted[f"{name}.{language}_read"]
                if is_read != (held.get(f"{language}_status") == "reviewed"):
                    _keep(held, f"{language}_status", "reviewed" if is_read else None)
        if not any(held.get(language) for language in LANGUAGES):
            return dict(text) if isinstance(text, Mapping) and held == dict(text) else None
        held.setdefault("vi", "")
        return held

    def _texts(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        rows = held.get(trait.name, [])
        kept = [
            self._text(rows[number] if number < len(rows) else None, f"{name}.{number}")
            for number in self._rows(name, len(rows))
        ]
        self._keep_rows(trait, held, [row for row in kept if row])

    def _group(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        inside = applied(
            trait.models, held.get(trait.name), self.posted, known=self.known, cases=self.cases, prefix=f"{name}."
        )
        is_bare = set(inside) <= {tag_of(trait.models)} and trait.name not in held and not trait.is_required
        _keep(held, trait.name, None if is_bare or not inside else inside)

    def _table(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        rows = held.get(trait.name, [])
        kept = []
        for number in self._rows(name, len(rows)):
            before = rows[number] if number < len(rows) else {}
            row = applied(trait.models, before, self.posted, known=self.known, prefix=f"{name}.{number}.")
            if row or number < len(rows):
                kept.append(row)
        self._keep_rows(trait, held, kept)

    def _by_case(self, trait: Trait, held: dict[str, Any], name: str) -> None:
        before = held.get(trait.name, {})
        kept = {}
        for case in dict.fromkeys([*before, *self.cases]):
            one = applied(trait.models, before.get(case), self.posted, known=self.known, prefix=f"{name}.{case}.")
            if one:
                kept[case] = one
        _keep(held, trait.name, kept or None)

    def _rows(self, name: str, held: int) -> range:
        """The rows there are, and those that were added at the end."""
        numbers = {key.removeprefix(f"{name}.").partition(".")[0] for key in self.posted if key.startswith(f"{name}.")}
        sent = [int(number) for number in numbers if number.isascii() and number.isdecimal() and len(number) < 4]  # noqa: PLR2004
        return range(min(max([held, *(number + 1 for number in sent)]), max(held, MOST_ROWS)))

    def _keep_rows(self, trait: Trait, held: dict[str, Any], rows: list[Any]) -> None:
        if rows or trait.name in held:
            _keep(held, trait.name, rows if rows or trait.is_required else None)


def _keep(held: dict[str, Any], name: str, value: object) -> None:
    if value is None:
        held.pop(name, None)
    else:
        held[name] = value
