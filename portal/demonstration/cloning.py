"""A dossier that lives by a pattern, at its own moments: pure of the database, through the same rules as `record`.

Its history is the pattern's with other instants and ids, chained anew; what follows from it is the pattern's replay
with other instants and ids. Dates, steps, stays and the fact are then counted by the very functions that an act uses.
Rows are collected instead of written one by one. A test gives the same events to `record` and compares every row, and
`portal transparency rebuild --check` replays every one of them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from portal.attachments.models import Attachment
from portal.clock.zone import office_day
from portal.demonstration.patterns import (
    AT,
    DOSSIER,
    OF_CALENDAR,
    Pattern,
    Stay,
    Told,
    commitment_token,
    token,
)
from portal.dossiers import deadlines, facts, projection, visits
from portal.dossiers.models import Dossier, SupplementState
from portal.dossiers.record import new_salt
from portal.facts.models import DossierFact
from portal.facts.shares import Values
from portal.foundation.database import new_id
from portal.foundation.packaged import office_calendar
from portal.foundation.search import search_key, trigrams
from portal.ledger import chain
from portal.ledger.canonical import canonical_instant
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import State
from portal.workflow.projection import Interval, Projection

PACE_SPREAD = 0.25
STEP_SPREAD = 0.30
"""How far dossiers, and their single acts, are quicker or slower than their pattern: sigma of a log-normal."""

INSTANTS = ("last_at", "filed_at", "opened_by_office_at", "accepted_at", "settled_at", "returned_at", "ended_at")
"""The plain instants of a projection."""

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Json:
    """JSON as text, ready for its column."""

    text: str


@dataclass(slots=True, kw_only=True)
class Life:
    """One dossier and every row that hangs on it."""

    dossier: Dossier
    projected: Projection
    fact: DossierFact
    events: list[Row]
    texts: list[Row]
    steps: list[Row]
    pauses: list[Row]
    timers: list[Row]
    shares: list[Values]
    answers: list[Row] = field(default_factory=list)
    requests: list[Row] = field(default_factory=list)
    items: list[Row] = field(default_factory=list)
    attachments: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Birth:
    """What is settled before a dossier lives: its code, its moment, the calendar in force, until when it is told."""

    code: str
    filed_at: datetime
    calendar: str
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What a dossier has of its own where its pattern has something else."""

    dossier_id: UUID
    at: Sequence[datetime]
    by_instant: Mapping[datetime, datetime]
    ids: Mapping[str, str]
    salts: Mapping[int, bytes]
    calendar: str


def live(pattern: Pattern, birth: Birth, *, chance: Random) -> Life:
    """Let a dossier live by the pattern until its end or until now."""
    instants = _instants(pattern, birth, chance)
    events = [told for told in pattern.events if told.act < len(instants)]
    dossier = _born(pattern, birth)
    own = Own(
        dossier_id=dossier.id,
        at=instants,
        by_instant=dict(zip(pattern.instants, instants, strict=False)),
        ids={known: str(new_id()) for known in pattern.own_ids},
        salts={supplements: new_salt() for supplements in pattern.answers},
        calendar=birth.calendar,
    )
    projected = retimed(pattern.presents[len(events) - 1], own)
    projection.apply(dossier, projected)
    texts, commitments = _committed(events, own)
    life = Life(
        dossier=dossier,
        projected=projected,
        fact=facts.fact_of(dossier, projected),
        events=list(_chained(events, own, commitments)),
        texts=texts,
        steps=[_step(pattern, stay, own, len(events)) for stay in pattern.stays if stay.step.entry <= len(events)],
        pauses=_pauses(dossier, projected),
        timers=_timers(dossier, now=birth.now),
        shares=list(visits.counted(dossier, _ended(pattern, own, len(events)), projected)),
    )
    _supplements(life, pattern, own, events)
    return life


def retimed(present: Projection, own: Own) -> Projection:
    """The same present of another dossier: its instants and ids are that one's own."""
    at = own.by_instant
    moved: dict[str, Any] = {name: at[known] for name in INSTANTS if (known := getattr(present, name)) is not None}
    return replace(
        present,
        dossier_id=own.dossier_id,
        calendar=own.calendar,
        open_steps=tuple(replace(step, opened_at=at[step.opened_at]) for step in present.open_steps),
        pauses=_pauses_of(present, own),
        decision=tuple(
            replace(one, at=at[one.at], evidence=own.ids.get(one.evidence or "", one.evidence))
            for one in present.decision
        ),
        **moved,
    )


def _pauses_of(present: Projection, own: Own) -> tuple[Interval, ...]:
    at = own.by_instant
    return tuple(
        replace(one, began_at=at[one.began_at], ended_at=None if one.ended_at is None else at[one.ended_at])
        for one in present.pauses
    )


def _instants(pattern: Pattern, birth: Birth, chance: Random) -> list[datetime]:
    """The moments of the dossier's acts that lie before now."""
    calendar, pace, at = office_calendar(), chance.lognormvariate(0, PACE_SPREAD), birth.filed_at
    found = [at]
    for minutes in pattern.minutes_after[1:]:
        at = calendar.add_working_minutes(at, max(1, round(minutes * pace * chance.lognormvariate(0, STEP_SPREAD))))
        if at > birth.now:
            break
        found.append(at)
    return found


def _born(pattern: Pattern, birth: Birth) -> Dossier:
    like = pattern.dossier
    key = search_key(birth.code, *pattern.names)
    born = Dossier(
        id=new_id(),
        code=birth.code,
        client_key=new_id(),
        procedure_version_id=like.procedure_version_id,
        case_key=like.case_key,
        party_id=like.party_id,
        filer_id=like.filer_id,
        agent_party_id=like.agent_party_id,
        intake_agency_id=like.intake_agency_id,
        language=like.language,
        subject=like.subject,
        commune=like.commune,
        channel=like.channel,
        search_key=key,
        trigrams=trigrams(key),
        terms=like.terms,
        state=State.DRAFT,
        version=0,
        filed_at=birth.filed_at,
    )
    born.procedure = like.procedure
    return born


def _committed(events: Sequence[Told], own: Own) -> tuple[list[Row], list[Mapping[str, str]]]:
    """The words of the events, and what each event commits to, by name."""
    texts: list[Row] = []
    commitments: list[Mapping[str, str]] = []
    for version, told in enumerate(events, start=1):
        made = {name: chain.commitment(value, own.salts[told.supplements]) for name, value in told.data.items()}
        for key, text in told.texts.items():
            salt = new_salt()
            made[key] = chain.commitment(text, salt)
            texts.append(
                {"dossier_id": own.dossier_id, "event_version": version, "key": key, "text": text, "salt": salt}
            )
        commitments.append(made)
    return texts, commitments


def _chained(events: Sequence[Told], own: Own, commitments: Sequence[Mapping[str, str]]) -> Iterator[Row]:
    previous, identity = chain.GENESIS, str(own.dossier_id)
    for version, (told, made) in enumerate(zip(events, commitments, strict=True), start=1):
        at = own.at[told.act]
        content = told.content.replace(AT, canonical_instant(at)).replace(DOSSIER, identity)
        for name, digest in made.items():
            content = content.replace(commitment_token(name), digest)
        after = chain.hash_after(previous, _named(content, own).encode())
        yield {
            "dossier_id": own.dossier_id,
            "version": version,
            "kind": told.kind.value,
            "at": at,
            "actor": told.actor,
            "params": Json(_named(told.params, own)),
            "commitments": Json(json.dumps(made)),
            "previous_hash": previous,
            "hash": after,
        }
        previous = after


def _named(text: str, own: Own) -> str:
    """The text with the dossier's own ids in place of the tokens."""
    if "<" not in text:
        return text
    for place, known in enumerate(own.ids.values()):
        text = text.replace(token(place), known)
    return text.replace(OF_CALENDAR, own.calendar)


def _step(pattern: Pattern, stay: Stay, own: Own, happened: int) -> Row:
    """The row of a stay as the first `happened` events leave it."""
    is_closed = stay.closed is not None and stay.closed < happened
    # What was written last before the step closed, or the dossier's present, says when it was due.
    seen = stay.closed - 1 if is_closed and stay.closed is not None else happened - 1
    present, last_at = pattern.presents[seen], own.at[pattern.events[seen].act]
    named = [one for one in stay.named if one[0] < happened]
    first = pattern.events[stay.first_entered]
    return {
        "id": new_id(),
        "dossier_id": own.dossier_id,
        "entry": stay.step.entry,
        "node_key": stay.step.node,
        "role": stay.role.value,
        "agency_id": UUID(stay.agency),
        "post_id": UUID(named[-1][1]) if named and named[-1][1] else None,
        "assignment_reason": named[-1][2] if named else None,
        "entered_at": own.at[pattern.events[stay.step.entry - 1].act],
        "due_at": deadlines.of_step(
            replace(present, calendar=own.calendar, pauses=_pauses_of(present, own)),
            node=projection.graph_of(pattern.dossier)[stay.step.node],
            agency=stay.step.agency,
            first_entered_at=own.at[first.act],
            now=last_at,
        ),
        "closed_at": own.at[pattern.events[stay.closed].act] if is_closed and stay.closed is not None else None,
        "closed_outcome": stay.closed_outcome if is_closed else None,
    }


def _ended(pattern: Pattern, own: Own, happened: int) -> Iterator[visits.Visit]:
    """The stays that say how long a step takes, in the order of their ends."""
    for stay in sorted(pattern.stays, key=lambda one: (one.closed or happened, one.step.entry)):
        if stay.closed is None or stay.closed >= happened or not stay.counts:
            continue
        named = next((place for place, post, _ in stay.named if post is not None), None)
        yield visits.Visit(
            step=replace(stay.step, opened_at=own.at[pattern.events[stay.step.entry - 1].act]),
            named_at=None if named is None else own.at[pattern.events[named].act],
            ended_at=own.at[pattern.events[stay.closed].act],
            limit_minutes=projection.graph_of(pattern.dossier)[stay.step.node].minutes,
        )


def _pauses(dossier: Dossier, projected: Projection) -> list[Row]:
    return [
        {
            "dossier_id": dossier.id,
            "event_version": pause.event,
            "began_at": pause.began_at,
            "ended_at": pause.ended_at,
            "reason": pause.reason.value,
            "legal_ground": pause.ground or "",
        }
        for pause in projected.pauses
    ]


def _timers(dossier: Dossier, *, now: datetime) -> list[Row]:
    """The one limit that is waited for; one that has passed rang when it passed."""
    awaited = projection.awaited_by(dossier)
    if awaited is None:
        return []
    kind, limit_at = awaited
    due_at = limit_at + timedelta(minutes=1)
    return [
        {
            "id": new_id(),
            "kind": kind.value,
            "dossier_id": dossier.id,
            "subject_id": dossier.id,
            "subject_round": 1,
            "due_at": due_at,
            "fired_at": due_at if due_at <= now else None,
            "cancelled_at": None,
        }
    ]


def _supplements(life: Life, pattern: Pattern, own: Own, events: Sequence[Told]) -> None:
    """Answers as filed and as they stood after each supplement, the requests, and an open dossier's files."""
    sent = [own.at[told.act] for told in events if told.kind is EventKind.SUPPLEMENT_REQUESTED]
    answered = [own.at[told.act] for told in events if told.kind is EventKind.SUPPLEMENT_ANSWERED]
    saved = [own.at[0], *answered]
    life.answers = [
        {
            "dossier_id": own.dossier_id,
            "supplement_round": supplements,
            "answers": pattern.answers[supplements],
            "salt": own.salts[supplements],
            "saved_at": saved_at,
        }
        for supplements, saved_at in enumerate(saved)
    ]
    for place, (request, sent_at) in enumerate(zip(pattern.requests, sent, strict=False)):
        identity = UUID(own.ids[str(request.id)])
        given_days = request.answer_due_on - office_day(request.sent_at or request.drafted_at)
        is_answered = place < len(answered)
        life.requests.append(
            {
                "id": identity,
                "dossier_id": own.dossier_id,
                **{name: getattr(request, name) for name in COPIED_OF_REQUESTS},
                "state": (SupplementState.ANSWERED if is_answered else SupplementState.SENT).value,
                "answer_due_on": office_calendar().first_working_day(office_day(sent_at) + given_days),
                "drafted_at": sent_at,
                "sent_at": sent_at,
                "answered_at": answered[place] if is_answered else None,
                "typed": {},
            }
        )
        life.items += [
            {"request_id": identity, **{name: getattr(item, name) for name in COPIED_OF_ITEMS}}
            for item in pattern.items.get(request.id, ())
        ]
    if life.dossier.ended_at is None:
        life.attachments = [_file(one, own, saved) for one in pattern.attachments if one.supplement_round < len(saved)]


def _file(one: Attachment, own: Own, saved: Sequence[datetime]) -> Row:
    return {
        "id": new_id(),
        "dossier_id": own.dossier_id,
        **{name: getattr(one, name) for name in COPIED_OF_FILES},
        "copy_kind": one.copy_kind.value,
        "scan_state": one.scan_state.value,
        "uploaded_at": saved[one.supplement_round],
    }


COPIED_OF_REQUESTS = ("supplement_round", "before_intake", "reason", "legal_ground", "drafted_by", "approved_by")
COPIED_OF_ITEMS = ("position", "kind", "key", "what_is_wrong")
COPIED_OF_FILES = (
    "document_key", "supplement_round", "filename", "media_type", "size_bytes", "sha256", "storage_key", "uploaded_by",
    "number", "issued_on", "valid_until",
)  # fmt: skip
