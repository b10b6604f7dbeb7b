"""Recovery codes of a person: made anew all together, used up one by one."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.models import Person, RecoveryCode
from portal.accounts.recovery_codes import hash_of_code, new_codes


def renew(session: Session, person_id: UUID, *, now: datetime) -> tuple[str, ...]:
    """Make ten new codes in place of all before them, and return them: they can be shown only now."""
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    codes = new_codes()
    session.add_all(
        RecoveryCode(code_hash=hash_of_code(person_id, code), person_id=person_id, made_at=now) for code in codes
    )
    record(session, "accounts.renew_recovery_codes", f"person:{person_id}", by=person_id, now=now)
    session.flush()
    return codes


def use(session: Session, person_id: UUID, typed: str, *, now: datetime) -> bool:
    """Whether the code is one of the person's and still unused; it is then used up."""
    is_open = sa.exists().where(Person.id == person_id, Person.disabled_at.is_(None))
    found = session.execute(
        sa.update(RecoveryCode)
        .where(
            RecoveryCode.code_hash == hash_of_code(person_id, typed),
            RecoveryCode.person_id == person_id,
            RecoveryCode.used_at.is_(None),
            is_open,
        )
        .values(used_at=now)
        .returning(RecoveryCode.code_hash)
    ).one_or_none()
    if found is None:
        return False
    record(session, "accounts.use_recovery_code", f"person:{person_id}", by=person_id, now=now)
    return True
