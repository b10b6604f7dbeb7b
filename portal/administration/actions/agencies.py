"""Founding, changing and closing an agency. Each change is one audit row with before and after."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import audit
from portal.accounts.models import Agency, Post
from portal.administration.queries.agencies import open_work
from portal.foundation.database import new_id
from portal.foundation.errors import Invalid, NotFound, Refused, Stale
from portal.foundation.outbox import Job, Wanted, enqueue, enqueue_all
from portal.foundation.search import search_key

CODE = re.compile(r"[A-Z]\d{2}(\.\d{1,3}){1,4}")
"""An agency's electronic identifier (Decision 20/2020/QĐ-TTg): `H37`, then numbers."""
LONGEST_KEY = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Particulars:
    """What is known of an agency. Names in three languages; the short ones stand in tables."""

    code: str
    names: Mapping[str, str]
    short_names: Mapping[str, str]
    symbol: str
    town: str
    address: str | None
    phone: str | None
    email: str | None
    is_intake: bool


def found(session: Session, wanted: Particulars, *, by: UUID, now: datetime) -> Agency:
    """Make a new agency; its key is made of its English short name and never changes."""
    _check(session, wanted, known=None)
    values = _plain(wanted)
    agency = Agency(id=new_id(), key=_free_key(session, wanted), version=2, **values)
    session.add(agency)
    session.flush()
    audit.record(session, "accounts.establish", f"agency:{agency.key}", by=by, now=now, after=values)
    return agency


def change(session: Session, key: str, wanted: Particulars, *, version: int, by: UUID, now: datetime) -> Agency:
    """Change an agency. Raises Stale if it was changed meanwhile, Invalid beside the field that is wrong."""
    agency = _locked(session, key, version=version)
    _check(session, wanted, known=agency.id)
    values = _plain(wanted)
    before = {name: getattr(agency, name) for name in values}
    if before != values:
        for name, value in values.items():
            setattr(agency, name, value)
        agency.version += 1
        audit.record(session, "accounts.establish", f"agency:{key}", by=by, now=now, before=before, after=values)
    session.flush()
    return agency


def close(
    session: Session,
    key: str,
    *,
    successor_key: str,
    version: int,
    reason: str,
    by: UUID,
    now: datetime,
    hands_over: bool = False,
) -> int:
    """Close an agency; what comes goes to its successor. Returns how many open dossiers go there, too.

    Refused while anybody holds a post in it, and while dossiers are open there unless they are handed over. Each of
    them is a job of its own, so that one which cannot be moved holds up no other.
    """
    agency = _locked(session, key, version=version)
    successor = session.scalar(sa.select(Agency).where(Agency.key == successor_key))
    if agency.closed_at is not None:
        raise Refused("administration.agency_closed")
    if successor is None or successor.closed_at is not None or successor.id == agency.id:
        raise Invalid(fields={"successor": "administration.no_successor"})
    holders = sa.exists().where(Post.agency_id == agency.id, Post.ended_at.is_(None))
    if session.scalar(sa.select(holders)):
        raise Refused("administration.agency_has_people")
    work = open_work(session, agency.id)
    if work and not hands_over:
        raise Invalid(fields={"hands_over": "administration.agency_has_dossiers"})
    agency.closed_at, agency.successor_id = now, successor.id
    agency.is_intake = False
    agency.version += 1
    after = {"open": False, "successor": successor.key, "reason": reason, "dossiers": len(work.dossiers)}
    audit.record(
        session, "administration.close_agency", f"agency:{key}", by=by, now=now, before={"open": True}, after=after
    )
    enqueue(session, Job.RECHECK_BOOKINGS, {})
    session.flush()
    if work:
        wanted = [Wanted(job=Job.ROUTE_DOSSIER, payload={"dossier_id": str(one)}) for one in work.dossiers]
        enqueue_all(session, wanted)
    return len(work.dossiers)


def reopen(session: Session, key: str, *, version: int, by: UUID, now: datetime) -> None:
    """Open a closed agency again."""
    agency = _locked(session, key, version=version)
    if agency.closed_at is None:
        raise Refused
    before = {"closed_at": agency.closed_at.isoformat(), "successor": str(agency.successor_id)}
    agency.closed_at, agency.successor_id = None, None
    agency.version += 1
    thing, after = f"agency:{key}", {"open": True}
    audit.record(session, "administration.reopen_agency", thing, by=by, now=now, before=before, after=after)
    session.flush()


def _locked(session: Session, key: str, *, version: int) -> Agency:
    agency = session.scalar(sa.select(Agency).where(Agency.key == key).with_for_update())
    if agency is None:
        raise NotFound
    session.refresh(agency)
    if agency.version != version:
        raise Stale
    return agency


def _check(session: Session, wanted: Particulars, *, known: UUID | None) -> None:
    if not CODE.fullmatch(wanted.code):
        raise Invalid(fields={"code": "administration.code_wrong"})
    other = session.scalar(sa.select(Agency.id).where(Agency.code == wanted.code))
    if other is not None and other != known:
        raise Invalid(fields={"code": "administration.code_taken"})


def _free_key(session: Session, wanted: Particulars) -> str:
    base = search_key(wanted.short_names.get("en") or wanted.short_names["vi"]).replace(" ", "_")[:LONGEST_KEY]
    base = re.sub(r"[^a-z0-9_]", "", base) or "agency"
    if not session.scalar(sa.select(sa.exists().where(Agency.key == base))):
        return base
    return f"{base}_{secrets.token_hex(3)}"


def _plain(wanted: Particulars) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value for name, value in asdict(wanted).items()}
