"""Drafts, dossiers, and the events that are their record.

`DossierEvent` is the record: appended, chained, never changed. Every other column here that can be derived
from it (`state`, dates, open steps, pauses) is a projection, written by `dossiers.record` alone and compared
with a replay in the tests. Answers and texts lie apart, so that they can be erased by retention or a person's
right without breaking the chain (decision 13).
"""

import enum
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.accounts.models import Agency, Party, Person, language_column
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.receiving import Way
from portal.foundation.database import Base, new_id, text_enum
from portal.foundation.formats import Language
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import OPEN, Outcome, Role, State, StopReason

_OPEN_SQL = ", ".join(f"'{state.value}'" for state in State if state in OPEN)


class Channel(enum.StrEnum):
    """How a dossier was filed, as the figures tell it."""

    ONLINE = "online"
    COUNTER = "counter"


class Standing(enum.StrEnum):
    """As what somebody stands at the counter: for themselves, as the law's representative, or with a written power."""

    OWNER = "owner"
    REPRESENTATIVE = "representative"
    AUTHORISED = "authorised"


class WalkIn(Base):
    """Who stood at a counter when a dossier was taken down for them: erased with the answers of the dossier.

    `agency_id` is the office whose counter it was, `taken_by` the post that took them down. `consent_wording` is the
    number of the wording in which they agreed to be written to (None: they did not).
    """

    __tablename__ = "walk_ins"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    taken_by: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    standing: Mapped[Standing] = mapped_column(text_enum(Standing))
    name: Mapped[str]
    identity_number: Mapped[str]
    phone: Mapped[str]
    email: Mapped[str | None]
    language: Mapped[Language] = mapped_column(language_column())
    consent_wording: Mapped[int | None]
    taken_at: Mapped[datetime]


class Draft(Base):
    """What a filer is preparing. Answers are kept as typed; `version` grows with every save.

    A draft with a `counter_agency_id` is taken down at that office's counter for whoever stands there (`walk_in`): it
    belongs to the office, not to one officer, and `filer_id` is the officer who began it.
    """

    __tablename__ = "drafts"
    __table_args__ = (
        sa.Index("ix_drafts_party", "party_id", "updated_at", postgresql_where=sa.text("closed_at IS NULL")),
        sa.Index(
            "ix_drafts_counter",
            "counter_agency_id",
            "updated_at",
            postgresql_where=sa.text("closed_at IS NULL AND counter_agency_id IS NOT NULL"),
        ),
        sa.CheckConstraint("(walk_in_id IS NULL) = (counter_agency_id IS NULL)", name="counter"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    procedure_version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("procedure_versions.id"))
    case_key: Mapped[str]
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"))
    filer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    agent_party_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("parties.id"))
    counter_agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"))
    walk_in_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("walk_ins.id"))
    client_key: Mapped[UUID] = mapped_column(unique=True, default=new_id)
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    procedure: Mapped[ProcedureVersion] = relationship(lazy="raise")
    party: Mapped[Party] = relationship(lazy="raise", foreign_keys=[party_id])
    filer: Mapped[Person] = relationship(lazy="raise")
    walk_in: Mapped[WalkIn | None] = relationship(lazy="raise")


class Dossier(Base):
    """One filed dossier, pinned to the version of the procedure in force at filing (decision 14).

    `client_key` makes filing idempotent: the same key is the same dossier. `version` counts events and is
    the token of compare-and-set: an act on an older version is refused, never applied twice.
    Dates: `statutory_due_at` by law, `promised_due_at` on the receipt (decision 5), counted by the calendar of
    this `calendar_hash` (None: the first edition).
    `terms` are what the pinned version says for these answers: both limits, the policy after a supplement, and
    which of the graph's conditions hold (`dossiers.terms`). They change only with the answers.
    One filed at a counter has a `walk_in`, and `filer_id` is the officer who filed it for them.
    """

    __tablename__ = "dossiers"
    __table_args__ = (
        sa.CheckConstraint(
            "state NOT IN ('accepted', 'in_progress', 'payment_due', 'settled', 'returned') "
            "OR (accepted_at IS NOT NULL AND statutory_due_at IS NOT NULL AND promised_due_at IS NOT NULL)",
            name="accepted_has_dates",
        ),
        sa.CheckConstraint("(state IN ('settled', 'returned')) = (outcome IS NOT NULL)", name="settled_has_outcome"),
        sa.CheckConstraint("state NOT IN ('settled', 'returned') OR settled_at IS NOT NULL", name="settled_has_time"),
        sa.CheckConstraint("(state = 'stopped') = (stop_reason IS NOT NULL)", name="stopped_has_reason"),
        sa.CheckConstraint(
            "(state IN ('not_accepted', 'stopped', 'settled', 'returned')) = (ended_at IS NOT NULL)",
            name="ended_has_time",
        ),
        sa.CheckConstraint("version >= 1", name="version"),
        sa.CheckConstraint("(channel = 'counter') = (walk_in_id IS NOT NULL)", name="counter_has_walk_in"),
        sa.Index(
            "ix_dossiers_counter",
            "intake_agency_id",
            sa.text("filed_at DESC"),
            postgresql_where=sa.text("walk_in_id IS NOT NULL"),
        ),
        sa.Index("ix_dossiers_party", "party_id", sa.text("filed_at DESC"), sa.text("id DESC")),
        sa.Index("ix_dossiers_trigrams", "trigrams", postgresql_using="gin"),
        sa.Index("ix_dossiers_filed", "filed_at", "id"),
        sa.Index("ix_dossiers_version", "procedure_version_id"),
        sa.Index(
            "ix_dossiers_intake_live",
            "intake_agency_id",
            "acceptance_due_at",
            "id",
            postgresql_where=sa.text("state = 'filed'"),
        ),
        sa.Index(
            "ix_dossiers_agency_live",
            "agency_id",
            "statutory_due_at",
            "id",
            postgresql_where=sa.text(f"state IN ({_OPEN_SQL})"),
        ),
        sa.Index(
            "ix_dossiers_waiting",
            "state",
            "agency_id",
            postgresql_where=sa.text("state IN ('supplement_requested', 'payment_due', 'withdrawal_requested')"),
        ),
        sa.Index(
            "ix_dossiers_agency_ended",
            "agency_id",
            "ended_at",
            "id",
            postgresql_where=sa.text("ended_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_dossiers_intake_ended",
            "intake_agency_id",
            "ended_at",
            "id",
            postgresql_where=sa.text("ended_at IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    code: Mapped[str] = mapped_column(unique=True)
    client_key: Mapped[UUID] = mapped_column(unique=True)
    procedure_version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("procedure_versions.id"))
    case_key: Mapped[str]
    party_id: Mapped[UUID] = mapped_column(sa.ForeignKey("parties.id"))
    filer_id: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    agent_party_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("parties.id"), index=True)
    intake_agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"))
    agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"))
    channel: Mapped[Channel] = mapped_column(text_enum(Channel), default=Channel.ONLINE, server_default="online")
    walk_in_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("walk_ins.id"))
    language: Mapped[Language] = mapped_column(language_column())
    subject: Mapped[str]
    commune: Mapped[str | None]
    search_key: Mapped[str]
    trigrams: Mapped[list[str]] = mapped_column(ARRAY(sa.Text))
    terms: Mapped[dict[str, Any]]

    state: Mapped[State] = mapped_column(text_enum(State))
    version: Mapped[int] = mapped_column()
    filed_at: Mapped[datetime]
    acceptance_due_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    statutory_due_at: Mapped[datetime | None]
    promised_due_at: Mapped[datetime | None]
    due_is_provisional: Mapped[bool] = mapped_column(default=False)
    calendar_hash: Mapped[str | None]
    settled_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[Outcome | None] = mapped_column(text_enum(Outcome))
    stop_reason: Mapped[StopReason | None] = mapped_column(text_enum(StopReason))
    supplement_rounds: Mapped[int] = mapped_column(default=0)
    opened_by_office_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version, "version_id_generator": False}  # noqa: RUF012

    procedure: Mapped[ProcedureVersion] = relationship(lazy="raise")
    party: Mapped[Party] = relationship(lazy="raise", foreign_keys=[party_id])
    agent_party: Mapped[Party | None] = relationship(lazy="raise", foreign_keys=[agent_party_id])
    filer: Mapped[Person] = relationship(lazy="raise")
    walk_in: Mapped[WalkIn | None] = relationship(lazy="raise")
    agency: Mapped[Agency | None] = relationship(lazy="raise", foreign_keys=[agency_id])
    intake_agency: Mapped[Agency] = relationship(lazy="raise", foreign_keys=[intake_agency_id])


class DossierEvent(Base):
    """One thing that happened. `hash` covers the canonical event and the hash before it.

    The database itself refuses UPDATE, DELETE and TRUNCATE (trigger in the first migration).
    """

    __tablename__ = "dossier_events"
    __table_args__ = (sa.CheckConstraint("version >= 1", name="version"),)

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[EventKind] = mapped_column(text_enum(EventKind))
    at: Mapped[datetime]
    actor: Mapped[str | None]
    params: Mapped[dict[str, Any]]
    commitments: Mapped[dict[str, Any]]
    previous_hash: Mapped[bytes]
    hash: Mapped[bytes] = mapped_column(unique=True)


class EventText(Base):
    """Words that belong to an event (a reason, a message): erasable; the event holds a salted commitment."""

    __tablename__ = "event_texts"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["dossier_id", "event_version"], ["dossier_events.dossier_id", "dossier_events.version"]
        ),
    )

    dossier_id: Mapped[UUID] = mapped_column(primary_key=True)
    event_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    salt: Mapped[bytes]


class DossierAnswers(Base):
    """The answers as filed (round 0) and as they stood after each supplement (round 1, 2, …)."""

    __tablename__ = "dossier_answers"

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    supplement_round: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    saved_at: Mapped[datetime]


class ResultWish(Base):
    """How the filer wants to receive the result, from the draft on; erasable. Without a row: as `receiving.default`.

    Kept under the client key that a draft and the dossier made of it share. The address is only there for the post.
    """

    __tablename__ = "result_wishes"
    __table_args__ = (
        sa.CheckConstraint(
            "way != 'post' OR num_nulls(recipient, phone, province, commune, street) = 0", name="post_has_address"
        ),
    )

    client_key: Mapped[UUID] = mapped_column(primary_key=True)
    way: Mapped[Way] = mapped_column(text_enum(Way))
    recipient: Mapped[str | None]
    phone: Mapped[str | None]
    province: Mapped[str | None]
    commune: Mapped[str | None]
    street: Mapped[str | None]
    salt: Mapped[bytes]
    chosen_at: Mapped[datetime]


class ReplacedAnswers(Base):
    """The answers as they stood before the filer corrected them unopened (the event of this version); erasable."""

    __tablename__ = "replaced_answers"

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    event_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    saved_at: Mapped[datetime]


class DossierStep(Base):
    """One visit of a dossier to a node of its graph: who has it, since when, until when.

    `entry` is the version of the event that opened it; `due_at` moves with pauses.
    """

    __tablename__ = "dossier_steps"
    __table_args__ = (
        sa.UniqueConstraint("dossier_id", "entry", "node_key"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_outcome IS NULL)", name="closed"),
        sa.Index(
            "uq_dossier_steps_open_node",
            "dossier_id",
            "node_key",
            unique=True,
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "ix_dossier_steps_mine",
            "post_id",
            "due_at",
            "id",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "ix_dossier_steps_done",
            "post_id",
            "closed_at",
            postgresql_where=sa.text("closed_at IS NOT NULL"),
        ),
        sa.Index(
            "ix_dossier_steps_agency",
            "agency_id",
            "due_at",
            "id",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
        sa.Index(
            "ix_dossier_steps_unit",
            "agency_id",
            "role",
            "due_at",
            "id",
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    entry: Mapped[int]
    node_key: Mapped[str]
    role: Mapped[Role] = mapped_column(text_enum(Role))
    agency_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("agencies.id"))
    post_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    assignment_reason: Mapped[str | None]
    entered_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    closed_outcome: Mapped[str | None]

    dossier: Mapped[Dossier] = relationship(lazy="raise")
    agency: Mapped[Agency | None] = relationship(lazy="raise")


class DossierPause(Base):
    """A stretch in which the clock stood still. At most one is open (partial unique index)."""

    __tablename__ = "dossier_pauses"
    __table_args__ = (
        sa.CheckConstraint("ended_at IS NULL OR ended_at >= began_at", name="order"),
        sa.Index(
            "uq_dossier_pauses_open",
            "dossier_id",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )

    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"), primary_key=True)
    event_version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str]
    legal_ground: Mapped[str]


class SupplementState(enum.StrEnum):
    """A request is written by an officer, approved where the letter needs it, sent, and answered or not."""

    DRAFTED = "drafted"
    SENT = "sent"
    ANSWERED = "answered"
    EXPIRED = "expired"
    DROPPED = "dropped"


class SupplementRequest(Base):
    """What the office asks the filer to add or mend: at most one is open.

    `typed` is the filer's answer so far, as typed, by form name; it is emptied when the answer is sent.
    """

    __tablename__ = "supplement_requests"
    __table_args__ = (
        sa.UniqueConstraint("dossier_id", "supplement_round"),
        sa.CheckConstraint("state = 'drafted' OR state = 'dropped' OR sent_at IS NOT NULL", name="sent_at"),
        sa.Index(
            "uq_supplement_requests_open",
            "dossier_id",
            unique=True,
            postgresql_where=sa.text("state IN ('drafted', 'sent')"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    dossier_id: Mapped[UUID] = mapped_column(sa.ForeignKey("dossiers.id"))
    supplement_round: Mapped[int]
    state: Mapped[SupplementState] = mapped_column(text_enum(SupplementState))
    before_intake: Mapped[bool]
    reason: Mapped[str]
    legal_ground: Mapped[str]
    answer_due_on: Mapped[date]
    drafted_by: Mapped[UUID] = mapped_column(sa.ForeignKey("posts.id"))
    drafted_at: Mapped[datetime]
    approved_by: Mapped[UUID | None] = mapped_column(sa.ForeignKey("posts.id"))
    sent_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)

    items: Mapped[list["SupplementItem"]] = relationship(lazy="raise", order_by="SupplementItem.position")


class SupplementItem(Base):
    """One field or document of the request, with what is wrong with it in words."""

    __tablename__ = "supplement_items"

    request_id: Mapped[UUID] = mapped_column(sa.ForeignKey("supplement_requests.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(sa.CheckConstraint("kind IN ('field', 'document', 'other')", name="kind"))
    key: Mapped[str]
    what_is_wrong: Mapped[str]


class DeclarationPaper(Base):
    """The content of a complete draft, printed to be signed outside with a certificate of the owner or the agent.

    The paper itself is not kept: what comes back must begin with exactly its bytes (`size_bytes`, `sha256`).
    `digests` are salted digests of the content's parts (`declaring`): they tell what has changed since.
    """

    __tablename__ = "declaration_papers"
    __table_args__ = (sa.Index("ix_declaration_papers_draft", "draft_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID] = mapped_column(sa.ForeignKey("drafts.id", ondelete="CASCADE"))
    made_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    made_at: Mapped[datetime]
    content_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    digests: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64))


class Cosignature(Base):
    """One person of the company asked to co-sign a draft, and what they answered. At most one is open per draft.

    `content_fingerprint` and the salted `digests` are of the content they were asked about, once signed of the content
    they signed: a signature counts for that content and no other (`cosigning`). Signed with a digital certificate it
    has the `certificate` in words and the SHA-256 of the paper, which lies among the draft's files.
    """

    __tablename__ = "cosignatures"
    __table_args__ = (
        sa.CheckConstraint("asked_by <> asked_of", name="two_people"),
        sa.CheckConstraint("num_nonnulls(signed_at, declined_at) <= 1", name="one_answer"),
        sa.CheckConstraint("(declined_at IS NULL) = (reason IS NULL)", name="declined_has_reason"),
        sa.CheckConstraint(
            "(certificate IS NULL) = (paper_sha256 IS NULL) AND (certificate IS NULL OR signed_at IS NOT NULL)",
            name="certificate_signs",
        ),
        sa.Index("ix_cosignatures_draft", "draft_id", "asked_at"),
        sa.Index("uq_cosignatures_open", "draft_id", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index("ix_cosignatures_asked_of", "asked_of", postgresql_where=sa.text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    draft_id: Mapped[UUID] = mapped_column(sa.ForeignKey("drafts.id", ondelete="CASCADE"))
    asked_by: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    asked_of: Mapped[UUID] = mapped_column(sa.ForeignKey("people.id"))
    asked_at: Mapped[datetime]
    content_fingerprint: Mapped[str] = mapped_column(sa.String(64))
    digests: Mapped[dict[str, Any]]
    salt: Mapped[bytes]
    signed_at: Mapped[datetime | None]
    certificate: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    paper_sha256: Mapped[str | None] = mapped_column(sa.String(64))
    declined_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    ended_at: Mapped[datetime | None]


class CodeCounter(Base):
    """The last dossier number given by an intake agency on a Vietnamese calendar day (decision 15)."""

    __tablename__ = "code_counters"

    agency_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agencies.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]
