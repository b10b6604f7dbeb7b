"""The best case: the same rows written and read by the same library under the same server, and nothing else.

No policy, no validation, no replay, no clock, no chain, no translation, no layout: what remains is Flask,
SQLAlchemy, PostgreSQL and one fsync. `GET /empty` is Flask alone.
"""

import os
import secrets
from datetime import UTC, datetime, timedelta
from uuid import UUID

import flask
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from config import settings
from portal.accounts.keys import hash_of
from portal.accounts.models import Agency, Party, Person, Post, SignIn
from portal.attachments.models import Attachment
from portal.catalogue.models import ProcedureVersion
from portal.dossiers.models import CodeCounter, Dossier, DossierAnswers, DossierEvent, DossierStep, Draft
from portal.facts.models import DossierFact
from portal.foundation import database
from portal.foundation.database import new_id, sessions
from portal.foundation.outbox import Job, OutboxRow, Queue, Timer, TimerKind
from portal.notices.models import Notice
from portal.workflow.events import EventKind
from portal.workflow.lifecycle import State

PAGE = 25
JOBS = ((Job.RENDER_LETTER, Queue.LETTERS), (Job.ROUTE_DOSSIER, Queue.PROMPT), (Job.SEND_NOTICE, Queue.BACKGROUND))
LIST = """<!doctype html><title>Queue</title><table>{% for row in rows %}
<tr><td><a href="/desk/{{ row.code }}">{{ row.code }}</a><td>{{ row.subject }}<td>{{ row.names.vi }}<td>{{ row.party }}
<td>{{ row.holder }}<td>{{ row.agency.vi }}<td>{{ row.due_at }}<td>{{ row.state }}{% endfor %}</table>"""

app = flask.Flask(__name__)
app.secret_key = settings().secret_key
app.config["SESSION_COOKIE_NAME"] = f"{settings().instance}_session"
database.connect(settings().database_url, pool_size=settings().web_workers)

_template = app.jinja_env.from_string(LIST)


@app.get("/healthz")
@app.get("/empty")
def empty() -> str:
    return "<!doctype html><title>Empty</title><p>Nothing"


@app.get("/desk")
def queue() -> str:
    """The 25 open steps of the specialist's office that are due first, as the officer's queue shows them."""
    with sessions()() as session:
        _person(session)
        rows = session.execute(_queue()).all()
        return _template.render(rows=rows[:PAGE])


def _queue() -> "sa.Select[object]":
    return (
        sa.select(
            Dossier.code,
            Dossier.subject,
            Dossier.state,
            Dossier.statutory_due_at,
            DossierStep.due_at,
            DossierStep.node_key,
            ProcedureVersion.names,
            Party.name.label("party"),
            Party.tax_code,
            Person.name.label("holder"),
            Agency.short_names.label("agency"),
        )
        .join(Dossier, Dossier.id == DossierStep.dossier_id)
        .join(ProcedureVersion, ProcedureVersion.id == Dossier.procedure_version_id)
        .join(Party, Party.id == Dossier.party_id)
        .join(Post, Post.id == DossierStep.post_id)
        .join(Person, Person.id == Post.person_id)
        .join(Agency, Agency.id == DossierStep.agency_id)
        .where(
            DossierStep.closed_at.is_(None),
            DossierStep.post_id == UUID(os.environ["BENCH_POST"]),
            Dossier.state.in_((State.ACCEPTED, State.IN_PROGRESS)),
        )
        .order_by(DossierStep.due_at, DossierStep.id)
        .limit(PAGE + 1)
    )


@app.post("/drafts/<uuid:draft_id>/file")
def file(draft_id: UUID) -> flask.typing.ResponseReturnValue:
    """Write the rows of a filing as the portal does, the values made up."""
    now = datetime.now(UTC)
    with sessions()() as session, session.begin():
        person_id = _person(session)
        draft = session.scalars(sa.select(Draft).where(Draft.id == draft_id).with_for_update()).one()
        session.scalars(sa.select(Attachment).where(Attachment.draft_id == draft_id)).all()
        intake = session.scalars(sa.select(Agency).where(Agency.is_intake).limit(1)).one()
        dossier = _dossier(draft, intake.id, _number(session, intake.id, now), now)
        session.add(dossier)
        session.flush()
        _rows(session, dossier, draft, person_id, now)
        session.execute(sa.update(Attachment).where(Attachment.draft_id == draft_id).values(dossier_id=dossier.id))
        draft.closed_at = now
    return flask.redirect(f"/dossiers/{dossier.code}/filed", 303)


def _person(session: Session) -> UUID:
    """Who is signed in."""
    key = flask.session["_user_id"]
    statement = sa.select(Person).join(SignIn, SignIn.person_id == Person.id).where(SignIn.key_hash == hash_of(key))
    return session.scalars(statement).one().id


def _number(session: Session, agency_id: UUID, now: datetime) -> int:
    statement = insert(CodeCounter).values(agency_id=agency_id, day=now.date(), last=1)
    raised = statement.on_conflict_do_update(
        index_elements=["agency_id", "day"], set_={"last": CodeCounter.last + 1}
    ).returning(CodeCounter.last)
    return session.scalars(raised).one()


def _dossier(draft: Draft, agency_id: UUID, number: int, now: datetime) -> Dossier:
    return Dossier(
        id=new_id(),
        code=f"TWIN-{now:%y%m%d}-{number:04d}",
        client_key=draft.client_key,
        procedure_version_id=draft.procedure_version_id,
        case_key=draft.case_key,
        party_id=draft.party_id,
        filer_id=draft.filer_id,
        intake_agency_id=agency_id,
        language="vi",
        subject="Nhà điều hành và kho ngoại quan",
        search_key="nha dieu hanh va kho ngoai quan cong ty tnhh hoa hoi xu lang",
        trigrams=[f"{letter}{other}k" for letter in "abcdefgh" for other in "aeiouy"],
        terms={"statutory": {"amount": 20, "unit": "working_day"}, "truths": {"house": True}},
        state=State.FILED,
        version=1,
        filed_at=now,
        acceptance_due_at=now + timedelta(days=1),
    )


def _rows(session: Session, dossier: Dossier, draft: Draft, person_id: UUID, now: datetime) -> None:
    """Everything that hangs on a filed dossier, each table in one bulk statement."""
    session.add_all(
        [
            DossierEvent(
                dossier_id=dossier.id,
                version=1,
                kind=EventKind.FILED,
                at=now,
                actor=f"person:{person_id}",
                params={"party": str(draft.party_id), "documents": 2},
                commitments={"answers": "0" * 64, "documents": "0" * 64},
                previous_hash=bytes(32),
                hash=secrets.token_bytes(32),
            ),
            DossierAnswers(
                dossier_id=dossier.id,
                supplement_round=0,
                answers=draft.answers,
                salt=secrets.token_bytes(32),
                saved_at=now,
            ),
            DossierFact(
                dossier_id=dossier.id,
                version=1,
                procedure_code="1.013225",
                case_key=draft.case_key,
                field="construction",
                state="filed",
                filed_on=now.date(),
                supplement_rounds=0,
            ),
            Timer(
                kind=TimerKind.ACCEPTANCE_LIMIT,
                dossier_id=dossier.id,
                subject_id=dossier.id,
                due_at=now + timedelta(days=30),
            ),
            Notice(
                person_id=person_id,
                dossier_id=dossier.id,
                event_version=1,
                kind="filed",
                params={"dossier_code": dossier.code},
                created_at=now,
            ),
        ]
    )
    jobs = [
        {
            "kind": job.value,
            "queue": queue,
            "payload": {"dossier_id": str(dossier.id)},
            "dedupe_key": f"{job.value}:{dossier.id}",
            "created_at": now,
            "next_try_at": now,
            "attempts": 0,
        }
        for job, queue in JOBS
    ]
    session.execute(sa.insert(OutboxRow), jobs)
