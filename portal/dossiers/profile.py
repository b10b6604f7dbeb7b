"""What the portal knows already, so that nobody types it again: of the party and the person."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from portal.accounts.models import Party, PartyKind
from portal.accounts.tax_codes import HOME
from portal.catalogue.answers import Answers
from portal.catalogue.definition import Definition
from portal.catalogue.fields import AddressField, ChoiceField, FieldBase, RowsField, all_fields
from portal.catalogue.places import Places
from portal.foundation.search import search_key

TAX_CODE = "company.tax_code"
PROVINCE_WORDS = ("tinh ", "thanh pho ", "tp ")
COMMUNE_WORDS = ("xa ", "phuong ", "thi tran ")


class Known(Protocol):
    """Somebody who fills in the form: whoever signs in, or stands at the counter."""

    @property
    def name(self) -> Any: ...

    @property
    def phone(self) -> Any: ...

    @property
    def email(self) -> Any: ...


def profile_of(party: Party, person: Known) -> dict[str, str]:
    """The known values by prefill name; unknown ones are empty.

    A person's own number is only known where the party is that person.
    """
    own = party.kind is PartyKind.INDIVIDUAL
    values = {
        "party.kind": "person" if own else "organisation",
        "company.name": party.name,
        TAX_CODE: "" if own else party.tax_code,
        "company.address": party.address,
        "company.commune": party.commune,
        "company.phone": party.phone,
        "company.email": party.email,
        "company.representative": person.name if own else party.representative,
        "person.name": person.name,
        "person.id": party.tax_code if own else "",
        "person.phone": person.phone,
        "person.email": person.email,
        "person.address": party.address if own else "",
    }
    return {name: value or "" for name, value in values.items()}


def prefilled(definition: Definition, profile: Mapping[str, str], places: Places) -> dict[str, list[str]]:
    """The values the portal already knows, by form name. Of a repeatable question the first entry is the party."""
    typed: dict[str, list[str]] = {}
    for _section, field in all_fields(definition.sections):
        if isinstance(field, RowsField):
            for part in field.fields:
                typed.update(_values(part, f"{field.code}.0.{part.code}", profile, places))
        else:
            typed.update(_values(field, field.code, profile, places))
    return typed


def other_codes(definition: Definition, answers: Answers, party: Party) -> tuple[FieldBase, ...]:
    """The questions that mean the party itself and are answered with another tax code than its own.

    Of a repeatable question, such as who invests, one entry has to name it. That others are named is no mistake by
    itself: whoever files may do so for somebody whose matter it is.
    """
    if party.kind is PartyKind.INDIVIDUAL or party.country != HOME:
        return ()
    return tuple(
        field
        for _section, field in all_fields(definition.sections)
        if (codes := set(_codes_told(field, answers))) and party.tax_code not in codes
    )


def _codes_told(field: FieldBase, answers: Answers) -> Iterator[object]:
    told = answers.get(field.code)
    if isinstance(field, RowsField):
        own = [part.code for part in field.fields if part.prefill == TAX_CODE]
        rows = told if isinstance(told, Sequence) else ()
        yield from (row[code] for row in rows if isinstance(row, Mapping) for code in own if row.get(code))
    elif field.prefill == TAX_CODE and told:
        yield told


def split_address(address: str, commune: str, places: Places) -> dict[str, str]:
    """An address written in one line as street, commune and province, each said once.

    `commune` is its code where it is known. Parts that are no place of the register stay with the street.
    """
    parts = [part.strip() for part in address.split(",") if part.strip()]
    province = _province(parts[-1], places) if len(parts) > 1 else None
    if province is not None:
        parts.pop()
    if province not in {None, places.home}:
        return {"province": str(province), "street": ", ".join(parts)}
    found = _commune(parts[-1], places) if parts else None
    if found is not None and commune in {"", found}:
        parts.pop()
    code = commune or found or ""
    return {"province": places.home, "street": ", ".join(parts), **({"commune": code} if code else {})}


def whole_address(address: str, places: Places) -> str:
    """The address as a letter prints it: a commune that was written by its bare name is called what it is.

    "Đồng Đăng, Lạng Sơn" is "Xã Đồng Đăng, Lạng Sơn". An address outside the home province stays as it was written.
    """
    parts = [part.strip() for part in address.split(",") if part.strip()]
    if len(parts) < 2 or _province(parts[-1], places) != places.home:  # noqa: PLR2004 - a commune and its province
        return address
    found = places.commune_by_code.get(_commune(parts[-2], places) or "")
    if found is None or search_key(parts[-2]) != search_key(found.name):
        return address
    return ", ".join((*parts[:-2], found.full_name, parts[-1]))


def _values(field: FieldBase, name: str, profile: Mapping[str, str], places: Places) -> Iterator[tuple[str, list[str]]]:
    value = profile.get(field.prefill or "", "")
    if not value or not _can_be(field, value):
        return
    if not isinstance(field, AddressField):
        yield name, [value]
        return
    for part, words in split_address(value, profile.get("company.commune", ""), places).items():
        yield f"{name}.{part}", [words]


def _can_be(field: FieldBase, value: str) -> bool:
    return not isinstance(field, ChoiceField) or value in {option.code for option in field.options}


def _province(part: str, places: Places) -> str | None:
    key = _bare(part, PROVINCE_WORDS)
    return next((one.code for one in places.provinces if _bare(one.name, PROVINCE_WORDS) == key), None)


def _commune(part: str, places: Places) -> str | None:
    key = search_key(part)
    exact = [one.code for one in places.communes if search_key(one.full_name) == key]
    named = [one.code for one in places.communes if search_key(one.name) == _bare(part, COMMUNE_WORDS)]
    return next(iter(exact or (named if len(named) == 1 else [])), None)


def _bare(text: str, kinds: tuple[str, ...]) -> str:
    key = search_key(text)
    return next((key.removeprefix(kind) for kind in kinds if key.startswith(kind)), key)
