"""Canonical answers in words people read: on review pages, in letters, in the decision itself."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from portal.catalogue.conditions import Answer, is_empty
from portal.catalogue.fields import (
    AddressField,
    ChoiceField,
    DateField,
    FieldBase,
    ManyField,
    MoneyField,
    NumberField,
    OutlineField,
    PointField,
    YesNoField,
)
from portal.catalogue.places import Places
from portal.catalogue.text import Text
from portal.foundation import formats
from portal.foundation.formats import Language

YES = Text(vi="Có", en="Yes", zh="是")
NO = Text(vi="Không", en="No", zh="否")
POLYGON = Text(vi="Thửa {} điểm góc, diện tích {} m²", en="Plot of {} corners, area {} m²", zh="{}个拐点，面积{}平方米")
LINE = Text(vi="Tuyến {} điểm, dài {} m", en="Line of {} points, {} m long", zh="{}个点的线路，长{}米")
CURRENCIES = {
    "USD": Text(vi="{} đô la Mỹ", en="USD {}", zh="{}美元"),
    "CNY": Text(vi="{} nhân dân tệ", en="CNY {}", zh="{}元人民币"),
    "EUR": Text(vi="{} euro", en="EUR {}", zh="{}欧元"),
}


def shown(field: FieldBase, answer: Answer | None, language: Language, places: Places) -> str:
    """Write one answer in the reader's language; nothing where nothing was answered.

    A repeatable answer is written row by row by whoever lays it out, with this for each cell.
    """
    if answer is None or is_empty(answer):
        return ""
    if isinstance(field, YesNoField):
        return (YES if answer is True else NO).words(language)
    if isinstance(field, ChoiceField | ManyField):
        chosen = {answer} if isinstance(answer, str) else set(map(str, answer if isinstance(answer, list) else []))
        return ", ".join(option.label.words(language) for option in field.options if option.code in chosen)
    if isinstance(answer, Mapping):
        return _shown_parts(field, {key: str(part) for key, part in answer.items()}, language, places)
    if not isinstance(answer, str):
        return ""
    if isinstance(field, DateField):
        return formats.day(date.fromisoformat(answer), language)
    if isinstance(field, NumberField):
        written = formats.number(Decimal(answer), language, field.decimals)
        return f"{written} {field.unit.words(language)}" if field.unit else written
    return answer


def _shown_parts(field: FieldBase, parts: Mapping[str, str], language: Language, places: Places) -> str:
    if isinstance(field, MoneyField):
        amount = Decimal(parts["amount"])
        if parts["currency"] == "VND":
            return formats.money(int(amount), language)
        return CURRENCIES[parts["currency"]].words(language).format(formats.number(amount, language, 2))
    if isinstance(field, AddressField):
        commune = places.commune_by_code.get(parts.get("commune", ""))
        province = places.province_by_code.get(parts.get("province", ""))
        names = (
            parts.get("street", ""),
            commune.full_name if commune else parts.get("commune", ""),
            province.name if province else "",
        )
        return ", ".join(name for name in names if name)
    if isinstance(field, OutlineField):
        said, size = (LINE, "length") if parts.get("shape") == "line" else (POLYGON, "area")
        corners = parts.get("points", "").count(";") + 1
        return said.words(language).format(corners, formats.number(Decimal(parts.get(size, "0")), language, 1))
    if isinstance(field, PointField):
        return f"{parts['lat']}, {parts['long']}"
    return ", ".join(parts.values())
