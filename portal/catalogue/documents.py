"""What must be handed in."""

from typing import Annotated, Literal

import pydantic

from portal.catalogue.conditions import Condition
from portal.catalogue.fields import Code
from portal.catalogue.text import Sourced, Text

FileType = Literal["pdf", "jpg", "png", "docx", "xlsx", "dwg", "dxf", "zip"]


class Document(Sourced):
    """One component of the dossier.

    `kind` is the paper's nature as the law names it, `count` the number of sets, `template` the form to
    download. `shown_in_person` (the original must be brought to the counter) and `wet_signature` make the
    procedure one that cannot be done wholly online. `max_megabytes` is per file. `sensitive`: an identity paper or the
    like, whose every opening is recorded and which only those who need it see.
    Source of the care: Law on Personal Data Protection 91/2025/QH15 (unverified article).
    """

    code: Code
    name: Text
    help: Text | None = None
    kind: Literal["original", "copy", "certified", "electronic"]
    count: Annotated[int, pydantic.Field(ge=1, le=20)] = 1
    required: bool = True
    when: Condition | None = None
    template: str | None = None
    accepts: Annotated[tuple[FileType, ...], pydantic.Field(min_length=1)] = ("pdf", "jpg", "png")
    max_megabytes: Annotated[int, pydantic.Field(ge=1, le=200)] = 20
    max_files: Annotated[int, pydantic.Field(ge=1, le=20)] = 5
    shown_in_person: bool = False
    wet_signature: bool = False
    sensitive: bool = False
