"""What is measured. Each function prints its ratios; none judges by the clock alone."""

import http.client
import itertools
import re
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

import psycopg
import redis
import sqlalchemy as sa
from flask import Flask

from bench import dashboard as dashboards
from bench import depth as depths
from bench import load, province, searching
from bench.ground import INSTANCE, SECRET_KEY, Ground, running, web
from bench.latency import REPLIES
from bench.load import Request
from bench.province import Province, SignedIn
from bench.ratios import Goal, absolute, in_turns, report
from portal.clock.due import due
from portal.clock.limit import Limit, Unit
from portal.clock.stopwatch import Pause
from portal.foundation import children
from portal.foundation.database import sessions
from portal.foundation.outbox import OutboxRow, Timer
from portal.foundation.packaged import office_calendar
from portal.foundation.settings import Settings
from workers.wire import make_app

FILING_CONNECTIONS = 8
QUEUE_CONNECTIONS = 16
MOST_FILINGS_A_SECOND = 500
ROUTINGS_A_SECOND = 10
"""The pace at which filings come in while their way to the officer is measured."""
LONGEST_SECONDS = 30
FEW_COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How long a run may take: rounds, seconds of each measurement, and how much there is to read."""

    rounds: int
    seconds: float
    dossiers: int
    routings: int
    most_counted: int


FULL = Extent(rounds=5, seconds=3.0, dossiers=10_000, routings=30, most_counted=1_000_000)
QUICK = Extent(rounds=5, seconds=0.6, dossiers=2_000, routings=8, most_counted=100_000)


def filing(ground: Ground, place: Province, extent: Extent) -> None:
    """Complete drafts filed over HTTP, beside a program that only writes the same rows."""
    with ExitStack() as stack:
        clients = {
            name: stack.enter_context(load.client(stack.enter_context(web(ground, program)), FILING_CONNECTIONS))
            for name, program in (("portal", "wsgi:app"), ("best case", "bench.twin:app"))
        }
        # Definitions, templates and statements are made at the first requests.
        for client in clients.values():
            client.per_second(_filings(place, count=400), seconds=0.8)
        measures = {name: _filing_rate(client, place, extent) for name, client in clients.items()}
        taken = in_turns(measures, rounds=extent.rounds)
    report("filing / best case", taken["portal"], taken["best case"], Goal(bound=0.6, at_least=True))
    _absolute(taken)


def _filing_rate(client: load.Client, place: Province, extent: Extent) -> Callable[[], float]:
    def measure() -> float:
        requests = _filings(place, count=round(MOST_FILINGS_A_SECOND * extent.seconds))
        return client.per_second(requests, seconds=extent.seconds)

    return measure


def _filings(place: Province, *, count: int) -> Iterator[Request]:
    with sessions()() as session:
        made = province.drafts(session, place.draft_id, count)
    return (file_request(place.filer, draft_id) for draft_id in made)


def file_request(filer: SignedIn, draft_id: UUID) -> Request:
    """The last page of filing, sent."""
    return Request(
        method="POST",
        path=f"/drafts/{draft_id}/file",
        body=urlencode({"csrf_token": filer.csrf_token, "declared": "y"}),
        headers={**filer.headers, "Content-Type": "application/x-www-form-urlencoded"},
        status=303,
    )


def queue(ground: Ground, place: Province, extent: Extent) -> None:
    """The specialist's queue, beside a page of the same rows without anything around them, and an empty one."""
    with ExitStack() as stack:
        ports = {name: stack.enter_context(web(ground, program)) for name, program in _SERVERS.items()}
        measures = {}
        for name, (server, path) in _PAGES.items():
            client = stack.enter_context(load.client(ports[server], QUEUE_CONNECTIONS))
            request = Request(path=path, headers=place.officer.headers)
            if name != "empty":
                _require_rows(load.ask(client.connections[0], request))
            requests = itertools.repeat(request)
            client.per_second(requests, seconds=0.8)
            measures[name] = _rate(client, requests, extent.seconds)
        taken = in_turns(measures, rounds=extent.rounds)
    report("officer's queue / best case", taken["portal"], taken["best case"], Goal(bound=0.6, at_least=True))
    report("officer's queue / empty page", taken["portal"], taken["empty"])
    report("best case / empty page", taken["best case"], taken["empty"])
    _absolute(taken)


_SERVERS = {"portal": "wsgi:app", "twin": "bench.twin:app"}
_PAGES = {"portal": ("portal", "/desk"), "best case": ("twin", "/desk"), "empty": ("twin", "/empty")}


PAGE_OF_ROWS = 25


def _require_rows(page: bytes) -> None:
    """A page without its rows is quick, and no figure."""
    shown = len(set(re.findall(rb'href="/desk/([^"/?]+-\d+)"', page)))
    if shown != PAGE_OF_ROWS:
        raise SystemExit(f"the page shows {shown} dossiers instead of {PAGE_OF_ROWS}")


def _rate(client: load.Client, requests: Iterator[Request], seconds: float) -> Callable[[], float]:
    return lambda: client.per_second(requests, seconds=seconds)


def routing(ground: Ground, place: Province, extent: Extent) -> None:
    """From the commit of a filing to the commit that puts it into its office's queue, beside a Celery no-op."""
    app = make_app(ground.redis_url)
    _forget_jobs()
    with ExitStack() as stack:
        port = stack.enter_context(web(ground, "wsgi:app"))
        worker = ("celery", "--app=bench.latency_worker", "worker", "--concurrency=1", "-Ofair", "--without-mingle")
        stack.enter_context(running(ground, *worker, "--queues=prompt,ticks"))
        stack.enter_context(running(ground, "workers.relay"))
        broker = stack.enter_context(redis.Redis.from_url(ground.redis_url, socket_timeout=None))
        stack.callback(app.close)
        ear = stack.enter_context(psycopg.connect(ground.database_url, autocommit=True))
        _ring_when_filed_and_routed(ear)

        def nothing() -> float:
            began = time.perf_counter()
            app.send_task("bench.nothing", queue="prompt")
            if broker.blpop([REPLIES], timeout=LONGEST_SECONDS) is None:
                raise SystemExit("a no-op was not done in time")
            return (time.perf_counter() - began) * 1000

        if not children.wait_until(lambda: bool(broker.exists("motcua:pulse")), seconds=LONGEST_SECONDS):
            raise SystemExit("worker and relay did not start")
        nothing()
        client = stack.enter_context(load.client(port, 1)).connections[0]
        _routed(client, ear, place, 5)
        measures = {
            "filed to queue": lambda: _p95(_routed(client, ear, place, extent.routings)),
            "no-op": lambda: _p95([nothing() for _ in range(extent.routings)]),
        }
        taken = in_turns(measures, rounds=extent.rounds)
    goal = Goal(bound=4, at_least=False)
    report("filing → in the officer's queue / Celery no-op, p95", taken["filed to queue"], taken["no-op"], goal)
    _absolute(taken, unit="ms")


def _forget_jobs() -> None:
    """What other measures have filed is not routed now, and no moment of the ten thousand rings meanwhile."""
    with sessions()() as session, session.begin():
        session.execute(sa.update(OutboxRow).where(OutboxRow.closed_at.is_(None)).values(closed_at=sa.func.now()))
        session.execute(sa.update(Timer).where(Timer.fired_at.is_(None)).values(cancelled_at=sa.func.now()))


def _ring_when_filed_and_routed(ear: psycopg.Connection) -> None:
    ear.execute(
        "CREATE OR REPLACE FUNCTION bench_ring() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_notify('bench', (NEW.agency_id IS NOT NULL) || ' ' || NEW.id); RETURN NULL; END $$"
    )
    ear.execute("DROP TRIGGER IF EXISTS bench_ring ON dossiers")
    ear.execute(
        "CREATE TRIGGER bench_ring AFTER INSERT OR UPDATE OF agency_id ON dossiers "
        "FOR EACH ROW EXECUTE FUNCTION bench_ring()"
    )
    ear.execute("LISTEN bench")


def _routed(client: http.client.HTTPConnection, ear: psycopg.Connection, place: Province, count: int) -> list[float]:
    """Milliseconds from the one commit to the other, for some filings at the pace of a busy day."""
    requests = _filings(place, count=count)
    sender = threading.Thread(target=_paced, args=(client, requests))
    sender.start()
    filed: dict[str, float] = {}
    taken: list[float] = []
    for notice in ear.notifies(timeout=LONGEST_SECONDS):
        is_routed, _, dossier_id = notice.payload.partition(" ")
        if is_routed == "false":
            filed[dossier_id] = time.perf_counter()
        elif dossier_id in filed:
            taken.append((time.perf_counter() - filed[dossier_id]) * 1000)
        if len(taken) == count:
            break
    sender.join()
    if len(taken) < count:
        raise SystemExit(f"{count - len(taken)} filings were not routed in time")
    return taken


def _paced(client: http.client.HTTPConnection, requests: Iterator[Request]) -> None:
    for request in requests:
        began = time.perf_counter()
        load.ask(client, request)
        time.sleep(max(0.0, 1 / ROUTINGS_A_SECOND - (time.perf_counter() - began)))


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def statements(ground: Ground, place: Province, _extent: Extent) -> None:
    """SQL statements a request costs, as counted in decision 26."""
    app, engine = _application(ground), sessions().kw["bind"]
    draft_id = next(iter(_filings(place, count=1)))
    asked = {
        "filing": (16, "POST", draft_id.path, place.filer),
        "officer's queue": (6, "GET", "/desk", place.officer),
        "dashboard": (6, "GET", "/figures", place.officer),
    }
    for name, (most, method, path, who) in asked.items():
        if name == "dashboard" and not any(rule.rule == path for rule in app.url_map.iter_rules()):
            print(f"  {name}: there is no such page yet")
            continue
        if method == "GET":  # the first request of a process reads definitions
            _counted(app, engine, method, path, who)
        status, count = _counted(app, engine, method, path, who)
        print(f"  {name}: {count} statements (answer {status}) – goal ≤ {most}: {'met' if count <= most else 'missed'}")


NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "NOTIFY")


def _counted(app: Flask, engine: sa.Engine, method: str, path: str, who: SignedIn) -> tuple[int, int]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.lstrip().upper().startswith(NOT_COUNTED):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        data = {"csrf_token": who.csrf_token, "declared": "y"} if method == "POST" else None
        answer = app.test_client(use_cookies=False).open(path, method=method, data=data, headers=dict(who.headers))
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    return answer.status_code, len(seen)


def _application(ground: Ground) -> Flask:
    from portal.app import create_app  # noqa: PLC0415 - takes a second that the other measures need not wait

    return create_app(
        Settings.from_environment({**ground.environment(), "INSTANCE": INSTANCE, "SECRET_KEY": SECRET_KEY})
    )


def clock(_ground: Ground, _place: Province, extent: Extent) -> None:
    """Due dates of a twenty-day limit with one pause, and the ledger of lines behind each, in one process."""
    calendar = office_calendar()
    limit = Limit(amount=20, unit=Unit.WORKING_DAY, source="bench")
    begins = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)

    def one(number: int) -> None:
        received = begins + timedelta(minutes=37 * (number % 5000))
        pause = Pause(began_at=received + timedelta(days=3), ended_at=received + timedelta(days=6))
        found = due(received_at=received, limit=limit, calendar=calendar, pauses=(pause,))
        assert found.lines

    def measure() -> float:
        began, number = time.perf_counter(), 0
        while time.perf_counter() - began < extent.seconds / 4:
            one(number)
            number += 1
        return number / (time.perf_counter() - began)

    measure()
    rates = [measure() for _ in range(extent.rounds)]
    goal = Goal(bound=10_000, at_least=True)
    median = statistics.median(rates)
    print(f"  due dates with their ledger: {median:,.0f} a second – {goal.words(median)}")


def search(_ground: Ground, _place: Province, extent: Extent) -> None:
    """The search of the front door among ten thousand procedures, beside a read of rows whose numbers are known."""
    with sessions()() as session:
        searching.search(session, rounds=extent.rounds)


def dashboard(ground: Ground, _place: Province, extent: Extent) -> None:
    """The officers' figures in two provinces: ten thousand dossiers, and a hundred times (--quick: ten times) more."""
    dashboards.measure(ground, few=FEW_COUNTED, many=extent.most_counted, rounds=extent.rounds, seconds=extent.seconds)


def depth(ground: Ground, place: Province, extent: Extent) -> None:
    """The officer's queue over ten thousand open dossiers, and over a million (--quick: ten thousand)."""
    many = extent.most_counted if extent is FULL else FEW_COUNTED
    depths.measure(ground, place, count=extent.dossiers, many=many, rounds=extent.rounds, seconds=extent.seconds)


def _absolute(taken: dict[str, list[float]], unit: str = "a second") -> None:
    for name, values in taken.items():
        absolute(name, values, unit)


MEASURES: dict[str, Callable[[Ground, Province, Extent], None]] = {
    "statements": statements,
    "clock": clock,
    "search": search,
    "filing": filing,
    "queue": queue,
    "routing": routing,
    "dashboard": dashboard,
    "depth": depth,
}

WITHOUT_QUEUE = frozenset({"clock", "search", "dashboard"})
"""What needs no officer with a queue."""
