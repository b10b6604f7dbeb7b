"""Filing: a complete draft becomes a dossier, once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import PartyStatus
from portal.accounts.viewer import Viewer
from portal.attachments import actions as attachments
from portal.attachments import queries as files
from portal.attachments.models import Attachment
from portal.catalogue.answers import Answers, read
from portal.catalogue.charges import fees_for
from portal.catalogue.completeness import missing
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of, taking_over
from portal.catalogue.registers import places
from portal.catalogue.requirements import commune_of, subject_of
from portal.catalogue.wording import Problem
from portal.clock.zone import office_day
from portal.dossiers import cosigning
from portal.dossiers.actions import payment
from portal.dossiers.declaring import Declared, content_of
from portal.dossiers.models import Channel, Cosignature, Dossier, DossierAnswers, Draft, WalkIn
from portal.dossiers.numbering import next_code
from portal.dossiers.record import Happening, new_salt, record
from portal.dossiers.telling import known_of, tell_filers
from portal.dossiers.terms import terms_for
from portal.dossiers.walk_ins import walk_in_params
from portal.foundation.database import new_id
from portal.foundation.errors import Forbidden, Invalid, Refused
from portal.foundation.formats import Language
from portal.foundation.outbox import Job, Wanted, enqueue_all
from portal.foundation.search import search_key, trigrams
from portal.letters.actions import letter_wanted
from portal.letters.contents import LetterKind
from portal.notices.actions import written
from portal.notices.kinds import NoticeKind
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import Role, State


class Incomplete(Invalid):
    """The draft cannot be filed yet; `problems` name each field and document."""

    default_code = "draft.incomplete"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(count=len(problems))
        self.problems = problems


TICKED = Declared(params={}, texts={})
"""Declared by a tick alone: at the counter, where the officer sees who stands there."""

CONFIRMED = Declared(params={"declared": "step_up"}, texts={})
"""Declared by the tick on the page before filing, after showing again who it is."""


def file(
    session: Session,
    draft: Draft,
    *,
    viewer: Viewer,
    language: Language,
    now: datetime,
    declared: Declared = TICKED,
) -> Dossier:
    """File the draft (locked by `drafts.editable`) and return its dossier.

    Filing again, after a lost answer or a double click, returns the same dossier: the draft's client key is
    unique among dossiers. Where a fee is prepaid it waits for that, with its code (decision 16). Raises
    `Incomplete` with every gap, `NotCosigned` where a second person's signature is missing, and `Refused` where another
    version of the procedure has come into force since the draft was begun (`drafts.carry_over`), or none is in force
    any more.
    """
    if draft.closed_at is not None:
        return already_filed(session, draft)
    require_fileable(session, draft, viewer=viewer, now=now)
    actor, counter = _who_files(session, draft, viewer)
    definition = definition_of(draft.procedure)
    attached = files.of(session, draft_id=draft.id)
    answers = checked(draft, definition, attached)
    content = content_of(draft, answers, attached)
    cosigned = cosigning.require(session, draft, definition, content, viewer=viewer, declared=declared)
    dossier_id = new_id()
    attachments.hand_over(session, draft_id=draft.id, dossier_id=dossier_id)
    draft.closed_at = now
    session.flush()
    dossier = _new(session, draft, definition, answers, dossier_id=dossier_id, language=language, at=counter, now=now)
    dossier.procedure, dossier.party = draft.procedure, draft.party
    salt = new_salt()
    documents = files.digested(attached)
    fees = fees_for(definition, draft.case_key, answers)
    waits = payment.is_prepaid(fees)
    filed = Happening(
        kind=EventKind.PREPAYMENT_REQUESTED if waits else EventKind.FILED,
        params={
            **(walk_in_params(draft.walk_in_id, actor) if draft.walk_in_id is not None else {}),
            "intake_agency": str(dossier.intake_agency_id),
            "party": str(draft.party_id),
            "agent_party": str(draft.agent_party_id) if draft.agent_party_id else None,
            "procedure_version": str(draft.procedure_version_id),
            "documents": len(documents),
            **declared.params,
            **cosigned.params,
        },
        texts={**declared.texts, **cosigned.texts},
        data={"answers": (answers, salt), "documents": (documents, salt)},
    )
    session.add(dossier)
    record(session, dossier, [filed], actor=actor, now=now)
    session.add(
        DossierAnswers(dossier_id=dossier.id, supplement_round=0, answers=dict(answers), salt=salt, saved_at=now)
    )
    if waits:
        payment.await_prepayment(session, dossier, fees, now=now)
    else:
        _set_going(session, dossier, by=viewer.person_id, now=now)
    if cosigned.params:  # the record of the dossier tells of it from here on
        session.execute(sa.delete(Cosignature).where(Cosignature.draft_id == draft.id))
    session.flush()
    return dossier


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """The counter that takes a dossier down: its agency takes the dossier in, whichever is competent for it.

    `person_id` is the officer who files it, `language` that of whoever stands there.
    """

    key: str
    person_id: UUID
    language: Language


def _who_files(session: Session, draft: Draft, viewer: Viewer) -> tuple[str, Counter | None]:
    """As whom the record names whoever files, and the counter where it is one."""
    if draft.counter_agency_id is None:
        return viewer.actor, None
    post = viewer.post_for(draft.counter_agency_id, Role.ONE_STOP)
    if post is None:
        raise Forbidden("dossier.role_may_not")
    walk_in = session.get_one(WalkIn, draft.walk_in_id)
    return post.actor, Counter(key=post.agency_key, person_id=viewer.person_id, language=walk_in.language)


def require_fileable(session: Session, draft: Draft, *, viewer: Viewer, now: datetime) -> None:
    """Raise `Refused` where procedure, party or filer keep the draft from being filed, whatever it says."""
    if not viewer.email_is_verified:
        raise Refused("accounts.address_unconfirmed")
    today = office_day(now)
    if taking_over(session, draft.procedure, on=today) is not None:
        raise Refused("draft.rules_changed")
    if draft.procedure.withdrawn_on is not None and draft.procedure.withdrawn_on <= today:
        raise Refused("draft.procedure_withdrawn")
    if draft.walk_in_id is None and draft.party.status is not PartyStatus.APPROVED:
        raise Refused("party.not_approved")  # at the counter the officer sees who stands there


def _set_going(session: Session, dossier: Dossier, *, by: UUID, now: datetime) -> None:
    """What a filing causes: the receipt, the way to the competent office, word to whoever filed."""
    letter = letter_wanted(dossier_id=dossier.id, kind=LetterKind.FILING_RECEIPT, event_version=1)
    to_route = Wanted(job=Job.ROUTE_DOSSIER, payload={"dossier_id": str(dossier.id)})
    if dossier.walk_in_id is not None:
        enqueue_all(session, [to_route, letter])
        tell_filers(session, dossier, NoticeKind.FILED, now=now)
        return
    notice = written(
        session,
        NoticeKind.FILED,
        dossier_id=dossier.id,
        event_version=1,
        people=[by],
        now=now,
        params=known_of(dossier),
    )
    enqueue_all(session, [to_route, letter, notice])


def already_filed(session: Session, draft: Draft) -> Dossier:
    """The dossier this draft became; refused if the draft was discarded instead."""
    found = session.scalars(
        sa.select(Dossier)
        .where(Dossier.client_key == draft.client_key)
        .options(joinedload(Dossier.procedure, innerjoin=True), joinedload(Dossier.party, innerjoin=True))
    ).one_or_none()
    if found is None:
        raise Refused("draft.discarded")
    return found


def checked(draft: Draft, definition: Definition, attached: Sequence[Attachment]) -> Answers:
    """The draft's answers if everything needed is there and readable; raises `Incomplete` otherwise."""
    reading = read(definition, draft.case_key, draft.answers, places=places())
    unread = {problem.path for problem in reading.problems}
    gaps = missing(definition, draft.case_key, reading.answers, files.counted(attached))
    problems = (*reading.problems, *(gap for gap in gaps if gap.path not in unread))
    if problems:
        raise Incomplete(problems)
    return reading.answers


def _new(
    session: Session,
    draft: Draft,
    definition: Definition,
    answers: Answers,
    *,
    dossier_id: UUID,
    language: Language,
    at: Counter | None,
    now: datetime,
) -> Dossier:
    subject = subject_of(definition, answers) or definition.name.words(language)
    terms = terms_for(definition, draft.case_key, answers, places=places())
    intake_agency_id, code = next_code(session, intake_key=at.key if at else definition.intake, now=now)
    key = search_key(code, draft.party.name, draft.party.tax_code, subject)
    return Dossier(
        id=dossier_id,
        code=code,
        client_key=draft.client_key,
        procedure_version_id=draft.procedure_version_id,
        case_key=draft.case_key,
        party_id=draft.party_id,
        filer_id=at.person_id if at else draft.filer_id,
        agent_party_id=draft.agent_party_id,
        intake_agency_id=intake_agency_id,
        channel=Channel.COUNTER if at else Channel.ONLINE,
        walk_in_id=draft.walk_in_id,
        language=at.language if at else language,
        subject=subject,
        commune=commune_of(definition, answers),
        search_key=key,
        trigrams=trigrams(key),
        terms=terms.to_json(),
        state=State.DRAFT,
        version=0,
        filed_at=now,
    )
