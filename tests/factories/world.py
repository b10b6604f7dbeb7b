"""A small province for tests: the real agencies, one officer per role, a company, the real procedures."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
import time_machine
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, PartyStatus, Person, Post
from portal.accounts.viewer import ActingFor, HeldPost, Viewer
from portal.attachments.models import Attachment, CopyKind
from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.answers import read
from portal.catalogue.examples import required_documents, valid_answers
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.dossiers.actions import drafts, filing
from portal.dossiers.models import Dossier, Draft
from portal.foundation.database import new_id
from portal.workflow.lifecycle import CompanyRole, Role
from tests.factories import people
from tests.factories.copies import Copy, made_and_undone

Key = TypeVar("Key")
Thing = TypeVar("Thing", Agency, Post, ProcedureVersion)

MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
"""Monday 2 March 2026, 09:00 at the office: no holiday near."""

ONE_OF_EACH_FIELD = ("1.009645", "1.013952", "1.013225", "1.004191")
"""A procedure of each field of business; publishing all of them for every test would only cost time."""


@dataclass
class World:
    session: Session
    agencies: dict[str, Agency] = field(default_factory=dict)
    posts: dict[tuple[str, Role], Post] = field(default_factory=dict)
    versions: dict[str, ProcedureVersion] = field(default_factory=dict)
    company: Party | None = None
    filer: Person | None = None

    def viewer(self, key: str, role: Role) -> Viewer:
        """The officer who holds this role in this agency."""
        post, agency = self.posts[key, role], self.agencies[key]
        held = HeldPost(id=post.id, agency_id=agency.id, agency_key=key, agency_names=agency.names, role=role)
        return Viewer(
            person_id=post.person_id,
            name="Cán bộ",
            email="x@example.vn",
            language="vi",
            sign_in_key="k",
            posts=(held,),
            stepped_up_at=MONDAY,
        )

    def holder(self, agency_id: UUID | None, role: Role) -> Viewer:
        """The officer who holds this role in the agency with this id."""
        key = next(key for key, agency in self.agencies.items() if agency.id == agency_id)
        return self.viewer(key, role)

    @property
    def company_viewer(self) -> Viewer:
        assert self.company is not None
        assert self.filer is not None
        acting = ActingFor(
            party_id=self.company.id, party_name=self.company.name, role=CompanyRole.OWNER, is_approved=True
        )
        return Viewer(
            person_id=self.filer.id,
            name=self.filer.name,
            email=self.filer.email,
            language="vi",
            sign_in_key="f",
            acting_for=(acting,),
        )

    def draft(
        self,
        code: str = "1.013225",
        case: str | None = None,
        *,
        now: datetime = MONDAY,
        seed: int = 1,
        by: Viewer | None = None,
    ) -> Draft:
        """A complete draft of the company with its documents, prepared by its filer unless told otherwise."""
        assert self.company is not None
        by = by or self.company_viewer
        version = self.versions[code]
        definition = definition_of(version)
        case = case or definition.cases[0].code
        draft = drafts.start(self.session, version, case=case, party_id=self.company.id, viewer=by, now=now)
        typed = valid_answers(definition, case, places=registers.places(), seed=seed, day=now.date())
        draft.answers = typed
        answers = read(definition, case, typed, places=registers.places()).answers
        for key, count in required_documents(definition, case, answers).items():
            for number in range(count):
                self.session.add(attachment(draft, key, number, by=by.person_id, now=now))
        self.session.flush()
        return drafts.editable(self.session, draft.id, viewer=by)

    def file(
        self,
        code: str = "1.013225",
        case: str | None = None,
        *,
        now: datetime = MONDAY,
        seed: int = 1,
        by: Viewer | None = None,
    ) -> Dossier:
        """A filed dossier, straight through the real verbs."""
        draft = self.draft(code, case, now=now, seed=seed, by=by)
        return filing.file(self.session, draft, viewer=by or self.company_viewer, language="vi", now=now)


def attachment(draft: Draft, key: str, number: int, *, by: UUID, now: datetime) -> Attachment:
    """A small stored PDF for one document of a draft."""
    return Attachment(
        id=new_id(),
        draft_id=draft.id,
        document_key=key,
        filename=f"{key}-{number}.pdf",
        media_type="application/pdf",
        size_bytes=1000,
        sha256=f"{number:064x}",
        storage_key=f"test/{draft.id}/{key}/{number}",
        copy_kind=CopyKind.ELECTRONIC,
        uploaded_by=by,
        uploaded_at=now,
    )


def build(
    session: Session,
    *,
    folder: Path = registers.PROCEDURES,
    procedures: Collection[str] = ONE_OF_EACH_FIELD,
    now: datetime = MONDAY,
) -> World:
    """The whole small province. The usual one is made once in a process and copied from then on."""
    unusual = folder != registers.PROCEDURES or now != MONDAY or time_machine.escape_hatch.is_travelling()
    if unusual or not _is_empty(session):
        return _found(session, folder=folder, procedures=procedures, now=now)
    return _kept(session, frozenset(procedures))


def _is_empty(session: Session) -> bool:
    filled = sa.or_(*(sa.exists(sa.select(sa.literal(1)).select_from(t)) for t in (Agency, ProcedureVersion, Person)))
    return not session.scalar(sa.select(filled))


_copies: dict[frozenset[str], tuple[World, Copy]] = {}


def _kept(session: Session, procedures: Collection[str]) -> World:
    """A copy of the province with these procedures."""
    key = frozenset(procedures)
    if key not in _copies:
        _copies[key] = made_and_undone(session, lambda aside: _found(aside, procedures=procedures))
    first, copy = _copies[key]
    copy.write(session)
    return World(
        session,
        agencies=_found_again(session, first.agencies),
        posts=_found_again(session, first.posts),
        versions=_found_again(session, first.versions),
        company=first.company and session.get_one(Party, first.company.id),
        filer=first.filer and session.get_one(Person, first.filer.id),
    )


def _found_again(session: Session, things: Mapping[Key, Thing]) -> dict[Key, Thing]:
    """The rows of this session that stand for the same things, in the same order."""
    if not things:
        return {}
    kind = type(next(iter(things.values())))
    rows = {row.id: row for row in session.scalars(sa.select(kind).where(kind.id.in_([t.id for t in things.values()])))}
    return {key: rows[thing.id] for key, thing in things.items()}


def _found(
    session: Session,
    *,
    folder: Path = registers.PROCEDURES,
    procedures: Collection[str],
    now: datetime = MONDAY,
) -> World:
    """Found the province through the real verbs."""
    world = World(session)
    for entry in registers.agencies().agencies:
        names = {"vi": entry.name.vi, "en": entry.name.en, "zh": entry.name.zh}
        short = {"vi": entry.short_name.vi, "en": entry.short_name.en, "zh": entry.short_name.zh}
        office = session.scalars(sa.select(Agency).where(Agency.key == entry.key)).one_or_none() or Agency(
            key=entry.key,
            code=entry.code,
            names=names,
            short_names=short,
            symbol=entry.symbol,
            town=entry.town,
            is_intake=entry.intake,
        )
        session.add(office)
        session.flush()
        world.agencies[entry.key] = office
        for role in entry.roles:
            who = people.person(session, name=f"{role.value} {entry.key}", second_factor=True)
            world.posts[entry.key, role] = people.post(session, who, office, role)
    for path in registers.definition_files(folder):
        if folder == registers.PROCEDURES and path.stem not in procedures:
            continue
        definition = registers.read_definition(path)
        published = publish(session, definition, now=now, origin=path.name)
        assert published is not None
        world.versions[definition.code] = published
    world.company = people.party(session, name="Công ty TNHH Hoa Hồi Xứ Lạng", status=PartyStatus.APPROVED)
    world.filer = people.filer(session, company=world.company)
    session.flush()
    return world
