"""Work that must happen after a change, and moments that must not be missed, as rows beside the change.

A job is written in the transaction of the act that causes it and closed by the transaction that does it;
Redis only carries "look at row 17" (`docs/architecture.md`, "nothing is lost"). A timer is a row too: the
database clock decides when it is due, so a lost broker or a skewed worker cannot fire it early or twice.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from portal.foundation.database import Base, new_id, text_enum

CHANNEL = "outbox"


class Job(enum.StrEnum):
    """The kinds of work. The value is the wire name: it is never reused or renamed."""

    ROUTE_DOSSIER = "route_dossier"
    SEND_NOTICE = "send_notice"
    RENDER_LETTER = "render_letter"
    FIRE_TIMER = "fire_timer"
    PUBLISH_SNAPSHOT = "publish_snapshot"
    SCAN_ATTACHMENT = "scan_attachment"
    CLEAN_EXPIRED = "clean_expired"
    APPLY_CALENDAR = "apply_calendar"
    COUNT_FIGURES = "count_figures"
    NOTE_SETTLEMENT = "note_settlement"
    ASK_GATEWAY = "ask_gateway"
    SEND_REFUND = "send_refund"
    CHECK_PAYMENTS = "check_payments"
    PLACE_STEPS = "place_steps"
    LEARN_EFFORT = "learn_effort"
    MAIL_FIGURES = "mail_figures"
    ERASE_EXPIRED = "erase_expired"
    ERASE_FILES = "erase_files"
    ACT_ON_MANY = "act_on_many"
    SEND_DIGESTS = "send_digests"
    SEND_RESET = "send_reset"
    RECHECK_BOOKINGS = "recheck_bookings"
    CHECK_CERTIFICATES = "check_certificates"


class Queue(enum.StrEnum):
    """Where a job waits: people wait for `prompt`, nobody waits for `background`."""

    PROMPT = "prompt"
    LETTERS = "letters"
    BACKGROUND = "background"


QUEUES = {
    Job.ROUTE_DOSSIER: Queue.PROMPT,
    Job.FIRE_TIMER: Queue.PROMPT,
    Job.SEND_NOTICE: Queue.BACKGROUND,
    Job.RENDER_LETTER: Queue.LETTERS,
    Job.PUBLISH_SNAPSHOT: Queue.BACKGROUND,
    Job.SCAN_ATTACHMENT: Queue.BACKGROUND,
    Job.CLEAN_EXPIRED: Queue.BACKGROUND,
    Job.APPLY_CALENDAR: Queue.BACKGROUND,
    Job.COUNT_FIGURES: Queue.BACKGROUND,
    Job.NOTE_SETTLEMENT: Queue.PROMPT,
    Job.ASK_GATEWAY: Queue.BACKGROUND,
    Job.SEND_REFUND: Queue.BACKGROUND,
    Job.CHECK_PAYMENTS: Queue.BACKGROUND,
    Job.PLACE_STEPS: Queue.PROMPT,
    Job.LEARN_EFFORT: Queue.BACKGROUND,
    Job.MAIL_FIGURES: Queue.BACKGROUND,
    Job.ERASE_EXPIRED: Queue.BACKGROUND,
    Job.ERASE_FILES: Queue.BACKGROUND,
    Job.ACT_ON_MANY: Queue.PROMPT,
    Job.SEND_DIGESTS: Queue.BACKGROUND,
    Job.SEND_RESET: Queue.PROMPT,
    Job.RECHECK_BOOKINGS: Queue.BACKGROUND,
    Job.CHECK_CERTIFICATES: Queue.BACKGROUND,
}


class OutboxRow(Base):
    """One job. Open until the transaction that did it closes it; dead after too many attempts.

    `kind` is free text in the database, so that a row written by a newer release stays open and visible
    instead of being refused or lost.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        sa.CheckConstraint("attempts >= 0", name="attempts"),
        sa.CheckConstraint("closed_at IS NULL OR dead_at IS NULL", name="one_end"),
        sa.Index(
            "ix_outbox_open",
            "next_try_at",
            postgresql_where=sa.text("closed_at IS NULL AND dead_at IS NULL"),
        ),
        sa.Index("ix_outbox_dead", "dead_at", postgresql_where=sa.text("dead_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(always=True), primary_key=True)
    kind: Mapped[str]
    queue: Mapped[Queue] = mapped_column(text_enum(Queue))
    payload: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str | None] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    next_try_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    resolution: Mapped[str | None]


class TimerKind(enum.StrEnum):
    """Moments the law or the house cares about."""

    ACCEPTANCE_LIMIT = "acceptance_limit"
    STEP_LIMIT = "step_limit"
    TOTAL_LIMIT = "total_limit"
    SUPPLEMENT_DEADLINE = "supplement_deadline"
    OPINION_DEADLINE = "opinion_deadline"
    PREPAYMENT_DEADLINE = "prepayment_deadline"
    STEP_HALF = "step_half"
    STEP_MOST = "step_most"
    OPINION_REMINDER = "opinion_reminder"
    RESULT_UNCOLLECTED = "result_uncollected"
    PROMISE_NEAR = "promise_near"
    MATTER_SCREENING = "matter_screening"
    MATTER_LIMIT = "matter_limit"
    MATTER_PUBLISHING = "matter_publishing"
    RESULT_RENEWAL = "result_renewal"
    COUNTER_SLOT = "counter_slot"


class Timer(Base):
    """One moment. Fires once, late rather than never; a moment that moved is cancelled and set anew."""

    __tablename__ = "timers"
    __table_args__ = (
        sa.UniqueConstraint("kind", "subject_id", "subject_round"),
        sa.Index(
            "ix_timers_waiting",
            "due_at",
            postgresql_where=sa.text("fired_at IS NULL AND cancelled_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    kind: Mapped[TimerKind] = mapped_column(text_enum(TimerKind))
    dossier_id: Mapped[UUID] = mapped_column(index=True)
    subject_id: Mapped[UUID]
    subject_round: Mapped[int] = mapped_column(default=1)
    due_at: Mapped[datetime]
    fired_at: Mapped[datetime | None]
    cancelled_at: Mapped[datetime | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Work that is wanted. Of several with the same `dedupe_key` one is done: asking twice is asking once."""

    job: Job
    payload: dict[str, Any]
    dedupe_key: str | None = None


def enqueue(session: Session, job: Job, payload: dict[str, Any], *, dedupe_key: str | None = None) -> None:
    """Write the job into the caller's transaction; a trigger on the table tells the relay at COMMIT.

    A second job with the same `dedupe_key` is dropped: asking twice for the same work is asking once.
    """
    enqueue_all(session, [Wanted(job=job, payload=payload, dedupe_key=dedupe_key)])


def enqueue_all(session: Session, wanted: Iterable[Wanted]) -> None:
    """Write all that an act wants done, in one statement.

    A job is as old as its row, by the database's clock: its age says how long it has waited, and an act may be
    recorded for a moment long past (an import, the demonstration).
    """
    rows = [
        {
            "kind": one.job.value,
            "queue": QUEUES[one.job],
            "payload": one.payload,
            "dedupe_key": one.dedupe_key,
            "attempts": 0,
        }
        for one in wanted
    ]
    session.execute(_ENQUEUE, rows)


_ENQUEUE = (
    insert(OutboxRow)
    .values(created_at=sa.func.clock_timestamp(), next_try_at=sa.func.clock_timestamp())
    .on_conflict_do_nothing(index_elements=["dedupe_key"])
)


def set_timer(
    session: Session,
    kind: TimerKind,
    *,
    dossier_id: UUID,
    subject_id: UUID,
    due_at: datetime,
    subject_round: int = 1,
) -> None:
    """Set the timer, or move it if it has not fired; a fired timer stays fired."""
    values = {
        "id": new_id(),
        "kind": kind,
        "dossier_id": dossier_id,
        "subject_id": subject_id,
        "subject_round": subject_round,
        "due_at": due_at,
    }
    session.execute(_SET_TIMER, [values])


_SET_TIMER = insert(Timer)
_SET_TIMER = _SET_TIMER.on_conflict_do_update(
    index_elements=["kind", "subject_id", "subject_round"],
    set_={"due_at": _SET_TIMER.excluded.due_at, "cancelled_at": None},
    where=Timer.fired_at.is_(None),
)


def cancel_timers(session: Session, *, dossier_id: UUID, now: datetime, kind: TimerKind | None = None) -> None:
    """The waiting timers of the dossier (of one kind, or all) will not fire."""
    statement = sa.update(Timer).where(
        Timer.dossier_id == dossier_id, Timer.fired_at.is_(None), Timer.cancelled_at.is_(None)
    )
    if kind is not None:
        statement = statement.where(Timer.kind == kind)
    session.execute(statement.values(cancelled_at=now))
