"""What is measured on: a small province, ten thousand dossiers in one office, complete drafts, people signed in.

A few dossiers live through the real verbs; the rest are copies of them under their own identifiers, codes and
parties, with their events chained anew, so every row is one the portal could have written. Only for the bench's
own database.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import flask
import psycopg
import sqlalchemy as sa
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import URLSafeTimedSerializer
from psycopg.types.json import Jsonb
from sqlalchemy.orm import Session

from bench.ground import INSTANCE, SECRET_KEY
from portal.accounts.keys import hash_of, new_key
from portal.accounts.models import Party, PartyKind, PartyStatus, SignIn
from portal.attachments.models import Attachment
from portal.dossiers.actions import intake, steps
from portal.dossiers.models import Dossier, DossierAnswers, DossierEvent, DossierStep, Draft
from portal.dossiers.queries import locked
from portal.dossiers.record import as_event
from portal.facts.models import DossierFact
from portal.foundation.database import Base, new_id
from portal.foundation.outbox import OutboxRow, Timer
from portal.ledger import chain
from portal.routing.actions import route
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import World

CODE = "1.013225"
OFFICE = "construction"
TEMPLATES = 8
MOST_TRIED = 60
PARTIES = 200
FILE_BYTES = 20_000
OWN_TABLES: tuple[type[Base], ...] = (Dossier, DossierEvent, DossierAnswers, DossierStep, DossierFact, Timer)
"""What one dossier consists of, in the order in which the database accepts it."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """A browser in which somebody is signed in: its headers, and the token its forms carry."""

    headers: Mapping[str, str]
    csrf_token: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Province:
    """The people to measure with, and the draft that is copied."""

    world: World
    filer: SignedIn
    officer: SignedIn
    officer_post: UUID
    draft_id: UUID


def settle(session: Session, *, dossiers: int) -> Province:
    """Make it all; commits."""
    now = datetime.now(UTC)
    world = worlds.build(session, now=now - timedelta(days=60))
    parties = _parties(session, now)
    templates = _templates(world, now)
    assert world.filer is not None
    draft = world.draft(CODE, now=now)
    _like_measured(session, draft)
    province = Province(
        world=world,
        filer=signed_in(session, world.filer.id, now),
        officer=signed_in(session, world.posts[OFFICE, Role.SPECIALIST].person_id, now),
        officer_post=world.posts[OFFICE, Role.SPECIALIST].id,
        draft_id=draft.id,
    )
    session.execute(sa.update(OutboxRow).values(closed_at=now))
    session.commit()
    _multiply(session, templates, parties, dossiers)
    session.execute(sa.text("ANALYZE"))
    session.commit()
    return province


def drafts(session: Session, template: UUID, count: int) -> list[UUID]:
    """So many more drafts like this one, with files of their own; commits."""
    draft = session.get_one(Draft, template)
    files = session.scalars(sa.select(Attachment).where(Attachment.draft_id == template)).all()
    made = [{**_values(draft), "id": new_id(), "client_key": new_id()} for _ in range(count)]
    session.execute(sa.insert(Draft), made)
    session.execute(
        sa.insert(Attachment),
        [{**_values(file), "id": new_id(), "draft_id": one["id"]} for one in made for file in files],
    )
    session.commit()
    return [one["id"] for one in made]


def _parties(session: Session, now: datetime) -> list[UUID]:
    rows: list[Row] = [
        {
            "id": new_id(),
            "kind": PartyKind.ORGANISATION,
            "status": PartyStatus.APPROVED,
            "name": f"Công ty TNHH Xây dựng số {number}",
            "tax_code": people.tax_code(),
            "created_at": now,
        }
        for number in range(PARTIES)
    ]
    session.execute(sa.insert(Party), rows)
    return [row["id"] for row in rows]


def _templates(world: World, now: datetime) -> list[UUID]:
    """Dossiers that wait for the specialist of the office; those for which another office is competent are left."""
    found: list[UUID] = []
    for number in range(MOST_TRIED):
        dossier = accepted(world, number, now)
        if dossier.agency_id == world.agencies[OFFICE].id:
            _given_to_specialist(world, dossier, now)
            found.append(dossier.id)
        if len(found) == TEMPLATES:
            return found
    raise SystemExit(f"the office got only {len(found)} of {MOST_TRIED} dossiers")


def accepted(world: World, number: int, now: datetime) -> Dossier:
    """A dossier filed, routed and accepted, as the verbs and the worker do it."""
    session, at = world.session, now - timedelta(days=1 + number % 20, minutes=7 * number)
    filed = world.file(CODE, now=at, seed=number)
    route(session, filed.id, now=at)
    found = locked(session, filed.id)
    assert found is not None
    intake.accept(session, found, viewer=world.holder(found.intake_agency_id, Role.ONE_STOP), now=at)
    route(session, found.id, now=at)
    return found


def _given_to_specialist(world: World, dossier: Dossier, now: datetime) -> None:
    """The head has done the first step, and the next one is the specialist's."""
    session, head = world.session, world.viewer(OFFICE, Role.HEAD)
    steps.complete(session, dossier, "assign", viewer=head, now=now - timedelta(hours=1))
    route(session, dossier.id, now=now - timedelta(hours=1))
    mine = sa.select(DossierStep.post_id).where(DossierStep.dossier_id == dossier.id, DossierStep.closed_at.is_(None))
    assert session.scalars(mine).all() == [world.posts[OFFICE, Role.SPECIALIST].id]


def _like_measured(session: Session, draft: Draft) -> None:
    """Two files of 20 kB, as in the figures this is compared with."""
    session.execute(sa.update(Attachment).where(Attachment.draft_id == draft.id).values(size_bytes=FILE_BYTES))


def signed_in(session: Session, person_id: UUID, now: datetime) -> SignedIn:
    """What the sign-in pages leave behind in browser and database, the second factor shown."""
    key = new_key()
    session.add(
        SignIn(
            key_hash=hash_of(key),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            ends_at=now + timedelta(hours=12),
            stepped_up_at=now + timedelta(hours=12),  # an act is measured, not being asked anew after ten minutes
            browser="bench",
        )
    )
    app = flask.Flask(__name__)
    app.secret_key = SECRET_KEY
    signer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert signer is not None
    raw = "c" * 40
    cookie = signer.dumps({"_user_id": key, "_fresh": True, "csrf_token": raw})
    return SignedIn(
        headers={"Cookie": f"{INSTANCE}_session={cookie}"},
        csrf_token=str(URLSafeTimedSerializer(SECRET_KEY, salt="wtf-csrf-token").dumps(raw)),
        key=key,
    )


def _multiply(session: Session, templates: Sequence[UUID], parties: Sequence[UUID], count: int) -> None:
    """Copy the templates until there are `count` dossiers."""
    lives = [{table: _rows_of(session, table, one) for table in OWN_TABLES} for one in templates]
    chance = random.Random(1)
    copies = [
        _copy(lives[number % len(lives)], number, chance.choice(parties)) for number in range(count - len(templates))
    ]
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    with connection.cursor() as cursor:
        for table in OWN_TABLES:
            _copy_in(cursor, table, (row for copy in copies for row in copy[table]))
    session.commit()


def _rows_of(session: Session, table: type[Base], dossier_id: UUID) -> list[Row]:
    columns = table.__table__.columns
    key = columns["id"] if table is Dossier else columns["dossier_id"]
    statement = sa.select(*columns).where(key == dossier_id)
    if table is DossierEvent:
        statement = statement.order_by(columns["version"])
    return [dict(row) for row in session.execute(statement).mappings()]


def _copy(life: Mapping[type[Base], list[Row]], number: int, party_id: UUID) -> dict[type[Base], list[Row]]:
    dossier_id = new_id()
    copied = {table: [_moved(table, row, dossier_id) for row in rows] for table, rows in life.items()}
    dossier = copied[Dossier][0]
    dossier |= {"client_key": new_id(), "party_id": party_id, "code": f"{dossier['code'][:-4]}{10_000 + number}"}
    previous = chain.GENESIS
    for row in copied[DossierEvent]:
        digest = chain.event_hash(previous, as_event(SimpleNamespace(**row)).content())
        row |= {"previous_hash": previous, "hash": digest}
        previous = digest
    return copied


def _moved(table: type[Base], row: Row, dossier_id: UUID) -> Row:
    """The row as one of another dossier."""
    moved = {**row, ("id" if table is Dossier else "dossier_id"): dossier_id}
    if table in {DossierStep, Timer}:
        moved["id"] = new_id()
    if table is Timer:
        # Some timers are about a step; the copy's steps have identifiers of their own.
        moved["subject_id"] = dossier_id if row["subject_id"] == row["dossier_id"] else new_id()
    return moved


def _copy_in(cursor: psycopg.Cursor[Any], table: type[Base], rows: Iterator[Row]) -> None:
    columns = table.__table__.columns.keys()
    with cursor.copy(f"COPY {table.__tablename__} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([Jsonb(v) if isinstance(v := row[name], dict) else v for name in columns])


def _values(thing: Any) -> Row:
    return {name: getattr(thing, name) for name in type(thing).__table__.columns.keys()}  # noqa: SIM118 - columns, not keys, are iterated
