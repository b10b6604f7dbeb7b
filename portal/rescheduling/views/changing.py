"""Changing the calendar line by line, or as a whole. Nothing counts by it before it is saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from http import HTTPStatus

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.calendars import actions, documents, editing, forms, locking, proposal, wording
from portal.calendars.documents import Document
from portal.calendars.editions import packaged_document
from portal.clock.calendar_file import MOST_BYTES, text_of
from portal.clock.errors import CalendarFault
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import unit_of_work
from portal.foundation.web import explanation
from portal.rescheduling.views.room import agency_names, blueprint, noted, now, page, prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A form, what it makes of the document, and which year shows it afterwards (None: the one shown by itself).

    `title` stands over the form where the usual one would not say what it does here.
    """

    kind: str
    form: Form
    make: Callable[[Document], Document]
    year: Callable[[], int] | None = None
    title: str = ""


def _day_off() -> Change:
    form = forms.DayOffForm()
    _ask_in(form, "on")
    names = prepared()["names"]
    known = sorted(((key, name[spoken()]) for key, name in names.items()), key=lambda choice: str(choice[1]))
    form.name.choices = [("", ""), *known, (forms.NEW_NAME, str(wording.NEW_NAME_LABEL))]

    def make(document: Document) -> Document:
        is_new = form.name.data == forms.NEW_NAME
        new = {"vi": form.new_vi.data, "en": form.new_en.data, "zh": form.new_zh.data} if is_new else None
        name, source = form.name.data, form.source.data
        return editing.add_day_off(document, on=_day(form.on.data), name=name, source=source, names=new)

    return Change(kind="day_off", form=form, make=make, year=lambda: _day(form.on.data).year)


def _make_up_day() -> Change:
    form = forms.MakeUpDayForm()
    _ask_in(form, "on")

    def make(document: Document) -> Document:
        instead_of = _day(form.instead_of.data)
        return editing.add_make_up_day(document, on=_day(form.on.data), instead_of=instead_of, source=form.source.data)

    return Change(kind="make_up_day", form=form, make=make, year=lambda: _day(form.on.data).year)


def _year() -> Change:
    form = forms.YearForm()
    asked, title = flask.request.args.get("year", ""), ""
    if asked.isascii() and asked.isdecimal():
        row = next((row for row in prepared().get("years", ()) if row["year"] == int(asked[:4])), None)
        title = "" if row is None else str(wording.STATE_OF_YEAR) % {"year": row["year"]}
        if not form.is_submitted():
            form.year.data = int(asked[:4])
            form.source.data = row.get("source", "") if row else ""

    def make(document: Document) -> Document:
        is_official = form.state.data == "official"
        return editing.set_year(document, year=form.year.data, is_official=is_official, source=form.source.data)

    return Change(kind="year", form=form, make=make, year=lambda: form.year.data, title=title)


def _hours() -> Change:
    form = forms.HoursForm()
    form.agency.choices = [("", str(wording.EVERYBODY)), *agency_names().items()]

    def make(document: Document) -> Document:
        return editing.add_hours(
            document,
            spans=[line.strip() for line in form.open.data.splitlines() if line.strip()],
            source=form.source.data,
            agency=form.agency.data,
            weekdays=form.weekdays.data or (),
            season=form.season.data or "",
            since=form.since.data,
            until=form.until.data,
        )

    return Change(kind="hours", form=form, make=make)


def _file() -> Change:
    form = forms.ImportForm()

    def make(_document: Document) -> Document:
        where = "text"
        try:
            if form.file.data:
                where = "file"
                form.text.data = text_of(form.file.data.read(MOST_BYTES + 1))
                where = "text"  # what can be read stays on the page, to be put right there
            if not (form.text.data or "").strip():
                raise Invalid("calendars.file_missing", fields={"text": "calendars.file_missing"})
            return documents.read(form.text.data or "")
        except CalendarFault as fault:
            raise documents.refused(fault, where) from None

    return Change(kind="import_file", form=form, make=make)


@blueprint.get("/calendar/day-off")
@open_to(Audience.ADMINISTRATOR)
def day_off() -> Response:
    """The form of a day off."""
    return _shown(_day_off())


@blueprint.post("/calendar/day-off")
@open_to(Audience.ADMINISTRATOR)
def add_day_off() -> Response:
    """Add a day off."""
    return _done(_day_off())


@blueprint.get("/calendar/make-up-day")
@open_to(Audience.ADMINISTRATOR)
def make_up_day() -> Response:
    """The form of a make-up day."""
    return _shown(_make_up_day())


@blueprint.post("/calendar/make-up-day")
@open_to(Audience.ADMINISTRATOR)
def add_make_up_day() -> Response:
    """Add a make-up day."""
    return _done(_make_up_day())


@blueprint.get("/calendar/year")
@open_to(Audience.ADMINISTRATOR)
def lock_year() -> Response:
    """The form of a year."""
    return _shown(_year())


@blueprint.post("/calendar/year")
@open_to(Audience.ADMINISTRATOR)
def do_lock_year() -> Response:
    """Add a year, lock it as official, or open it again."""
    return _done(_year())


@blueprint.get("/calendar/hours")
@open_to(Audience.ADMINISTRATOR)
def hours() -> Response:
    """The form of opening hours."""
    return _shown(_hours())


@blueprint.post("/calendar/hours")
@open_to(Audience.ADMINISTRATOR)
def add_hours() -> Response:
    """Add opening hours, for everybody or for one agency."""
    return _done(_hours())


@blueprint.get("/calendar/import")
@open_to(Audience.ADMINISTRATOR)
def import_file() -> Response:
    """The form of a whole calendar."""
    return _shown(_file())


@blueprint.post("/calendar/import")
@open_to(Audience.ADMINISTRATOR)
def do_import() -> Response:
    """Take a whole calendar from a file or from its text; it stays on the page if it is wrong."""
    return _done(_file())


@blueprint.post("/calendar/remove")
@open_to(Audience.ADMINISTRATOR)
def remove() -> Response:
    """Take a day off, a make-up day or a line of opening hours away."""
    sent = flask.request.form
    section, line = sent.get("section", ""), sent.get("line", "")
    with unit_of_work() as session:
        if section == "hours" and line.isdecimal() and line.isascii():
            changed = editing.remove_hours(prepared(), int(line[:4]))
        else:
            changed = editing.remove(prepared(), section, _iso(line))
        says = _prepare(session, changed)
    return noted(says, line[:4] if section != "hours" else None)


@blueprint.post("/calendar/proposal")
@open_to(Audience.ADMINISTRATOR)
def propose() -> Response:
    """Fill a year as the package of holidays foresees it; it stays provisional until it is locked."""
    sent = flask.request.form.get("year", "")
    if not (sent.isascii() and sent.isdecimal() and len(sent) == len("2026")):
        raise Invalid("calendars.year_out_of_range")
    document, wanted = prepared(), int(sent)
    known = {**packaged_document()["names"], **document["names"]}
    with unit_of_work() as session:
        proposed = proposal.for_year(wanted, names=known)
        changed = editing.replace_year(document, wanted, proposed)
        says = _prepare(session, changed)
    return noted(says, sent)


def _shown(change: Change, *, status: int = HTTPStatus.OK) -> Response:
    title = change.title or wording.TITLES[change.kind]
    return page("change", status=status, kind=change.kind, title=title, form=change.form)


def _done(change: Change) -> Response:
    """Keep what the form says and go to the year it concerns; else show it again with what is wrong."""
    if change.form.validate_on_submit():
        try:
            with unit_of_work() as session:
                says = _prepare(session, change.make(prepared()), "text" if change.kind == "import_file" else "on")
        except Invalid as error:
            _show(change.form, error)
        else:
            return noted(says, str(change.year()) if change.year else None)
    return _shown(change, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _prepare(session: Session, changed: Document, field: str = "") -> str:
    """Keep what is prepared, unless a locked year is in the way; returns which word to say about it."""
    before = prepared()
    locking.require_open(before, changed, field)
    actions.keep_draft(session, changed, by=current_viewer().person_id, now=now())
    return "changed_past" if locking.past_days(before, changed, today=office_day(now())) else "changed"


def _show(form: Form, error: Invalid) -> None:
    """Write what was refused beside the field it names, or beside the last one."""
    names = [name for name in error.fields if name in form] or [list(form)[-1].name]
    for name in names:
        form[name].errors = [*form[name].errors, explanation(error)]


def _ask_in(form: Form, name: str) -> None:
    """Write the month the address names (`2026-03`) into an empty date: only the day is left to enter."""
    year, _, month = flask.request.args.get("month", "").partition("-")
    if not form.is_submitted() and all(part.isascii() and part.isdecimal() for part in (year, month)):
        form[name].raw_data = ["", month.lstrip("0")[:2], year[:4]]


def _iso(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("calendars.no_such_line") from None


def _day(value: date | None) -> date:
    if value is None:
        raise Invalid
    return value
