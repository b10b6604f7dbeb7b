"""The officer's queue over ten thousand open dossiers and over a million: does the pile make the page slower?

The second province is a database of its own. Its dossiers are multiplied by the database itself, dossiers and steps
alone: the queue reads nothing else, and a million whole lives would take hours to make.
"""

import dataclasses
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import psycopg
import sqlalchemy as sa
from sqlalchemy.orm import Session

from bench import load, province
from bench.ground import Ground, web
from bench.load import Request
from bench.province import Province
from bench.ratios import Goal, absolute, in_turns, report
from portal.dossiers.models import Dossier, DossierStep
from portal.foundation import database

CONNECTIONS = 4
FIRST, NOTHING_FOUND = "queue", "filter by a procedure without dossiers"
PAGES = {
    FIRST: "/desk?tab=mine",
    "due soon": "/desk?tab=due_soon",
    NOTHING_FOUND: "/desk?tab=mine&procedure=1.004191",
    "search for words every dossier has": "/desk?tab=search&q=H37",
}
SEED = 2_000
"""Dossiers that are made one by one before the rest are copied from them."""


def measure(ground: Ground, few: Province, *, count: int, many: int, rounds: int, seconds: float) -> None:
    """Print the ratio of each page's cost with `many` open dossiers to that with the `count` of the first province."""
    with ExitStack() as stack:
        began = time.monotonic()
        deep, place = _settle(ground, many)
        print(f"    {many:,} open dossiers made in {time.monotonic() - began:.0f} s", flush=True)
        grounds = {"few": (ground, few.officer), "many": (deep, place.officer)}
        ports = {name: stack.enter_context(web(where, "wsgi:app")) for name, (where, _) in grounds.items()}
        for page, path in PAGES.items():
            measures = {}
            for name, (_, who) in grounds.items():
                client = stack.enter_context(load.client(ports[name], CONNECTIONS))
                request = Request(path=path, headers=who.headers)
                if b"/desk/H37" not in load.ask(client.connections[0], request) and page != NOTHING_FOUND:
                    raise SystemExit(f"{path} shows no dossiers")
                requests = itertools.repeat(request)
                client.per_second(requests, seconds=0.8)
                measures[name] = _seconds_each(client, requests, seconds)
            taken = in_turns(measures, rounds=rounds)
            goal = Goal(bound=1.2, at_least=False) if page == FIRST else None
            report(f"{page} over {many:,} open dossiers / over {count:,}", taken["many"], taken["few"], goal)
            for name, values in taken.items():
                absolute(name, [1000 * value for value in values], "ms of a page, connections side by side")


def _seconds_each(client: load.Client, requests: Iterator[Request], seconds: float) -> Callable[[], float]:
    return lambda: 1 / client.per_second(requests, seconds=seconds)


def _settle(ground: Ground, count: int) -> tuple[Ground, Province]:
    """Another database on the same server, with so many open dossiers of the same officer."""
    url = sa.make_url(database.driver_url(ground.database_url))
    with psycopg.connect(ground.database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE depth")
    own = url.set(database="depth").render_as_string(hide_password=False)
    database.migrate(own)
    engine = sa.create_engine(own)
    with Session(engine, expire_on_commit=False) as session:
        place = province.settle(session, dossiers=min(SEED, count))
        _multiply(session, times=max(0, count // SEED - 1))
        session.commit()
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE dossiers, dossier_steps"))
    engine.dispose()
    return dataclasses.replace(ground, database_url=own.replace("+psycopg", "")), place


def _multiply(session: Session, *, times: int) -> None:
    """Copy every dossier with its steps so many times, each copy due some seconds later.

    The portal never writes so. The index of words is made at the end, which takes minutes less than row by row.
    """
    words = next(
        index
        for index in database.Base.metadata.tables[Dossier.__tablename__].indexes
        if index.name == "ix_dossiers_trigrams"
    )
    words.drop(session.connection())
    later = "+ n * interval '7 seconds'"
    own = {
        Dossier: {
            "id": "md5(t.id::text || n)::uuid",
            "client_key": "md5(t.client_key::text || n)::uuid",
            "code": "t.code || '-' || n",
            "statutory_due_at": f"t.statutory_due_at {later}",
        },
        DossierStep: {
            "id": "md5(t.id::text || n)::uuid",
            "dossier_id": "md5(t.dossier_id::text || n)::uuid",
            "due_at": f"t.due_at {later}",
        },
    }
    for table, changed in own.items():
        name, columns = table.__tablename__, table.__table__.columns.keys()
        values = ", ".join(changed.get(column, f"t.{column}") for column in columns)
        session.execute(
            sa.text(
                f"INSERT INTO {name} ({', '.join(columns)}) "  # noqa: S608 - the names are the tables' own
                f"SELECT {values} FROM {name} t CROSS JOIN generate_series(1, :times) n"
            ),
            {"times": times},
        )
    session.execute(sa.text("SET LOCAL maintenance_work_mem TO '256MB'"))
    words.create(session.connection())
