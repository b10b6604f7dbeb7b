"""The names behind the identifiers that rows of the record of changes hold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person, Post
from portal.administration.queries.records import Change
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import Draft
from portal.foundation.languages import spoken

UUID_LENGTH = 36
BY_KEY = ("agency", "owner", "successor")
"""What is named by the key of an agency."""


def names_of(session: Session, rows: Iterable[Change]) -> Mapping[str, str]:
    """Agencies, people, holders of posts, companies and drafts that rows are about or hold; one statement."""
    rows = list(rows)
    sides = [side for row in rows for side in (row.before, row.after)]
    texts = {row.thing.partition(":")[2] for row in rows}
    ids = {found for each in (*sides, list(texts)) for found in _identifiers(each)}
    keys = {side[name] for side in sides if side for name in BY_KEY if isinstance(side.get(name), str)}
    keys |= {row.thing.partition(":")[2] for row in rows if row.thing.startswith("agency:")}
    if not ids and not keys:
        return {}
    of_agency, of_procedure = _in_words(Agency.names), _in_words(ProcedureVersion.names)
    held_by = sa.select(_text(Post.id), Person.name).join(Person, Person.id == Post.person_id)
    drafted = sa.select(_text(Draft.id), of_procedure).join(
        ProcedureVersion, ProcedureVersion.id == Draft.procedure_version_id
    )
    every = sa.union_all(
        sa.select(_text(Agency.id), of_agency).where(Agency.id.in_(ids)),
        sa.select(Agency.key, of_agency).where(Agency.key.in_(keys)),
        sa.select(_text(Person.id), Person.name).where(Person.id.in_(ids)),
        held_by.where(Post.id.in_(ids)),
        sa.select(_text(Party.id), Party.name).where(Party.id.in_(ids)),
        drafted.where(Draft.id.in_(ids)),
    )
    return {key: name for key, name in session.execute(every) if name}


def _text(column: Any) -> sa.ColumnElement[str]:
    return sa.cast(column, sa.Text)


def _in_words(names: Any) -> sa.ColumnElement[str]:
    words: sa.ColumnElement[str] = sa.func.coalesce(names[spoken()].astext, names["vi"].astext)
    return words


def _identifiers(value: Any) -> Iterator[UUID]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _identifiers(each)
    elif isinstance(value, str) and len(value) == UUID_LENGTH:
        try:
            yield UUID(value)
        except ValueError:
            return
