"""Files that come with the portal: read once, handed to the pure rooms as values."""

from functools import lru_cache
from pathlib import Path

from portal.clock.calendar import Calendar
from portal.clock.calendar_file import MOST_BYTES, text_of
from portal.foundation.settings import PROJECT

CALENDAR = PROJECT / "procedures" / "calendars" / "vietnam.toml"


def calendar_of(path: Path) -> Calendar:
    """The calendar written in a file.

    Raises ClockError (unreadable_calendar) for bad content, OSError for a file that cannot be read.
    """
    with path.open("rb") as file:  # a pipe or a device may have no end
        return Calendar.parse(text_of(file.read(MOST_BYTES + 1)))


@lru_cache(maxsize=1)
def office_calendar() -> Calendar:
    """The packaged calendar of Viet Nam."""
    return calendar_of(CALENDAR)
