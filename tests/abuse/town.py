"""One town for the access matrix: somebody of every kind, signed in, and a dossier in every kind of state.

Everything a company owns here was begun by its agent under a mandate, so that both sides own it. Building and
signing in happen once; each request is made inside a savepoint that is rolled back, so that no request sees
what another has done.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import flask
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from portal.accounts.actions import mandates, posts
from portal.accounts.models import Mandate, PartyStatus, Person, Post
from portal.accounts.viewer import ActingFor, Viewer
from portal.attachments.models import Attachment, ScanState
from portal.authoring import actions as authoring
from portal.catalogue.definition import Definition
from portal.catalogue.queries import definition_of
from portal.dossiers import moves
from portal.dossiers.actions import decision, filing, intake, steps, supplement
from portal.dossiers.actions.payment import debtor_of
from portal.dossiers.models import Dossier, Draft
from portal.dossiers.projection import graph_of
from portal.foundation.database import new_id
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.letters.actions import new_token
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.payments.actions import links, refunds, settling
from portal.payments.actions.bills import Line, raise_bill
from portal.payments.kinds import Occasion, RefundGround
from portal.routing.actions import route
from portal.workflow.graph import Act
from portal.workflow.lifecycle import CompanyRole, Outcome, Role
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

PROCEDURE = "1.009645"
"""The richest of the four: parallel opinions of other agencies, two levels."""

ACTORS = (
    "anonymous", "filer", "reader", "stranger", "newcomer", "agent", "expired_agent", "revoked_agent",
    "one_stop", "specialist", "head", "leader", "clerk", "consultant", "other_head", "former_head",
    "administrator", "auditor", "payer", "dispatcher", "cashier", "second_leader",
)  # fmt: skip
"""filer: owner of the company · reader: may only look for it · stranger: owner of another company · newcomer:
of no company · agent: filed it under a mandate in force, the next two: under one that ended while they were
signed in · the officers of the competent agency · a consultant asked for an opinion · a head whose agency has
nothing to do with it · a head who lost the post while signed in · somebody of the company who only pays · the
dispatcher and the cashier of the counter that took it in · the leader of the second level, who signs last."""

Values = Mapping[str, str]
PRESENCE = "UPDATE sign_ins SET seen_at"
"""Written every few minutes by whatever page is read."""
CHANGING = re.compile(r"\s*(INSERT|UPDATE|DELETE|TRUNCATE|MERGE)\b", re.IGNORECASE)
MISSING = UUID("00000000-0000-7000-8000-000000000000")


@dataclass
class Town:
    app: flask.Flask
    connection: sa.Connection
    session: Session
    browsers: dict[str, Browser] = field(default_factory=dict)
    things: dict[str, dict[str, Values]] = field(default_factory=dict)
    """Kind of thing → its state → the values of an address that leads to it."""
    missing: dict[str, Values] = field(default_factory=dict)
    """Kind of thing → values that lead to none."""
    watches: list[list[str]] = field(default_factory=list)
    asking: bool = False
    befalls: dict[str, Callable[[Session], None]] = field(default_factory=dict)
    """Actor → what happens to them after they signed in and before the request."""

    @contextmanager
    def watching(self) -> Iterator[list[str]]:
        """Collects the statements of requests that change something; what befalls an actor is not counted."""
        seen: list[str] = []
        self.watches.append(seen)
        try:
            yield seen
        finally:
            self.watches.remove(seen)

    def note(self, _connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        """Called with each statement of the town's connection."""
        if self.asking and CHANGING.match(statement) and not statement.startswith(PRESENCE):
            for seen in self.watches:
                seen.append(" ".join(statement.split())[:120])

    @contextmanager
    def as_if(self, actor: str) -> Iterator[Browser]:
        """A copy of the actor's browser; whatever is done with it is undone."""
        self.connection.exec_driver_sql("SAVEPOINT request")
        try:
            if actor in self.befalls:
                with Session(self.connection, join_transaction_mode="create_savepoint") as session:
                    self.befalls[actor](session)
                    session.commit()
            browser = self.app.test_client()
            assert isinstance(browser, Browser)
            if actor in self.browsers:
                browser._cookies = dict(self.browsers[actor]._cookies)
            self.asking = True
            yield browser
        finally:
            self.asking = False
            # SQLAlchemy would leave the savepoint open: each request would lie inside the one before, with its locks
            self.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT request")
            self.connection.exec_driver_sql("RELEASE SAVEPOINT request")

    def ask(self, actor: str, method: str, address: str, **sent: Any) -> TestResponse:
        """One request of one actor."""
        with self.as_if(actor) as browser:
            if method == "POST":
                return browser.post(address, buffered=True, **sent)
            return browser.open(address, method=method, buffered=True, **sent)


def build(app: flask.Flask, connection: sa.Connection, settings: Settings) -> Town:
    """Found the town and sign its people in."""
    session = Session(connection, join_transaction_mode="create_savepoint", expire_on_commit=False)
    town = Town(app, connection, session)
    sa.event.listen(connection, "before_cursor_execute", town.note)
    world = worlds.build(session)
    agent, agent_person = _agent(town, world)
    office = PrintingOffice.of(settings)
    dossiers = _dossiers(world, agent, office)
    cast = _cast(town, world, dossiers["in_progress"], agent_person)
    _things(town, world, agent, cast["reader"], dossiers, settings)
    session.commit()
    for actor, person in cast.items():
        browser = app.test_client()
        assert isinstance(browser, Browser)
        people.sign_in(browser, person)
        browser.csrf_token()
        town.browsers[actor] = browser
    session.commit()
    return town


def _agent(town: Town, world: World) -> tuple[Viewer, Person]:
    """The agent of the company, as the verbs see them and in person; and what may become of the mandate."""
    session, company = town.session, world.company
    assert company is not None
    firm = people.party(session, name="Công ty Đại lý thủ tục Biên Mậu")
    person = people.filer(session, company=firm)
    mandate = people.mandate(session, company, firm)
    day = datetime.now(UTC).date()

    def expire(session: Session) -> None:
        session.execute(
            sa.update(Mandate)
            .where(Mandate.id == mandate.id)
            .values(valid_from=day - timedelta(days=9), valid_until=day - timedelta(days=2))
        )

    def revoke(session: Session) -> None:
        owner = world.filer
        assert owner is not None
        mandates.revoke(session, mandate.id, party_id=company.id, by=owner.id, now=datetime.now(UTC))

    town.befalls |= {"expired_agent": expire, "revoked_agent": revoke}
    acting = ActingFor(
        party_id=company.id,
        party_name=company.name,
        role=CompanyRole.OWNER,
        is_approved=True,
        agent_party_id=firm.id,
        agent_party_name=firm.name,
    )
    return replace(world.company_viewer, person_id=person.id, acting_for=(acting,)), person


def _cast(town: Town, world: World, dossier: Dossier, agent: Person) -> dict[str, Person]:
    session, company = town.session, world.company
    assert company is not None
    assert world.filer is not None
    competent = next(key for key, agency in world.agencies.items() if agency.id == dossier.agency_id)
    graph = graph_of(dossier)
    opinion = next(node for node in sorted(moves.open_nodes(session, dossier)) if graph[node].act is Act.OPINION)
    step = steps.open_step(session, dossier, opinion)
    consulted = next(key for key, agency in world.agencies.items() if agency.id == step.agency_id)
    uninvolved = world.agencies["land_registry"]
    reader = people.filer(session, company=company, role=CompanyRole.VIEWER)
    stranger = people.filer(session)
    former = people.person(session, name="Người đã thôi giữ chức")
    former_post = people.post(session, former, world.agencies[competent], Role.HEAD)

    def dismiss(session: Session) -> None:
        posts.end_post(session, former_post.id, by=None, now=datetime.now(UTC))

    town.befalls["former_head"] = dismiss

    def holder(key: str, role: Role) -> Person:
        return session.get_one(Person, world.posts[key, role].person_id)

    return {
        "filer": world.filer,
        "reader": reader,
        "stranger": stranger,
        "newcomer": people.person(session),
        "agent": agent,
        "expired_agent": agent,
        "revoked_agent": agent,
        "one_stop": holder("service_centre", Role.ONE_STOP),
        "specialist": holder(competent, Role.SPECIALIST),
        "head": holder(competent, Role.HEAD),
        "leader": holder(competent, Role.LEADER),
        "clerk": holder(competent, Role.CLERK),
        "consultant": holder(consulted, Role.CONSULTANT),
        "other_head": people.officer(session, uninvolved, Role.HEAD),
        "former_head": former,
        "administrator": people.officer(session, uninvolved, Role.ADMINISTRATOR),
        "auditor": people.officer(session, uninvolved, Role.AUDITOR),
        "payer": people.filer(session, company=company, role=CompanyRole.PAYER),
        "dispatcher": people.officer(session, world.agencies["service_centre"], Role.DISPATCHER),
        "cashier": people.officer(session, world.agencies["service_centre"], Role.CASHIER),
        "second_leader": people.officer(session, world.agencies["provincial_office"], Role.LEADER),
    }


def _dossiers(world: World, agent: Viewer, office: PrintingOffice) -> dict[str, Dossier]:
    """One in each state, walked there by the real verbs. `in_progress` stands where opinions are asked."""
    found = {}
    for state in ("filed", "supplement_requested", "in_progress", "settled"):
        dossier = found[state] = world.file(PROCEDURE, by=agent)
        route(world.session, dossier.id, now=MONDAY)
        if state == "filed":
            continue
        one_stop = world.viewer("service_centre", Role.ONE_STOP)
        intake.accept(world.session, dossier, viewer=one_stop, now=MONDAY)
        route(world.session, dossier.id, now=MONDAY)
        if state == "supplement_requested":
            wrong = [supplement.Item(kind="field", key="project_name", what_is_wrong="Chưa rõ.")]
            head = world.holder(dossier.agency_id, Role.HEAD)
            supplement.draft_request(
                world.session, dossier, wrong, reason="Thiếu", legal_ground="", viewer=head, now=MONDAY
            )
        else:
            walk(world, dossier, office, until=Act.OPINION if state == "in_progress" else Act.DELIVER)
    return found


def walk(world: World, dossier: Dossier, office: PrintingOffice, *, until: Act | None, now: datetime = MONDAY) -> None:
    """Let the right officers do their steps until one with this act is open."""
    graph, session = graph_of(dossier), world.session
    evidence = {
        Act.SIGN: partial(decision.sign, outcome=Outcome.GRANTED, office=office),
        Act.NUMBER: decision.number,
        Act.ISSUE: partial(decision.issue, office=office),
    }
    for _ in range(60):
        nodes = sorted(moves.open_nodes(session, dossier))
        if not nodes or any(graph[node].act is until for node in nodes):
            return
        node = nodes[0]
        step = steps.open_step(session, dossier, node)
        viewer = replace(world.holder(step.agency_id, step.role), stepped_up_at=now)
        if verb := evidence.get(graph[node].act):
            verb(session, dossier, node, viewer=viewer, now=now)
        else:
            steps.complete(session, dossier, node, viewer=viewer, note="Đủ điều kiện.", now=now)
        route(session, dossier.id, now=now)
    raise AssertionError("the dossier never came there")


def _things(
    town: Town, world: World, agent: Viewer, reader: Person, dossiers: Mapping[str, Dossier], settings: Settings
) -> None:
    session, storage = town.session, storage_at(settings.storage_url)
    definition = definition_of(world.versions[PROCEDURE])
    draft, filed_draft = world.draft(PROCEDURE, by=agent, seed=9), world.draft(PROCEDURE, by=agent, seed=10)
    filing.file(session, filed_draft, viewer=agent, language="vi", now=MONDAY)
    session.execute(sa.update(Attachment).values(scan_state=ScanState.CLEAN, size_bytes=len(PDF)))
    files = {}
    for state, owner in {"draft": draft, **dossiers}.items():
        mine = Attachment.draft_id == owner.id if isinstance(owner, Draft) else Attachment.dossier_id == owner.id
        files[state] = session.scalars(sa.select(Attachment).where(mine).limit(1)).one()
        storage.put(files[state].storage_key, PDF)
    letters = {state: _letter(session, dossier, storage) for state, dossier in dossiers.items()}
    waiting = people.party(session, name="Công ty chờ duyệt", status=PartyStatus.WAITING, owner=people.person(session))
    assert world.company is not None
    section = definition.sections[0].code
    nobody = {
        "code": "H37.01-260302-9999", "draft_id": str(MISSING), "file_id": str(MISSING), "letter_id": str(MISSING),
        "token": "x" * 22, "tax_code": people.tax_code(), "section": section, "key": files["draft"].document_key,
        "node": "nowhere", "version": "1", "mandate": str(MISSING), "person": str(MISSING),
    }  # fmt: skip
    town.things = {
        "dossier": {
            state: {
                "code": dossier.code,
                "version": str(dossier.version),
                "key": files["draft"].document_key,
                "file_id": str(files[state].id),
                "node": _node(session, dossier),
            }
            for state, dossier in dossiers.items()
        },
        "draft": {
            state: {"draft_id": str(one.id), "section": section, "key": files["draft"].document_key}
            for state, one in {"draft": draft, "filed": filed_draft}.items()
        },
        "draft_file": {
            "draft": {
                "draft_id": str(draft.id),
                "key": files["draft"].document_key,
                "file_id": str(files["draft"].id),
            }
        },
        "file": {state: {"file_id": str(one.id)} for state, one in files.items()},
        "letter": {state: {"code": dossiers[state].code, "letter_id": str(one.id)} for state, one in letters.items()},
        "token": {state: {"token": one.token} for state, one in letters.items()},
        "company": {
            "approved": {
                "tax_code": world.company.tax_code or "",
                "mandate": str(session.scalars(sa.select(Mandate.id)).one()),
                "person": str(reader.id),
            }
        },
        "registration": {"waiting": {"tax_code": waiting.tax_code or ""}},
        "procedure": {"published": {"code": PROCEDURE}},
        "procedure_draft": {
            "begun": {"draft_id": str(_procedure_draft(world, definition)), "part": "basics", "kind": "receipt"}
        },
        "bill": {"owed": _bill(session, dossiers["in_progress"], settings)},
        "page": {"": {}},
    }
    town.missing = {kind: nobody for kind in town.things if kind != "page"}
    nobody |= {name: str(MISSING) for name in ("bill_id", "link_id", "payment_id", "refund_id")} | {"word": "x" * 48}
    town.missing["procedure"] = {"code": "9.999999"}
    town.missing["procedure_draft"] = {"draft_id": str(MISSING), "part": "basics", "kind": "receipt"}


def _bill(session: Session, dossier: Dossier, settings: Settings) -> Values:
    """A bill of the dossier, half of it paid by somebody, a link to it, and a refund that is asked for."""
    line = Line(code="fee", names={"vi": "Phí", "en": "", "zh": ""}, amount_vnd=1000, refund="never", source="")
    debtor = debtor_of(dossier)
    bill = raise_bill(session, debtor, Occasion.AT_INTAKE, [line], now=MONDAY)
    other = raise_bill(session, debtor, Occasion.AT_INTAKE, [line], now=MONDAY)
    assert bill is not None
    assert other is not None
    link = links.make(session, bill.id, person_id=dossier.filer_id, now=datetime.now(UTC))
    post = session.scalars(sa.select(Post).where(Post.role == Role.CASHIER)).first()
    assert post is not None
    paid = settling.take_cash(
        session, other.id, post_id=post.id, agency_id=bill.agency_id, person_id=post.person_id, payer_name="A",
        now=MONDAY,
    )  # fmt: skip
    refund = refunds.propose(session, paid, amount_vnd=1, ground=RefundGround.OTHER, by=None, now=MONDAY)
    return {
        "code": dossier.code, "bill_id": str(bill.id), "link_id": str(link.id), "payment_id": str(paid.id),
        "refund_id": str(refund.id), "word": links.word_of(link.id, settings.secret_key),
    }  # fmt: skip


def _procedure_draft(world: World, definition: Definition) -> UUID:
    """The next version of a procedure, as somebody else is writing it."""
    by = people.officer(world.session, world.agencies["provincial_office"], Role.ADMINISTRATOR)
    return authoring.start_from(world.session, definition, by=by.id, now=MONDAY, based_on=1).id


def _node(session: Session, dossier: Dossier) -> str:
    return min(moves.open_nodes(session, dossier), default="nowhere")


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def _letter(session: Session, dossier: Dossier, storage: Any) -> Letter:
    """The sealed decision where there is one, else a sealed filing receipt."""
    decided = session.scalars(
        sa.select(Letter).where(Letter.dossier_id == dossier.id, Letter.kind == "decision")
    ).one_or_none()
    if decided is not None:
        return decided
    letter = Letter(
        id=new_id(),
        dossier_id=dossier.id,
        agency_id=dossier.intake_agency_id,
        kind="filing_receipt",
        event_version=1,
        language="vi",
        token=new_token(),
        created_at=MONDAY,
        storage_key=f"letters/{new_id()}.pdf",
        sha256="0" * 64,
        sealed_at=MONDAY,
    )
    storage.put(letter.storage_key or "", PDF)
    session.add(letter)
    session.flush()
    return letter


def factory_on(connection: sa.Connection) -> sessionmaker[Session]:
    """Sessions for the application that live inside the town's transaction."""
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")
