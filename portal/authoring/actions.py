"""Writing procedures: beginning a draft, changing it, throwing it away, publishing it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.authoring import documents, queries
from portal.authoring.documents import Document
from portal.authoring.judging import judge
from portal.authoring.models import ProcedureDraft, ProcedureDraftVersion, PublishingRule
from portal.authoring.scope import words_of
from portal.catalogue import actions as catalogue
from portal.catalogue import queries as published
from portal.catalogue.definition import Announcement, Definition, content_hash
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.writing import write
from portal.clock.calendar import Calendar
from portal.clock.zone import office_day
from portal.foundation.errors import Invalid, NotFound, Refused, Stale

BLANK = Path(__file__).with_name("blank.toml")
KEPT_VERSIONS = 40
"""Versions of a draft kept to say what changed; the audit keeps a fingerprint of every one."""
LONGEST_NAME = 200


def start_blank(session: Session, *, by: UUID, now: datetime) -> ProcedureDraft:
    """Begin a procedure nobody has written yet, with the usual way of a dossier."""
    document = {**documents.read(_blank()), "effective_from": office_day(now)}
    return start(session, documents.written(document), by=by, now=now)


def start_from(
    session: Session, definition: Definition, *, by: UUID, now: datetime, based_on: int | None = None
) -> ProcedureDraft:
    """Begin from a definition: the next version of a published procedure (`based_on`), or what a file says."""
    return start(session, write(definition), by=by, now=now, based_on=based_on)


def start_copy(session: Session, definition: Definition, *, by: UUID, now: datetime) -> ProcedureDraft:
    """Begin another procedure that is like a published one: it has no code, no decision, and nobody confirmed it."""
    document = documents.read(write(definition))
    for key in ("code", "code_verified", "decision"):
        document.pop(key, None)
    return start(session, documents.written(document), by=by, now=now)


def start(session: Session, text: str, *, by: UUID, now: datetime, based_on: int | None = None) -> ProcedureDraft:
    """Begin a draft with this text."""
    draft = ProcedureDraft(
        text=text,
        version=1,
        based_on=based_on,
        created_by=by,
        created_at=now,
        changed_by=by,
        changed_at=now,
        reason="",
        decision_number="",
        **_titles(documents.read(text)),
    )
    session.add(draft)
    session.flush()
    _keep_version(session, draft)
    audit.record(session, "authoring.start", _thing(draft), by=by, now=now, after=_audited(draft))
    return draft


def change(
    session: Session, draft_id: UUID, document: Document, *, version: int, what: str, by: UUID, now: datetime
) -> ProcedureDraft:
    """Save a changed draft; `what` names the part for the audit. Raises `Stale` if another change came before."""
    draft = locked(session, draft_id, version=version)
    text = documents.written(document)
    if text == draft.text:
        return draft
    before = _audited(draft)
    draft.text, draft.version = text, draft.version + 1
    draft.changed_by, draft.changed_at = by, now
    for name, value in _titles(document).items():
        setattr(draft, name, value)
    session.flush()
    _keep_version(session, draft)
    after = {**_audited(draft), "what": what}
    audit.record(session, "authoring.change", _thing(draft), by=by, now=now, before=before, after=after)
    return draft


def take_back(session: Session, draft_id: UUID, *, version: int, by: UUID, now: datetime) -> ProcedureDraft:
    """Put the draft back to what it was before its last change. Raises `NotFound` where that is not kept any more."""
    before = queries.text_at(session, draft_id, version - 1)
    if before is None:
        raise NotFound
    return change(session, draft_id, documents.read(before), version=version, what="taken back", by=by, now=now)


def locked(session: Session, draft_id: UUID, *, version: int) -> ProcedureDraft:
    """The draft, which nobody else can change until the end of this unit of work. Raises `Stale`."""
    draft = queries.draft(session, draft_id)
    session.refresh(draft, with_for_update=True)
    if draft.version != version:
        raise Stale("authoring.stale")
    return draft


def discard(session: Session, draft_id: UUID, *, version: int, by: UUID, now: datetime) -> None:
    """Throw a draft away; the audit remembers that there was one."""
    draft = locked(session, draft_id, version=version)
    audit.record(session, "authoring.discard", _thing(draft), by=by, now=now, before=_audited(draft))
    _remove(session, draft)


def intend(
    session: Session,
    draft_id: UUID,
    *,
    reason: str,
    effective_on: date | None,
    decision_number: str,
    decided_on: date | None,
) -> None:
    """Keep what was typed on the page of publishing while the second factor is asked for."""
    draft = queries.draft(session, draft_id)
    draft.reason, draft.effective_on = reason, effective_on
    draft.decision_number, draft.decided_on = decision_number, decided_on
    session.flush()


def publish(
    session: Session, draft_id: UUID, *, version: int, calendar: Calendar, by: UUID, now: datetime
) -> ProcedureVersion:
    """Publish the draft as the next version of its procedure, with the intended reason, day and decision.

    Raises `Stale` if it was changed meanwhile, `Invalid` with the fields to put right, `Refused` where it has
    errors, was published before, or needs a second person.
    """
    draft = locked(session, draft_id, version=version)
    if queries.needs_two(session) and draft.changed_by == by:
        raise Refused("authoring.second_person")
    _check_intention(draft, today=office_day(now))
    judged = judge(draft.text, today=office_day(now), calendar=calendar)
    if judged.errors or judged.definition is None:
        raise Refused("authoring.has_errors")
    definition = intended(judged.definition, draft)
    before = queries.newest(session, definition.code)
    made = catalogue.publish(
        session,
        definition,
        now=now,
        origin="editor",
        by=by,
        effective_on=draft.effective_on,
        decision_number=draft.decision_number or None,
        decided_on=draft.decided_on,
        reason=draft.reason,
    )
    if made is None:
        raise Refused("authoring.nothing_changed")
    audit.record(
        session,
        "authoring.publish",
        f"procedure:{made.code}",
        by=by,
        now=now,
        before={"number": before.number, "content_hash": before.content_hash} if before else None,
        after={
            "number": made.number,
            "content_hash": content_hash(definition),
            "draft": str(draft.id),
            "draft_hash": documents.fingerprint(draft.text),
            "last_editor": str(draft.changed_by),
            "reason": draft.reason,
        },
    )
    _remove(session, draft)
    return made


def intended(definition: Definition, draft: ProcedureDraft) -> Definition:
    """The definition with the day and the decision that were typed on the page of publishing."""
    changes: dict[str, Any] = {}
    if draft.effective_on is not None:
        changes["effective_from"] = draft.effective_on
    if draft.decision_number and draft.decided_on:
        held = definition.decision
        is_same = held is not None and (held.act, held.decided_on) == (draft.decision_number, draft.decided_on)
        if not is_same:
            changes["decision"] = Announcement(act=draft.decision_number, decided_on=draft.decided_on)
    return definition.model_copy(update=changes)


def set_rule(session: Session, *, needs_two: bool, by: UUID, now: datetime) -> None:
    """Say whether somebody else than the last editor has to publish."""
    before = queries.needs_two(session)
    if before == needs_two:
        return
    session.merge(PublishingRule(id=1, needs_two=needs_two, changed_by=by, changed_at=now))
    session.flush()
    audit.record(
        session,
        "authoring.rule",
        "publishing_rule:1",
        by=by,
        now=now,
        before={"needs_two": before},
        after={"needs_two": needs_two},
    )


def withdraw(
    session: Session, code: str, number: int | None, *, on: date, reason: str, by: UUID | None, now: datetime
) -> Sequence[ProcedureVersion]:
    """Take a procedure out of force from the day `on`, or only one version of it; gives the versions withdrawn.

    Without one version the one before it applies again. Dossiers filed under it keep it. `by` is None for the
    console, which may also enter what has happened. Raises `NotFound` where there is nothing to withdraw, `Invalid`
    with the fields to put right.
    """
    wrong: dict[str, str] = {}
    if not reason.strip():
        wrong["reason"] = "authoring.withdrawal_reason_missing"
    if by is not None and on < office_day(now):
        wrong["withdrawn_on"] = "authoring.withdrawal_past"
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)
    chosen = [one for one in published.not_withdrawn(session, code) if number in (None, one.number)]
    if not chosen:
        raise NotFound
    before = _standing_of(chosen)
    for one in chosen:
        catalogue.withdraw(session, one, on=on, reason=reason.strip())
    after = {**_standing_of(chosen), "reason": reason.strip()}
    audit.record(session, "authoring.withdraw", f"procedure:{code}", by=by, now=now, before=before, after=after)
    return chosen


def keep_in_force(session: Session, code: str, number: int, *, by: UUID, now: datetime) -> ProcedureVersion:
    """Take a withdrawal back whose day has not come. Raises `NotFound` where there is none."""
    version = published.version_numbered(session, code, number)
    if version is None or version.withdrawn_on is None or version.withdrawn_on <= office_day(now):
        raise NotFound
    before = {**_standing_of([version]), "reason": version.withdrawal_reason}
    catalogue.keep_in_force(session, version)
    after = _standing_of([version])
    audit.record(session, "authoring.keep_in_force", f"procedure:{code}", by=by, now=now, before=before, after=after)
    return version


def _standing_of(versions: Sequence[ProcedureVersion]) -> dict[str, str | None]:
    """From when each of these versions is out of force."""
    return {f"version_{one.number}": one.withdrawn_on.isoformat() if one.withdrawn_on else None for one in versions}


def _check_intention(draft: ProcedureDraft, *, today: date) -> None:
    wrong: dict[str, str] = {}
    if not draft.reason.strip():
        wrong["reason"] = "authoring.reason_missing"
    if draft.effective_on is None:
        wrong["effective_on"] = "authoring.effective_missing"
    elif draft.effective_on < today:
        wrong["effective_on"] = "authoring.effective_past"
    if bool(draft.decision_number) != bool(draft.decided_on):
        wrong["decision_number" if draft.decided_on else "decided_on"] = "authoring.decision_half"
    elif draft.decided_on is not None and draft.decided_on > today:
        wrong["decided_on"] = "authoring.decision_later"
    if wrong:
        raise Invalid(next(iter(wrong.values())), fields=wrong)


def _keep_version(session: Session, draft: ProcedureDraft) -> None:
    """Keep the draft as it is now, and let go of what is long past."""
    session.add(
        ProcedureDraftVersion(
            draft_id=draft.id,
            version=draft.version,
            text=draft.text,
            changed_by=draft.changed_by,
            changed_at=draft.changed_at,
        )
    )
    session.flush()
    old = ProcedureDraftVersion.version <= draft.version - KEPT_VERSIONS
    session.execute(sa.delete(ProcedureDraftVersion).where(ProcedureDraftVersion.draft_id == draft.id, old))


def _remove(session: Session, draft: ProcedureDraft) -> None:
    session.execute(sa.delete(ProcedureDraftVersion).where(ProcedureDraftVersion.draft_id == draft.id))
    session.delete(draft)
    session.flush()


def _titles(document: Mapping[str, Any]) -> dict[str, str]:
    """What lists of drafts show."""
    code = document.get("code")
    return {
        "code": str(code)[:LONGEST_NAME] if code else "",
        "name": words_of(document.get("name"), "vi")[:LONGEST_NAME],
    }


def _thing(draft: ProcedureDraft) -> str:
    return f"procedure_draft:{draft.id}"


def _audited(draft: ProcedureDraft) -> dict[str, Any]:
    return {"code": draft.code, "version": draft.version, "hash": documents.fingerprint(draft.text)}


@lru_cache(maxsize=1)
def _blank() -> str:
    return BLANK.read_text("utf-8")
