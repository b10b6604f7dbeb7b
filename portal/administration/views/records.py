"""The record of changes and the log of sign-ins: for administrators and auditors, to read."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from http import HTTPStatus
from typing import Any

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.actions import audit
from portal.administration import forms
from portal.administration.field_words import FIELDS
from portal.administration.queries import naming, records
from portal.administration.queries.records import PAGE, Asked, Change
from portal.administration.value_words import thing_words, value_words
from portal.administration.views.room import blueprint, further, me, now, page
from portal.administration.wording import VERBS
from portal.foundation import formats
from portal.foundation.forms import Form
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work

DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""How the record writes a day, and a moment with its offset."""

LINE = 40
SHORT = 3
"""What needs more lines than this of so many letters is folded."""

OPENS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@blueprint.get("/audit")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def audit_record() -> Response:
    """Who changed what, before and after."""
    form, session = forms.AuditFilter(flask.request.args), request_session()
    form.kind.choices = [("", str(_("All"))), *((verb, str(VERBS.get(verb, verb))) for verb in records.verbs(session))]
    asked, status = _asked(form)
    rows = records.changes(session, asked) if asked else []
    more = further("administration.audit_record", before=rows[PAGE - 1].id) if len(rows) > PAGE else ""
    shown = rows[:PAGE]
    named = naming.names_of(session, shown)
    return page(
        "audit",
        status=status,
        form=form,
        rows=shown,
        named=named,
        field_words=FIELDS,
        worded=_worded,
        value_words=value_words,
        thing_words=thing_words,
        language=spoken(),
        size=_size,
        short=SHORT,
        more=more,
        query=_query(),
    )


def _worded(text: str) -> str:
    """A moment or a day of the record, by the office's clock and as the reader writes it; other words as they are."""
    try:
        if DAY.fullmatch(text):
            return formats.day(date.fromisoformat(text), spoken())
        if MOMENT.fullmatch(text):
            return formats.short_instant(datetime.fromisoformat(text), spoken())
    except ValueError:
        return text
    return text


def _size(value: Any) -> int:
    """Roughly how many lines a phone needs for what stood before or after: long ones are folded."""
    if isinstance(value, Mapping):
        return sum(_size(each) for each in value.values())
    if isinstance(value, list):
        return sum(_size(each) for each in value)
    return 1 + len(str(value)) // LINE


@blueprint.post("/audit/export")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def export_audit() -> Response:
    """The rows found, as a file. Downloading the record is itself recorded."""
    form = forms.AuditFilter(flask.request.args)
    asked, _status = _asked(form)
    asked = asked or Asked()
    with unit_of_work() as session:
        rows = list(records.exported(session, asked))
        after: dict[str, Any] = {"rows": len(rows), "asked": dict(flask.request.args.items())}
        audit.record(session, "administration.export_audit", "file:audit", by=me(), now=now(), after=after)
    answer = flask.Response(_csv(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="audit-{now():%Y%m%d-%H%M}.csv"'
    return answer


@blueprint.get("/sign-ins")
@open_to(Audience.ADMINISTRATOR, Audience.AUDITOR)
def sign_in_log() -> Response:
    """Who tried to sign in, from where, when, and whether it worked."""
    form = forms.SignInFilter(flask.request.args)
    asked, status = _asked(form)
    rows = records.entries(request_session(), asked) if asked else []
    more = further("administration.sign_in_log", before=rows[PAGE - 1].id) if len(rows) > PAGE else ""
    return page("sign_ins", status=status, form=form, rows=rows[:PAGE], more=more)


def _asked(form: Form) -> tuple[Asked | None, int]:
    """What is looked for; None with 422 where a date cannot be read."""
    if not form.validate():
        return None, HTTPStatus.UNPROCESSABLE_ENTITY
    before = flask.request.args.get("before", "")
    is_number = before.isascii() and before.isdecimal() and len(before) <= len("999999999999999999")
    values = {name: form[name].data or "" for name in ("who", "kind", "thing", "outcome") if name in form}
    return Asked(
        **values,
        since=form["since"].data,
        until=form["until"].data,
        before=int(before) if is_number else None,
    ), HTTPStatus.OK


def _query() -> str:
    return flask.request.query_string.decode("ascii", "ignore")


def _csv(rows: Iterable[Change]) -> Iterator[str]:
    yield "\ufeff"
    names = ("number", "at", "who", "address", "kind", "thing", "thing_name", "before", "after")
    yield _line(names)
    for row in rows:
        yield _line(
            (
                str(row.id),
                row.at.isoformat(),
                row.who,
                row.who_email,
                row.verb,
                row.thing,
                row.thing_name,
                _json(row.before),
                _json(row.after),
            )
        )


def _line(cells: Iterable[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow("'" + cell if cell.startswith(OPENS_A_FORMULA) else cell for cell in cells)
    return written.getvalue()


def _json(value: dict[str, Any] | None) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
