"""What a form asks: sections, fields by type, and repeatable rows."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

import pydantic

from portal.catalogue.conditions import Condition
from portal.catalogue.text import Model, Number, Sourced, Text

Code = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
"""The name of a thing inside its procedure: small letters, digits and underscores."""

Currency = Literal["VND", "USD", "CNY", "EUR"]

Prefill = Literal[
    "party.kind",
    "company.name",
    "company.tax_code",
    "company.address",
    "company.phone",
    "company.email",
    "company.representative",
    "company.legal_form",
    "person.name",
    "person.id",
    "person.phone",
    "person.email",
    "person.address",
]
"""Where the first value may come from, so that nobody types what the portal already knows.

`party.kind` is `organisation` or `person`, for a choice that has these options.
"""


class Option(Model):
    """One thing that can be chosen."""

    code: Code
    label: Text


class FieldBase(Sourced):
    """What every field has, whatever its type."""

    code: Code
    label: Text
    help: Text | None = None
    required: bool = True
    when: Condition | None = None
    prefill: Prefill | None = None


class TextField(FieldBase):
    """Free words; `lines` above one asks for a paragraph.

    `digits` is for the number of a plot, a lot or a map sheet: it, or each of several between commas, holds a digit.
    """

    type: Literal["text"]
    lines: Annotated[int, pydantic.Field(ge=1, le=30)] = 1
    max_length: Annotated[int, pydantic.Field(ge=1, le=20_000)] = 500
    digits: bool = False


class NumberField(FieldBase):
    """A quantity with its unit (m², m, storeys); `decimals` is how many digits may follow the comma."""

    type: Literal["number"]
    unit: Text | None = None
    decimals: Annotated[int, pydantic.Field(ge=0, le=6)] = 0
    min: Number | None = None
    max: Number | None = None


class MoneyField(FieldBase):
    """A declared value with its currency; đồng has no fractions, others two digits."""

    type: Literal["money"]
    currencies: Annotated[tuple[Currency, ...], pydantic.Field(min_length=1)] = ("VND",)
    min: Number | None = None
    max: Number | None = None


class DateField(FieldBase):
    """A day."""

    type: Literal["date"]
    earliest: date | None = None
    latest: date | None = None


class ChoiceField(FieldBase):
    """Exactly one of a few."""

    type: Literal["choice"]
    options: Annotated[tuple[Option, ...], pydantic.Field(min_length=2)]


class ManyField(FieldBase):
    """Any number of a few."""

    type: Literal["many"]
    options: Annotated[tuple[Option, ...], pydantic.Field(min_length=1)]


class YesNoField(FieldBase):
    """Yes or no; with `must_be_yes` a commitment the form cannot be filed without."""

    type: Literal["yes_no"]
    must_be_yes: bool = False


class AddressField(FieldBase):
    """Province, commune and street line; `inside_province` limits it to the communes of this province."""

    type: Literal["address"]
    inside_province: bool = False


class HsCodeField(FieldBase):
    """A customs commodity code, kept as text: 8 digits, 10 for some lines of the Chinese tariff."""

    type: Literal["hs_code"]


class TaxCodeField(FieldBase):
    """An enterprise or tax code: 10 digits, 13 for a branch, 12 for a person or household business."""

    type: Literal["tax_code"]
    subject: Literal["any", "organisation", "person"] = "any"


class PersonIdField(FieldBase):
    """A citizen's 12-digit number, or a passport where `passport` is allowed."""

    type: Literal["person_id"]
    passport: bool = False


class PhoneField(FieldBase):
    """A telephone number, kept in its international form."""

    type: Literal["phone"]


class EmailField(FieldBase):
    """An e-mail address."""

    type: Literal["email"]


class PointField(FieldBase):
    """A place on the map: latitude and longitude in degrees (WGS 84)."""

    type: Literal["point"]


class OutlineField(FieldBase):
    """The outline of a plot or the course of a line on the map, in degrees (WGS 84), with its area or length."""

    type: Literal["outline"]
    shapes: Annotated[tuple[Literal["polygon", "line"], ...], pydantic.Field(min_length=1)] = ("polygon",)


_Simple = (
    TextField
    | NumberField
    | MoneyField
    | DateField
    | ChoiceField
    | ManyField
    | YesNoField
    | AddressField
    | HsCodeField
    | TaxCodeField
    | PersonIdField
    | PhoneField
    | EmailField
    | PointField
    | OutlineField
)

SimpleField = Annotated[_Simple, pydantic.Field(discriminator="type")]
"""A question that is asked once."""


class RowsField(FieldBase):
    """The same few questions again and again: goods, plots of land, investors.

    `layout` says how it looks: a table of short columns or blocks one below the other.
    """

    type: Literal["rows"]
    row_label: Text
    fields: Annotated[tuple[SimpleField, ...], pydantic.Field(min_length=1, max_length=30)]
    min_rows: Annotated[int, pydantic.Field(ge=0, le=100)] = 1
    max_rows: Annotated[int, pydantic.Field(ge=1, le=500)] = 50
    layout: Literal["table", "blocks"] = "table"


AnyField = Annotated[_Simple | RowsField, pydantic.Field(discriminator="type")]
"""Every kind of question."""


class Section(Sourced):
    """A page of the form."""

    code: Code
    title: Text
    help: Text | None = None
    when: Condition | None = None
    fields: Annotated[tuple[AnyField, ...], pydantic.Field(min_length=1)]


def all_fields(sections: tuple[Section, ...]) -> Iterator[tuple[Section, AnyField]]:
    """Yield every field of the form in the order it is asked, with its section."""
    for section in sections:
        for field in section.fields:
            yield section, field
