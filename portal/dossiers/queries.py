"""Reading dossiers, always through the access policy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from portal.accounts.models import Agency, Party, Person
from portal.accounts.viewer import Viewer
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.dossiers.models import Dossier, DossierEvent, Draft, EventText, ResultWish
from portal.dossiers.policy import drafts_at_counter, drafts_of, of_own_parties, taken_at_counter, visible_to
from portal.dossiers.receiving import Way, default, offered
from portal.foundation.errors import NotFound, Stale
from portal.foundation.search import search_key
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.payments.kinds import BillState
from portal.payments.models import Bill
from portal.payments.queries import owed_vnd
from portal.workflow.lifecycle import State

PAGE = 20
MOST_DRAFTS = 50
MOST_WORDS = 8
EXPORTED_AT_ONCE = 500


def _whole(code: str, viewer: Viewer) -> sa.Select[Dossier]:
    return (
        sa.select(Dossier)
        .where(Dossier.code == code, visible_to(viewer))
        .options(joinedload(Dossier.procedure, innerjoin=True), joinedload(Dossier.party, innerjoin=True))
    )


def visible(session: Session, code: str, *, viewer: Viewer) -> Dossier:
    """The dossier of this code; `NotFound` if there is none the viewer may know of."""
    found = session.scalars(_whole(code, viewer)).one_or_none()
    if found is None:
        raise NotFound("dossier.not_found")
    return found


def is_visible(session: Session, dossier_id: UUID, *, viewer: Viewer) -> bool:
    """Whether the viewer may know of this dossier."""
    return bool(session.scalar(sa.select(sa.exists().where(Dossier.id == dossier_id, visible_to(viewer)))))


def is_draft_visible(session: Session, draft_id: UUID, *, viewer: Viewer) -> bool:
    """Whether the viewer may know of this draft."""
    known = sa.or_(drafts_of(viewer), drafts_at_counter(viewer))
    return bool(session.scalar(sa.select(sa.exists().where(Draft.id == draft_id, known))))


def for_update(session: Session, code: str, *, viewer: Viewer, version: int | None = None) -> Dossier:
    """The dossier locked for an act. `version` is the one the person saw: `Stale` if it has moved on since."""
    statement = _whole(code, viewer).with_for_update(of=Dossier).execution_options(populate_existing=True)
    found = session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound("dossier.not_found")
    if version is not None and version != found.version:
        raise Stale("dossier.stale", seen=version, now=found.version)
    return found


def locked(session: Session, dossier_id: UUID) -> Dossier | None:
    """The dossier locked for a job: machines see every dossier."""
    return session.scalars(LOCKED, {"dossier_id": dossier_id}).one_or_none()


LOCKED = (  # made once: every job begins with it, and few read the long definition again
    sa.select(Dossier)
    .where(Dossier.id == sa.bindparam("dossier_id"))
    .options(
        joinedload(Dossier.procedure, innerjoin=True).defer(ProcedureVersion.definition),
        joinedload(Dossier.party, innerjoin=True),
    )
    .with_for_update(of=Dossier)
    .execution_options(populate_existing=True)
)


def draft(session: Session, draft_id: UUID, *, viewer: Viewer) -> Draft:
    """The draft for reading; `NotFound` if there is none the viewer may know of. One already filed is found too."""
    found = session.scalars(
        sa.select(Draft)
        .where(Draft.id == draft_id, sa.or_(drafts_of(viewer), drafts_at_counter(viewer)))
        .options(joinedload(Draft.procedure, innerjoin=True), joinedload(Draft.party, innerjoin=True))
    ).one_or_none()
    if found is None:
        raise NotFound("draft.not_found")
    return found


def draft_at_counter(session: Session, draft_id: UUID, *, viewer: Viewer) -> Draft:
    """A draft one of the viewer's counters takes down, with who stands there."""
    found = session.scalars(
        sa.select(Draft)
        .where(Draft.id == draft_id, drafts_at_counter(viewer))
        .options(
            joinedload(Draft.procedure, innerjoin=True),
            joinedload(Draft.party, innerjoin=True),
            joinedload(Draft.walk_in),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("draft.not_found")
    return found


def drafts_begun_at_counter(session: Session, *, viewer: Viewer, limit: int = MOST_DRAFTS) -> Sequence[Draft]:
    """The drafts the viewer's counters are taking down, the last touched first, with who stands there."""
    return session.scalars(
        sa.select(Draft)
        .where(drafts_at_counter(viewer), Draft.closed_at.is_(None))
        .options(
            joinedload(Draft.procedure, innerjoin=True),
            joinedload(Draft.party, innerjoin=True),
            joinedload(Draft.filer, innerjoin=True),
            joinedload(Draft.walk_in),
        )
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(limit)
    ).all()


def filed_at_counter(session: Session, *, viewer: Viewer, limit: int = PAGE) -> Sequence[Dossier]:
    """The dossiers the viewer's counters took down last, the newest first."""
    return session.scalars(
        sa.select(Dossier)
        .where(taken_at_counter(viewer))
        .options(
            joinedload(Dossier.procedure, innerjoin=True),
            joinedload(Dossier.party, innerjoin=True),
            joinedload(Dossier.filer, innerjoin=True),
            joinedload(Dossier.walk_in),
        )
        .order_by(Dossier.filed_at.desc(), Dossier.id.desc())
        .limit(limit)
    ).all()


def one_filed_at_counter(session: Session, code: str, *, viewer: Viewer) -> Dossier:
    """A dossier one of the viewer's counters took down, with who stood there, paid for already or not yet."""
    return with_everybody(session, code, taken_at_counter(viewer))


def with_everybody(session: Session, code: str, among: sa.ColumnElement[bool]) -> Dossier:
    """The dossier with the people and offices around it, read afresh; `NotFound` where it is not among these."""
    found = session.scalars(
        sa.select(Dossier)
        .where(Dossier.code == code, among)
        .options(
            joinedload(Dossier.procedure, innerjoin=True),
            joinedload(Dossier.party, innerjoin=True),
            joinedload(Dossier.agent_party),
            joinedload(Dossier.filer, innerjoin=True),
            joinedload(Dossier.walk_in),
            joinedload(Dossier.agency),
            joinedload(Dossier.intake_agency, innerjoin=True),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise NotFound("dossier.not_found")
    return found


def open_drafts(session: Session, *, viewer: Viewer, limit: int = MOST_DRAFTS) -> Sequence[Draft]:
    """The drafts still being worked on, the last touched first."""
    return session.scalars(
        sa.select(Draft)
        .where(drafts_of(viewer), Draft.closed_at.is_(None))
        .options(
            joinedload(Draft.procedure, innerjoin=True),
            joinedload(Draft.party, innerjoin=True),
            joinedload(Draft.filer, innerjoin=True),
        )
        .order_by(Draft.updated_at.desc(), Draft.id.desc())
        .limit(limit)
    ).all()


def last_party(session: Session, viewer: Viewer) -> UUID | None:
    """The party this person began a dossier for last."""
    return session.scalar(
        sa.select(Draft.party_id).where(Draft.filer_id == viewer.person_id).order_by(Draft.id.desc()).limit(1)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the company's list is asked for; `after` is the last row of the page before: (filed_at, id).

    `since` and `until` are instants around the filing, the second one excluded; `filer_id` is who filed. `or_owing`:
    besides those in the `states` also those for which something is to be paid.
    """

    words: str = ""
    states: frozenset[State] = frozenset()
    or_owing: bool = False
    procedure: str = ""
    filer_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None
    after: tuple[datetime, UUID] | None = None


def listed(session: Session, wanted: Wanted, *, viewer: Viewer, limit: int = PAGE) -> Sequence[sa.Row[Dossier, int]]:
    """The dossiers of the viewer's parties, newest first, each with what is still owed for it in whole đồng.

    One more than `limit` says that there are more.
    """
    statement = (
        sa.select(Dossier, owed_vnd(Dossier.id))
        .where(*_conditions(wanted, viewer))
        .options(
            joinedload(Dossier.procedure, innerjoin=True),
            joinedload(Dossier.party, innerjoin=True),
            joinedload(Dossier.agency),
            joinedload(Dossier.intake_agency, innerjoin=True),
        )
        .order_by(Dossier.filed_at.desc(), Dossier.id.desc())
        .limit(limit + 1)
    )
    return session.execute(statement).all()


def exported(
    session: Session, wanted: Wanted, *, viewer: Viewer
) -> Iterator[sa.Row[Dossier, dict[str, str], str, str]]:
    """The same dossiers for a file, all of them: (dossier, names of the procedure, party, filer), newest first."""
    statement = (
        sa.select(Dossier, ProcedureVersion.names, Party.name, Person.name)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(Person, Person.id == Dossier.filer_id)
        .where(*_conditions(wanted, viewer))
        .order_by(Dossier.filed_at.desc(), Dossier.id.desc())
        .execution_options(yield_per=EXPORTED_AT_ONCE)
    )
    yield from session.execute(statement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the list can be narrowed to: procedures filed under (code and names) and colleagues who filed."""

    procedures: tuple[tuple[str, dict[str, str]], ...] = ()
    colleagues: tuple[tuple[UUID, str], ...] = ()


def choices(session: Session, *, viewer: Viewer) -> Choices:
    """What the viewer's parties have filed under, in the words of the newest version, and who filed; one statement."""
    own = of_own_parties(viewer)
    versions = sa.select(Dossier.procedure_version_id).where(own).distinct()
    filers = sa.select(Dossier.filer_id).where(own).distinct()
    procedures = sa.select(
        ProcedureVersion.code, ProcedureVersion.number, ProcedureVersion.names, sa.null(), sa.null()
    ).where(ProcedureVersion.id.in_(versions))
    people = sa.select(sa.null(), sa.literal(0), sa.null(), Person.id, Person.name).where(Person.id.in_(filers))
    rows = session.execute(sa.union_all(procedures, people)).all()
    newest = {code: names for code, _number, names, _id, _name in sorted(rows, key=lambda row: row[1]) if code}
    colleagues = ((person_id, name) for code, _number, _names, person_id, name in rows if code is None)
    return Choices(
        procedures=tuple(sorted(newest.items())), colleagues=tuple(sorted(colleagues, key=lambda one: one[1]))
    )


def _conditions(wanted: Wanted, viewer: Viewer) -> list[sa.ColumnElement[bool]]:
    conditions = [of_own_parties(viewer), Dossier.state != State.DRAFT]  # one never prepaid is a draft again
    conditions += [
        Dossier.search_key.contains(word, autoescape=True) for word in search_key(wanted.words).split()[:MOST_WORDS]
    ]
    if wanted.states:
        owing = sa.exists().where(Bill.dossier_id == Dossier.id, Bill.state == BillState.OWED)
        conditions.append(sa.or_(Dossier.state.in_(wanted.states), owing if wanted.or_owing else sa.false()))
    if wanted.procedure:
        versions = sa.select(ProcedureVersion.id).where(ProcedureVersion.code == wanted.procedure)
        conditions.append(Dossier.procedure_version_id.in_(versions))
    if wanted.filer_id is not None:
        conditions.append(Dossier.filer_id == wanted.filer_id)
    if wanted.since is not None:
        conditions.append(Dossier.filed_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(Dossier.filed_at < wanted.until)
    if wanted.after is not None:
        conditions.append(sa.tuple_(Dossier.filed_at, Dossier.id) < sa.tuple_(*map(sa.literal, wanted.after)))
    return conditions


def texts_of(session: Session, dossier_id: UUID) -> dict[tuple[int, str], str]:
    """The words kept apart from the events, by event version and name; erased ones are missing."""
    rows = session.execute(
        sa.select(EventText.event_version, EventText.key, EventText.text).where(EventText.dossier_id == dossier_id)
    )
    return {(version, key): text for version, key, text in rows}


def letters_of(session: Session, dossier_id: UUID) -> Sequence[Letter]:
    """The letters the filer may have, in the order of what they tell.

    A decision is none before it is issued; slips stay inside.
    """
    return session.scalars(
        sa.select(Letter)
        .where(
            Letter.dossier_id == dossier_id,
            Letter.kind != LetterKind.CONTROL_SLIP.value,
            sa.or_(Letter.kind != LetterKind.DECISION.value, Letter.sealed_at.is_not(None)),
        )
        .order_by(Letter.event_version, Letter.id)
    ).all()


def receipts_of(session: Session, dossier_id: UUID) -> dict[int | None, Letter]:
    """The sealed receipts for payments, by the event that told of the payment."""
    found = letters_of(session, dossier_id)
    return {one.event_version: one for one in found if one.kind == LetterKind.FEE_RECEIPT.value and one.sealed_at}


def notices_of(session: Session, dossier_id: UUID) -> dict[UUID, Letter]:
    """The sealed notices of financial obligation, by the bill they ask to pay."""
    rows = session.execute(
        sa.select(DossierEvent.params["bill"].astext, Letter)
        .join(Letter, Letter.event_version == DossierEvent.version)
        .where(
            DossierEvent.dossier_id == dossier_id,
            Letter.dossier_id == dossier_id,
            Letter.kind == LetterKind.OBLIGATION.value,
            Letter.sealed_at.is_not(None),
        )
    )
    return {UUID(bill_id): letter for bill_id, letter in rows}


def agency_names(session: Session) -> dict[str, dict[str, str]]:
    """The names of all agencies by id as text: there are few, and every page of a dossier needs some."""
    return {str(identifier): names for identifier, names in session.execute(sa.select(Agency.id, Agency.names))}


def way_of(session: Session, dossier: Dossier) -> Way:
    """How the filer wants the result; where nobody has chosen, as the procedure has it."""
    wished = session.scalar(sa.select(ResultWish.way).where(ResultWish.client_key == dossier.client_key))
    return wished or default(
        offered(definition_of(dossier.procedure).results), at_counter=dossier.walk_in_id is not None
    )


def version_of(session: Session, version_id: UUID) -> ProcedureVersion | None:
    """The version of a procedure a draft is pinned to."""
    return session.get(ProcedureVersion, version_id)
