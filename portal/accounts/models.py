"""People, the parties they act for, the agencies they work in, and how they sign in."""

import enum
from datetime import date, datetime
from typing import Any, get_args
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, INET
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.sealing import Sealed
from portal.foundation.database import Base, new_id, text_enum
from portal.foundation.formats import Language
from portal.foundation.search import search_key
from portal.workflow.lifecycle import CompanyRole, Role


class PartyKind(enum.StrEnum):
    ORGANISATION = "organisation"
    INDIVIDUAL = "individual"


class PartyStatus(enum.StrEnum):
    """A party may draft while it waits for the one-stop office; it files once approved (decision 19)."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


def language_column() -> sa.Enum:
    """A column holding one of the portal's languages; the database refuses any other."""
    return sa.Enum(
        *get_args(Language),
        native_enum=False,
        length=64,
        create_constraint=True,
        validate_strings=True,
        name="language",
    )


def _found_by(context: Any) -> str:
    values = context.get_current_parameters()
    return search_key(values["name"], values["email"])


class Agency(Base):
    """A public office. `code` is its electronic identifier (Decision 20/2020/QĐ-TTg), e.g. `H37.12`.

    `symbol` stands after the number of its letters, `town` before the date. A closed agency keeps what it did;
    its `successor` takes what comes. `version` counts the changes made by administrators, beginning with 1.
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
    address: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    closed_at: Mapped[datetime | None]
    successor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"))
    version: Mapped[int] = mapped_column(default=1, server_default="1")


class Person(Base):
    """Somebody who signs in. The e-mail address is kept in lower case and is unique.

    `found_by` is the search key of name and address: people are looked for and listed by it. `email_verified_at` is
    when the person showed that letters to the address reach them; before that they draft, and cannot file.
    """

    __tablename__ = "people"
    __table_args__ = (
        sa.CheckConstraint("email = lower(email)", name="email_lower"),
        sa.Index("ix_people_found_by", "found_by", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(unique=True)
    email_verified_at: Mapped[datetime | None]
    name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[Language] = mapped_column(language_column(), default="vi")
    one_time_secret: Mapped[str | None] = mapped_column(Sealed())
    one_time_last_step: Mapped[int | None]
    phone: Mapped[str | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    found_by: Mapped[str] = mapped_column(default=_found_by, server_default="")


class Party(Base):
    """Who a dossier is for: an organisation by its tax code, or an individual (decision 18).

    `country` (ISO 3166-1) is where the organisation is registered; one from abroad has, in the place of the tax code,
    its number in the register there (`tax_codes.canonical`). `taken_down_at`: it has no account of its own making, an
    officer took it down at a counter; whoever acts for it comes later, by registration or by a claim.
    `needs_cosignature`: by its owners' wish nothing is filed for it online before a second person has co-signed.
    """

    __tablename__ = "parties"
    __table_args__ = (
        sa.CheckConstraint("kind = 'individual' OR tax_code IS NOT NULL", name="organisation_has_tax_code"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[PartyKind] = mapped_column(text_enum(PartyKind))
    status: Mapped[PartyStatus] = mapped_column(text_enum(PartyStatus), default=PartyStatus.WAITING)
    name: Mapped[str]
    tax_code: Mapped[str | None] = mapped_column(unique=True)
    country: Mapped[str] = mapped_column(sa.String(2), default="VN", server_default="VN")
    address: Mapped[str | None]
    commune: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    representative: Mapped[str | None]
    refusal_reason: Mapped[str | None]
    created_at: Mapped[datetime]
    taken_down_at: Mapped[datetime | None]
    needs_cosignature: Mapped[bool] = mapped_column(default=False, server_default=sa.false())


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
    """A person's office: one role in one agency. An ended post opens no door.

    `until` is the last day foreseen, if any; the post is ended in the night after it.
    """

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
    until: Mapped[date | None]
    ended_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship(lazy="raise")
    agency: Mapped[Agency] = relationship(lazy="raise")


class AbsenceKind(enum.StrEnum):
    """Why somebody is away."""

    LEAVE = "leave"
    SICK = "sick"
    MISSION = "mission"
    TRAINING = "training"


class Absence(Base):
    """Days on which a person does not work, both included; new work goes to others meanwhile.

    `note` is what they hand over in words, for whoever stands in. One that was ended early has `ended_at`.
    """

    __tablename__ = "absences"
    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="period"),
        sa.Index("ix_absences_person", "person_id", "last_day", postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    kind: Mapped[AbsenceKind] = mapped_column(text_enum(AbsenceKind))
    first_day: Mapped[date]
    last_day: Mapped[date]
    note: Mapped[str] = mapped_column(default="")
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Manner(enum.StrEnum):
    """In what way somebody signs in the place of another. Source: Decree 30/2020/NĐ-CP, Article 13."""

    DEPUTY = "KT."  # ký thay: a deputy for the head of the body
    ORDER = "TL."  # thừa lệnh: the head of a unit, by order


class Substitution(Base):
    """From one day to another, both included, the holder of `substitute_post_id` stands in for that of `post_id`.

    Chains are followed: who stands in for B also stands in for those B stands in for. There are no circles.
    """

    __tablename__ = "substitutions"
    __table_args__ = (
        sa.CheckConstraint("first_day <= last_day", name="period"),
        sa.CheckConstraint("post_id <> substitute_post_id", name="two_posts"),
        sa.Index("ix_substitutions_post", "post_id", postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index("ix_substitutions_substitute", "substitute_post_id", postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    substitute_post_id: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    manner: Mapped[Manner] = mapped_column(text_enum(Manner))
    first_day: Mapped[date]
    last_day: Mapped[date]
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


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


class RecoveryCode(Base):
    """One recovery code of a person, as a hash; good once."""

    __tablename__ = "recovery_codes"

    code_hash: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(Base):
    """A passkey of a person (WebAuthn): what the browser answers is checked with the public key kept here.

    `sign_count` only rises with keys that count; one that falls back has been copied.
    """

    __tablename__ = "passkeys"

    id: Mapped[bytes] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    public_key: Mapped[bytes]
    sign_count: Mapped[int] = mapped_column(sa.BigInteger)
    transports: Mapped[list[str]] = mapped_column(ARRAY(sa.Text), default=list)
    name: Mapped[str]
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Proof(enum.StrEnum):
    """What somebody who signs in proves themselves with."""

    PASSWORD = "password"  # noqa: S105 - the kind, not a password
    SECOND_FACTOR = "second_factor"
    RECOVERY_CODE = "recovery_code"
    PASSKEY = "passkey"
    OUTSIDE = "outside"
    LETTER = "letter"  # nothing was proven yet: a letter was asked for, and is counted so that nobody asks too often


class OutsideIdentity(Base):
    """Who a person is at a sign-in service outside (OpenID Connect): `subject` never changes there and is no address.

    A person has one at each service, and nobody shares theirs.
    """

    __tablename__ = "outside_identities"
    __table_args__ = (sa.UniqueConstraint("issuer", "subject"), sa.UniqueConstraint("person_id", "issuer"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    issuer: Mapped[str]
    subject: Mapped[str]
    known_as: Mapped[str]
    linked_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LinkPurpose(enum.StrEnum):
    """What a link in a letter is for. The value is the name of the link's identifier in a notice."""

    INVITATION = "invitation"  # somebody the administrator has made an account for chooses their password
    RESET = "reset"  # somebody who has forgotten theirs chooses another
    ADDRESS_CHECK = "address_check"  # letters to `address` reach the person


class MailedLink(Base):
    """A link in a letter, by which a person shows that the letter reached them; good once and not for long.

    The link carries a token made from the identifier under SECRET_KEY, so nothing here opens a door. `address` is where
    a check was sent, which may be a new address the person does not have yet. The table still has the name of its first
    purpose.
    """

    __tablename__ = "invitations"
    __table_args__ = (
        sa.CheckConstraint("purpose <> 'address_check' OR address IS NOT NULL", name="checked_address"),
        sa.Index("ix_invitations_address", "address", "made_at", postgresql_where=sa.text("address IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(
        text_enum(LinkPurpose), default=LinkPurpose.INVITATION, server_default="invitation"
    )
    address: Mapped[str | None]
    made_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class FactorReset(Base):
    """A lost second factor to be taken away: one administrator asks, another confirms, at most a day later."""

    __tablename__ = "factor_resets"
    __table_args__ = (
        sa.CheckConstraint("confirmed_by IS DISTINCT FROM asked_by", name="two_people"),
        sa.CheckConstraint("person_id <> asked_by", name="not_ones_own"),
        sa.CheckConstraint("confirmed_by IS NULL OR closed_at IS NOT NULL", name="confirmed_is_closed"),
        sa.Index("uq_factor_resets_open", "person_id", unique=True, postgresql_where=sa.text("closed_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    reason: Mapped[str]
    asked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    closed_at: Mapped[datetime | None]


class SignInAttempt(Base):
    """One try to sign in, for throttling that works without Redis (decision 26).

    `browser_hash` is set where the browser has proven an earlier success with this account: what strangers
    try does not count against it. `person_id` is set where the account exists, for the log of sign-ins.
    """

    __tablename__ = "sign_in_attempts"
    __table_args__ = (
        sa.Index("ix_sign_in_attempts_account", "account_hash", "at"),
        sa.Index("ix_sign_in_attempts_network", "network", "at"),
        sa.Index("ix_sign_in_attempts_person", "person_id", "id"),
        sa.Index("ix_sign_in_attempts_at", "at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    account_hash: Mapped[bytes]
    network: Mapped[str] = mapped_column(INET)
    browser_hash: Mapped[bytes | None]
    at: Mapped[datetime]
    succeeded: Mapped[bool]
    person_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    proof: Mapped[Proof] = mapped_column(text_enum(Proof), default=Proof.PASSWORD, server_default="password")


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
    __table_args__ = (
        sa.Index("ix_audit_rows_thing", "thing", "id"),
        sa.Index("ix_audit_rows_actor", "actor_id", "id"),
        sa.Index("ix_audit_rows_verb", "verb", "id"),
        sa.Index("ix_audit_rows_at", "at"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("people.id"))
    verb: Mapped[str]
    thing: Mapped[str]
    before: Mapped[dict[str, Any] | None]
    after: Mapped[dict[str, Any] | None]


class Consent(Base):
    """What a person has agreed to, in which wording, since when, until when. Never given for them."""

    __tablename__ = "consents"
    __table_args__ = (
        sa.Index(
            "uq_consents_standing",
            "person_id",
            "purpose",
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    person_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    purpose: Mapped[str]
    wording: Mapped[int]
    given_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
