"""People with an account: found by name, address, agency or role; one person with everything about their posts."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from portal.accounts.actions.new_passwords import NO_PASSWORD
from portal.accounts.models import Agency, FactorReset, LinkPurpose, MailedLink, Person, Post, SignIn
from portal.accounts.queries import has_factor
from portal.dossiers.models import DossierStep
from portal.foundation.search import search_key
from portal.workflow.lifecycle import Role

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """Whom the administrator looks for. `state`: empty for those with a post, or everybody, invited, disabled."""

    text: str = ""
    agency: str = ""
    role: str = ""
    state: str = ""
    after: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldSeat:
    """A current post in short."""

    role: str
    agency_names: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person of the list."""

    id: UUID
    name: str
    email: str
    is_disabled: bool
    is_invited: bool
    has_second_factor: bool
    posts: tuple[HeldSeat, ...]


def administrators(session: Session) -> int:
    """How many people administer the portal: hold the post, have taken up their invitation, and were not let go."""
    can_sign_in = (Person.password_hash != NO_PASSWORD, Person.disabled_at.is_(None))
    held = (Post.role == Role.ADMINISTRATOR, Post.ended_at.is_(None), *can_sign_in)
    counted = sa.select(sa.func.count(sa.distinct(Post.person_id))).join(Person, Person.id == Post.person_id)
    return session.scalar(counted.where(*held)) or 0


def found(session: Session, sought: Sought) -> list[Line]:
    """One page of people by name, and one more, which tells whether there are further ones; one statement."""
    seat = sa.func.jsonb_build_array(Post.role, Agency.names)
    seats = (
        sa.select(sa.func.jsonb_agg(aggregate_order_by(seat, Post.role, Agency.key)))
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id == Person.id, Post.ended_at.is_(None))
        .correlate(Person)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(
            Person.id,
            Person.name,
            Person.email,
            Person.disabled_at.is_not(None).label("is_disabled"),
            (Person.password_hash == NO_PASSWORD).label("is_invited"),
            has_factor().label("has_second_factor"),
            seats.label("posts"),
        )
        .where(*_conditions(sought))
        .order_by(Person.found_by, Person.id)
        .limit(PAGE + 1)
    )
    return [_line(row) for row in rows]


def _line(row: Any) -> Line:
    return Line(
        id=row.id,
        name=row.name,
        email=row.email,
        is_disabled=row.is_disabled,
        is_invited=row.is_invited,
        has_second_factor=row.has_second_factor,
        posts=tuple(HeldSeat(role=role, agency_names=names) for role, names in row.posts or ()),
    )


def _conditions(sought: Sought) -> list[sa.ColumnElement[bool]]:
    words = search_key(sought.text).split()
    conditions = [Person.found_by.contains(word, autoescape=True) for word in words]
    held = [Post.person_id == Person.id, Post.ended_at.is_(None)]
    if sought.role:
        held.append(Post.role == Role(sought.role))
    if sought.agency:
        held.append(Post.agency_id == sa.select(Agency.id).where(Agency.key == sought.agency).scalar_subquery())
    if sought.role or sought.agency or not sought.state:
        conditions.append(sa.exists().where(*held))
    if sought.state == "disabled":
        conditions.append(Person.disabled_at.is_not(None))
    if sought.state == "invited":
        conditions.append(Person.password_hash == NO_PASSWORD)
    if sought.after is not None:
        last = sa.select(Person.found_by, Person.id).where(Person.id == sought.after).scalar_subquery()
        conditions.append(sa.tuple_(Person.found_by, Person.id) > last)
    return conditions


@dataclass(frozen=True, slots=True, kw_only=True)
class PostLine:
    """One post of a person, current or ended; `open_steps` are steps of dossiers that still lie with it."""

    id: UUID
    role: Role
    agency_names: dict[str, str]
    since: datetime
    until: date | None
    ended_at: datetime | None
    open_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything an administrator sees of a person."""

    person: Person
    is_invited: bool
    posts: list[PostLine] = field(default_factory=list)
    open_sign_ins: int = 0
    last_seen_at: datetime | None = None
    reset: FactorReset | None = None
    reset_asked_by: str = ""
    invited_until: datetime | None = None

    @property
    def current_posts(self) -> list[PostLine]:
        """The posts that open doors now."""
        return [post for post in self.posts if post.ended_at is None]


def sheet(session: Session, person_id: UUID, *, now: datetime) -> Sheet | None:
    """The person with posts, sign-ins, open invitation and open request for a new factor, in four statements."""
    person = session.get(Person, person_id, populate_existing=True)
    if person is None:
        return None
    count, last = session.execute(
        sa.select(
            sa.func.count().filter(SignIn.ended_at.is_(None), SignIn.ends_at > now), sa.func.max(SignIn.seen_at)
        ).where(SignIn.person_id == person_id)
    ).one()
    asked = session.execute(
        sa.select(FactorReset, Person.name)
        .join(Person, Person.id == FactorReset.asked_by)
        .where(FactorReset.person_id == person_id, FactorReset.closed_at.is_(None))
    ).one_or_none()
    invited_until = session.scalar(
        sa.select(sa.func.max(MailedLink.expires_at)).where(
            MailedLink.person_id == person_id,
            MailedLink.purpose == LinkPurpose.INVITATION,
            MailedLink.ended_at.is_(None),
        )
    )
    return Sheet(
        person=person,
        is_invited=person.password_hash == NO_PASSWORD,
        posts=_posts(session, person_id),
        open_sign_ins=count,
        last_seen_at=last,
        reset=asked[0] if asked else None,
        reset_asked_by=asked[1] if asked else "",
        invited_until=invited_until,
    )


def _posts(session: Session, person_id: UUID) -> list[PostLine]:
    steps = (
        sa.select(sa.func.count())
        .where(DossierStep.post_id == Post.id, DossierStep.closed_at.is_(None))
        .correlate(Post)
        .scalar_subquery()
    )
    rows = session.execute(
        sa.select(Post, Agency.names, steps)
        .join(Agency, Agency.id == Post.agency_id)
        .where(Post.person_id == person_id)
        .order_by(Post.ended_at.desc().nulls_first(), Post.since, Post.id)
    )
    return [
        PostLine(
            id=post.id,
            role=post.role,
            agency_names=names,
            since=post.since,
            until=post.until,
            ended_at=post.ended_at,
            open_steps=open_steps,
        )
        for post, names, open_steps in rows
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReset:
    """A request to take a lost second factor away that another administrator may confirm."""

    id: UUID
    name: str
    asked_at: datetime
    asked_by: str


def open_resets(session: Session, *, asked_after: datetime) -> list[OpenReset]:
    """The open requests, the oldest first. `id` is the person's."""
    asking = aliased(Person)
    rows = session.execute(
        sa.select(Person.id, Person.name, FactorReset.asked_at, asking.name.label("asked_by"))
        .join(Person, Person.id == FactorReset.person_id)
        .join(asking, asking.id == FactorReset.asked_by)
        .where(FactorReset.closed_at.is_(None), FactorReset.asked_at > asked_after)
        .order_by(FactorReset.asked_at)
    )
    return [OpenReset(**row._mapping) for row in rows]
