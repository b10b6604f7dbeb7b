"""People, the parties they act for, the agencies they work in, and how they sign in."""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.foundation.database import Base, new_id, text_enum
from portal.workflow.lifecycle import CompanyRole, Role


class PartyKind(enum.StrEnum):
    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"


class PartyStatus(enum.StrEnum):
    """A party may draft while it waits for the one-stop office; it files once approved (decision 19)."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


class Language(enum.StrEnum):
    VI = "vi"
    EN = "en"
    ZH = "zh"


class Agency(Base):
    """A public office. `code` is its electronic identifier (Decision 20/2020/QĐ-TTg), e.g. `H37.12`.

    `symbol` stands after the number of its letters, `town` before the date.
    """

    __tablename__ = "agencies"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    names: Mapped[dict[str, Any]]
    short_names: Mapped[dict[str, Any]]
    symbol: Mapped[str]
    town: Mapped[str]
    is_intake: Mapped[bool] = mapped_column(default=False)


class Person(Base):
    """Somebody who signs in. The e-mail address is kept in lower case and is unique."""

    __tablename__ = "people"
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[Language] = mapped_column(text_enum(Language), default=Language.VI)
    one_time_secret: Mapped[str | None]
    one_time_last_step: Mapped[int | None]
    phone: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class Party(Base):
    """Who a dossier is for: an organisation by its tax code, or an individual (decision 18)."""

    __tablename__ = "parties"
    __table_args__ = (
        sa.CheckConstraint("kind = 'individual' OR tax_code IS NOT NULL", name="organisation_has_tax_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[PartyKind] = mapped_column(text_enum(PartyKind))
    status: Mapped[PartyStatus] = mapped_column(text_enum(PartyStatus), default=PartyStatus.WAITING)
    name: Mapped[str]
    tax_code: Mapped[str | None] = mapped_column(unique=True)
    address: Mapped[str | None]
    commune: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    representative: Mapped[str | None]
    refusal_reason: Mapped[str | None]
    created_at: Mapped[datetime]


class Membership(Base):
    """A person's role in a party. At most one current role per person and party."""

    __tablename__ = "memberships"
    __table_args__ = (
        sa.Index(
            "uq_memberships_current",
            "person_id",
            "party_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    role: Mapped[CompanyRole] = mapped_column(text_enum(CompanyRole))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    party: Mapped[Party] = relationship(lazy="raise")
    person: Mapped[Person] = relationship(lazy="raise")


class Mandate(Base):
    """An agent party may act for a principal, for some fields or procedures, between two days.

    Empty `fields` and `procedures` mean all. In force once both sides have accepted, until revoked.
    """

    __tablename__ = "mandates"
    __table_args__ = (
        sa.CheckConstraint("principal_id <> agent_id", name="two_parties"),
        sa.CheckConstraint("valid_from <= valid_until", name="validity"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    principal_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    agent_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    procedures: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    valid_from: Mapped[date]
    valid_until: Mapped[date]
    principal_accepted_at: Mapped[datetime | None]
    agent_accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    principal: Mapped[Party] = relationship(lazy="raise", foreign_keys=[principal_id])
    agent: Mapped[Party] = relationship(lazy="raise", foreign_keys=[agent_id])


class Post(Base):
    """A person's office: one role in one agency. An ended post opens no door."""

    __tablename__ = "posts"
    __table_args__ = (
        sa.Index(
            "uq_posts_current",
            "person_id",
            "agency_id",
            "role",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
        sa.Index("ix_posts_holders", "agency_id", "role", postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    role: Mapped[Role] = mapped_column(text_enum(Role))
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class SignIn(Base):
    """One signed-in browser. The cookie holds a random key; its hash is here, so it can be revoked."""

    __tablename__ = "sign_ins"

    key_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    stepped_up_at: Mapped[datetime | None]
    browser: Mapped[str]


class SignInAttempt(Base):
    """One try to sign in, for throttling that works without Redis (decision 26).

    `browser_hash` is set where the browser has proven an earlier success with this account: what strangers
    try does not count against it.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        sa.Index("ix_sign_in_attempts_account", "account_hash", "at"),
        sa.Index("ix_sign_in_attempts_network", "network", "at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    account_hash: Mapped[bytes]
    network: Mapped[str] = mapped_column(INET)
    browser_hash: Mapped[bytes | None]
    at: Mapped[datetime]
    succeeded: Mapped[bool]


class InterruptedPost(Base):
    """What a person sent after their sign-in had ended: kept for half an hour, to be sent again by them.

    Never a password, a code or a file. The browser holds a random token; its hash is here.
    """

    __tablename__ = "interrupted_posts"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    path: Mapped[str]
    fields: Mapped[list[Any]]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AuditRow(Base):
    """One administrative change: who, what, before and after. Rows are only added."""

    __tablename__ = "audit_rows"
    __table_args__ = (sa.Index("ix_audit_rows_thing", "thing", "id"),)

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    verb: Mapped[str]
    thing: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]
