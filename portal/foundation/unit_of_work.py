"""One visible unit of work per request or job: everything in the block is saved together, or nothing is.

Inside a web request the block uses the request's own session (the one that has already read who is signed
in), so a page costs one connection; in a worker or a command it opens its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.foundation.database import sessions

_request_session: ContextVar[Session | None] = ContextVar("request_session", default=None)


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Commit at the end of the block; roll everything back if it raises."""
    session = _request_session.get()
    if session is not None:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
        return
    with sessions()() as own, own.begin():
        yield own


@contextmanager
def at_once() -> Iterator[sa.Connection | Session]:
    """For a single statement outside a request: it is its own transaction, and neither BEGIN nor COMMIT is sent."""
    factory = sessions()
    bind = factory.kw["bind"]
    if isinstance(bind, sa.Engine):
        with bind.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
        return
    with factory() as inside, inside.begin():  # bound to a connection on which somebody's transaction runs
        yield inside


def request_session() -> Session:
    """The session of the running request, opened on first use; `close_request_session` ends it."""
    session = _request_session.get()
    if session is None:
        session = sessions()()
        _request_session.set(session)
    return session


def close_request_session() -> None:
    """Give the connection back; whatever was not committed is undone."""
    session = _request_session.get()
    if session is not None:
        _request_session.set(None)
        session.close()
