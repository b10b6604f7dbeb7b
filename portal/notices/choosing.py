"""Verbs of choices about notices, and the reading of them."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from portal.accounts.actions.audit import record
from portal.accounts.consents import WORDINGS, Purpose
from portal.accounts.models import Consent, Person
from portal.accounts.queries.consents import standing
from portal.foundation.errors import Invalid
from portal.foundation.telephones import canonical_phone
from portal.notices.models import MessageWish, Notice, NoticeChoice
from portal.notices.preferences import KINDS, Channel, Manner, Topic


def choose(session: Session, person_id: UUID, chosen: Mapping[Topic, Manner], *, now: datetime) -> None:
    """Keep how each of these topics is to come. Notices from before a change stay as they were."""
    before = manners_of(session, person_id)
    for topic, manner in chosen.items():
        if before.get(topic, Manner.AT_ONCE) is not manner:
            values = {"person_id": person_id, "topic": topic, "manner": manner, "since": now}
            written = insert(NoticeChoice).values(values)
            session.execute(
                written.on_conflict_do_update(
                    index_elements=["person_id", "topic"], set_={"manner": manner, "since": now}
                )
            )


def manners_of(session: Session, person_id: UUID) -> dict[Topic, Manner]:
    """What the person has chosen."""
    rows = session.scalars(sa.select(NoticeChoice).where(NoticeChoice.person_id == person_id))
    return {row.topic: row.manner for row in rows}


def wish_messages(session: Session, person_id: UUID, channel: Channel | None, *, phone: str, now: datetime) -> None:
    """Let short messages come to this telephone by this channel, or by none.

    Raises Invalid for what is no mobile number, and without a standing consent to the channel.
    """
    person = session.scalars(sa.select(Person).where(Person.id == person_id).with_for_update()).one()
    number = canonical_phone(phone) if phone.strip() else None
    if phone.strip() and number is None:
        raise Invalid(fields={"phone": "notices.phone_wrong"})
    if channel is not None:
        if number is None:
            raise Invalid(fields={"phone": "notices.phone_missing"})
        if Purpose(channel.value) not in standing(session, person_id):
            raise Invalid(fields={"agree": "notices.consent_missing"})
    if person.phone != number:
        person.phone = number
        record(session, "accounts.change_phone", f"person:{person_id}", by=person_id, now=now)
    session.execute(sa.delete(MessageWish).where(MessageWish.person_id == person_id))
    if channel is not None:
        session.add(MessageWish(person_id=person_id, channel=channel, since=now))
    session.flush()


def wish_of(session: Session, person_id: UUID) -> Channel | None:
    """By which channel short messages come to the person, if by any."""
    return session.scalar(sa.select(MessageWish.channel).where(MessageWish.person_id == person_id))


def is_mailed_at_once() -> sa.ColumnElement[bool]:
    """The notices whose person has not chosen to have their topic once a day, or only here."""
    ways = [
        sa.exists().where(
            NoticeChoice.person_id == Notice.person_id,
            NoticeChoice.topic == topic,
            NoticeChoice.manner != Manner.AT_ONCE,
            Notice.kind.in_(sorted(kinds)),
        )
        for topic, kinds in KINDS.items()
    ]
    return sa.not_(sa.or_(*ways))


def waits_for_digest() -> sa.ColumnElement[bool]:
    """The notices that come with the mail of the day: told since the choice, not mailed and not read yet."""
    ways = [
        sa.exists().where(
            NoticeChoice.person_id == Notice.person_id,
            NoticeChoice.topic == topic,
            NoticeChoice.manner == Manner.DAILY,
            NoticeChoice.since <= Notice.created_at,
            Notice.kind.in_(sorted(kinds)),
        )
        for topic, kinds in KINDS.items()
    ]
    return sa.and_(Notice.mailed_at.is_(None), Notice.read_at.is_(None), sa.or_(*ways))


def has_agreed() -> sa.ColumnElement[bool]:
    """Whether the person of the wish agrees to its channel in today's wording."""
    ways = [
        sa.and_(MessageWish.channel == channel, Consent.wording == WORDINGS[Purpose(channel.value)])
        for channel in Channel
    ]
    return sa.exists().where(
        Consent.person_id == MessageWish.person_id,
        Consent.purpose == sa.cast(MessageWish.channel, sa.String),
        Consent.withdrawn_at.is_(None),
        sa.or_(*ways),
    )
