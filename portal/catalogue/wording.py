"""Problems of answers, dossiers and definitions: a code, where, and the sentence for it.

The sentences are message ids in English; pages translate them (`gettext(problem.message) % problem.detail`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from portal.catalogue.text import Text


def N_(message: str) -> str:  # noqa: N802 - the name translators' tools look for
    """Mark a sentence for translation without translating it here."""
    return message


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something the filer has to put right, beside the field or document it concerns.

    `path` is the name of the form field (`owner_name`, `goods.2.hs_code`) or of the document.
    `label` names it in three languages. `detail` fills the sentence.
    """

    code: str
    path: str
    kind: str = "field"
    label: Text | None = None
    detail: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """The sentence in English, unfilled: the message id."""
        return MESSAGES[self.code]


MESSAGES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "too_long": N_("Use at most %(limit)d characters; you wrote %(length)d"),
        "not_a_number": N_("Enter a number, for example 1.250,5"),
        "ambiguous_number": N_(
            "%(text)s may mean thousands or a fraction: leave out the separator, or add a 0 at the end of the fraction"
        ),
        "too_many_decimals": N_("Give at most %(limit)d digits after the comma"),
        "too_small": N_("Enter %(limit)s or more"),
        "too_large": N_("Enter %(limit)s or less"),
        "currency_unknown": N_("Choose one of the currencies offered"),
        "not_a_date": N_("Enter a real date as day, month and year, for example 24/11/2026"),
        "too_early": N_("Enter %(limit)s or a later day"),
        "too_late": N_("Enter %(limit)s or an earlier day"),
        "not_an_option": N_("Choose one of the answers offered"),
        "not_yes_or_no": N_("Choose yes or no"),
        "province_unknown": N_("Choose a province or city from the list"),
        "commune_unknown": N_("Choose a commune or ward of this province from the list"),
        "commune_missing": N_("Give the commune or ward"),
        "outside_province": N_("The place has to lie in this province"),
        "not_an_hs_code": N_("Enter a commodity code of 8 digits (10 for China), for example 08105000"),
        "not_a_tax_code": N_("This is no valid tax code: check the digits (10, or 13 for a branch)"),
        "not_a_personal_tax_code": N_("Enter the 12-digit personal number used as the tax code"),
        "no_digits": N_("Write the number, for example 125; separate several by commas"),
        "not_a_person_id": N_("Enter the 12 digits of the citizen identity card"),
        "not_a_person_id_or_passport": N_("Enter the 12 digits of the identity card, or a passport number"),
        "not_a_phone": N_("Enter a telephone number that can be called, for example 0912 345 678"),
        "not_an_email": N_("Enter an e-mail address such as name@example.vn"),
        "not_a_point": N_("Enter latitude and longitude in degrees, for example 21.9547 and 106.7061"),
        "outside_vietnam": N_("This point is not in Vietnam; perhaps latitude and longitude are swapped"),
        "not_an_outline": N_("Give one corner per line as latitude, longitude, or the text of a GeoJSON file"),
        "outline_one_shape": N_("The file has to hold exactly one outline, without holes"),
        "outline_polygon": N_("Give the border of an area, not a line"),
        "outline_line": N_("Give a line, not the border of an area"),
        "outline_points": N_("Give at least %(least)d different points"),
        "outline_too_many": N_("Give at most %(limit)d points"),
        "outline_crosses": N_("The border crosses itself: give the corners in the order one walks along it"),
        "outline_empty": N_("The corners enclose nothing: they lie on one line"),
        "outline_outside": N_("A point is not in Vietnam: give degrees (WGS 84), for example 21.8537, 106.7613"),
        "too_many_rows": N_("Give at most %(limit)d entries"),
        "too_few_rows": N_("Give at least %(limit)d"),
        "answer_missing": N_("Answer this question"),
        "part_missing": N_("Fill in this part as well"),
        "must_be_yes": N_("The dossier can only be filed with this commitment"),
        "case_unknown": N_("Choose which case your dossier belongs to"),
        "document_missing": N_("Add this document"),
        "too_many_files": N_("Add at most %(limit)d files here"),
    }
)
