"""How a dossier of the demonstration lives: a generator that yields the next moment somebody acts.

Every act goes through the real verbs with the moment as its `now`, so the clock, the chain, the figures and the
letters of the demonstration are as true as those of real dossiers. How long people take is drawn at random around
the limits of the steps; such figures show how the portal counts, not how any office works (decision 25).
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from types import MappingProxyType
from typing import Self
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Party, Person
from portal.accounts.viewer import Viewer
from portal.attachments.models import Attachment, CopyKind
from portal.catalogue.answers import posted_from, read
from portal.catalogue.conditions import Answer
from portal.catalogue.definition import Definition
from portal.catalogue.examples import required_documents, valid_answers
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.clock.zone import office_day
from portal.demonstration.believable import as_its_own, filed_for, fitting_cases, wanted
from portal.demonstration.cast import Cast
from portal.demonstration.paper import paper
from portal.dossiers import moves
from portal.dossiers.actions import decision, drafts, filing, intake, payment, steps, supplement, withdrawal
from portal.dossiers.models import Dossier, Draft
from portal.dossiers.projection import graph_of
from portal.foundation.database import new_id
from portal.foundation.packaged import office_calendar
from portal.letters.printing import PrintingOffice
from portal.payments import queries as payments
from portal.payments import sandbox
from portal.payments.actions import settling
from portal.payments.actions.settling import Payer
from portal.payments.gateways import Gateway
from portal.payments.kinds import BillState
from portal.routing.actions import route
from portal.workflow.graph import Act, Node
from portal.workflow.lifecycle import Outcome, Role

REFUSED_AT_INTAKE = 0.05
WITHDRAWN = 0.04
SUPPLEMENTED = 0.22
REFUSED_IN_THE_END = 0.07
SLOW = 0.10
USUAL_PACE = -0.75
"""Logarithm of the part of a step's limit that is usually taken: somewhat under a half."""
ACCEPTANCE_MINUTES = (10, 380)
MISSED_ACCEPTANCE = 0.05
DAYS_TO_ANSWER = (1, 9)
DAYS_TO_FETCH = 10

NOTES = (
    "Hồ sơ đầy đủ, đủ điều kiện giải quyết.",
    "Đã đối chiếu quy hoạch và hiện trạng, đề nghị tiếp tục.",
    "Thống nhất với nội dung đề xuất.",
)
REFUSALS = (
    ("not_entitled", "Người nộp hồ sơ không thuộc đối tượng thực hiện thủ tục."),
    ("", "Không phù hợp quy hoạch đã được phê duyệt."),
    ("wrong_authority", "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan này."),
)
"""Why the demonstration refuses: a managed reason, or own words alone."""
WRONG = (
    "Bản chụp mờ, không đọc được số và ngày cấp; đề nghị nộp lại bản rõ.",
    "Nội dung chưa khớp với giấy tờ kèm theo; đề nghị kiểm tra lại.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """What every life shares: the session, the players, the printing office, and the bank fees are paid at."""

    session: Session
    cast: Cast
    agencies: dict[UUID, Agency]
    office: PrintingOffice
    bank: Gateway

    def officer(self, agency_id: UUID | None, role: Role) -> Viewer:
        """Who holds this role in this agency."""
        assert agency_id is not None  # noqa: S101 - a step of a routed dossier has an agency
        return self.cast.officers[self.agencies[agency_id].key, role]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fate:
    """What will become of a dossier: turned away at the counter, taken back, sent back once, refused in the end."""

    not_accepted: bool = False
    withdrawn: bool = False
    supplemented: bool = False
    refused: bool = False

    @classmethod
    def drawn(cls, chance: Random) -> Self:
        """A fate as it may come."""
        return cls(
            not_accepted=chance.random() < REFUSED_AT_INTAKE,
            withdrawn=chance.random() < WITHDRAWN,
            supplemented=chance.random() < SUPPLEMENTED,
            refused=chance.random() < REFUSED_IN_THE_END,
        )


def life(
    stage: Stage,
    version: ProcedureVersion,
    party: Party,
    filer: Viewer,
    *,
    begins_at: datetime,
    chance: Random,
    fate: Fate | None = None,
    told: Mapping[str, Answer] = MappingProxyType({}),
    accepted_after: int | None = None,
) -> Iterator[datetime]:
    """Live one dossier from `begins_at`; each value is the moment of the next act. Without a `fate` it is drawn.

    `told` are answers the form is given besides the believable ones. `accepted_after`: working minutes until the
    counter looks at it, drawn where it is not said.
    """
    yield begins_at
    fate = fate or Fate.drawn(chance)
    draft = drafted(stage, version, party, filer, now=begins_at, chance=chance, told=told)
    dossier = filing.file(stage.session, draft, viewer=filer, language="vi", now=begins_at)
    now = begins_at
    route(stage.session, dossier.id, now=now)
    counter = stage.officer(dossier.intake_agency_id, Role.ONE_STOP)
    drawn = chance.randint(*ACCEPTANCE_MINUTES) + (600 if chance.random() < MISSED_ACCEPTANCE else 0)
    now = _later(now, drawn if accepted_after is None else accepted_after)
    yield now
    intake.note_opened(stage.session, dossier, viewer=counter, now=now)
    if fate.not_accepted:
        intake.refuse_intake(
            stage.session,
            dossier,
            viewer=counter,
            reason="Hồ sơ không thuộc phạm vi giải quyết của thủ tục này.",
            legal_ground="",
            now=now,
            managed_reason="not_in_scope",
        )
        return
    intake.accept(stage.session, dossier, viewer=counter, now=now)
    route(stage.session, dossier.id, now=now)
    yield from _worked(stage, dossier, filer, fate, now=now, chance=chance)


def _worked(
    stage: Stage, dossier: Dossier, filer: Viewer, fate: Fate, *, now: datetime, chance: Random
) -> Iterator[datetime]:
    graph = graph_of(dossier)
    pace = chance.lognormvariate(USUAL_PACE, 0.35) * (2.2 if chance.random() < SLOW else 1.0)
    is_supplemented = fate.supplemented
    ready: dict[str, datetime] = {}
    while standing := sorted(moves.open_nodes(stage.session, dossier)):
        for key in standing:
            if key not in ready:
                ready[key] = _later(now, _minutes(graph[key], pace, chance))
        key = min(standing, key=lambda one: (ready[one], one))
        now = max(now, ready.pop(key))
        yield now
        node = graph[key]
        if fate.withdrawn and node.act is Act.APPRAISE:
            yield from _withdrawn(stage, dossier, filer, now=now)
            return
        if is_supplemented and node.act is Act.APPRAISE:
            is_supplemented = False
            now = yield from _supplemented(stage, dossier, filer, now=now, chance=chance)
            ready.clear()
            continue
        if node.act is Act.DELIVER:
            _pay(stage, dossier, filer, now=now)
            decision.deliver(stage.session, dossier, actor=filer.actor, how="download", now=now)
            return
        _act(stage, dossier, key, node, refused=fate.refused, now=now, chance=chance)
        route(stage.session, dossier.id, now=now)


def _pay(stage: Stage, dossier: Dossier, filer: Viewer, *, now: datetime) -> None:
    """A fee is paid before the result is fetched, at the latest."""
    for bill in payments.bills_of(stage.session, dossier.id):
        if bill.state is not BillState.OWED:
            continue
        payer = Payer(name=dossier.party.name, person_id=filer.person_id)
        attempt, address = settling.start(stage.session, bill.id, stage.bank, payer=payer, now=now)
        redirect = dict(parse_qsl(urlsplit(address).query))
        told = sandbox.book(stage.session, stage.bank, redirect, sandbox.PAYS, now=now)
        settling.hear(stage.session, stage.bank, told, now=now)
        payment.note_settlement(stage.session, attempt.id, now=now)


def _act(stage: Stage, dossier: Dossier, key: str, node: Node, *, refused: bool, now: datetime, chance: Random) -> None:
    step = steps.open_step(stage.session, dossier, key)
    viewer = stage.officer(step.agency_id, step.role)
    match node.act:
        case Act.SIGN:
            managed, words = REFUSALS[int(dossier.code[-1]) % len(REFUSALS)]
            decision.sign(
                stage.session,
                dossier,
                key,
                outcome=Outcome.REFUSED if refused else Outcome.GRANTED,
                reason=words if refused else "",
                managed_reason=managed if refused else "",
                viewer=replace(viewer, stepped_up_at=now),
                office=stage.office,
                now=now,
            )
        case Act.NUMBER:
            decision.number(stage.session, dossier, key, viewer=viewer, now=now)
        case Act.ISSUE:
            decision.issue(stage.session, dossier, key, viewer=viewer, office=stage.office, now=now)
        case _:
            conclusion = "agree" if node.act is Act.OPINION else None
            note = chance.choice(NOTES)
            steps.complete(stage.session, dossier, key, viewer=viewer, note=note, conclusion=conclusion, now=now)


def _supplemented(
    stage: Stage, dossier: Dossier, filer: Viewer, *, now: datetime, chance: Random
) -> Generator[datetime, None, datetime]:
    """One round: the head asks for a better copy of one document, the filer sends it; returns the moment after."""
    answers = supplement.latest_answers(stage.session, dossier.id).answers
    definition = definition_of(dossier.procedure)
    key = chance.choice(sorted(required_documents(definition, dossier.case_key, answers)))
    asked = [supplement.Item(kind="document", key=key, what_is_wrong=chance.choice(WRONG))]
    head = stage.officer(dossier.agency_id, Role.HEAD)
    request = supplement.draft_request(
        stage.session, dossier, asked, reason=asked[0].what_is_wrong, legal_ground="", viewer=head, now=now
    )
    now = _later(now + timedelta(days=chance.randint(*DAYS_TO_ANSWER)), chance.randint(5, 200))
    yield now
    file = _attachment(stage, definition, key, by=filer.person_id, now=now, chance=chance)
    file.dossier_id, file.supplement_round = dossier.id, request.supplement_round
    stage.session.add(file)
    stage.session.flush()
    supplement.answer(stage.session, dossier, posted_from(definition, answers), viewer=filer, now=now)
    return now


def _withdrawn(stage: Stage, dossier: Dossier, filer: Viewer, *, now: datetime) -> Iterator[datetime]:
    withdrawal.withdraw(stage.session, dossier, viewer=filer, reason="Thay đổi kế hoạch kinh doanh.", now=now)
    now = _later(now, 240)
    yield now
    head = stage.officer(dossier.agency_id, Role.HEAD)
    withdrawal.decide(stage.session, dossier, grant=True, viewer=head, now=now)


def drafted(
    stage: Stage,
    version: ProcedureVersion,
    party: Party,
    filer: Viewer,
    *,
    now: datetime,
    chance: Random,
    told: Mapping[str, Answer],
) -> Draft:
    """Begin a draft, answer every question and add every document; it could be filed."""
    definition = definition_of(version)
    case = chance.choice(fitting_cases(definition, party.kind))
    draft = drafts.start(stage.session, version, case=case, party_id=party.id, viewer=filer, now=now)
    typed = valid_answers(
        definition,
        case,
        places=places(),
        seed=chance.randint(0, 10**9),
        day=office_day(now),
        wanted={**wanted(definition.code, case, chance, filed_for(party)), **told},
    )
    typed = draft.answers = as_its_own(definition, case, typed, party, stage.session.get_one(Person, filer.person_id))
    answers = read(definition, case, typed, places=places()).answers
    for key, count in required_documents(definition, case, answers).items():
        for _ in range(count):
            file = _attachment(stage, definition, key, by=filer.person_id, now=now, chance=chance)
            file.draft_id = draft.id
            stage.session.add(file)
    stage.session.flush()
    return drafts.editable(stage.session, draft.id, viewer=filer)


def _attachment(
    stage: Stage, definition: Definition, key: str, *, by: UUID, now: datetime, chance: Random
) -> Attachment:
    document = definition.document(key)
    assert document is not None, key  # noqa: S101 - the key comes from the definition itself
    sheet = paper(stage.office.storage, document)
    return Attachment(
        id=new_id(),
        document_key=key,
        filename=sheet.filename,
        media_type="application/pdf",
        size_bytes=sheet.size_bytes,
        sha256=sheet.sha256,
        storage_key=sheet.storage_key,
        copy_kind=chance.choice((CopyKind.ELECTRONIC, CopyKind.COPY)),
        uploaded_by=by,
        uploaded_at=now,
    )


def _minutes(node: Node, pace: float, chance: Random) -> int:
    """Working minutes a step takes: around its limit times the dossier's pace; fetching takes calendar days."""
    if node.act is Act.DELIVER:
        return chance.randint(30, 480 * DAYS_TO_FETCH)
    return max(3, round(max(node.minutes, 30) * pace * chance.lognormvariate(0, 0.45)))


def _later(now: datetime, minutes: int) -> datetime:
    """So many working minutes later."""
    return office_calendar().add_working_minutes(now, minutes)
