"""The register of agencies a procedure may name."""

from collections.abc import Mapping
from typing import Annotated

import pydantic

from portal.catalogue.text import Model, Sourced, Text
from portal.workflow.roles import Role

AgencyKey = Annotated[str, pydantic.Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class AgencyEntry(Sourced):
    """A public office: its key in the files, its electronic identifier, its names and the posts it fills.

    Identifier: Decision 20/2020/QĐ-TTg; Lạng Sơn is H37. `verified` speaks of the identifier.
    """

    key: AgencyKey
    code: Annotated[str, pydantic.Field(pattern=r"^[A-Z]\d{2}(\.[0-9A-Z]{1,5})*$")]
    name: Text
    short_name: Text
    intake: bool = False
    town: str = "Lạng Sơn"
    symbol: str
    roles: tuple[Role, ...]


class Agencies(Model):
    """All agencies of the province that take part."""

    agencies: tuple[AgencyEntry, ...]

    @property
    def by_key(self) -> Mapping[str, AgencyEntry]:
        """The agencies by their key."""
        return {agency.key: agency for agency in self.agencies}
