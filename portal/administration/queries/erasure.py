"""What of one person can be erased because they ask for it, and what the law keeps and why."""

import enum
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Membership, Party, PartyKind, Person, Post, SignIn, SignInAttempt
from portal.administration.models import Kept, LegalHold, RetentionRule
from portal.administration.queries.retention import HAS_ANSWERS
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, Draft
from portal.hearing.models import Rating
from portal.notices.models import Notice

One = TypeVar("One")


class Ground(enum.StrEnum):
    """Why something stays."""

    OPEN = "open"  # the dossier is not decided yet
    HOLD = "hold"  # a complaint, a lawsuit or an inspection goes on
    PERIOD = "period"  # the period of the archive or of the log is not over
    COMPANY = "company"  # it is the company's, which keeps everything
    RECORD = "record"  # the record of events and of changes; letters; who acted
    OFFICE = "office"  # of somebody who holds a post: what they did for the office


class Part(enum.StrEnum):
    """What is held about a person, as the page names it."""

    DOSSIER = "dossier"
    DRAFTS = "drafts"
    NOTICES = "notices"
    SIGN_INS = "sign_ins"
    RATINGS = "ratings"
    TELEPHONE = "telephone"
    COMPANY_DOSSIERS = "company_dossiers"
    SIGN_IN_LOG = "sign_in_log"
    IDENTITY = "identity"
    EVENTS = "events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """Something the law keeps: its ground, the rule behind it, and until when, as far as there is one."""

    part: Part
    ground: Ground
    n: int = 1
    code: str = ""
    source: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What would be erased of a person at this moment, and what stays."""

    person: Person
    dossiers: tuple[tuple[UUID, str], ...]
    drafts: tuple[UUID, ...]
    notices: tuple[UUID, ...]
    sign_ins: tuple[bytes, ...]
    ratings: tuple[UUID, ...]
    stays: tuple[Stays, ...]

    @property
    def counts(self) -> dict[Part, int]:
        """What goes, counted; nothing of what there is none of."""
        numbers = {
            Part.DOSSIER: len(self.dossiers),
            Part.DRAFTS: len(self.drafts),
            Part.NOTICES: len(self.notices),
            Part.SIGN_INS: len(self.sign_ins),
            Part.RATINGS: len(self.ratings),
            Part.TELEPHONE: int(self.person.phone is not None),
        }
        return {part: n for part, n in numbers.items() if n}

    @property
    def seal(self) -> str:
        """Names exactly what was shown: what has changed since is shown again before anything is erased."""
        rows = [*map(str, self.dossiers), *map(str, self.drafts), *map(str, self.notices)]
        rows += [*(key.hex() for key in self.sign_ins), *map(str, self.ratings), str(self.person.phone is not None)]
        return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def of_person(session: Session, person_id: UUID, *, now: datetime) -> Erasure:
    """What an erasure for this person would do now. Dossiers of a company are the company's and stay."""
    rules = {rule.subject: rule for rule in session.scalars(sa.select(RetentionRule))}
    gone, stays = _dossiers(session, person_id, rules[Kept.ANSWERS], now)
    kept_codes = sa.select(LegalHold.dossier_id).where(LegalHold.lifted_at.is_(None))
    free = sa.or_(Notice.dossier_id.is_(None), Notice.dossier_id.not_in(kept_codes))
    log = rules[Kept.SIGN_IN_LOG]
    person = session.get_one(Person, person_id)
    return Erasure(
        person=person,
        dossiers=gone,
        drafts=_ids(
            session, sa.select(Draft.id).where(Draft.party_id.in_(own_parties(person_id)), Draft.closed_at.is_(None))
        ),
        notices=_ids(session, sa.select(Notice.id).where(Notice.person_id == person_id, free)),
        sign_ins=_ids(session, sa.select(SignIn.key_hash).where(SignIn.person_id == person_id, SignIn.ends_at < now)),
        ratings=_ids(session, sa.select(Rating.dossier_id).where(Rating.person_id == person_id, Rating.words != "")),
        stays=(*stays, *_always(session, person, log, now)),
    )


def _dossiers(
    session: Session, person_id: UUID, rule: RetentionRule, now: datetime
) -> tuple[tuple[tuple[UUID, str], ...], list[Stays]]:
    """The person's own dossiers: those whose period is over, and the others with their ground."""
    held = sa.exists().where(LegalHold.dossier_id == Dossier.id, LegalHold.lifted_at.is_(None))
    has_content = sa.or_(sa.exists().where(HAS_ANSWERS), Dossier.subject != "")
    rows = session.execute(
        sa.select(Dossier.id, Dossier.code, Dossier.ended_at, held)
        .where(Dossier.party_id.in_(own_parties(person_id)), has_content)
        .order_by(Dossier.code)
    )
    gone: list[tuple[UUID, str]] = []
    stays: list[Stays] = []
    for dossier_id, code, ended_at, is_held in rows:
        over_at = ended_at + timedelta(days=rule.keep_days) if ended_at else None
        if over_at is None:
            stays.append(Stays(part=Part.DOSSIER, code=code, ground=Ground.OPEN))
        elif is_held:
            stays.append(Stays(part=Part.DOSSIER, code=code, ground=Ground.HOLD))
        elif over_at >= now:
            until = office_day(over_at)
            stays.append(Stays(part=Part.DOSSIER, code=code, ground=Ground.PERIOD, source=rule.source, until=until))
        else:
            gone.append((dossier_id, code))
    return tuple(gone), stays


def _always(session: Session, person: Person, log: RetentionRule, now: datetime) -> list[Stays]:
    """What no request erases."""
    stays: list[Stays] = []
    own = own_parties(person.id)
    others = _count(session, Dossier.filer_id == person.id, Dossier.party_id.not_in(own))
    if others:
        stays.append(Stays(part=Part.COMPANY_DOSSIERS, ground=Ground.COMPANY, n=others))
    tried = _count(session, SignInAttempt.person_id == person.id)
    if tried:
        until = office_day(now + timedelta(days=log.keep_days))
        stays.append(Stays(part=Part.SIGN_IN_LOG, ground=Ground.PERIOD, n=tried, source=log.source, until=until))
    holds_post = _count(session, Post.person_id == person.id) > 0
    stays.append(Stays(part=Part.IDENTITY, ground=Ground.OFFICE if holds_post else Ground.RECORD))
    stays.append(Stays(part=Part.EVENTS, ground=Ground.RECORD))
    return stays


def own_parties(person_id: UUID) -> sa.Select[UUID]:
    """The parties that are the person themselves."""
    return (
        sa.select(Party.id)
        .join(Membership, Membership.party_id == Party.id)
        .where(Membership.person_id == person_id, Party.kind == PartyKind.INDIVIDUAL)
    )


def _count(session: Session, *which: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(*which)) or 0


def _ids(session: Session, statement: sa.Select[One]) -> tuple[One, ...]:
    return tuple(session.scalars(statement).all())
