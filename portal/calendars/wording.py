"""What the calendar's pages say: refusals, messages after an act, names of kinds."""

from typing import Any

from babel.dates import get_month_names
from flask_babel import lazy_gettext as _

from portal.clock.errors import Fault

REASONS: dict[str, Any] = {
    "calendars.day_off_twice": _("This day is a day off already."),
    "calendars.is_make_up_day": _("This day is a make-up day. Take that away first."),
    "calendars.name_missing": _("Choose the name of the day off."),
    "calendars.make_up_day_twice": _("This day is a make-up day already."),
    "calendars.works_anyway": _("Only a Saturday or Sunday that is no day off can be a make-up day."),
    "calendars.no_day_off": _("This day is no day off. Enter the day off first, then the day that makes up for it."),
    "calendars.year_locked": _(
        "The year %(year)s is locked as officially decided, so %(day)s cannot change. Open %(year)s again on its page "
        "first, then change the day and lock the year with the new document."
    ),
    "calendars.is_made_up_for": _("%(day)s works in place of this day. Take that make-up day away first."),
    "calendars.no_such_line": _("The calendar has no such line any more."),
    "calendars.hours_unreadable": _("Write each opening as 07:00-11:30, one a line, the earlier first."),
    "calendars.season_unreadable": _("Write the season as month-day/month-day, for example 04-16/10-15."),
    "calendars.until_before_since": _("The last day lies before the first."),
    "calendars.year_out_of_range": _("The calendar cannot hold this year."),
    "calendars.document_missing": _("Write which document decides this."),
    "calendars.year_not_loaded": _("The calendar does not have this year yet. Add the year first."),
    "calendars.agency_unknown": _("There is no agency with the key “%(agency)s”."),
    "calendars.file_missing": _("Choose a file, or paste its text."),
    "calendars.nothing_prepared": _("Nothing has been prepared, so there is nothing to save."),
    "calendars.nothing_changed": _("What you prepared is the calendar that is in force: there is nothing to save."),
    "calendars.reason_missing": _("Write why the calendar changes."),
    "calendars.changed_meanwhile": _(
        "Another calendar has come into force since you began. Look at the comparison again before you save."
    ),
}

UNREADABLE: dict[Fault, Any] = {
    Fault.TOO_LARGE: _(
        "The file is longer than %(kilobytes)s kB. A calendar is much shorter: look whether it is the right one."
    ),
    Fault.NOT_TEXT: _(
        "This file is no text in UTF-8. Save it as UTF-8 text, or download the calendar again and change that file."
    ),
    Fault.TOO_DEEP: _("This is no calendar file: it is nested too deeply, or holds a number of thousands of digits."),
    Fault.NOT_TOML: _("This is not a TOML file: it cannot be read at line %(line)s, column %(column)s."),
    Fault.CUT_OFF: _("This is not a TOML file: it stops in the middle of something."),
    Fault.NO_SUCH_DAY: _("Line %(line)s: there is no such day as %(day)s."),
    Fault.UNKNOWN_SECTION: _("A calendar has no section called %(sections)s."),
    Fault.UNKNOWN_KEY: _(
        "A line of section “%(section)s” may not say “%(key)s”, only: %(known)s. Here stands: %(row)s."
    ),
    Fault.NOT_A_LIST: _("Section “%(section)s” must be a list of lines."),
    Fault.NOT_A_TABLE: _("Section “%(section)s” must be a table."),
    Fault.LINE_NOT_A_TABLE: _("Every line of section “%(section)s” must be a table."),
    Fault.LINE_TWICE: _("A line stands twice in section “%(section)s”."),
    Fault.YEAR_INCOMPLETE: _("A year needs “year” (a number) and “official” (true or false). Here stands: %(row)s."),
    Fault.NO_SUCH_NAME: _("A day off is called “%(name)s”, but section “names” has no such name."),
    Fault.NOT_A_WEEKDAY: _("This is no weekday: %(weekdays)s. Write mon, tue, wed, thu, fri, sat or sun."),
    Fault.NOT_OPENING_HOURS: _("“%(text)s” is no opening. Write it as 07:00-11:30."),
    Fault.NOT_A_SEASON: _("“%(text)s” is no season. Write it as month-day/month-day, for example 04-16/10-15."),
    Fault.NO_TEXT: _("“%(key)s” is missing or is no text. Here stands: %(row)s."),
    Fault.NO_TEXTS: _("“%(key)s” must be a list of texts. Here stands: %(row)s."),
    Fault.NOT_YES_OR_NO: _("“%(key)s” must be true or false. Here stands: %(row)s."),
    Fault.NO_DAY: _(
        "“%(key)s” is missing or is no day. Write it without quotes, for example 2026-09-02. Here stands: %(row)s."
    ),
    Fault.NO_YEARS: _("The calendar holds no year it could count."),
    Fault.YEAR_NOT_LOADED: _("%(day)s lies in a year that the calendar does not have."),
    Fault.NO_MAKE_UP_DAY: _("%(day)s cannot be a make-up day: it is no Saturday or Sunday, or it is a day off."),
    Fault.MAKES_UP_FOR_NOTHING: _(
        "%(day)s is to work in place of %(instead_of)s, but that day is no day off. Enter the day off first."
    ),
    Fault.HOURS_IN_DISORDER: _("Opening hours must stand in order, must not be empty and must not overlap."),
    Fault.NO_HOURS: _("On %(day)s no opening hours hold."),
}
REASONS |= {f"calendars.unreadable.{fault}": words for fault, words in UNREADABLE.items()}

NOTED: dict[str, Any] = {
    "changed": _("Noted. Nothing counts by it before you look at what would move and save."),
    "changed_past": _(
        "Noted. This concerns a day that has passed: dossiers that have ended keep their dates, only open ones are "
        "counted anew. Nothing counts by it before you look at what would move and save."
    ),
    "discarded": _("What you had prepared is thrown away. The calendar in force stays as it was."),
    "saved": _("The calendar is in force. Open dossiers are being moved in the background."),
}

SECTIONS: dict[str, Any] = {
    "years": _("Year"),
    "off": _("Day off"),
    "works": _("Make-up day"),
    "hours": _("Opening hours"),
}

DATES: dict[str, Any] = {
    "acceptance": _("Answer to the filing"),
    "statutory": _("Due by law"),
    "promised": _("Promised on the receipt"),
}

STATE_OF_YEAR: Any = _("Is the year %(year)s officially decided?")

TITLES: dict[str, Any] = {
    "day_off": _("Add a day off"),
    "make_up_day": _("Add a make-up day"),
    "year": _("Add or lock a year"),
    "hours": _("Add opening hours"),
    "import_file": _("Import a calendar"),
}

EVERYBODY = _("Everybody")
NEW_NAME_LABEL = _("Another name (write it below)")


def month_names(language: str) -> dict[int, str]:
    """January to December as they stand over a month's days."""
    names = get_month_names("wide", "stand-alone", language)
    return {number: names[number][0].upper() + names[number][1:] for number in range(1, 13)}


NOTES: dict[str, Any] = {
    "cited by public sources; the act itself not seen": _("cited by public sources; the act itself not seen"),
    "as reported by the press; the letter itself not seen; missing in the package `holidays` 0.109": _(
        "as reported by the press; the letter itself not seen; missing in the package “holidays” 0.109"
    ),
    "as the package `holidays` 0.109 foresees it; no official decision yet": _(
        "as the package “holidays” 0.109 foresees it; no official decision yet"
    ),
    "24 November, from 2026; the acts themselves not seen": _("24 November, from 2026; the acts themselves not seen"),
    "default of provincial portals in use; the province's own decision has not been seen": _(
        "as other provincial portals do; the province's own decision has not been seen"
    ),
}
"""The notes of the packaged calendar in the reader's language."""
