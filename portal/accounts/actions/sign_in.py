"""Signing in and out: attempts, the row of a signed-in browser, the second factor, presence."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts import one_time, queries, throttle
from portal.accounts.keys import hash_of, new_key
from portal.accounts.models import Person, Proof, SignIn, SignInAttempt
from portal.accounts.viewer import SIGN_IN_LASTS, STAFF_SIGN_IN_LASTS
from portal.foundation.errors import TooMany
from portal.foundation.formats import Language

LONGEST_BROWSER_NAME = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where an attempt comes from. `browser_key` is set if the browser signed in to this account before."""

    network: str
    browser_key: str | None = None

    @property
    def browser_hash(self) -> bytes | None:
        return hash_of(self.browser_key) if self.browser_key else None


def attempt(
    session: Session,
    account: bytes,
    origin: Origin,
    *,
    now: datetime,
    person_id: UUID | None = None,
    proof: Proof = Proof.PASSWORD,
) -> int:
    """Note an attempt, counted as failed until `succeed` is called with the returned number.

    `person_id` is whose account it is, where there is one: the log of sign-ins names them.

    Raises TooMany with the seconds to wait. Noting before checking leaves nothing to win by trying many
    passwords at the same moment.
    """
    lock = int.from_bytes(account[:8], "big", signed=True)
    session.execute(sa.select(sa.func.pg_advisory_xact_lock(lock)))
    wait = _wait_seconds(session, account, origin, now)
    if wait:
        raise TooMany("accounts.wait", retry_after_seconds=wait)
    row = SignInAttempt(
        account_hash=account,
        network=origin.network,
        browser_hash=origin.browser_hash,
        at=now,
        succeeded=False,
        person_id=person_id,
        proof=proof,
    )
    session.add(row)
    session.flush()
    return row.id


def succeed(session: Session, attempt_id: int) -> None:
    """The attempt was right; failures before it are counted no longer."""
    session.execute(sa.update(SignInAttempt).where(SignInAttempt.id == attempt_id).values(succeeded=True))


def _wait_seconds(session: Session, account: bytes, origin: Origin, now: datetime) -> int:
    of_account = SignInAttempt.account_hash == account
    if origin.browser_hash is not None:
        own = _failures(session, of_account, SignInAttempt.browser_hash == origin.browser_hash, now=now)
        return own.wait_seconds(free_tries=throttle.FREE_TRIES, now=now)
    unknown = SignInAttempt.browser_hash.is_(None)
    here = SignInAttempt.network == origin.network
    elsewhere = _failures(session, of_account, unknown, SignInAttempt.network != origin.network, now=now)
    of_pair = _failures(session, of_account, unknown, here, now=now)
    of_network = _failures(session, unknown, here, now=now, forgiving=False)
    return max(
        of_pair.wait_seconds(free_tries=throttle.free_tries(elsewhere.count), now=now),
        of_network.wait_seconds(free_tries=throttle.FREE_TRIES_OF_NETWORK, now=now),
    )


def _failures(
    session: Session, *which: sa.ColumnElement[bool], now: datetime, forgiving: bool = True
) -> throttle.Failures:
    """Failures of the last hour among the rows; `forgiving` forgets those before the last success."""
    since = now - throttle.COUNTED_FOR
    conditions = [*which, SignInAttempt.at > since]
    if forgiving:
        last_success = sa.select(sa.func.max(SignInAttempt.id)).where(*conditions, SignInAttempt.succeeded)
        conditions.append(SignInAttempt.id > sa.func.coalesce(last_success.scalar_subquery(), 0))
    count, last_at = session.execute(
        sa.select(sa.func.count(), sa.func.max(SignInAttempt.at)).where(*conditions, SignInAttempt.succeeded.is_(False))
    ).one()
    return throttle.Failures(count=count, last_at=last_at)


def begin(
    session: Session,
    person_id: UUID,
    *,
    browser: str,
    second_factor_shown: bool,
    replaces: str | None,
    now: datetime,
) -> str:
    """Sign the person in in a browser and return the new key for its cookie; the key before it ends."""
    if replaces:
        end(session, replaces, now=now)
    lasts = STAFF_SIGN_IN_LASTS if queries.holds_post(session, person_id) else SIGN_IN_LASTS
    key = new_key()
    session.add(
        SignIn(
            key_hash=hash_of(key),
            person_id=person_id,
            created_at=now,
            seen_at=now,
            ends_at=now + lasts,
            stepped_up_at=now if second_factor_shown else None,
            browser=browser[:LONGEST_BROWSER_NAME],
        )
    )
    return key


def end(session: Session, key: str, *, now: datetime) -> None:
    """Sign this browser out."""
    session.execute(
        sa.update(SignIn).where(SignIn.key_hash == hash_of(key), SignIn.ended_at.is_(None)).values(ended_at=now)
    )


def end_one(session: Session, person_id: UUID, reference: str, *, now: datetime) -> None:
    """Sign out the person's browser with this reference; anybody else's is left alone."""
    for row in queries.current_sign_ins(session, person_id, now=now):
        if queries.reference_of(row) == reference:
            row.ended_at = now


def end_all(session: Session, person_id: UUID, *, now: datetime, but: str | None = None) -> None:
    """Sign the person out everywhere, except in the browser with the key `but`."""
    condition = [SignIn.person_id == person_id, SignIn.ended_at.is_(None)]
    if but:
        condition.append(SignIn.key_hash != hash_of(but))
    session.execute(sa.update(SignIn).where(*condition).values(ended_at=now))


def prove_second_factor(session: Session, person_id: UUID, code: str, *, now: datetime) -> bool:
    """Whether the code is right; a right one is used up."""
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    if person.one_time_secret is None or person.disabled_at is not None:
        return False
    step = one_time.accepted_step(person.one_time_secret, code, last_step=person.one_time_last_step, now=now)
    if step is None:
        return False
    person.one_time_last_step = step
    return True


def note_step_up(session: Session, key: str, *, now: datetime) -> None:
    """Remember that the person proved themselves again in this browser."""
    session.execute(sa.update(SignIn).where(SignIn.key_hash == hash_of(key)).values(stepped_up_at=now))


def note_presence(session: Session, key: str, *, now: datetime) -> None:
    """Remember when this browser was last used."""
    session.execute(sa.update(SignIn).where(SignIn.key_hash == hash_of(key)).values(seen_at=now))


def prefer_language(session: Session, person_id: UUID, language: Language) -> None:
    """Keep the language the person wants the portal and its letters to speak."""
    session.execute(sa.update(Person).where(Person.id == person_id).values(language=language))
