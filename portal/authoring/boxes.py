"""A part of a draft as boxes on a page: labels, what stands in them, what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from portal.authoring import builder, scope, wording
from portal.authoring.choices import Choice, Offers, value_words
from portal.authoring.finding_words import sentence
from portal.authoring.judging import Judged
from portal.authoring.scope import Asked
from portal.authoring.shapes import Kind, Shapes, Trait, shape_of, tag_of, tags, traits_of
from portal.authoring.typing_in import shown
from portal.catalogue.findings import Finding, Severity
from portal.catalogue.locating import KeyPath
from portal.catalogue.setting_words import SETTINGS
from portal.catalogue.text import LANGUAGES

FIRST: Final = ("type", "kind", "name", "label", "title", "ask", "act", "value", "agency", "amount", "days", "unit")
OF_A_PROCEDURE: Final = ("name", "code", "sector", "summary")
"""What a procedure is known by stands above everything else said of it."""
LAST: Final = ("stop_when", "stop", "when", "basis", "source", "verified", "code", "code_verified")
LONG: Final = frozenset(
    {
        "summary",
        "help",
        "body",
        "remedies",
        "conditions",
        "advice",
        "stop",
        "reason",
        "question",
        "valid_until",
        "keywords",
    }
)
TALL: Final = frozenset({"body", "remedies"})
SHOWN_ELSEWHERE: Final = frozenset({"Definition.supplement"})
NEEDS_NO_CODE: Final = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One setting on the page. Which of the values it uses follows from its kind."""

    kind: Kind
    name: str
    setting: str
    label: str
    hint: str = ""
    unit: str = ""
    value: str = ""
    is_long: bool = False
    is_tall: bool = False
    is_required: bool = False
    words: Mapping[str, str] | None = None
    reviewed: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()
    boxes: tuple["Box", ...] = ()
    rows: tuple["Row", ...] = ()
    add: str = ""
    condition: builder.Shown | None = None
    questions: tuple[tuple[str, str], ...] = ()
    problems: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The HTML id of its first box."""
        return f"b-{self.name.replace('.', '-')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table of boxes; the last one is empty, for a new line."""

    number: int
    boxes: tuple[Box, ...]
    label: str = ""
    is_new: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What boxes are drawn from: the whole draft, where its part lies, what is wrong, the reader's language."""

    document: Mapping[str, Any]
    path: KeyPath
    judged: Judged
    language: str

    @property
    def offers(self) -> Offers:
        """What can be chosen here."""
        return Offers(document=self.document, language=self.language)

    @property
    def known(self) -> dict[str, Asked]:
        """What conditions here may speak of."""
        return scope.asked_at(self.document, self.path)

    def boxes(
        self,
        shapes: Shapes,
        content: object,
        *,
        path: KeyPath,
        prefix: str = "",
        only: Iterable[str] | None = None,
        without: Iterable[str] = (),
    ) -> tuple[Box, ...]:
        """The boxes of one part, in the order people think of them."""
        held = content if isinstance(content, Mapping) else {}
        shape, tag = shape_of(shapes, held), tag_of(shapes)
        chosen = traits_of(shape)
        if only is not None:
            chosen = tuple(one for name in only for one in chosen if one.name == name)
        else:
            chosen = tuple(sorted(chosen, key=_place))
        return tuple(
            self._tag(shapes, held, trait, prefix) if trait.name == tag else self._box(trait, held, path, prefix)
            for trait in chosen
            if trait.kind is not Kind.LIST
            and trait.name not in set(without)
            and f"{trait.owner}.{trait.name}" not in SHOWN_ELSEWHERE
        )

    def _tag(self, shapes: Shapes, held: Mapping[str, Any], trait: Trait, prefix: str) -> Box:
        current = next(tag for tag, model in tags(shapes).items() if model is shape_of(shapes, held))
        group = "fee" if trait.owner.endswith("Fee") else trait.name
        return Box(
            kind=Kind.CHOICE,
            name=f"{prefix}{trait.name}",
            setting=f"{trait.owner}.{trait.name}",
            label=label_of(trait),
            value=current,
            is_required=True,
            choices=tuple(
                Choice(value=tag, label=value_words(group, tag), is_chosen=tag == current) for tag in tags(shapes)
            ),
        )

    def _box(self, trait: Trait, held: Mapping[str, Any], path: KeyPath, prefix: str) -> Box:
        name, place = f"{prefix}{trait.name}", (*path, trait.name)
        value = held.get(trait.name)
        errors, doubts = self._said(place, trait)
        common: dict[str, Any] = {
            "kind": trait.kind,
            "name": name,
            "setting": f"{trait.owner}.{trait.name}",
            "label": label_of(trait),
            "hint": hint_of(trait),
            "unit": str(wording.UNITS.get(trait.name, "")),
            "is_required": trait.is_required,
            "is_long": trait.name in LONG,
            "is_tall": trait.name in TALL,
            "problems": errors,
            "doubts": doubts,
        }
        match trait.kind:
            case Kind.TEXT:
                return Box(**common, **_words(value))
            case Kind.TEXTS:
                return Box(**common, rows=tuple(self._text_rows(trait, value, name)), add=str(wording.ADD[trait.name]))
            case Kind.GROUP:
                without = {"code"} if trait.name == NEEDS_NO_CODE else set()
                inside = self.boxes(trait.models, value, path=place, prefix=f"{name}.", without=without)
                return Box(**common, boxes=inside)
            case Kind.TABLE:
                return Box(
                    **common, rows=tuple(self._rows(trait, value, name, place)), add=str(wording.ADD[trait.name])
                )
            case Kind.BY_CASE:
                return Box(**common, rows=tuple(self._case_rows(trait, value, name, place)))
            case Kind.CONDITION:
                shown_one = builder.show(value, name, self.known, self.language)
                return Box(**common, condition=shown_one, questions=self._questions())
            case Kind.YES:
                return Box(**common, value="yes" if held.get(trait.name, trait.default) is True else "")
            case Kind.MANY:
                ticked = held.get(trait.name, trait.default or [])
                return Box(**common, choices=self.offers.some_of(trait, ticked, besides=str(held.get("code", ""))))
            case _:
                text = shown(held.get(trait.name, trait.default))
                return Box(**common, value=text, choices=self.offers.one_of(trait, text))

    def _said(self, place: KeyPath, trait: Trait) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is said beside this box: what is wrong at it, or inside it where the inside has no boxes of its own."""
        nested = trait.kind in {Kind.GROUP, Kind.TABLE, Kind.BY_CASE}
        found = [one for one in self.judged.below(place) if not nested or one.path == place]
        return _by_severity(found)

    def _text_rows(self, trait: Trait, value: object, name: str) -> Iterable[Row]:
        rows = value if isinstance(value, list) else []
        for number, one in enumerate([*rows, None]):
            box = Box(
                kind=Kind.TEXT,
                name=f"{name}.{number}",
                setting=f"{trait.owner}.{trait.name}",
                label=f"{label_of(trait)} {number + 1}",
                **_words(one),
            )
            yield Row(number=number, boxes=(box,), is_new=number == len(rows))

    def _rows(self, trait: Trait, value: object, name: str, place: KeyPath) -> Iterable[Row]:
        rows = value if isinstance(value, list) else []
        for number, one in enumerate([*rows, {}]):
            inside = self.boxes(trait.models, one, path=(*place, number), prefix=f"{name}.{number}.")
            yield Row(number=number, boxes=inside, is_new=number == len(rows))

    def _case_rows(self, trait: Trait, value: object, name: str, place: KeyPath) -> Iterable[Row]:
        held = value if isinstance(value, Mapping) else {}
        names = dict(scope.named(self.document, "cases"))
        for number, case in enumerate(dict.fromkeys([*held, *names])):
            inside = self.boxes(trait.models, held.get(case), path=(*place, case), prefix=f"{name}.{case}.")
            label = scope.words_of(names.get(case), self.language) or case
            yield Row(number=number, boxes=inside, label=label)

    def _questions(self) -> tuple[tuple[str, str], ...]:
        return tuple((code, asked_words(asked, self.language)) for code, asked in self.known.items())


def asked_words(asked: Asked, language: str) -> str:
    """Name a question of a condition, with the part of its answer that is meant."""
    if asked.code == builder.CASE:
        return str(wording.ONE["cases"])
    part = f" – {wording.ADDRESS_PARTS[asked.part]}" if asked.part else ""
    return f"{asked.words(language)}{part}"


def label_of(trait: Trait) -> str:
    """The name of a setting, with a capital letter."""
    said = wording.LABELS.get(f"{trait.owner}.{trait.name}") or wording.LABELS.get(trait.name)
    text = str(said or SETTINGS.get(trait.name, trait.name))
    return text[:1].upper() + text[1:]


def hint_of(trait: Trait) -> str:
    """What to know before filling it in."""
    return str(wording.HINTS.get(f"{trait.owner}.{trait.name}") or wording.HINTS.get(trait.name) or "")


def _words(text: object) -> dict[str, Any]:
    held = text if isinstance(text, Mapping) else {}
    return {
        "words": {language: shown(held.get(language)) for language in LANGUAGES},
        "reviewed": frozenset(language for language in LANGUAGES if held.get(f"{language}_status") == "reviewed"),
    }


def _place(trait: Trait) -> tuple[int, int]:
    name = trait.name
    if trait.owner == "Definition" and name in OF_A_PROCEDURE:
        return -2, OF_A_PROCEDURE.index(name)
    if name in FIRST:
        return -1, FIRST.index(name)
    return (1, LAST.index(name)) if name in LAST else (0, 0)


def _by_severity(found: Iterable[Finding]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    errors: dict[str, None] = {}
    doubts: dict[str, None] = {}
    for one in found:
        (errors if one.severity is Severity.ERROR else doubts)[sentence(one)] = None
    return tuple(errors), tuple(doubts)
