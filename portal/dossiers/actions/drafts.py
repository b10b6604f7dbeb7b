"""Preparing a dossier: start, save, discard. What is typed is kept as typed; nothing is judged before filing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.actions import audit
from portal.accounts.models import Membership, Person
from portal.accounts.viewer import FILING_ROLES, ActingFor, Viewer
from portal.attachments import actions as attachments
from portal.catalogue.answers import Answers, posted_from
from portal.catalogue.definition import Definition
from portal.catalogue.fields import all_fields
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.dossiers.models import Cosignature, DeclarationPaper, Dossier, Draft, WalkIn
from portal.dossiers.typed import CHECKED, without_undertakings
from portal.foundation.errors import Forbidden, Invalid, NotFound, Stale
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
from portal.workflow.lifecycle import Role

Typed = Mapping[str, Sequence[str]]


def start(
    session: Session, version: ProcedureVersion, *, case: str, party_id: UUID, viewer: Viewer, now: datetime
) -> Draft:
    """Start a draft of this version for a party the viewer may file for."""
    definition = definition_of(version)
    if definition.case(case) is None:
        raise Invalid("draft.case_unknown")
    acting = _acting(viewer, party_id, version)
    draft = Draft(
        procedure_version_id=version.id,
        case_key=case,
        party_id=party_id,
        filer_id=viewer.person_id,
        agent_party_id=acting.agent_party_id,
        created_at=now,
        updated_at=now,
    )
    session.add(draft)
    session.flush()
    return draft


def start_at_counter(
    session: Session, version: ProcedureVersion, *, case: str, party_id: UUID, walk_in: WalkIn, viewer: Viewer
) -> Draft:
    """Start a draft at a counter for a party whose walk-in stands there: it belongs to the office from now on."""
    definition = definition_of(version)
    if definition.case(case) is None:
        raise Invalid("draft.case_unknown", fields={"case": "draft.case_unknown"})
    if viewer.post_for(walk_in.agency_id, Role.ONE_STOP) is None:
        raise Forbidden("dossier.role_may_not")
    draft = Draft(
        procedure_version_id=version.id,
        case_key=case,
        party_id=party_id,
        filer_id=viewer.person_id,
        counter_agency_id=walk_in.agency_id,
        walk_in_id=walk_in.id,
        created_at=walk_in.taken_at,
        updated_at=walk_in.taken_at,
    )
    session.add(draft)
    session.flush()
    return draft


def editable(session: Session, draft_id: UUID, *, viewer: Viewer, version: int | None = None) -> Draft:
    """The draft locked for a change; `NotFound` if the viewer may not know of it, `Stale` if it moved on.

    A draft that has become a dossier is returned too, closed: filing twice is filing once.
    """
    draft = session.scalars(
        sa.select(Draft)
        .where(Draft.id == draft_id)
        .options(joinedload(Draft.procedure, innerjoin=True), joinedload(Draft.party, innerjoin=True))
        .with_for_update(of=Draft)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if draft is None or not may_see(viewer, draft):
        raise NotFound("draft.not_found")
    if draft.counter_agency_id is None:
        _acting(viewer, draft.party_id, draft.procedure)
    if version is not None and draft.closed_at is None and version != draft.version:
        raise Stale("draft.stale", seen=version, now=draft.version)
    return draft


def save(session: Session, draft: Draft, typed: Typed, *, replacing: Sequence[str], now: datetime) -> None:
    """Keep what was typed. `replacing` are the field codes this page asks: their old values go.

    Values of other pages stay as they are.
    """
    gone = tuple(f"{code}." for code in replacing)
    kept = {
        name: values
        for name, values in draft.answers.items()
        if name not in replacing and not name.startswith(gone or ("\0",))
    }
    fresh = {name: list(values) for name, values in typed.items() if any(value.strip() for value in values)}
    answers = {**kept, **fresh}
    if answers != draft.answers:
        draft.answers = answers
        draft.version += 1
    draft.updated_at = now
    session.flush()


def again(
    session: Session, dossier: Dossier, version: ProcedureVersion, answers: Answers, *, viewer: Viewer, now: datetime
) -> Draft:
    """Start a draft with the answers of a dossier, for the version of its procedure in force now.

    Answers of questions that version no longer asks are left out, and so is what was undertaken, which is done afresh;
    the others are judged by it like any others.
    """
    old, new = definition_of(dossier.procedure), definition_of(version)
    case = dossier.case_key if new.case(dossier.case_key) is not None else new.cases[0].code
    draft = start(session, version, case=case, party_id=dossier.party_id, viewer=viewer, now=now)
    typed = without_undertakings(
        _still_asked(old, new, posted_from(old, answers)), [f for _, f in all_fields(new.sections)]
    )
    save(session, draft, typed, replacing=(), now=now)
    return draft


def carry_over(session: Session, draft: Draft, version: ProcedureVersion, *, now: datetime) -> None:
    """Go on with the draft under the version in force now (decision 14).

    The case stays where that version still has it. Answers of questions it no longer asks, or asks in another way,
    and files of documents it no longer wants leave the draft; everything else stays as it was typed.
    """
    old, new = definition_of(draft.procedure), definition_of(version)
    draft.answers = _still_asked(old, new, draft.answers)
    if new.case(draft.case_key) is None:
        draft.case_key = new.cases[0].code
    attachments.remove_others(session, draft_id=draft.id, keeping={one.code for one in new.documents}, now=now)
    draft.procedure, draft.procedure_version_id = version, version.id
    draft.version += 1
    draft.updated_at = now
    session.flush()


def _still_asked(old: Definition, new: Definition, typed: Typed) -> dict[str, Sequence[str]]:
    """What was typed in answer to questions that the new form asks in the same way."""
    kinds = {field.code: field.type for _, field in all_fields(new.sections)}
    same = {field.code for _, field in all_fields(old.sections) if kinds.get(field.code) == field.type}
    return {
        name: values for name, values in typed.items() if name.partition(".")[0] in same or name.startswith(CHECKED)
    }


def hand_over(session: Session, draft: Draft, *, to: UUID, viewer: Viewer, now: datetime) -> None:
    """Give the draft to a colleague who may file for the same party; they are told. Raises `Invalid` for others."""
    if to not in {person_id for person_id, _name in colleagues(session, draft)}:
        raise Invalid("draft.no_such_colleague", fields={"person": "draft.no_such_colleague"})
    audit.record(
        session,
        "dossiers.hand_over_draft",
        f"draft:{draft.id}",
        by=viewer.person_id,
        now=now,
        before={"filer": str(draft.filer_id)},
        after={"filer": str(to)},
    )
    draft.filer_id = to
    draft.updated_at = now
    session.flush()
    said = {"procedure": dict(draft.procedure.names), "link": f"/drafts/{draft.id}"}
    tell_of_account(session, NoticeKind.DRAFT_HANDED_OVER, person_id=to, params=said, now=now)


def colleagues(session: Session, draft: Draft) -> list[tuple[UUID, str]]:
    """Who else may file it: the owners and filers of the party, or of the agent company that began it."""
    rows = session.execute(
        sa.select(Person.id, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.party_id == (draft.agent_party_id or draft.party_id),
            Membership.role.in_(FILING_ROLES),
            Membership.ended_at.is_(None),
            Person.disabled_at.is_(None),
            Person.id.not_in([draft.filer_id]),
        )
        .distinct()
        .order_by(Person.name, Person.id)
    )
    return [(person_id, name) for person_id, name in rows]


def discard(session: Session, draft: Draft, *, now: datetime) -> None:
    """Put the draft away; its answers are forgotten at once."""
    draft.answers = {}
    draft.closed_at = now
    session.execute(sa.delete(DeclarationPaper).where(DeclarationPaper.draft_id == draft.id))
    session.execute(sa.delete(Cosignature).where(Cosignature.draft_id == draft.id))
    session.flush()


def may_see(viewer: Viewer, draft: Draft) -> bool:
    """Whether the viewer may know of the draft: a member of the party, or the agent it was started by.

    One that is taken down at a counter is for the officers of that counter alone.
    """
    if draft.counter_agency_id is not None:
        return viewer.post_for(draft.counter_agency_id, Role.ONE_STOP) is not None
    acting = viewer.acting_for_party(draft.party_id)
    return acting is not None and acting.agent_party_id in {None, draft.agent_party_id}


def _acting(viewer: Viewer, party_id: UUID, version: ProcedureVersion) -> ActingFor:
    acting = viewer.acting_for_party(party_id)
    if acting is None:
        raise NotFound("party.not_found")
    if not acting.may_file(field=version.field, procedure_code=version.code):
        raise Forbidden("draft.outside_your_rights")
    return acting
