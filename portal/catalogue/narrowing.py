"""Narrowing a search: by field of business, by who decides, by level of the online service, by who may file."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

import sqlalchemy as sa

from portal.catalogue.definition import Sector
from portal.catalogue.models import ProcedureVersion

FIELDS: Final = tuple(sector.value for sector in Sector)
LEVELS: Final[Mapping[str, int]] = {"full": 4, "partial": 3}
AUDIENCES: Final = ("organisation", "individual")


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What a procedure has to be to be listed; None leaves it open.

    `agency` is the register's key of an agency that decides, at least in some dossiers; `level` the word of the level.
    """

    field: str | None = None
    agency: str | None = None
    level: str | None = None
    audience: str | None = None

    @classmethod
    def read(cls, sent: Mapping[str, str], agencies: Iterable[str]) -> Self:
        """What an address asks for; what is no such thing is left open."""
        known = {"field": FIELDS, "agency": tuple(agencies), "level": tuple(LEVELS), "audience": AUDIENCES}
        return cls(**{name: sent[name] for name, values in known.items() if sent.get(name) in values})

    @property
    def wanted(self) -> dict[str, str]:
        """What is asked for, by name, as an address holds it."""
        named = {"field": self.field, "agency": self.agency, "level": self.level, "audience": self.audience}
        return {name: value for name, value in named.items() if value is not None}

    @property
    def besides_field(self) -> Self:
        """The same in every field of business."""
        return replace(self, field=None)

    def conditions(self) -> Iterator[sa.ColumnElement[bool]]:
        """The same as the database is asked."""
        version = ProcedureVersion
        if self.field is not None:
            yield version.field == self.field
        if self.level is not None:
            yield version.level == LEVELS[self.level]
        if self.agency is not None:
            yield version.definition["competence"].contains([{"agency": self.agency}])
        if self.audience is not None:
            yield version.definition["audience"].contains([self.audience])


EVERYTHING: Final = Narrowing()
