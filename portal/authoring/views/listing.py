"""The lists of a draft: adding, moving, copying and removing the things in them."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.authoring import actions, documents, lists, queries, scope, wording
from portal.authoring.documents import Document
from portal.authoring.judging import Judged, part_of
from portal.authoring.models import ProcedureDraft
from portal.authoring.scope import Asked
from portal.authoring.summaries import summary_of
from portal.authoring.views.room import (
    address,
    blueprint,
    draft_page,
    found,
    judged_now,
    noted,
    now,
    place_of,
    sent_version,
    title_of,
)
from portal.catalogue.findings import Severity
from portal.catalogue.locating import KeyPath
from portal.foundation.errors import NotFound, Stale
from portal.foundation.guards import Audience, open_to
from portal.foundation.languages import safe_path, spoken
from portal.foundation.unit_of_work import request_session, unit_of_work

ACTS: dict[str, tuple[str, Callable[[Document, KeyPath, int], Document]]] = {
    "up": ("moved", lambda document, path, number: lists.moved(document, path, number, by=-1)),
    "down": ("moved", lambda document, path, number: lists.moved(document, path, number, by=1)),
    "duplicate": ("duplicated", lists.duplicated),
    "remove": ("removed", lists.removed),
}


@blueprint.post("/authoring/<uuid:draft_id>/list/<path>")
@open_to(Audience.ADMINISTRATOR)
def change_list(draft_id: UUID, path: str) -> Response:
    """Add a thing to a list, or move, copy or remove one (`do=up:3`)."""
    one, at = found(draft_id), place_of(path)
    verb, _, position = flask.request.form.get("do", "").partition(":")
    number = int(position) if position.isascii() and position.isdecimal() and len(position) < 5 else -1  # noqa: PLR2004
    try:
        with unit_of_work() as session:
            current = actions.locked(session, one.id, version=sent_version())
            document = documents.read(current.text)
            if verb == "add":
                changed, number = lists.added(document, at)
            elif verb in ACTS:
                changed = ACTS[verb][1](document, at, number)
            else:
                raise NotFound
            by = current_viewer().person_id
            what = f"{documents.as_text(at)}: {verb} {number}"
            actions.change(session, one.id, changed, version=sent_version(), what=what, by=by, now=now())
    except Stale as stale:
        session = request_session()
        session.refresh(one)
        return list_page(one, at, refusal=stale.code, status=stale.status)
    if verb == "add":
        return noted("added", address(one, (*at, number)))
    if verb == "remove":
        return noted("removed", f"{_holder(one, at, undo=sent_version() + 1)}#list-{at[-1]}")
    return noted(ACTS[verb][0], f"{_holder(one, at)}#list-{at[-1]}")


@blueprint.post("/authoring/<uuid:draft_id>/take-back")
@open_to(Audience.ADMINISTRATOR)
def take_back(draft_id: UUID) -> Response:
    """Put back what the last change removed."""
    with unit_of_work() as session:
        by = current_viewer().person_id
        actions.take_back(session, draft_id, version=sent_version(), by=by, now=now())
    return noted("taken_back", safe_path(flask.request.form.get("back")))


def list_page(one: ProcedureDraft, at: KeyPath, *, refusal: str = "", status: int = HTTPStatus.OK) -> Response:
    """The things of a list, each with what is wrong in it."""
    document, judged = documents.read(one.text), judged_now(one)
    return draft_page(
        "list",
        one,
        judged=judged,
        part=part_of(at),
        status=status,
        refusal=refusal,
        list=listed(one, document, judged, at),
        about=str(wording.ABOUT[part_of(at)]),
        title=str(wording.PARTS[part_of(at)]),
        changed=queries.name_of(request_session(), one.changed_by),
    )


def listed(one: ProcedureDraft, document: Document, judged: Judged, at: KeyPath) -> dict[str, Any]:
    """A list as its page shows it."""
    things = lists.things(document, at)
    errors = [finding for finding in judged.below(at) if finding.severity is Severity.ERROR]
    whole = [finding for finding in judged.findings if finding.path == at]
    return {
        "name": str(at[-1]),
        "title": str(wording.PARTS.get(str(at[-1])) or wording.ONE[str(at[-1])]) if len(at) == 1 else "",
        "action": flask.url_for("authoring.change_list", draft_id=one.id, path=documents.as_text(at)),
        "add": str(wording.ADD[str(at[-1])]),
        "problems": whole,
        "rows": [
            {
                "number": number,
                "title": title_of(document, (*at, number)),
                "summary": summary_of(document, (*at, number), spoken()),
                "href": address(one, (*at, number)),
                "errors": sum(finding.path[: len(at) + 1] == (*at, number) for finding in errors),
            }
            for number, _ in enumerate(things)
        ],
    }


def fields(document: Document) -> list[Asked]:
    """The questions of the form, for the names a letter may use."""
    return scope.fields_of(document)


def _holder(one: ProcedureDraft, at: KeyPath, **values: int) -> str:
    return address(one, at[:-1] if len(at) > 1 else at, **values)
