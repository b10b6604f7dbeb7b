"""One act, one trace of who did it: an event of the dossier, or a row of the record of changes; never both or two.

What follows from an act by itself (steps that open, hands that are found, a letter) carries the same actor or the
machine's and is not counted: it is told by its kind.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import AuditRow
from portal.accounts.viewer import IN_PLACE_OF, Viewer
from portal.dossiers.models import DossierEvent, SupplementRequest
from portal.routing.models import Apology
from portal.workflow.events import EventKind as K

ACTS = frozenset(
    {
        K.FILED, K.CORRECTED, K.OPENED_BY_OFFICE, K.ACCEPTED, K.REFUSED_INTAKE,
        K.STEP_COMPLETED, K.STEP_SENT_BACK, K.OPINION_GIVEN, K.MOVED_TO_VERSION,
        K.SUPPLEMENT_REQUESTED, K.SUPPLEMENT_ANSWERED, K.PAYMENT_CONFIRMED,
        K.WITHDRAWAL_REQUESTED, K.WITHDRAWAL_GRANTED, K.WITHDRAWAL_DECLINED, K.STOPPED,
        K.SIGNED, K.NUMBERED, K.ISSUED, K.RETURNED, K.REOPENED_BY_CORRECTION, K.DUE_CHANGED, K.EXTENDED,
    }
)  # fmt: skip
"""Kinds that are an act by themselves; each act leaves one of them at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """What one done act must leave: by whom, an event of which kinds, an audit row of which verb.

    `also`: kinds the act brings with it. `number`: how many events, where one act is about several steps. `or_paper`:
    a written or dropped request or letter instead of the event. `or_nothing`: there was nothing to do.
    """

    by: Viewer | None
    kinds: frozenset[K] = field(default_factory=frozenset)
    also: frozenset[K] = field(default_factory=frozenset)
    audited: str = ""
    number: Callable[[], int] = lambda: 1
    or_paper: bool = False
    or_nothing: bool = False
    is_machine: bool = False


MACHINE = Mark(by=None, is_machine=True)
"""The router or a moment that rings: any number of events, all its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """Everything that tells of acts on one dossier at one moment."""

    events: Sequence[tuple[K, str | None]]
    audits: Sequence[tuple[int, str, UUID | None]]
    papers: Sequence[Any]

    @classmethod
    def of(cls, session: Session, dossier_id: UUID) -> Self:
        """As the rows stand now."""
        events = session.execute(
            sa.select(DossierEvent.kind, DossierEvent.actor)
            .where(DossierEvent.dossier_id == dossier_id)
            .order_by(DossierEvent.version)
        )
        audits = session.execute(sa.select(AuditRow.id, AuditRow.verb, AuditRow.actor_id).order_by(AuditRow.id))
        requests = session.execute(
            sa.select(SupplementRequest.id, SupplementRequest.drafted_by).where(
                SupplementRequest.dossier_id == dossier_id
            )
        )
        letters = session.execute(
            sa.select(Apology.dossier_id, Apology.decided_by).where(Apology.dossier_id == dossier_id)
        )
        return cls(
            events=[(kind, actor) for kind, actor in events],
            audits=[(number, verb, by) for number, verb, by in audits],
            papers=[*map(tuple, requests), *map(tuple, letters)],
        )

    def assert_one_more(self, *, than: "Traces", mark: Mark) -> None:
        """These are those before and the trace of one act; of the machine nothing but its own."""
        events, audits = self.events[len(than.events) :], self.audits[len(than.audits) :]
        assert all(actor for _, actor in events), events
        if mark.is_machine:
            assert all(str(actor).startswith("machine:") for _, actor in events), events
            assert not audits, audits
            return
        acts = [one for one in events if one[0] in (ACTS - mark.also) | mark.kinds]
        assert all(kind in mark.kinds for kind, _ in acts), (acts, mark.kinds)
        own = _actors(mark.by)
        assert all(str(actor) in own or str(actor).startswith("machine:") for _, actor in events), (events, own)
        if mark.by is not None:
            assert all(actor in own for _, actor in acts), (acts, own)
        assert all(by == (mark.by.person_id if mark.by else by) for _, _, by in audits), audits
        self._assert_number(acts, [verb for _, verb, _ in audits], len(self.papers) - len(than.papers), mark)

    @staticmethod
    def _assert_number(acts: Sequence[object], audits: Sequence[str], papers: int, mark: Mark) -> None:
        told = f"events {acts}, audit rows {audits}, papers {papers}"
        if mark.or_nothing and not acts and not audits and not papers:
            return
        if mark.audited:
            assert audits == [mark.audited], told
            assert len(acts) == (1 if mark.kinds else 0), told
        elif acts or not mark.or_paper:
            assert (len(acts), len(audits)) == (mark.number(), 0), told
        else:
            assert (len(audits), papers) in {(1, 0), (0, 1), (1, 1)}, told


def _actors(viewer: Viewer | None) -> set[str]:
    if viewer is None:
        return set()
    return {viewer.actor, *(post.actor.partition(IN_PLACE_OF)[0] for post in viewer.posts)}
