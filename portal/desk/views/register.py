"""The register of dossiers (Form 07) of a period: on the page, on paper, and as a file for a spreadsheet."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import islice

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.accounts.models import Agency
from portal.clock.zone import VIETNAM, office_day
from portal.desk import register_form
from portal.desk.forms import LONGEST_PERIOD, PeriodForm
from portal.desk.queries import register
from portal.desk.queries.register import Entry
from portal.desk.views.queue import KEEPERS
from portal.desk.views.room import blueprint, now, page, printing_office, tabs_without_place
from portal.foundation import formats
from portal.foundation.errors import Invalid
from portal.foundation.guards import open_to
from portal.foundation.languages import in_words, spoken
from portal.foundation.sheets import csv_pieces
from portal.foundation.unit_of_work import request_session

SHOWN = 500
"""Lines on the page; the file has them all."""


@blueprint.get("/desk/register")
@open_to(*KEEPERS)
def dossier_register() -> Response:
    """The register of this month, or of the period asked for."""
    today = office_day(now())
    asked = "since-given" in flask.request.args
    form = PeriodForm(flask.request.args) if asked else PeriodForm(None, since=today.replace(day=1), until=today)
    is_fine = not asked or form.validate()
    since, until = form.since.data or today, form.until.data or today
    found = list(islice(_entries(since, until, limit=SHOWN + 1), SHOWN + 1)) if is_fine else []
    return page(
        "register",
        status=200 if is_fine else Invalid.status,
        tabs=tabs_without_place(current_viewer()),
        form=form,
        since=since,
        until=until,
        entries=found[:SHOWN],
        has_more=len(found) > SHOWN,
        most=SHOWN,
        is_fine=is_fine,
        in_words=in_words,
        offices=sorted({in_words(post.agency_names) for post in current_viewer().posts}),
    )


@blueprint.get("/desk/register.csv")
@open_to(*KEEPERS)
def register_file() -> Response:
    """The same for a spreadsheet, whole."""
    since, until = _period()
    rows = flask.stream_with_context(csv_pieces(_lines(since, until)))
    answer = flask.Response(rows, content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="register-{since}-{until}.csv"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


@blueprint.get("/desk/register.pdf")
@open_to(*KEEPERS)
def register_paper() -> Response:
    """The same as a PDF in the form of the law, in Vietnamese with courtesy lines in the reader's language."""
    since, until = _period()
    session, viewer = request_session(), current_viewer()
    paper = register_form.register_paper(
        _entries(since, until, limit=register_form.PRINTED + 1),
        offices=[session.get_one(Agency, post.agency_id) for post in viewer.posts],
        since=since,
        until=until,
        public_url=printing_office().public_url,
        now=now(),
    )
    answer = flask.Response(printing_office().print_only(paper, language=spoken()), mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f'inline; filename="register-{since}-{until}.pdf"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _period() -> tuple[date, date]:
    since, until = _day("since"), _day("until")
    if since is None or until is None or not 0 <= (until - since).days <= LONGEST_PERIOD:
        raise Invalid("register.period")
    return since, until


def _lines(since: date, until: date) -> Iterator[tuple[object, ...]]:
    state_name = flask.get_template_attribute("macros/state.html", "state_name")
    yield (
        _("No."), _("Dossier code"), _("Procedure"), _("Title"), _("Filed for"), _("Tax code"), _("Handed in by"),
        _("Telephone"), _("Settled by"), _("Received"), _("Accepted"), _("Promised"), _("Due by law"), _("Ended"),
        _("State"),
    )  # fmt: skip
    for number, one in enumerate(_entries(since, until), 1):
        moments = (one.filed_at, one.accepted_at, one.promised_due_at, one.statutory_due_at, one.ended_at)
        days = [formats.office_day(moment).isoformat() if moment else "" for moment in moments]
        yield (
            number, one.code, in_words(one.procedure), one.subject, one.party, one.tax_code, one.filer, one.phone,
            in_words(one.agency), *days, str(state_name(one.state.value)).strip(),
        )  # fmt: skip


def _entries(since: date, until: date, *, limit: int | None = None) -> Iterator[Entry]:
    return register.entries(
        request_session(),
        viewer=current_viewer(),
        since=_morning(since),
        until=_morning(until + timedelta(days=1)),
        limit=limit,
    )


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(flask.request.args.get(name, ""))
    except ValueError:
        return None
