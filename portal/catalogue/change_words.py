"""Differences between two versions in words: what changed, what stood there, what stands there now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from flask_babel import ngettext

from portal.accounts.wording import role_words
from portal.catalogue.agencies import AgencyEntry
from portal.catalogue.comparing import TOGETHER, Change, ChangeKind, Span, compare, is_condition, span_of
from portal.catalogue.condition_words import figure, said
from portal.catalogue.definition import Announcement, Definition, LimitRule
from portal.catalogue.fees import Bracket
from portal.catalogue.limit_words import limit_words
from portal.catalogue.setting_words import PARTS, SETTINGS, VALUES
from portal.catalogue.shown import NO, YES
from portal.catalogue.steps import StepLimit
from portal.catalogue.text import LANGUAGES, Model, Text
from portal.clock.limit import Unit
from portal.foundation import formats
from portal.foundation.formats import Language
from portal.workflow.roles import Role

MONEY: Final = frozenset({"amount_vnd", "min_vnd", "max_vnd", "rounding_vnd"})
ROLES: Final = frozenset({"role", "approvals"})
STEPS: Final = frozenset({"after", "returns_to"})
CODE_LISTS: Final = frozenset({"covers", "base", "title_field", "location", "states"})
NAMES: Final = ("name", "label", "title")
TIMES: Final = frozenset(name for names in TOGETHER.values() for name in names) | {"value"}
"""Settings that need no name of their own beside what they belong to."""
LEFT_OUT: Final = frozenset({*NAMES, "code", "source", "verified", "help", "ask", "layout"})
"""What need not be told of a thing that is new: how it is called, and what only the office reads."""
ALWAYS: Final = frozenset({"required", "type", "kind"})
"""What is told of a new thing even where it is the usual."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidChange:
    """One difference as people read it. `about` names the thing, `what` its setting; either may be empty."""

    part: str
    kind: ChangeKind
    about: str
    what: str
    before: str
    after: str
    notes: tuple[str, ...] = ()
    """Of a thing that came: what it asks, demands and costs, one setting each."""

    @property
    def sentence(self) -> str:
        """The whole of it on one line: `Time limit: 20 calendar days → 15 calendar days`."""
        head = ": ".join(text for text in (self.part, self.about) if text)
        if self.kind is ChangeKind.ADDED:
            return str(_("%(thing)s – added", thing=head))
        if self.kind is ChangeKind.REMOVED:
            return str(_("%(thing)s – removed", thing=head))
        if self.kind is ChangeKind.MOVED:
            return str(_("%(thing)s – in another order", thing=head))
        head = f"{head}, {self.what}" if self.what and self.about else ": ".join(filter(None, (head, self.what)))
        return f"{head}: {self.before} → {self.after}"


def differences(
    old: Definition, new: Definition, *, agencies: Mapping[str, AgencyEntry], language: Language
) -> tuple[SaidChange, ...]:
    """Say every difference between two definitions in the reader's language, in the order of the definition."""
    return tuple(
        _said_change(change, Words(old, agencies, language), Words(new, agencies, language))
        for change in compare(old, new)
    )


def count_of(said: Sequence[SaidChange]) -> str:
    """How many changes there are, in the language being spoken."""
    return str(ngettext("%(num)d change", "%(num)d changes", len(said)))


@dataclass(frozen=True, slots=True)
class Words:
    """Puts the values of one definition into words."""

    definition: Definition
    agencies: Mapping[str, AgencyEntry]
    language: Language

    def thing(self, thing: object) -> str:
        """Name a part of the procedure: a document by its name, a limit by its time."""
        if isinstance(thing, LimitRule | StepLimit):
            return self.value(span_of(thing))
        if isinstance(thing, Announcement):
            return f"{thing.act}, {formats.day(thing.decided_on, self.language)}"
        name = next((getattr(thing, key) for key in NAMES if isinstance(getattr(thing, key, None), Text)), None)
        ask = getattr(thing, "ask", None)
        if name is None and ask is not None:
            name = ask.label
        if name is not None:
            act = getattr(thing, "act", "")
            return f"{act} – {name.words(self.language)}" if hasattr(thing, "articles") else name.words(self.language)
        kind = getattr(thing, "kind", "")
        if kind:
            return str(VALUES.get(str(kind), str(kind)))
        return self.agency(str(getattr(thing, "agency", "")))

    def things(self, things: Sequence[Model]) -> str:
        """Name a part by way of what it lies in: section, question, option."""
        return " › ".join(filter(None, map(self.thing, things)))

    def agency(self, key: str) -> str:
        """Name an agency of the register."""
        entry = self.agencies.get(key)
        return entry.short_name.words(self.language) if entry else str(VALUES.get(key, key))

    def value(self, value: Any, setting: str = "") -> str:
        """Say a value of a setting."""
        if value is None or value in ("", (), {}):
            return str(_("nothing"))
        if isinstance(value, bool):
            return (YES if value else NO).words(self.language)
        if isinstance(value, tuple | list):
            return str(_(", ")).join(self.value(part, setting) for part in value)
        if isinstance(value, dict):
            return str(_("; ")).join(f"{self._case(key)}: {self.thing(part)}" for key, part in value.items())
        if isinstance(value, Span):
            return limit_words(value.amount, value.unit)
        if is_condition(value):
            return said(value, self.definition, self.language) or str(_("always"))
        if isinstance(value, Text):
            return f"“{value.words(self.language)}”"
        if isinstance(value, Bracket):
            return self._bracket(value)
        if isinstance(value, Model):
            return self.thing(value)
        return self._plain(value, setting)

    def _plain(self, value: Any, setting: str) -> str:
        if isinstance(value, date):
            return formats.day(value, self.language)
        if setting in MONEY:
            return formats.money(int(value), self.language)
        if setting == "rate":
            return formats.percent(value, self.language, 3)
        if setting == "validity_months":
            return limit_words(value, Unit.MONTH)
        if setting == "minutes_to_fill":
            return str(ngettext("%(num)d minute", "%(num)d minutes", value))
        if isinstance(value, int | Decimal | float):
            return figure(value, self.language)
        return self._name(str(value), setting)

    def _name(self, text: str, setting: str) -> str:
        if setting in ROLES:
            return role_words(Role(text))
        if setting in {"agency", "intake"}:
            return self.agency(text)
        named: Model | None = None
        if setting in STEPS:
            named = next((step for step in self.definition.steps if step.code == text), None)
        elif setting in CODE_LISTS:
            named = self.definition.field(text) or next((f for f in self.definition.fees if f.code == text), None)
        return f"“{self.thing(named)}”" if named is not None else str(VALUES.get(text, text))

    def _case(self, code: str) -> str:
        case = self.definition.case(code)
        return case.name.words(self.language) if case else code

    def _bracket(self, bracket: Bracket) -> str:
        money = formats.money(bracket.amount_vnd, self.language)
        if bracket.up_to is None:
            return str(_("above: %(money)s", money=money))
        return str(_("up to %(bound)s: %(money)s", bound=figure(bracket.up_to, self.language), money=money))


def _said_change(change: Change, old: Words, new: Words) -> SaidChange:
    words = old if change.kind is ChangeKind.REMOVED else new
    before, after = old.value(change.before, change.setting), new.value(change.after, change.setting)
    if isinstance(change.before, Text) and isinstance(change.after, Text) and before == after:
        before, after = _of_translations(change.before, change.after)
    return SaidChange(
        part=_part(change),
        kind=change.kind,
        about=_about(change, words),
        what=_setting(change),
        before=before,
        after=after,
        notes=tuple(_notes(change.after, new)) if change.kind is ChangeKind.ADDED else (),
    )


def _about(change: Change, words: Words) -> str:
    """What it is about. One of several limits is named by its condition: its time is what changed."""
    if change.setting not in TIMES or not isinstance(change.path[-2], int):
        return words.things(change.things)
    siblings = getattr(words.definition, change.part, ())
    if change.part not in {"limits", "promised_limits"} or len(siblings) == 1:
        return ""
    when = getattr(change.things[-1], "when", None)
    return said(when, words.definition, words.language) if when is not None else str(_("Otherwise"))


def _notes(thing: object, words: Words) -> Iterator[str]:
    """Say the settings of a new thing that are not the usual ones."""
    if not isinstance(thing, Model):
        return
    for name, info in type(thing).model_fields.items():
        value = getattr(thing, name)
        usual = None if info.is_required() else info.get_default(call_default_factory=True)
        is_time = name in TOGETHER.get(type(thing).__name__, ())
        if name in LEFT_OUT or is_time or value in (None, "", (), {}) or (value == usual and name not in ALWAYS):
            continue
        number = f" ({len(value)})" if isinstance(value, tuple) and len(value) > 1 else ""
        yield f"{SETTINGS.get(name, name)}{number}: {words.value(value, name)}"


def _part(change: Change) -> str:
    if change.path == ("name",):
        return str(_("Name of the procedure"))
    return str(PARTS.get(change.part) or SETTINGS.get(change.part, change.part))


def _setting(change: Change) -> str:
    """The name of the setting; nothing where the part says it all (a time limit's time)."""
    if change.setting in ("", change.part) or change.path[-1] in change.path[:1]:
        return ""
    if change.setting not in TIMES:
        return str(SETTINGS.get(change.setting, change.setting))
    holder = change.path[-2]
    return "" if isinstance(holder, int) or holder == change.part else str(SETTINGS.get(holder, holder))


def _of_translations(before: Text, after: Text) -> tuple[str, str]:
    """What differs where the words in the reader's language do not: another language, or who has read it over."""
    own = {"vi": "Tiếng Việt", "en": "English", "zh": "中文"}
    for code in LANGUAGES:
        earlier, later = getattr(before, code), getattr(after, code)
        if earlier != later:
            return f"{own[code]}: “{earlier}”", f"“{later}”"
    for code in LANGUAGES:
        earlier, later = before.status(code), after.status(code)
        if earlier != later:
            return f"{own[code]}: {VALUES[earlier.value]}", str(VALUES[later.value])
    return "", ""
