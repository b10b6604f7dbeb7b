"""The officers', leaders' and public pages of figures, in two provinces alike but for the number of their dossiers."""

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import load
from bench.ground import Ground, web
from bench.load import Request
from bench.province import SignedIn, accepted, signed_in
from bench.ratios import Goal, absolute, in_turns, report
from portal.clock.zone import office_day
from portal.dossiers.models import Dossier, DossierStep
from portal.facts.actions import COLUMNS
from portal.facts.shares import roll_up
from portal.foundation import database
from portal.transparency import sheets
from portal.transparency.actions import snapshots
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories import world as worlds

AGENCIES = 8
PROCEDURES = 6
DAYS = 730
CONNECTIONS = 4
OPEN = 0.02
STEPS = ("appraise", "sign")
PAGES = {"officers'": "/figures", "leaders'": "/figures/leading", "public": "/vi/transparency"}
COMMUNES = 65


def measure(ground: Ground, *, few: int, many: int, rounds: int, seconds: float) -> None:
    """Print the ratio of the page's cost with many dossiers to that with few."""
    goal = Goal(bound=1.2, at_least=False)
    with ExitStack() as stack:
        clients: dict[str, tuple[load.Client, SignedIn]] = {}
        for name, count in (("few", few), ("many", many)):
            place, who, took, published = _settle(ground, name, count)
            print(f"    {count:,} dossiers made, sheets in {took:.1f} s, snapshot in {published:.1f} s", flush=True)
            port = stack.enter_context(web(place, "wsgi:app"))
            clients[name] = (stack.enter_context(load.client(port, CONNECTIONS)), who)
        for page, path in PAGES.items():
            taken = in_turns(
                {name: _asked(client, Request(path=path, headers=who.headers), seconds)
                 for name, (client, who) in clients.items()},
                rounds=rounds,
            )  # fmt: skip
            report(f"{page} page with {many:,} dossiers / with {few:,}", taken["many"], taken["few"], goal)
            for name, values in taken.items():
                absolute(name, [1000 * value for value in values], "ms of a page, connections side by side")


def _asked(client: load.Client, request: Request, seconds: float) -> Callable[[], float]:
    """How to measure the page, once it has shown that it shows figures."""
    if b"mc-turnaround" not in load.ask(client.connections[0], request):
        raise SystemExit(f"{request.path} shows no figures")
    requests = itertools.repeat(request)
    client.per_second(requests, seconds=0.8)
    return _seconds_each(client, requests, seconds)


def _seconds_each(client: load.Client, requests: Iterator[Request], seconds: float) -> Callable[[], float]:
    return lambda: 1 / client.per_second(requests, seconds=seconds)


def _settle(ground: Ground, name: str, count: int) -> tuple[Ground, SignedIn, float, float]:
    """A database of its own on the same server, with so many dossiers in the same groups."""
    url = sa.make_url(database.driver_url(ground.database_url))
    with psycopg.connect(ground.database_url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE dashboard_{name}")
    own = url.set(database=f"dashboard_{name}").render_as_string(hide_password=False)
    database.migrate(own)
    engine, now = sa.create_engine(own), datetime.now(UTC)
    with Session(engine) as session:
        offices = [people.agency(session, f"office_{number}") for number in range(AGENCIES)]
        who = signed_in(session, people.officer(session, offices[0], Role.LEADER).id, now)
        session.flush()
        like = accepted(worlds.build(session, now=now - timedelta(days=60)), 0, now)
        _facts(session, [office.id for office in offices], count, office_day(now))
        _open_steps(session, like)
        _shares(session)
        roll_up(session)
        session.execute(sa.text("ANALYZE"))
        began = time.perf_counter()
        sheets.make(session, now=now)
        took = time.perf_counter() - began
        began = time.perf_counter()
        snapshots.publish_snapshot(session, office_day(now) - timedelta(days=1), now)
        published = time.perf_counter() - began
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE"))  # or it begins by itself while a page is measured
    engine.dispose()
    plain = own.replace("+psycopg", "")
    return dataclasses.replace(ground, database_url=plain), who, took, published


def _facts(session: Session, offices: list[UUID], count: int, today: date) -> None:
    """Settled dossiers over two years, and some open ones, drawn by the database from the same chances."""
    names = ", ".join(COLUMNS)
    session.execute(sa.text("SELECT setseed(0.5)"))
    session.execute(
        sa.text(
            f"INSERT INTO dossier_facts ({names}, counted_version) SELECT {names}, 9 FROM (SELECT *,"  # noqa: S608
            " CASE WHEN is_open THEN 'in_progress' ELSE 'settled' END AS state, accepted_on AS filed_on,"
            " CASE WHEN NOT is_open THEN day END AS settled_on, CASE WHEN NOT is_open THEN day END AS ended_on,"
            " due_at AS statutory_due_at, due_at AS promised_due_at,"
            " CASE WHEN NOT is_open THEN minutes END AS agency_minutes,"
            " CASE WHEN NOT is_open THEN NOT late END AS was_on_time,"
            " CASE WHEN NOT is_open THEN NOT late END AS was_on_time_766, (applicant_minutes > 0)::int AS"
            " supplement_rounds, CASE WHEN is_open THEN NULL WHEN refused THEN 'refused' ELSE 'granted' END AS outcome,"
            " CASE WHEN refused AND NOT is_open THEN 'not_in_scope' END AS refusal_reason,"
            " accepted_on + interval '9 hours' AS accepted_at FROM (SELECT *, day - 3 - minutes / 480 AS accepted_on,"
            " minutes > 6000 AS late,"
            " day + CASE WHEN minutes > 6000 THEN -1 ELSE 1 END + interval '17 hours' AS due_at,"
            " chance < :open AND i % :days < 60 AS is_open, i % 14 = 0 AS refused FROM (SELECT i, random() AS chance,"
            " gen_random_uuid() AS dossier_id, 9 AS version, '1.00000' || i % :procedures AS procedure_code,"
            " 'a' AS case_key, (ARRAY['investment', 'land', 'construction', 'trade'])[1 + i % 4] AS field,"
            " (CAST(:offices AS uuid[]))[1 + i % :agencies] AS agency_id,"
            " lpad((i % :communes)::text, 5, '0') AS commune,"
            " CAST(:today AS date) - i % :days AS day, NULL::timestamptz AS clock_stopped_at,"
            " false AS acceptance_was_late, NULL AS stop_reason, 4::smallint AS level, 'online' AS channel,"
            " exp(8 + 0.5 * sqrt(-2 * ln(1 - random())) * cos(2 * pi() * random()))::int AS minutes,"
            " CASE WHEN random() < 0.25 THEN 480 ELSE 0 END AS applicant_minutes"
            " FROM generate_series(1, :count) AS i) AS drawn) AS dated) AS made"
        ),
        {
            "open": OPEN,
            "days": DAYS,
            "procedures": PROCEDURES,
            "agencies": AGENCIES,
            "communes": COMMUNES,
            "offices": offices,
            "today": today,
            "count": count,
        },
    )


def _open_steps(session: Session, like: Dossier) -> None:
    """Every open dossier lies at a step in its agency: copies of this dossier and of its open step."""
    own = {
        Dossier: {
            "id": "f.dossier_id",
            "client_key": "f.dossier_id",
            "code": "t.code || '-' || f.dossier_id",
            "agency_id": "f.agency_id",
            "statutory_due_at": "f.statutory_due_at",
        },
        DossierStep: {
            "id": "f.dossier_id",
            "dossier_id": "f.dossier_id",
            "agency_id": "f.agency_id",
            "due_at": "f.statutory_due_at",
        },
    }
    step = sa.select(DossierStep.id).where(DossierStep.dossier_id == like.id, DossierStep.closed_at.is_(None))
    for table, copied in ((Dossier, like.id), (DossierStep, session.scalars(step).one())):
        name, columns = table.__tablename__, table.__table__.columns.keys()
        values = ", ".join(own[table].get(column, f"t.{column}") for column in columns)
        session.execute(
            sa.text(
                f"INSERT INTO {name} ({', '.join(columns)}) SELECT {values} FROM {name} t, dossier_facts f"  # noqa: S608
                " WHERE t.id = :copied AND f.ended_on IS NULL AND f.dossier_id <> :like"
            ),
            {"copied": copied, "like": like.id},
        )


def _shares(session: Session) -> None:
    """The whole of every settled dossier, and two steps of each."""
    for entry, step, part in ((0, "", 1.0), (4, STEPS[0], 0.7), (6, STEPS[1], 0.3)):
        session.execute(
            sa.text(
                "INSERT INTO counted_shares SELECT dossier_id, :entry, :step, settled_on, procedure_code, case_key,"
                " agency_id, channel, round(agency_minutes * CAST(:part AS numeric)),"
                " round(agency_minutes * CAST(:part AS numeric) / 4), applicant_minutes, supplement_rounds,"
                " was_on_time, was_on_time_766, was_on_time, false, '' FROM dossier_facts WHERE settled_on IS NOT NULL"
            ),
            {"entry": entry, "step": step, "part": part},
        )
