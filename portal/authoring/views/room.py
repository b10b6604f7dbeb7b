"""What the editor's pages share: the blueprint, the instant of the request, the frame of a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from flask_babel import gettext
from werkzeug.wrappers import Response

from portal.authoring import documents, queries, scope, wording
from portal.authoring.boxes import label_of
from portal.authoring.choices import value_words
from portal.authoring.documents import Document
from portal.authoring.finding_words import sentence
from portal.authoring.judging import PARTS, TIMES, Judged, judge, page_of, part_of
from portal.authoring.models import ProcedureDraft
from portal.authoring.shapes import content_at, shape_of, shapes_at, traits_of
from portal.authoring.typing_in import shown
from portal.calendars.queries import in_force
from portal.catalogue import registers
from portal.catalogue.condition_words import figure
from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding, Severity
from portal.catalogue.limit_words import limit_words
from portal.catalogue.locating import KeyPath
from portal.clock.limit import Unit
from portal.clock.zone import office_day
from portal.foundation.errors import NotFound
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session
from portal.foundation.web import explain_refusals

NAMES = ("name", "title", "label")

blueprint = flask.Blueprint("authoring", __name__)
explain_refusals(wording.REASONS)
blueprint.add_app_template_global(sentence, "finding_words")


def now() -> datetime:
    """The instant of this request."""
    return datetime.now(UTC)


def today() -> date:
    """The office's day of this request."""
    return office_day(now())


def found(draft_id: UUID) -> ProcedureDraft:
    """The draft of this page."""
    return queries.draft(request_session(), draft_id)


def judged_now(draft: ProcedureDraft) -> Judged:
    """What is wrong with the draft today, also where its longest way is too long for its limit on some days."""
    judged = judge(draft.text, today=today(), calendar=in_force(request_session()).calendar)
    if judged.definition is None:
        return judged
    return replace(judged, findings=tuple(_called(one, judged.definition) for one in judged.findings))


def _called(finding: Finding, definition: Definition) -> Finding:
    """The finding with the names of cases, steps, fees and questions in place of their codes."""
    known: dict[str, Sequence[Any]] = {
        "case": definition.cases,
        "step": definition.steps,
        "fee": definition.fees,
        "field": tuple(field for section in definition.sections for field in section.fields),
    }
    names = {
        key: (getattr(thing, "name", None) or thing.label).words(spoken())
        for key, things in known.items()
        for thing in things
        if finding.detail.get(key) == thing.code
    }
    if finding.code == "longer_than_limit":
        names["days"] = figure(Decimal(str(finding.detail["days"])), spoken())
    return replace(finding, detail={**finding.detail, **names}) if names else finding


def sent() -> dict[str, list[str]]:
    """What the page sent, by the names of its boxes."""
    return flask.request.form.to_dict(flat=False)


def sent_version() -> int:
    """The version of the draft the page was made from; 0 where it does not say."""
    text = flask.request.form.get("version", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004


def page(template: str, *, status: int = HTTPStatus.OK, **values: Any) -> Response:
    """A page of the editor that belongs to no draft."""
    answer = flask.make_response(flask.render_template(f"authoring/{template}.html", language=spoken(), **values))
    answer.status_code = status
    return answer


def draft_page(
    template: str,
    draft: ProcedureDraft,
    *,
    judged: Judged | None = None,
    part: str = "",
    status: int = HTTPStatus.OK,
    **values: Any,
) -> Response:
    """A page of one draft: its parts at the side, each with the number of mistakes in it."""
    judged = judged or judged_now(draft)
    return page(
        template,
        status=status,
        draft=draft,
        draft_name=scope.words_of(documents.read(draft.text).get("name"), spoken()) or draft.name,
        judged=judged,
        part=part,
        parts=[(name, wording.PARTS[name], *judged.counts()[name], address(draft, (name,))) for name in PARTS],
        changed_by=queries.name_of(request_session(), draft.changed_by),
        **values,
    )


def file_named(code: str, text: str) -> Response:
    """A procedure file to be saved, named like its code; a draft without one is a draft."""
    name = code if code.isascii() and code.replace(".", "").replace("-", "").isalnum() else "draft"
    answer = flask.Response(text, mimetype="application/toml")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.toml"'
    return answer


def noted(message: str, target: str) -> Response:
    """Go to a page after an act, with a word about it."""
    flask.flash(str(wording.NOTED[message]), "success")
    return flask.redirect(target, HTTPStatus.SEE_OTHER)


def address(draft: ProcedureDraft, path: KeyPath, **values: Any) -> str:
    """The page on which a place of the draft can be changed."""
    thing = page_of(path)
    if thing:
        return flask.url_for("authoring.thing", draft_id=draft.id, path=documents.as_text(thing), **values)
    return flask.url_for("authoring.part", draft_id=draft.id, part=part_of(path), **values)


def place_of(text: str) -> KeyPath:
    """A place named in an address. Raises `NotFound` where nothing can be."""
    path = documents.as_path(text)
    if "" in path:
        raise NotFound
    return path


def crumbs(document: Document, path: KeyPath) -> list[tuple[str, KeyPath]]:
    """The things a place lies in, from the outside: their names and places."""
    ends = [end for end in range(2, len(path)) if isinstance(path[end - 1], int)]
    return [(title_of(document, path[:end]), path[:end]) for end in ends]


def title_of(document: Document, path: KeyPath) -> str:
    """What a thing is called in a list: its name, else what it is."""
    thing = content_at(document, path)
    held = thing if isinstance(thing, Mapping) else {}
    asked = held.get("ask")
    for holder in (held, asked if isinstance(asked, Mapping) else {}):
        for name in NAMES:
            if words := scope.words_of(holder.get(name), spoken()):
                act = f"{held['act']} – " if path[0] == "legal_basis" and held.get("act") else ""
                return f"{act}{words}"
    return _other_title(held, str(path[0]))


def _other_title(held: Mapping[str, Any], part: str) -> str:
    language = spoken()
    if held.get("amount") is not None:
        if isinstance(held["amount"], int) and held.get("unit") in list(Unit):
            return limit_words(held["amount"], held["unit"])
        return f"{shown(held['amount'])} {value_words('unit', str(held.get('unit', '')))}"
    if part == "competence" and (entry := registers.agencies().by_key.get(str(held.get("agency", "")))):
        return entry.name.words(language)
    if part == "letters" and held.get("kind"):
        words = value_words("kind", str(held["kind"]))
        return words[:1].upper() + words[1:]
    return str(held.get("act") or "") if part == "legal_basis" else ""


def told(draft: ProcedureDraft, document: Document, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Findings as a list of links: what is wrong, in which thing, and the page where it can be put right."""
    return [
        {
            "text": sentence(one),
            "where": " › ".join([str(wording.PARTS[part_of(one.path)]), *_named(document, one.path)]),
            "href": f"{address(draft, one.path)}{_anchor(one.path)}",
            "is_error": one.severity is Severity.ERROR,
        }
        for one in findings
    ]


def _named(document: Document, path: KeyPath) -> list[str]:
    """The things a finding lies in and the box it is about: a list of gaps has to say which gap is which."""
    thing = page_of(path)
    names = [title or gettext("without a name") for title, _ in crumbs(document, (*thing, "", ""))] if thing else []
    box = _box(path)
    holder = (*thing, path[0]) if part_of(path) == TIMES else thing
    shapes = shapes_at(holder, document) if box else None
    traits = traits_of(shape_of(shapes, content_at(document, holder))) if shapes else ()
    label = next((label_of(trait) for trait in traits if trait.name == box and (thing or box not in PARTS)), "")
    return [*names, label] if label else names


def _box(path: KeyPath) -> str:
    """The name of the box a finding is about, on its page; empty where it is about the whole."""
    inside = path[len(page_of(path)) :]
    if part_of(path) == TIMES:
        inside = inside[1:]
    return inside[0] if inside and isinstance(inside[0], str) else ""


def _anchor(path: KeyPath) -> str:
    """The box of a finding on its page."""
    box = _box(path)
    return f"#b-{box}" if box else ""
