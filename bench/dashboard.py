"""The officers' page of figures in two provinces that differ in nothing but the number of their dossiers."""

import dataclasses
import itertools
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import load
from bench.ground import Ground, web
from bench.load import Request
from bench.province import SignedIn, signed_in
from bench.ratios import Goal, absolute, in_turns, report
from portal.clock.zone import office_day
from portal.facts.actions import COLUMNS
from portal.facts.models import DossierFact
from portal.facts.shares import roll_up
from portal.foundation import database
from portal.foundation.database import new_id
from portal.transparency import sheets
from portal.workflow.lifecycle import Role
from tests.factories import people

AGENCIES = 8
PROCEDURES = 6
DAYS = 730
CONNECTIONS = 4
OPEN = 0.02
STEPS = ("appraise", "sign")

Row = dict[str, Any]


def measure(ground: Ground, *, few: int, many: int, rounds: int, seconds: float) -> None:
    """Print the ratio of the page's cost with many dossiers to that with few."""
    with ExitStack() as stack:
        measures = {}
        for name, count in (("few", few), ("many", many)):
            place, who, took = _settle(ground, name, count)
            print(f"    {count:,} dossiers made, their sheets in {took:.1f} s", flush=True)
            client = stack.enter_context(load.client(stack.enter_context(web(place, "wsgi:app")), CONNECTIONS))
            requests = itertools.repeat(Request(path="/figures", headers=who.headers))
            page = load.ask(client.connections[0], Request(path="/figures", headers=who.headers))
            if b"mc-turnaround" not in page:
                raise SystemExit("the page shows no figures")
            client.per_second(requests, seconds=0.8)
            measures[name] = _seconds_each(client, requests, seconds)
        taken = in_turns(measures, rounds=rounds)
    goal = Goal(bound=1.2, at_least=False)
    report(f"dashboard with {many:,} dossiers / with {few:,}", taken["many"], taken["few"], goal)
    for name, values in taken.items():
        absolute(name, [1000 * value for value in values], "ms of a page, connections side by side")


def _seconds_each(client: load.Client, requests: Iterator[Request], seconds: float) -> Callable[[], float]:
    return lambda: 1 / client.per_second(requests, seconds=seconds)


def _settle(ground: Ground, name: str, count: int) -> tuple[Ground, SignedIn, float]:
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
        _copy_in(session, _facts([office.id for office in offices], count, office_day(now)))
        _shares(session)
        roll_up(session)
        session.execute(sa.text("ANALYZE"))
        began = time.perf_counter()
        sheets.make(session, now=now)
        took = time.perf_counter() - began
        session.commit()
    engine.dispose()
    plain = own.replace("+psycopg", "")
    return dataclasses.replace(ground, database_url=plain), who, took


def _facts(offices: list[UUID], count: int, today: date) -> Iterator[Row]:
    """Settled dossiers over two years, and some open ones, drawn from the same chances whatever their number."""
    chance = random.Random(1)
    for number in range(count):
        day = today - timedelta(days=number % DAYS)
        minutes, filers = int(chance.lognormvariate(8, 0.5)), chance.choice((0, 0, 0, 480))
        accepted = day - timedelta(days=3 + minutes // 480)
        is_open = chance.random() < OPEN and number % DAYS < 60
        late = minutes > 6000
        due = datetime.combine(day + timedelta(days=-1 if late else 1), datetime.min.time(), UTC) + timedelta(hours=10)
        yield {
            "dossier_id": new_id(),
            "version": 9,
            "procedure_code": f"1.00000{number % PROCEDURES}",
            "case_key": "a",
            "field": ("investment", "land", "construction", "trade")[number % 4],
            "agency_id": offices[number % AGENCIES],
            "commune": None,
            "state": "in_progress" if is_open else "settled",
            "filed_on": accepted,
            "accepted_on": accepted,
            "settled_on": None if is_open else day,
            "ended_on": None if is_open else day,
            "statutory_due_at": due,
            "promised_due_at": due,
            "clock_stopped_at": None,
            "acceptance_was_late": False,
            "agency_minutes": None if is_open else minutes,
            "applicant_minutes": filers,
            "was_on_time": None if is_open else not late,
            "was_on_time_766": None if is_open else not late,
            "supplement_rounds": int(filers > 0),
            "outcome": None if is_open else "granted",
            "stop_reason": None,
            "accepted_at": datetime.combine(accepted, datetime.min.time(), UTC) + timedelta(hours=2),
            "level": 4,
            "channel": "online",
        }


def _copy_in(session: Session, rows: Iterator[Row]) -> None:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    columns = (*COLUMNS, DossierFact.counted_version.key)
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY dossier_facts ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row([row[name] for name in COLUMNS] + [row["version"]])


def _shares(session: Session) -> None:
    """The whole of every settled dossier, and two steps of each."""
    for entry, step, part in ((0, "", 1.0), (4, STEPS[0], 0.7), (6, STEPS[1], 0.3)):
        session.execute(
            sa.text(
                "INSERT INTO counted_shares SELECT dossier_id, :entry, :step, settled_on, procedure_code, case_key,"
                " agency_id, channel, round(agency_minutes * CAST(:part AS numeric)),"
                " round(agency_minutes * CAST(:part AS numeric) / 4), applicant_minutes, supplement_rounds,"
                " was_on_time, was_on_time_766, was_on_time, false FROM dossier_facts WHERE settled_on IS NOT NULL"
            ),
            {"entry": entry, "step": step, "part": part},
        )
