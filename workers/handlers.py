"""Which function does which kind of job.

A handler that only needs the database:

    @handles(Job.ROUTE_DOSSIER)
    def route_dossier(session: Session, payload: Payload, now: datetime) -> None:
        actions.route(session, UUID(payload["dossier_id"]), now=now)

It runs in the transaction that also closes the job: everything is saved together, exactly once, or nothing
is. A handler with slow work (printing, scanning, sending) must not hold locks meanwhile; it reads in a unit
of work of its own, works, and saves inside `work.closing()`, which is that same closing transaction:

    @handles_slowly(Job.RENDER_LETTER)
    def render_letter(work: Work) -> None:
        with unit_of_work() as session:
            letter = queries.letter(session, UUID(work.payload["letter_id"]))
        pdf = print_letter(letter)
        with work.closing() as (session, now):
            actions.keep(session, letter.id, pdf, now=now)

The slow part may run twice when a worker dies in it or overruns its lease; what is saved in `closing` is
saved once. `work.id` is an idempotency key for the outside world.

`now` is the database clock. A handler that raises is tried again later, at last it is shown to an
administrator; only the class and code of the exception are kept with the job.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from types import ModuleType
from typing import Any

from sqlalchemy.orm import Session

from portal.foundation import jobs
from portal.foundation.unit_of_work import unit_of_work

Payload = Mapping[str, Any]
Close = Callable[[Session, jobs.Claim], datetime]


class Work:
    """One try at a job, in the hands of its handler."""

    def __init__(self, claim: jobs.Claim, *, close: Close = jobs.close) -> None:
        self._claim = claim
        self._close = close
        self.is_closed = False

    @property
    def id(self) -> int:
        """The same for every try: an idempotency key."""
        return self._claim.id

    @property
    def kind(self) -> str:
        return self._claim.kind

    @property
    def payload(self) -> Payload:
        return self._claim.payload

    @property
    def attempt(self) -> int:
        """Counts from 1."""
        return self._claim.attempt

    @property
    def claimed_at(self) -> datetime:
        """When this try began, by the database clock."""
        return self._claim.claimed_at

    def closing(self) -> AbstractContextManager[tuple[Session, datetime]]:
        """The unit of work that closes the job with whatever the block saves."""
        return self._closing()

    @contextmanager
    def _closing(self) -> Iterator[tuple[Session, datetime]]:
        with unit_of_work() as session:
            now = self._close(session, self._claim)
            yield session, now
        self.is_closed = True


Handler = Callable[[Session, Payload, datetime], None]
SlowHandler = Callable[[Work], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How a kind is done. Without a `lease` of its own it has the usual one."""

    perform: SlowHandler
    lease: timedelta | None


HANDLERS: dict[str, Entry] = {}
ROOMS = (
    "accounts", "attachments", "calendars", "cleaning", "deliveries", "desk", "erasing", "figures", "letters",
    "notices", "payments", "routing", "timers", "transparency",
)  # fmt: skip
"""The modules of this package that register handlers. Some have `prewarm`, for what is slow the first time."""


def rooms() -> list[ModuleType]:
    """Every module that registers handlers; they are in place from then on."""
    return [import_module(f"workers.{room}") for room in ROOMS]


def handles(kind: str, *, lease: timedelta | None = None) -> Callable[[Handler], Handler]:
    """Register the function for the kind; it runs in the transaction that closes the job."""

    def register(handler: Handler) -> Handler:
        def perform(work: Work) -> None:
            with work.closing() as (session, now):
                handler(session, work.payload, now)

        _add(kind, Entry(perform=perform, lease=lease))
        return handler

    return register


def handles_slowly(kind: str, *, lease: timedelta | None = None) -> Callable[[SlowHandler], SlowHandler]:
    """Register the function for the kind; it works without locks and saves inside `work.closing()`."""

    def register(handler: SlowHandler) -> SlowHandler:
        _add(kind, Entry(perform=handler, lease=lease))
        return handler

    return register


def leases(usual: timedelta) -> dict[str, timedelta]:
    """The kinds that can be done here, and how long each may take."""
    return {kind: entry.lease or usual for kind, entry in HANDLERS.items()}


def _add(kind: str, entry: Entry) -> None:
    key = str(kind)
    if key in HANDLERS:
        raise RuntimeError(f"two handlers for {key}")
    HANDLERS[key] = entry
