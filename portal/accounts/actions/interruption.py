"""A form sent after the sign-in had ended: kept for the same person to send again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.keys import hash_of, new_key
from portal.accounts.models import InterruptedPost, SignIn

KEPT_FOR = timedelta(minutes=30)
LARGEST_CHARACTERS = 500_000
NEVER_KEPT = frozenset({"csrf_token", "code"})  # and nothing with "password" in its name
MOST_KEPT_OF_A_PERSON = 20


def keep(
    session: Session, sign_in_key: str, *, path: str, fields: Sequence[tuple[str, str]], now: datetime
) -> str | None:
    """Keep what was sent to `path` and return the token that finds it again.

    Only for somebody who was signed in in this browser: a stranger cannot fill the table. None where there
    is no such person, nothing worth keeping, or too much of it.
    """
    session.execute(sa.delete(InterruptedPost).where(InterruptedPost.expires_at < now))
    person_id = session.scalar(sa.select(SignIn.person_id).where(SignIn.key_hash == hash_of(sign_in_key)))
    kept = [[name, value] for name, value in fields if _may_be_kept(name)]
    size = sum(len(name) + len(value) for name, value in kept)
    if person_id is None or not any(value.strip() for _, value in kept) or size > LARGEST_CHARACTERS:
        return None
    if _kept_of(session, person_id) >= MOST_KEPT_OF_A_PERSON:
        return None
    token = new_key()
    session.add(
        InterruptedPost(
            token_hash=hash_of(token), person_id=person_id, path=path, fields=kept, expires_at=now + KEPT_FOR
        )
    )
    return token


def forget(session: Session, token: str, *, person_id: UUID) -> None:
    """Drop what was kept, at the person's wish."""
    session.execute(
        sa.delete(InterruptedPost).where(
            InterruptedPost.token_hash == hash_of(token), InterruptedPost.person_id == person_id
        )
    )


def _may_be_kept(name: str) -> bool:
    return name not in NEVER_KEPT and "password" not in name.lower()


def _kept_of(session: Session, person_id: UUID) -> int:
    return (
        session.scalar(
            sa.select(sa.func.count()).select_from(InterruptedPost).where(InterruptedPost.person_id == person_id)
        )
        or 0
    )
