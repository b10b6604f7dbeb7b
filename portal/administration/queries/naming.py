"""The names behind the identifiers that rows of the record of changes hold."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person, Post
from portal.administration.queries.records import Change
from portal.foundation.languages import spoken

UUID_LENGTH = 36


def names_of(session: Session, rows: Iterable[Change]) -> Mapping[str, str]:
    """Agencies, people, holders of posts and companies by the identifiers found before and after; one statement."""
    ids = {found for row in rows for side in (row.before, row.after) for found in _identifiers(side)}
    if not ids:
        return {}
    held_by = sa.select(Post.id, Person.name).join(Person, Person.id == Post.person_id)
    every = sa.union_all(
        sa.select(Agency.id, sa.func.coalesce(Agency.names[spoken()].astext, Agency.names["vi"].astext)),
        sa.select(Person.id, Person.name),
        held_by,
        sa.select(Party.id, Party.name),
    ).subquery()
    key, name = every.c
    return {str(found): words for found, words in session.execute(sa.select(key, name).where(key.in_(ids)))}


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
