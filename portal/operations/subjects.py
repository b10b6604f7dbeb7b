"""Whom or what a given-up job was for: a name and the code of a dossier, never its contents."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.dossiers.models import Dossier
from portal.foundation.outbox import Timer
from portal.notices.models import Notice

Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Empty texts where the job is about nobody, or about no dossier."""

    person: str = ""
    dossier: str = ""


def subjects(session: Session, jobs: Mapping[int, Payload]) -> dict[int, Subject]:
    """The subject of each job by its number, where there is one to name; one statement."""
    named = {job: {key: _uuid(payload.get(key)) for key in _KEYS} for job, payload in jobs.items()}
    wanted = {found for each in named.values() for found in each.values() if found}
    if not wanted:
        return {}
    found: dict[UUID, Subject] = {}
    for key, person, code in session.execute(_statement(wanted)):
        known = found.get(key, Subject())
        found[key] = Subject(person=known.person or person or "", dossier=known.dossier or code or "")
    told: dict[int, Subject] = {}
    for job, keys in named.items():
        mine = [found[key] for key in keys.values() if key in found]
        if mine:
            told[job] = Subject(
                person=next((one.person for one in mine if one.person), ""),
                dossier=next((one.dossier for one in mine if one.dossier), ""),
            )
    return told


_KEYS = ("notice_id", "person_id", "dossier_id", "timer_id")


def _statement(wanted: set[UUID]) -> sa.CompoundSelect[Any]:
    nobody, nothing = sa.literal(""), sa.literal("")
    of_notice = (
        sa.select(Notice.id, Person.name, Dossier.code)
        .join(Person, Person.id == Notice.person_id)
        .outerjoin(Dossier, Dossier.id == Notice.dossier_id)
        .where(Notice.id.in_(wanted))
    )
    of_person = sa.select(Person.id, Person.name, nothing).where(Person.id.in_(wanted))
    of_dossier = sa.select(Dossier.id, nobody, Dossier.code).where(Dossier.id.in_(wanted))
    of_timer = (
        sa.select(Timer.id, nobody, Dossier.code)
        .join(Dossier, Dossier.id == Timer.dossier_id)
        .where(Timer.id.in_(wanted))
    )
    return sa.union_all(of_notice, of_person, of_dossier, of_timer)


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
