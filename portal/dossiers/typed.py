"""What a page of the form sends, as it is kept: by form name, as typed, rows numbered without gaps. Pure."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence

from portal.catalogue.definition import Definition
from portal.catalogue.fields import FieldBase, RowsField, Section, YesNoField
from portal.catalogue.places import Places

Typed = Mapping[str, Sequence[str]]

CHOSEN_BY_DEFAULT = frozenset({"currency", "province"})
"""Parts that have a value before anybody answers: alone they are no answer."""

OTHER_COMMUNE = "commune_elsewhere"
"""The box for a commune outside the home province; it stands beside the list and is kept as the commune."""

CHECKED = "check:"
"""Before the code of an eligibility question: what was answered before the draft was begun is kept with it, though the
form does not ask it. No field code has a colon."""

_ROW = re.compile(r"(?:0|[1-9][0-9]{0,3})")


def belonging(posted: Typed, fields: Iterable[FieldBase], places: Places) -> dict[str, list[str]]:
    """The posted values that belong to these fields; everything else a browser may send is left aside."""
    kept: dict[str, list[str]] = {}
    for field in fields:
        own = {
            name: list(values)
            for name, values in posted.items()
            if name == field.code or name.startswith(f"{field.code}.")
        }
        if isinstance(field, RowsField):
            own = _closed_up(field, own)
        kept |= _with_one_commune(own, places)
    return kept


def is_undertaking(field: FieldBase) -> bool:
    """Whether somebody promises something here before the law: that is done afresh for every dossier."""
    return isinstance(field, YesNoField) and field.must_be_yes


def without_undertakings(typed: Typed, fields: Iterable[FieldBase]) -> dict[str, list[str]]:
    """What was typed without what was undertaken, in rows too: it is never taken over from another dossier."""
    own: set[str] = set()
    inside: set[tuple[str, str]] = set()
    for field in fields:
        if is_undertaking(field):
            own.add(field.code)
        elif isinstance(field, RowsField):
            inside |= {(field.code, part.code) for part in field.fields if is_undertaking(part)}
    kept = {}
    for name, values in typed.items():
        code, _, rest = name.partition(".")
        if code not in own and (code, rest.rpartition(".")[2]) not in inside:
            kept[name] = list(values)
    return kept


def section_of(definition: Definition, code: str) -> Section | None:
    """The page of the form with this code."""
    return next((section for section in definition.sections if section.code == code), None)


def row_numbers(field: RowsField, typed: Typed) -> list[int]:
    """The numbers of the rows something stands in, in order."""
    prefix = f"{field.code}."
    found = {
        name.removeprefix(prefix).partition(".")[0]
        for name, values in typed.items()
        if name.startswith(prefix) and is_answer(name, values)
    }
    return sorted(int(number) for number in found if _ROW.fullmatch(number))


def is_answer(name: str, values: Sequence[str]) -> bool:
    """Whether somebody typed or chose something here; a list that starts on a value says nothing."""
    return name.rpartition(".")[2] not in CHOSEN_BY_DEFAULT and any(value.strip() for value in values)


def without_row(typed: Typed, field: RowsField, number: int) -> dict[str, list[str]]:
    """The values without one row; the rows below move up."""
    gone = f"{field.code}.{number}."
    left = {name: list(values) for name, values in typed.items() if not name.startswith(gone)}
    rows = {name: values for name, values in left.items() if name.startswith(f"{field.code}.")}
    others = {name: values for name, values in left.items() if name not in rows}
    return others | _closed_up(field, rows)


def digest_of(typed: Typed, code: str) -> str:
    """A short fingerprint of everything typed for one field: says whether it changed, not what it is."""
    own = sorted(
        (name, list(values))
        for name, values in typed.items()
        if (name == code or name.startswith(f"{code}.")) and any(value.strip() for value in values)
    )
    return hashlib.sha256(json.dumps(own, ensure_ascii=False).encode()).hexdigest()[:12]


def changed_meanwhile(seen: Mapping[str, str], now: Typed, codes: Iterable[str]) -> list[str]:
    """The fields whose kept value is no longer the one this page was made from."""
    return [code for code in codes if seen.get(code) != digest_of(now, code)]


def merged(mine: Typed, theirs: Typed, seen: Mapping[str, str], codes: Iterable[str]) -> dict[str, list[str]]:
    """Two persons' work on the same page: what only they changed is theirs, everything else stays mine."""
    result: dict[str, list[str]] = {}
    for code in codes:
        untouched = seen.get(code) == digest_of(mine, code)
        source = theirs if untouched else mine
        result |= {name: list(values) for name, values in source.items() if name == code or name.startswith(f"{code}.")}
    return result


def _closed_up(field: RowsField, own: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Rows renumbered 0, 1, 2 …; rows nobody wrote in fall out."""
    new_number = {old: new for new, old in enumerate(row_numbers(field, own))}
    closed: dict[str, list[str]] = {}
    for name, values in own.items():
        number, _, rest = name.removeprefix(f"{field.code}.").partition(".")
        if _ROW.fullmatch(number) and int(number) in new_number and rest:
            closed[f"{field.code}.{new_number[int(number)]}.{rest}"] = values
    return closed


def _with_one_commune(own: Mapping[str, list[str]], places: Places) -> dict[str, list[str]]:
    """The list holds the home province's communes, the box beside it any other: one of them is the answer."""
    result = dict(own)
    for name in own:
        stem, _, part = name.rpartition(".")
        if part != OTHER_COMMUNE:
            continue
        elsewhere = result.pop(name)
        province = (own.get(f"{stem}.province") or [places.home])[-1]
        if province != places.home:
            result[f"{stem}.commune"] = elsewhere
    return result
