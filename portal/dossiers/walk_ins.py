"""Who stood at the counter: what the record keeps of it, and the names of both, the officer and the person.

An event holds identifiers only; the names lie in the row of the walk-in and are erased with the dossier's answers.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person, Post
from portal.dossiers import narrative
from portal.dossiers.models import Channel, Dossier, DossierEvent, WalkIn
from portal.foundation.formats import Language
from portal.letters import contents as say
from portal.workflow.events import Event, Param

CHANNEL: Final = "channel"
PARAMS: Final = (CHANNEL, "walk_in", "counter_post")
PERSONAL_ID_DIGITS: Final = 12


def walk_in_params(walk_in_id: object, actor: str) -> dict[str, Param]:
    """What an event says of a filing at the counter: that it was one, for whom, and which post filed it."""
    post = actor.removeprefix("post:").partition(" ")[0]
    return dict(zip(PARAMS, (Channel.COUNTER.value, str(walk_in_id), post), strict=True))


def counter_params(session: Session, dossier: Dossier) -> dict[str, Param]:
    """The same, as the first event of the dossier has it; nothing for one filed online."""
    if dossier.walk_in_id is None:
        return {}
    first = session.scalars(
        sa.select(DossierEvent.params).where(DossierEvent.dossier_id == dossier.id, DossierEvent.version == 1)
    ).one()
    return {name: first[name] for name in PARAMS if name in first}


def is_at_counter(event: Event) -> bool:
    """Whether an officer did this at the counter for somebody."""
    return event.params.get(CHANNEL) == Channel.COUNTER.value


def counter_names(session: Session, dossier: Dossier, events: Sequence[Event], language: Language) -> dict[int, str]:
    """By event: which officer did it at the counter, and for whom. Empty for a dossier filed online."""
    if dossier.walk_in_id is None:
        return {}
    filer = session.get_one(WalkIn, dossier.walk_in_id).name
    posts = {event.version: UUID(str(event.params["counter_post"])) for event in events if is_at_counter(event)}
    rows = session.execute(
        sa.select(Post.id, Person.name).join(Person, Person.id == Post.person_id).where(Post.id.in_(posts.values()))
    )
    officers = dict(rows.all())
    return {
        version: narrative.at_counter("by", language, officer=officers.get(post, ""), filer=filer)
        for version, post in posts.items()
    }


def as_filer(walk_in: WalkIn) -> say.Person:
    """Who stood there, as letters name a filer."""
    digits = walk_in.identity_number
    is_card = digits.isdecimal() and len(digits) == PERSONAL_ID_DIGITS
    return say.Person(
        name=walk_in.name,
        phone=walk_in.phone,
        email=walk_in.email or "",
        identifier=digits,
        identifier_kind=say.IdentifierKind.PERSONAL_ID if is_card else say.IdentifierKind.PASSPORT,
    )
