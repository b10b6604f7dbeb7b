"""Provinces and communes, as far as forms and limits need them."""

from collections.abc import Mapping
from typing import Literal

import pydantic

from portal.catalogue.text import Model, Sourced


class Province(Model):
    """A province or city; `code` is the national number."""

    code: str
    name: str


class Commune(Sourced):
    """A commune or ward of the home province.

    `difficult` communes have longer limits where a procedure says so; `border` ones touch China.
    """

    code: str
    name: str
    kind: Literal["xã", "phường"]
    difficult: bool = False
    border: bool = False

    @property
    def full_name(self) -> str:
        """The name as it is written in an address."""
        return f"{self.kind.capitalize()} {self.name}"


class Places(Model):
    """The register of places: all provinces, and the communes of the home province."""

    home: str
    source: str = ""
    provinces: tuple[Province, ...]
    communes: tuple[Commune, ...]

    _provinces: dict[str, Province] = pydantic.PrivateAttr(default_factory=dict)
    _communes: dict[str, Commune] = pydantic.PrivateAttr(default_factory=dict)

    def model_post_init(self, _context: object) -> None:
        """Prepare the look-up by code."""
        self._provinces.update({province.code: province for province in self.provinces})
        self._communes.update({commune.code: commune for commune in self.communes})

    @property
    def province_by_code(self) -> Mapping[str, Province]:
        """All provinces by their national number."""
        return self._provinces

    @property
    def commune_by_code(self) -> Mapping[str, Commune]:
        """The communes of the home province by their national number."""
        return self._communes

    @property
    def difficult(self) -> frozenset[str]:
        """The codes of communes with difficult conditions."""
        return frozenset(commune.code for commune in self.communes if commune.difficult)
