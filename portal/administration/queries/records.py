"""The record of administrative changes and the log of sign-ins, newest first, a page at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from portal.accounts.models import Agency, AuditRow, Mandate, Party, Person, Post, Proof, SignInAttempt
from portal.clock.zone import at_office
from portal.foundation.search import search_key

PAGE = 50
MOST_EXPORTED = 50_000
MOST_PEOPLE = 200
"""A name that fits more people than this narrows nothing; it must be typed longer."""
CODED = ("dossier", "procedure")
"""Things people call by their code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is looked for. Days are the office's; `before` is the last row of the page above."""

    who: str = ""
    kind: str = ""
    thing: str = ""
    since: date | None = None
    until: date | None = None
    outcome: str = ""
    before: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row of the record. `who` is empty for the console and for what happens by itself."""

    id: int
    at: datetime
    verb: str
    thing: str
    who: str
    who_email: str
    thing_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One attempt to sign in. `who` is empty where the address has no account."""

    id: int
    at: datetime
    who: str
    who_email: str
    network: str
    proof: Proof
    succeeded: bool
    known_browser: bool


def changes(session: Session, asked: Asked, *, most: int = PAGE + 1) -> list[Change]:
    """One page of the record and one more row, in one statement, or two when somebody or something is looked for."""
    return [_change(row) for row in session.execute(_changes(session, asked).limit(most))]


def exported(session: Session, asked: Asked) -> Iterator[Change]:
    """All that is found, for a file; read in pieces, at most fifty thousand rows."""
    found = session.execute(_changes(session, asked).limit(MOST_EXPORTED).execution_options(yield_per=1000))
    return (_change(row) for row in found)


def entries(session: Session, asked: Asked) -> list[Entry]:
    """One page of the log of sign-ins and one more row."""
    row = SignInAttempt
    conditions = [row.proof != Proof.LETTER, *_period(row.at, asked)]
    if asked.who:
        conditions.append(row.person_id.in_(_people(session, asked.who)))
    if asked.thing:
        conditions.append(sa.func.host(row.network).startswith(asked.thing, autoescape=True))
    if asked.outcome:
        conditions.append(row.succeeded.is_(asked.outcome == "succeeded"))
    if asked.before is not None:
        conditions.append(row.id < asked.before)
    statement = (
        sa.select(
            row.id,
            row.at,
            sa.func.coalesce(Person.name, "").label("who"),
            sa.func.coalesce(Person.email, "").label("who_email"),
            sa.func.host(row.network).label("network"),
            row.proof,
            row.succeeded,
            row.browser_hash.is_not(None).label("known_browser"),
        )
        .outerjoin(Person, Person.id == row.person_id)
        .where(*conditions)
        .order_by(row.id.desc())
        .limit(PAGE + 1)
    )
    return [Entry(**found._mapping) for found in session.execute(statement)]


def verbs(session: Session) -> list[str]:
    """The kinds of change that occur, found by walking the index from one to the next."""
    first = sa.select(sa.func.min(AuditRow.verb).label("verb")).cte("verbs", recursive=True)
    following = (
        sa.select(sa.func.min(AuditRow.verb)).where(AuditRow.verb > first.c.verb).correlate(first).scalar_subquery()
    )
    every = first.union_all(sa.select(following).where(first.c.verb.is_not(None)))
    return [verb for verb in session.scalars(sa.select(every.c.verb)) if verb is not None]


def _changes(session: Session, asked: Asked) -> sa.Select[Any]:
    named = aliased(Person)
    person_in_thing = sa.case(
        (
            AuditRow.thing.regexp_match("^person:[0-9a-f]{8}-[0-9a-f-]{27}$"),
            sa.cast(sa.func.substr(AuditRow.thing, 8), sa.Uuid()),
        )
    )
    conditions = _period(AuditRow.at, asked)
    if asked.who:
        conditions.append(AuditRow.actor_id.in_(_people(session, asked.who)))
    if asked.kind:
        conditions.append(AuditRow.verb == asked.kind)
    if asked.thing:
        as_written = AuditRow.thing.startswith(asked.thing, autoescape=True)
        by_code = [f"{kind}:{asked.thing}" for kind in CODED]
        conditions.append(sa.or_(as_written, AuditRow.thing.in_([*by_code, *_things_called(session, asked.thing)])))
    if asked.before is not None:
        conditions.append(AuditRow.id < asked.before)
    return (
        sa.select(
            AuditRow.id,
            AuditRow.at,
            AuditRow.verb,
            AuditRow.thing,
            sa.func.coalesce(Person.name, "").label("who"),
            sa.func.coalesce(Person.email, "").label("who_email"),
            sa.func.coalesce(named.name, "").label("thing_name"),
            AuditRow.before,
            AuditRow.after,
        )
        .outerjoin(Person, Person.id == AuditRow.actor_id)
        .outerjoin(named, named.id == person_in_thing)
        .where(*conditions)
        .order_by(AuditRow.id.desc())
    )


def _change(row: Any) -> Change:
    return Change(**row._mapping)


def _people(session: Session, text: str) -> list[UUID]:
    conditions = _holds(Person.found_by, search_key(text).split()) or [sa.false()]
    return list(session.scalars(sa.select(Person.id).where(*conditions).limit(MOST_PEOPLE)))


def _things_called(session: Session, text: str) -> list[str]:
    """People, their posts, companies, their mandates and agencies with such a name, address or tax code."""
    words = search_key(text).split()
    if not words:
        return []
    people = sa.select(Person.id).where(*_holds(Person.found_by, words)).limit(MOST_PEOPLE)
    named = _bare(sa.func.concat_ws(" ", Party.name, Party.tax_code))
    parties = sa.select(Party.id).where(*_holds(named, words)).limit(MOST_PEOPLE)
    agencies = _holds(_bare(sa.cast(Agency.names, sa.Text)), words)
    side_of = sa.or_(Mandate.principal_id.in_(parties), Mandate.agent_id.in_(parties))
    found = sa.union_all(
        sa.select(_thing("person", people.subquery().c.id)),
        sa.select(_thing("post", Post.id)).where(Post.person_id.in_(people)),
        sa.select(_thing("party", parties.subquery().c.id)),
        sa.select(_thing("mandate", Mandate.id)).where(side_of),
        sa.select(_thing("agency", Agency.key)).where(*agencies),
        sa.select(_thing("agency", Agency.id)).where(*agencies),
    )
    return list(session.scalars(found))


def _thing(kind: str, identifier: Any) -> sa.ColumnElement[str]:
    return sa.literal(f"{kind}:") + sa.cast(identifier, sa.Text)


def _holds(key: Any, words: Iterable[str]) -> list[sa.ColumnElement[bool]]:
    return [key.contains(word, autoescape=True) for word in words]


def _bare(text: sa.ColumnElement[str]) -> sa.ColumnElement[str]:
    """The text without marks and capitals, as `search_key` has it."""
    apart = sa.func.normalize(sa.func.replace(sa.func.lower(text), "đ", "d"), sa.literal_column("NFD"))
    bare: sa.ColumnElement[str] = sa.func.regexp_replace(apart, "[\u0300-\u036f]", "", "g", type_=sa.Text())
    return bare


def _period(column: Any, asked: Asked) -> list[sa.ColumnElement[bool]]:
    conditions: list[sa.ColumnElement[bool]] = []
    if asked.since:
        conditions.append(column >= _midnight(asked.since))
    if asked.until:
        conditions.append(column < _midnight(asked.until + timedelta(days=1)))
    return conditions


def _midnight(day: date) -> datetime:
    return at_office(day, time())
