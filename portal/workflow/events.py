"""What a dossier lives through, as events: append-only, dense in version, free of personal data.

An event holds ids, kinds, instants and salted commitments. Answers, names, texts and file contents live in
tables that retention or a person's right may erase; the chain of events survives that untouched.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

Param = str | int | bool | None
Content = Mapping[str, "str | int | datetime | Mapping[str, Param] | None"]

NOTHING: Final[Mapping[str, Param]] = MappingProxyType({})
NO_COMMITMENTS: Final[Mapping[str, str]] = MappingProxyType({})


class EventKind(StrEnum):
    """Everything that can happen to a dossier. The value is what the database and the chain keep.

    After each kind, in parentheses, the params that ``replay`` reads; a kind may carry further ids. Every kind may
    carry ``calendar``: the content hash of the calendar in force, by which the dates count from then on.
    """

    # Before and at the counter
    PREPAYMENT_REQUESTED = "prepayment_requested"
    PREPAYMENT_EXPIRED = "prepayment_expired"
    FILED = "filed"  # (agency)
    CORRECTED = "corrected"
    OPENED_BY_OFFICE = "opened_by_office"
    ACCEPTED = "accepted"
    REFUSED_INTAKE = "refused_intake"  # (managed_reason)

    # The way through the procedure's graph
    ROUTED = "routed"  # (agency)
    SENT_TO_DISPATCHER = "sent_to_dispatcher"
    STEP_OPENED = "step_opened"  # (node, agency)
    STEP_ASSIGNED = "step_assigned"  # (node, assignee; agency, where its own has been closed)
    STEP_COMPLETED = "step_completed"  # (node, conclusion: refuse at an approval turns the dossier down)
    STEP_SENT_BACK = "step_sent_back"  # (node, to)
    STEP_DROPPED = "step_dropped"  # (node)
    OPINION_REQUESTED = "opinion_requested"  # (node, agency)
    OPINION_GIVEN = "opinion_given"  # (node)
    OPINION_SILENT = "opinion_silent"  # (node)
    MOVED_TO_VERSION = "moved_to_version"  # (version, to: where it goes on, when no step stays open)

    # The filer's turn: the clock stands
    SUPPLEMENT_REQUESTED = "supplement_requested"  # (ground)
    SUPPLEMENT_ANSWERED = "supplement_answered"
    PAYMENT_REQUESTED = "payment_requested"  # (node when the graph asks, ground)
    PAYMENT_CONFIRMED = "payment_confirmed"
    WITHDRAWAL_REQUESTED = "withdrawal_requested"
    WITHDRAWAL_GRANTED = "withdrawal_granted"
    WITHDRAWAL_DECLINED = "withdrawal_declined"
    STOPPED = "stopped"  # (reason)

    # The decision: four acts, four evidences
    SIGNED = "signed"  # (node, evidence, conclusion: the outcome, managed_reason of a refusal)
    NUMBERED = "numbered"  # (node, evidence)
    ISSUED = "issued"  # (node, evidence, outcome)
    RETURNED = "returned"  # (node when the graph has a deliver step, evidence)
    REOPENED_BY_CORRECTION = "reopened_by_correction"  # (to)

    # How the result reaches the filer: no change of state until it is in their hands
    DELIVERY_CHOSEN = "delivery_chosen"
    SLOT_BOOKED = "slot_booked"
    SLOT_RELEASED = "slot_released"
    RESULT_POSTED = "result_posted"
    RESULT_CAME_BACK = "result_came_back"

    # Time and trace: no change of state
    DUE_CHANGED = "due_changed"  # an administrator's calendar moved the dates (calendar)
    EXTENDED = "extended"  # (until: the new promised day, ISO)
    ESCALATED = "escalated"
    REMINDED = "reminded"
    LETTER_SENT = "letter_sent"
    FEE_SETTLED = "fee_settled"
    MESSAGE_SENT = "message_sent"
    VIEWED_SENSITIVE = "viewed_sensitive"
    APPEALED = "appealed"
    RATED = "rated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened to one dossier.

    ``version`` counts 1, 2, 3 … without a gap, so a missing event shows. ``at`` is an aware instant.
    ``actor`` is the id of the person, post or machine that acted, as text; None where nobody did. ``params``
    are ids, codes, counts and ISO days, never what the filer wrote. ``commitments`` are salted digests (hex)
    of data kept elsewhere, by name.
    """

    dossier_id: UUID
    version: int
    kind: EventKind
    at: datetime
    actor: str | None = None
    params: Mapping[str, Param] = field(default_factory=lambda: NOTHING)
    commitments: Mapping[str, str] = field(default_factory=lambda: NO_COMMITMENTS)

    def __post_init__(self) -> None:
        if self.version < 1:
            raise ValueError("versions count from 1")
        if self.at.tzinfo is None:
            raise ValueError("an event's instant must be aware")
        object.__setattr__(self, "at", self.at.astimezone(UTC))
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))
        object.__setattr__(self, "commitments", MappingProxyType(dict(self.commitments)))

    def content(self) -> Content:
        """What the ledger hashes: every field, as plain values."""
        return {
            "actor": self.actor,
            "at": self.at,
            "commitments": dict(self.commitments),
            "dossier_id": str(self.dossier_id),
            "kind": self.kind.value,
            "params": dict(self.params),
            "version": self.version,
        }
