"""Reading one posted answer: from what was typed to its canonical form, type by type."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from stdnum.exceptions import ValidationError
from stdnum.vn import mst

from portal.catalogue.conditions import Answer
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    EmailField,
    FieldBase,
    HsCodeField,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PersonIdField,
    PhoneField,
    PointField,
    TaxCodeField,
    TextField,
    YesNoField,
)
from portal.catalogue.numbers import NotANumber, read_number, write_number
from portal.catalogue.outlines import NotAnOutline, read_outline
from portal.catalogue.places import Places
from portal.foundation.telephones import canonical_phone

MAX_TYPED: Final = 40_000
YEARS: Final = range(1900, 2201)
PERSON_ID: Final = re.compile(r"0(?:0[1-9]|[1-8][0-9]|9[0-6])[0-9]{9}")
"""Citizen number: province of birth registration (001-096), sex and century, year, six digits."""
PASSPORT: Final = re.compile(r"(?=.*[A-Z])(?=.*[0-9]{4})[A-Z0-9]{6,12}")
EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:\"\\]{1,64}@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}")
MOST: Final = Decimal(10) ** 12
"""No quantity, and no value in another currency, is greater where a definition names no limit: a slip of the finger."""
MOST_DONG: Final = Decimal(10) ** 15
VIETNAM_LATITUDES: Final = (Decimal(8), Decimal(24))
VIETNAM_LONGITUDES: Final = (Decimal(102), Decimal(118))
TRUE_WORDS: Final = frozenset({"yes", "true", "1", "on"})
FALSE_WORDS: Final = frozenset({"no", "false", "0", "off"})

Parts = Mapping[str, Sequence[str]]
"""What was posted for one field: `""` holds its own value, other keys its parts (`commune`, `amount`)."""


class Unreadable(Exception):
    """The typed text cannot be taken; `code` names the sentence, `part` the part of the field it concerns."""

    def __init__(self, code: str, *, part: str = "", **detail: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.part = part
        self.detail = detail


def read_answer(field: FieldBase, parts: Parts, places: Places) -> Answer | None:
    """Return the canonical answer, or None where nothing was typed.

    Raises:
        Unreadable: what was typed is no answer to this field.

    """
    known = {name: typed for name, typed in parts.items() if name in _PARTS.get(type(field), ("",))}
    for part, typed in known.items():
        for text in typed:
            if len(text) > MAX_TYPED:
                raise Unreadable("too_long", part=part, limit=MAX_TYPED, length=len(text))
    if not any(tidy(text) for typed in known.values() for text in typed):
        return None
    return _READERS[type(field)](field, known, places)


def tidy(text: str, *, keep_lines: bool = False) -> str:
    """Return the text composed (NFC), without control characters and outer blanks, on one line."""
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(letter for letter in composed if letter in "\n\t" or not _is_control(letter))
    if keep_lines:
        return "\n".join(line.rstrip() for line in kept.split("\n")).strip()
    return " ".join(kept.split())


def _is_control(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cs"}


def _one(parts: Parts, name: str = "") -> str:
    typed = parts.get(name, ())
    return tidy(typed[-1]) if typed else ""


def _compact(parts: Parts) -> str:
    return re.sub(r"[\s.\-]", "", unicodedata.normalize("NFKC", _one(parts))).upper()


def _text(field: TextField, parts: Parts, _places: Places) -> Answer:
    text = tidy(parts[""][-1], keep_lines=field.lines > 1)
    if len(text) > field.max_length:
        raise Unreadable("too_long", limit=field.max_length, length=len(text))
    if field.digits and not _has_digits(text):
        raise Unreadable("no_digits")
    return text


def _has_digits(text: str) -> bool:
    """Whether every part between commas holds a digit."""
    parts = [part for part in re.split("[,;]", text) if part.strip()]
    return bool(parts) and all(any(sign.isdecimal() for sign in part) for part in parts)


def _quantity(text: str, *, decimals: int, low: Decimal | None, high: Decimal, part: str = "") -> str:
    try:
        number = read_number(text, decimals=decimals)
    except NotANumber as refusal:
        if refusal.ambiguous:
            raise Unreadable("ambiguous_number", part=part, text=text) from None
        raise Unreadable("not_a_number", part=part) from None
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > decimals:
        raise Unreadable("too_many_decimals", part=part, limit=decimals)
    if low is not None and number < low:
        raise Unreadable("too_small", part=part, limit=write_number(low))
    if number > high:
        raise Unreadable("too_large", part=part, limit=write_number(high))
    return write_number(number)


def _number(field: NumberField, parts: Parts, _places: Places) -> Answer:
    high = MOST if field.max is None else field.max
    return _quantity(_one(parts), decimals=field.decimals, low=field.min, high=high)


def _money(field: MoneyField, parts: Parts, _places: Places) -> Answer | None:
    typed = _one(parts, "amount") or _one(parts)
    currency = _one(parts, "currency").upper() or field.currencies[0]
    if not typed:
        return None
    if currency not in field.currencies:
        raise Unreadable("currency_unknown", part="currency")
    low = field.min if field.min is not None else Decimal(0)
    decimals, most = (0, MOST_DONG) if currency == "VND" else (2, MOST)
    high = most if field.max is None else field.max
    amount = _quantity(typed, decimals=decimals, low=low, high=high, part="amount")
    return {"amount": amount, "currency": currency}


def _date(field: DateField, parts: Parts, _places: Places) -> Answer:
    typed = _one(parts) or "-".join(_one(parts, part) for part in ("year", "month", "day"))
    day = _day(unicodedata.normalize("NFKC", typed))
    if field.earliest and day < field.earliest:
        raise Unreadable("too_early", limit=field.earliest.strftime("%d/%m/%Y"))
    if field.latest and day > field.latest:
        raise Unreadable("too_late", limit=field.latest.strftime("%d/%m/%Y"))
    return day.isoformat()


def _day(typed: str) -> date:
    numbers = [int(found) for found in re.findall(r"[0-9]{1,4}", typed)]
    if len(numbers) != 3 or not re.fullmatch(r"[0-9]{1,4}([-/. ])[0-9]{1,2}\1[0-9]{1,4}", typed):  # noqa: PLR2004
        raise Unreadable("not_a_date")
    year, month, day = numbers if re.match(r"[0-9]{3}", typed) else reversed(numbers)
    if year not in YEARS:
        raise Unreadable("not_a_date")
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable("not_a_date") from None


def _choice(field: ChoiceField, parts: Parts, _places: Places) -> Answer:
    chosen = _one(parts)
    if chosen not in {option.code for option in field.options}:
        raise Unreadable("not_an_option")
    return chosen


def _many(field: ManyField, parts: Parts, _places: Places) -> Answer:
    chosen = {tidy(text) for text in parts.get("", ())} - {""}
    known = [option.code for option in field.options]
    if not chosen <= set(known):
        raise Unreadable("not_an_option")
    return [code for code in known if code in chosen]


def _yes_no(_field: YesNoField, parts: Parts, _places: Places) -> Answer:
    word = _one(parts).lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise Unreadable("not_yes_or_no")


def _address(field: AddressField, parts: Parts, places: Places) -> Answer | None:
    street, commune = _one(parts, "street") or _one(parts), _one(parts, "commune")
    province = _one(parts, "province") or (places.home if field.inside_province else "")
    if not street and not commune:
        return None
    if len(street) > 300 or len(commune) > 120:  # noqa: PLR2004 - an address line, a place name
        raise Unreadable("too_long", part="street", limit=300, length=max(len(street), len(commune)))
    if province not in places.province_by_code:
        raise Unreadable("province_unknown", part="province")
    if field.inside_province and province != places.home:
        raise Unreadable("outside_province", part="province")
    if not commune:
        raise Unreadable("commune_missing", part="commune")
    if province == places.home and commune not in places.commune_by_code:
        raise Unreadable("commune_unknown", part="commune")
    return {"province": province, "commune": commune, "street": street}


def _hs_code(_field: HsCodeField, parts: Parts, _places: Places) -> Answer:
    code = _compact(parts)
    if not re.fullmatch(r"(?!00|77|98|99)[0-9]{8}(?:[0-9]{2})?", code):
        raise Unreadable("not_an_hs_code")
    return code


def _tax_code(field: TaxCodeField, parts: Parts, _places: Places) -> Answer:
    code = _compact(parts)
    if field.subject != "organisation" and PERSON_ID.fullmatch(code):
        return code
    if field.subject == "person":
        raise Unreadable("not_a_personal_tax_code")
    if not re.fullmatch(r"[0-9]{10}(?:[0-9]{3})?", code):
        raise Unreadable("not_a_tax_code")
    try:
        return mst.format(mst.validate(code))
    except ValidationError:
        raise Unreadable("not_a_tax_code") from None


def _person_id(field: PersonIdField, parts: Parts, _places: Places) -> Answer:
    code = _compact(parts)
    if PERSON_ID.fullmatch(code):
        return code
    if field.passport and PASSPORT.fullmatch(code):
        return code
    raise Unreadable("not_a_person_id_or_passport" if field.passport else "not_a_person_id")


def _phone(_field: PhoneField, parts: Parts, _places: Places) -> Answer:
    number = canonical_phone(unicodedata.normalize("NFKC", _one(parts)))
    if number is None:
        raise Unreadable("not_a_phone")
    return number


def _email(_field: EmailField, parts: Parts, _places: Places) -> Answer:
    typed = _one(parts)
    if len(typed) > 254 or not EMAIL.fullmatch(typed) or ".." in typed:  # noqa: PLR2004 - RFC 5321
        raise Unreadable("not_an_email")
    name, _, domain = typed.rpartition("@")
    return f"{name}@{domain.lower()}"


def _point(_field: PointField, parts: Parts, _places: Places) -> Answer:
    latitude, longitude = (_degrees(_one(parts, part), part) for part in ("lat", "long"))
    if not _within(latitude, VIETNAM_LATITUDES) or not _within(longitude, VIETNAM_LONGITUDES):
        raise Unreadable("outside_vietnam", part="lat")
    return {"lat": write_number(latitude), "long": write_number(longitude)}


def _outline(field: OutlineField, parts: Parts, _places: Places) -> Answer:
    typed = (parts.get("points") or parts.get("") or ("",))[-1]
    try:
        outline = read_outline(tidy(typed, keep_lines=True), field.shapes)
    except NotAnOutline as refusal:
        raise Unreadable(refusal.code, part="points", **refusal.detail) from None
    return {
        "shape": outline.shape,
        "points": outline.text,
        "area": write_number(outline.area_m2),
        "length": write_number(outline.length_m),
    }


def _degrees(typed: str, part: str) -> Decimal:
    match = re.fullmatch(r"[0-9]{1,3}(?:[.,][0-9]{1,15})?", unicodedata.normalize("NFKC", typed).rstrip("°"))
    if not match:
        raise Unreadable("not_a_point", part=part)
    return round(Decimal(match.group().replace(",", ".")), 6)


def _within(number: Decimal, bounds: tuple[Decimal, Decimal]) -> bool:
    return bounds[0] <= number <= bounds[1]


_PARTS: Final[Mapping[type[FieldBase], tuple[str, ...]]] = {
    MoneyField: ("", "amount", "currency"),
    DateField: ("", "year", "month", "day"),
    AddressField: ("", "province", "commune", "street"),
    PointField: ("lat", "long"),
    OutlineField: ("", "points"),
}
"""The parts a field is posted in, where it is not posted whole."""

_READERS: Final[Mapping[type[FieldBase], Callable[[Any, Parts, Places], Answer | None]]] = {
    TextField: _text,
    NumberField: _number,
    MoneyField: _money,
    DateField: _date,
    ChoiceField: _choice,
    ManyField: _many,
    YesNoField: _yes_no,
    AddressField: _address,
    HsCodeField: _hs_code,
    TaxCodeField: _tax_code,
    PersonIdField: _person_id,
    PhoneField: _phone,
    EmailField: _email,
    PointField: _point,
    OutlineField: _outline,
}
