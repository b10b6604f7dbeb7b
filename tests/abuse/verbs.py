"""Everything anybody may try on a dossier, and the one trace each act leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy.orm import Session

from portal.accounts.viewer import Viewer
from portal.catalogue.answers import posted_from
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.dossiers.actions import decision, intake, steps, supplement, withdrawal
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.letters.printing import PrintingOffice
from portal.routing.actions.apologies import apologise
from portal.workflow.events import EventKind as K
from portal.workflow.lifecycle import Outcome

WRONG = [supplement.Item(kind="other", key="", what_is_wrong="Chưa rõ.")]


class Living(Protocol):
    """A dossier in the middle of its life."""

    session: Session
    dossier: Dossier
    now: datetime
    press: PrintingOffice


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What is tried, and the kinds of event of which a done act leaves one, by whoever did it.

    `also`: other acts that are done with it. `or_paper`: instead of an event, a request or letter may be written or
    dropped, which its row or an audit row tells. `or_nothing`: done before, or nothing there to be done.
    """

    does: Callable[[Any, Viewer, str], object]
    leaves: frozenset[K] = field(default_factory=frozenset)
    also: frozenset[K] = field(default_factory=frozenset)
    or_paper: bool = False
    or_nothing: bool = False


def answered(life: Living, viewer: Viewer) -> None:
    answers = supplement.latest_answers(life.session, life.dossier.id).answers
    typed = posted_from(definition_of(life.dossier.procedure), answers)
    supplement.answer(life.session, life.dossier, typed, viewer=viewer, now=life.now)


def sent(life: Living, viewer: Viewer, *, drop: bool) -> None:
    request = supplement.open_request(life.session, life.dossier.id)
    if request is None:
        return
    todo = supplement.drop if drop else supplement.send
    todo(life.session, life.dossier, request, viewer=viewer, now=life.now)


def sent_back(life: Living, viewer: Viewer, node: str) -> None:
    earlier = graph_of(life.dossier)[node].returns_to
    to = min(earlier) if earlier else node
    steps.send_back(life.session, life.dossier, node, to=to, viewer=viewer, note="Xem lại.", now=life.now)


def apologised(life: Living, viewer: Viewer) -> None:
    promised = life.dossier.promised_due_at or life.now
    day = office_day(max(promised, life.now)) + timedelta(days=3)
    apologise(life.session, life.dossier, new_day=day, reason="Cần thêm thời gian.", viewer=viewer, now=life.now)


def decided(life: Living, viewer: Viewer, *, grant: bool) -> None:
    withdrawal.decide(life.session, life.dossier, grant=grant, viewer=viewer, now=life.now)


def _of(*kinds: K) -> frozenset[K]:
    return frozenset(kinds)


VERBS: dict[str, Verb] = {
    "open": Verb(
        does=lambda life, who, _: intake.note_opened(life.session, life.dossier, viewer=who, now=life.now),
        leaves=_of(K.OPENED_BY_OFFICE),
        or_nothing=True,
    ),
    "accept": Verb(
        does=lambda life, who, _: intake.accept(life.session, life.dossier, viewer=who, now=life.now),
        leaves=_of(K.ACCEPTED),
        also=_of(K.STEP_COMPLETED),  # accepting does the intake step (ADR 0007)
    ),
    "refuse": Verb(
        does=lambda life, who, _: intake.refuse_intake(
            life.session, life.dossier, viewer=who, reason="Không đúng thẩm quyền.", legal_ground="", now=life.now
        ),
        leaves=_of(K.REFUSED_INTAKE),
    ),
    "ask": Verb(
        does=lambda life, who, _: supplement.draft_request(
            life.session, life.dossier, WRONG, reason="Thiếu", legal_ground="", viewer=who, now=life.now
        ),
        leaves=_of(K.SUPPLEMENT_REQUESTED),
        or_paper=True,
    ),
    "send": Verb(
        does=lambda life, who, _: sent(life, who, drop=False), leaves=_of(K.SUPPLEMENT_REQUESTED), or_nothing=True
    ),
    "drop": Verb(does=lambda life, who, _: sent(life, who, drop=True), or_paper=True, or_nothing=True),
    "answer": Verb(does=lambda life, who, _: answered(life, who), leaves=_of(K.SUPPLEMENT_ANSWERED)),
    "withdraw": Verb(
        does=lambda life, who, _: withdrawal.withdraw(
            life.session, life.dossier, viewer=who, reason="Không làm nữa.", now=life.now
        ),
        leaves=_of(K.WITHDRAWAL_REQUESTED, K.STOPPED),
    ),
    "consent": Verb(does=lambda life, who, _: decided(life, who, grant=True), leaves=_of(K.WITHDRAWAL_GRANTED)),
    "decline": Verb(does=lambda life, who, _: decided(life, who, grant=False), leaves=_of(K.WITHDRAWAL_DECLINED)),
    "apologise": Verb(does=lambda life, who, _: apologised(life, who), leaves=_of(K.EXTENDED), or_paper=True),
    "complete": Verb(
        does=lambda life, who, node: steps.complete(
            life.session, life.dossier, node, viewer=who, note="Đủ điều kiện.", now=life.now
        ),
        leaves=_of(K.STEP_COMPLETED, K.OPINION_GIVEN),
    ),
    "back": Verb(does=sent_back, leaves=_of(K.STEP_SENT_BACK)),
    "sign": Verb(
        does=lambda life, who, node: decision.sign(
            life.session, life.dossier, node, outcome=Outcome.GRANTED, viewer=who, office=life.press, now=life.now
        ),
        leaves=_of(K.SIGNED),
    ),
    "number": Verb(
        does=lambda life, who, node: decision.number(life.session, life.dossier, node, viewer=who, now=life.now),
        leaves=_of(K.NUMBERED),
    ),
    "issue": Verb(
        does=lambda life, who, node: decision.issue(
            life.session, life.dossier, node, viewer=who, office=life.press, now=life.now
        ),
        leaves=_of(K.ISSUED),
    ),
    "fetch": Verb(
        does=lambda life, who, _: decision.deliver(
            life.session, life.dossier, actor=who.actor, how="download", now=life.now
        ),
        leaves=_of(K.RETURNED),
        or_nothing=True,
    ),
}
