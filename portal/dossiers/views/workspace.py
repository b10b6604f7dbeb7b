"""The company's list: drafts on top, then every dossier, newest first; the same list as a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import flask
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.catalogue.queries import definition_of
from portal.clock.zone import VIETNAM
from portal.dossiers import cosigning, queries
from portal.dossiers.models import Dossier, Draft
from portal.dossiers.views.room import blueprint, language, now, page
from portal.foundation import formats
from portal.foundation.guards import Audience, open_to
from portal.foundation.sheets import csv_pieces
from portal.foundation.unit_of_work import request_session
from portal.workflow.lifecycle import ENDED, OPEN, State

GROUPS: dict[str, frozenset[State]] = {
    "yours": frozenset({State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE}),
    "open": OPEN - {State.SUPPLEMENT_REQUESTED, State.PAYMENT_DUE},
    "ended": ENDED,
}
"""What the list can be narrowed to: waiting for you, with the office, ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What the address asks the list for, as it was sent; what cannot be read narrows nothing."""

    words: str = ""
    group: str = ""
    procedure: str = ""
    colleague: UUID | None = None
    since: date | None = None
    until: date | None = None

    @classmethod
    def of_request(cls) -> "Narrowed":
        """What this request asks for."""
        sent = flask.request.args
        group = sent.get("state", "")
        return cls(
            words=sent.get("q", "").replace("\0", "").strip()[:200],
            group=group if group in GROUPS else "",
            procedure=sent.get("procedure", "").replace("\0", "").strip(),
            colleague=_uuid(sent.get("colleague", "")),
            since=_day(sent.get("since", "")),
            until=_day(sent.get("until", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        """Whether anything is left out."""
        return self != Narrowed()

    @property
    def is_finer(self) -> bool:
        """Whether more is asked than words and a state: then the further filters stand open."""
        return bool(self.procedure or self.colleague or self.since or self.until)

    def wanted(self, after: tuple[datetime, UUID] | None = None) -> queries.Wanted:
        """The same as the query asks it; days are the office's days, both included."""
        return queries.Wanted(
            words=self.words,
            states=GROUPS.get(self.group, frozenset()),
            or_owing=self.group == "yours",
            procedure=self.procedure,
            filer_id=self.colleague,
            since=_morning(self.since) if self.since else None,
            until=_morning(self.until + timedelta(days=1)) if self.until else None,
            after=after,
        )

    def address(self, endpoint: str, after: str | None = None) -> str:
        """The address of the list, or its file, narrowed like this."""
        return flask.url_for(
            endpoint,
            q=self.words or None,
            state=self.group or None,
            procedure=self.procedure or None,
            colleague=self.colleague,
            since=self.since,
            until=self.until,
            after=after,
        )


def _draft_subject(draft: Draft) -> str:
    """What a draft is about: its subject once that is answered, else its case, else its procedure."""
    definition = definition_of(draft.procedure)
    written = draft.answers.get(definition.title_field or "")
    subject = written[0] if isinstance(written, list) and written else written
    if isinstance(subject, str) and subject.strip():
        return subject.strip()
    case = definition.case(draft.case_key) if len(definition.cases) > 1 else None
    return (case.name if case else definition.name).words(language())


@blueprint.get("/dossiers")
@open_to(Audience.COMPANY)
def workspace() -> Response:
    """Drafts and dossiers of every party the viewer acts for."""
    session, viewer = request_session(), current_viewer()
    narrowed, after = Narrowed.of_request(), position_in(flask.request.args.get("after", ""))
    rows = queries.listed(session, narrowed.wanted(after), viewer=viewer)
    shown = list(rows[: queries.PAGE])
    older = narrowed.address("dossiers.workspace", _written(shown[-1][0])) if len(rows) > len(shown) else ""
    any_filed = bool(rows) or narrowed.is_narrowed
    drafts = [] if narrowed.is_narrowed or after else queries.open_drafts(session, viewer=viewer)
    return page(
        "workspace",
        drafts=drafts,
        to_cosign=cosigning.waiting_for(session, viewer) if drafts else [],  # they are drafts of the viewer's, too
        rows=shown,
        names={one.id: definition_of(one.procedure).name for one, _owed in shown},
        narrowed=narrowed,
        choices=queries.choices(session, viewer=viewer) if any_filed else queries.Choices(),
        older=older,
        newest=narrowed.address("dossiers.workspace") if after else "",
        file=narrowed.address("dossiers.workspace_file"),
        has_parties=bool(viewer.acting_for),
        draft_subject=_draft_subject,
        definition_of=definition_of,
        viewer=viewer,
    )


@blueprint.get("/dossiers.csv")
@open_to(Audience.COMPANY)
def workspace_file() -> Response:
    """The list as it is narrowed, whole, as a file for a spreadsheet."""
    answer = flask.Response(
        flask.stream_with_context(csv_pieces(_lines(Narrowed.of_request()))), mimetype="text/csv", content_type=None
    )
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = (
        f'attachment; filename="dossiers-{formats.office_day(now()).isoformat()}.csv"'
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _lines(narrowed: Narrowed) -> Iterator[tuple[object, ...]]:
    spoken, state_name = language(), flask.get_template_attribute("macros/state.html", "state_name")
    yield (
        _("Dossier code"), _("Title"), _("Procedure"), _("Filed for"), _("Filed by"), _("State"), _("Filed on"),
        _("Due by law"), _("Promised"), _("Ended"),
    )  # fmt: skip
    for one, names, party, filer in queries.exported(request_session(), narrowed.wanted(), viewer=current_viewer()):
        moments = (one.filed_at, one.statutory_due_at, one.promised_due_at, one.ended_at)
        days = [formats.office_day(moment).isoformat() if moment else "" for moment in moments]
        name = names.get(spoken) or names.get("vi", "")
        yield (one.code, one.subject, name, party, filer, str(state_name(one.state.value)).strip(), *days)


def _morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=VIETNAM)


def _written(last: Dossier) -> str:
    return f"{last.filed_at.isoformat()}~{last.id}"


def position_in(text: str) -> tuple[datetime, UUID] | None:
    """Where a page begins, as its address says it; None where it cannot be read."""
    instant, _, identifier = text.partition("~")
    try:
        at = datetime.fromisoformat(instant)
        return (at, UUID(identifier)) if at.tzinfo else None
    except ValueError:
        return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    """A day of an ordinary year; a date box sends 2026-11-24."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2200 else None  # noqa: PLR2004 - as in every form
