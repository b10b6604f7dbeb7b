"""The pages on which a draft is written: one form for each part and each thing in it."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.authoring import actions, documents, editing, queries, staleness, wording
from portal.authoring.boxes import Drawing
from portal.authoring.documents import Document
from portal.authoring.judging import BASICS, LISTS, PARTS, TIMES, Judged, part_of, worst_first
from portal.authoring.models import ProcedureDraft
from portal.authoring.shapes import Kind, content_at, shape_of, shapes_at, traits_of
from portal.authoring.views import listing
from portal.authoring.views.room import (
    address,
    blueprint,
    crumbs,
    draft_page,
    found,
    judged_now,
    noted,
    now,
    place_of,
    sent,
    sent_version,
    title_of,
    told,
)
from portal.catalogue.locating import KeyPath
from portal.foundation.errors import NotFound, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import spoken
from portal.foundation.unit_of_work import request_session, unit_of_work

FORMS = {BASICS: (), TIMES: (TIMES,)}
"""The parts that are one form, with its place in the draft."""


@blueprint.get("/authoring/<uuid:draft_id>")
@open_to(Audience.ADMINISTRATOR)
def draft(draft_id: UUID) -> Response:
    """A draft at a glance: what is left to put right, and what can be done with it."""
    one = found(draft_id)
    judged = judged_now(one)
    document = documents.read(one.text)
    complaints = told(one, document, worst_first(judged.findings))
    return draft_page("draft", one, judged=judged, complaints=complaints)


@blueprint.get("/authoring/<uuid:draft_id>/part/<part>")
@open_to(Audience.ADMINISTRATOR)
def part(draft_id: UUID, part: str) -> Response:
    """One part of a draft: its form, or the list of its things."""
    one = found(draft_id)
    if part in FORMS:
        return form_page(one, FORMS[part])
    return listing.list_page(one, _listed(part))


@blueprint.post("/authoring/<uuid:draft_id>/part/<part>")
@open_to(Audience.ADMINISTRATOR)
def save_part(draft_id: UUID, part: str) -> Response:
    """Save a part that is one form."""
    if part not in FORMS:
        raise NotFound
    return _saved(found(draft_id), FORMS[part])


@blueprint.get("/authoring/<uuid:draft_id>/at/<path>")
@open_to(Audience.ADMINISTRATOR)
def thing(draft_id: UUID, path: str) -> Response:
    """One thing of a list: a document, a step, a question."""
    return form_page(found(draft_id), _thing(path))


@blueprint.post("/authoring/<uuid:draft_id>/at/<path>")
@open_to(Audience.ADMINISTRATOR)
def save_thing(draft_id: UUID, path: str) -> Response:
    """Save one thing of a list."""
    return _saved(found(draft_id), _thing(path))


def form_page(
    one: ProcedureDraft,
    path: KeyPath,
    *,
    mine: Any = None,
    meanwhile: staleness.Meanwhile | None = None,
    status: int = HTTPStatus.OK,
) -> Response:
    """The form of a part. `mine` is what was typed and could not be saved because of what happened `meanwhile`."""
    document = documents.read(one.text)
    judged = judged_now(one)
    content = content_at(document, path) if mine is None else mine
    shapes = shapes_at(path, document)
    if shapes is None or (content is None and path not in FORMS.values()):
        raise NotFound("authoring.no_such_place")
    drawing = Drawing(document=document, path=path, judged=judged, language=spoken())
    part = part_of(path)
    return draft_page(
        "form",
        one,
        judged=judged,
        part=part,
        status=status,
        path=path,
        boxes=drawing.boxes(shapes, content, path=path),
        lists=_lists(one, document, judged, path),
        action=address(one, path or (BASICS,)),
        back=_back(one, path),
        trail=[(name, address(one, at)) for name, at in crumbs(document, path) if name],
        title=title_of(document, path) if path and path not in FORMS.values() else str(wording.PARTS[part]),
        kind=str(wording.ONE.get(str(path[-2]), "")) if len(path) > 1 else "",
        about=str(wording.ABOUT[part]) if path in FORMS.values() else "",
        here=_here(judged, path),
        complaints=told(one, document, worst_first(_here(judged, path))),
        meanwhile=meanwhile,
        answers=[one.code for one in listing.fields(document)] if part in {"letters", "results"} else [],
    )


def _saved(one: ProcedureDraft, path: KeyPath) -> Response:
    posted, version, button = sent(), sent_version(), flask.request.form.get("do", "")
    try:
        with unit_of_work() as session:
            current = actions.locked(session, one.id, version=version)
            document = editing.saved(documents.read(current.text), path, posted)
            if ":" in button:
                document = editing.pressed(document, path, button)
            by = current_viewer().person_id
            what = documents.as_text(path) or BASICS
            changed = actions.change(session, one.id, document, version=version, what=what, by=by, now=now())
    except Stale:
        return _stale(one.id, path, posted, version)
    if ":" in button or button == "refresh":
        anchor = f"#b-{button.partition(':')[2].partition('.')[0]}" if ":" in button else "#main-content"
        return flask.redirect(f"{address(one, path or (BASICS,))}{anchor}", HTTPStatus.SEE_OTHER)
    target = _back(one, path) if button == "back" and path not in FORMS.values() else address(one, path or (BASICS,))
    return noted("unchanged" if changed.version == version else "saved", target)


def _stale(draft_id: UUID, path: KeyPath, posted: dict[str, list[str]], version: int) -> Response:
    """Somebody was quicker: what they changed, and what was typed, ready to be saved on top of it."""
    session = request_session()
    one = queries.draft(session, draft_id)
    session.refresh(one)
    before = queries.text_at(session, one.id, version)
    by = queries.name_of(session, one.changed_by)
    meanwhile = staleness.meanwhile(before, one.text, path, posted, by=by, at=one.changed_at, language=spoken())
    if meanwhile.path is None:
        return draft_page("gone", one, meanwhile=meanwhile, part=part_of(path), status=HTTPStatus.CONFLICT)
    return form_page(one, meanwhile.path, mine=meanwhile.mine, meanwhile=meanwhile, status=HTTPStatus.CONFLICT)


def _lists(one: ProcedureDraft, document: Document, judged: Judged, path: KeyPath) -> list[dict[str, Any]]:
    """The lists inside a thing: the questions of a page, the columns of a list of entries."""
    if not path:
        return []
    shapes = shapes_at(path, document)
    shape = shape_of(shapes, content_at(document, path)) if shapes else None
    traits = traits_of(shape) if shape else ()
    inside = [(*path, trait.name) for trait in traits if trait.kind is Kind.LIST]
    return [listing.listed(one, document, judged, at) for at in inside]


def _back(one: ProcedureDraft, path: KeyPath) -> str:
    """The page one level up."""
    return address(one, path[:-2]) if len(path) > 3 else address(one, path[:1] or (BASICS,))  # noqa: PLR2004


def _here(judged: Judged, path: KeyPath) -> tuple[Any, ...]:
    """What is wrong at this very place as a whole, with no box of its own."""
    return tuple(one for one in judged.findings if one.path == path and path)


def _listed(part: str) -> KeyPath:
    if part not in LISTS or part not in PARTS:
        raise NotFound
    return (part,)


def _thing(text: str) -> KeyPath:
    path = place_of(text)
    if len(path) < 2 or not isinstance(path[-1], int):  # noqa: PLR2004 - a list and a number
        raise NotFound
    return path
