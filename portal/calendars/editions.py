"""A calendar as dossiers are counted by: found by its content hash, read once per process, never changed.

Because the hash names the content, what this process has once read stays right whatever is published after it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from portal.calendars import documents
from portal.calendars.documents import Document
from portal.clock.calendar import Calendar
from portal.foundation.packaged import CALENDAR

ORIGIN = CALENDAR.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One published calendar. `agencies` gives the key of each agency with hours of its own, by the agency's id."""

    content_hash: str
    calendar: Calendar
    agencies: Mapping[str, str]
    _own: dict[str, Calendar] = field(default_factory=dict, compare=False)

    def hours_of(self, agency_id: UUID | str | None) -> Calendar:
        """The calendar as this agency sees it: its own opening hours where it has any."""
        key = self.agencies.get(str(agency_id))
        if key is None:
            return self.calendar
        if key not in self._own:
            self._own[key] = self.calendar.for_agency(key)
        return self._own[key]


def edition_of(document: Document, agencies: Mapping[str, str]) -> Edition:
    """The edition of this content; made once per process. Raises CalendarFault if it is no calendar."""
    identity = documents.content_hash(document, agencies)
    found = _known.get(identity)
    if found is None:
        calendar = documents.judged(document)
        found = _known[identity] = Edition(content_hash=identity, calendar=calendar, agencies=dict(agencies))
    return found


def known(content_hash: str) -> Edition | None:
    """The edition of this hash, if this process has read it or it is the one that comes with the portal."""
    if not _known:
        packaged()
    return _known.get(content_hash)


@lru_cache(maxsize=1)
def packaged_document() -> Document:
    """The document that comes with the portal."""
    return documents.plain(tomllib.loads(CALENDAR.read_text(encoding="utf-8")))


def packaged() -> Edition:
    """The calendar that comes with the portal."""
    return edition_of(packaged_document(), {})


_known: dict[str, Edition] = {}
