"""A whole installation for journeys: web server, worker and relay as processes, with people who use their pages."""

import os
import socket
import urllib.error
import urllib.request
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import sqlalchemy as sa
from psycopg.rows import dict_row
from sqlalchemy.orm import Session

from portal.accounts import one_time
from portal.accounts.models import Person
from portal.foundation import database
from portal.workflow.lifecycle import Role
from tests.factories import people, world
from tests.factories.world import World
from tests.fixtures.workers import Crew, Program, until
from tests.journeys.browserlike import Page, Visitor

ONE_STOP_AGENCY = "service_centre"


class Town(Crew):
    """A crew with a web server, and the people of `tests.factories.world` to walk through its pages."""

    def __init__(
        self,
        *,
        database_url: str,
        redis_url: str,
        folder: Path,
        mode: str = "test",
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}/"
        super().__init__(
            database_url=database_url,
            redis_url=redis_url,
            folder=folder,
            environment={
                "MODE": mode,
                "PORT": str(self.port),
                "PUBLIC_URL": self.url.rstrip("/"),
                "HOST": "127.0.0.1",
                "WEB_WORKERS": "1",
                "WEB_THREADS": "8",
                **(environment or {}),
            },
        )
        self.engine = sa.create_engine(database.driver_url(database_url), poolclass=sa.pool.NullPool)
        self.company_email = ""
        self.officers: dict[tuple[str, Role], str] = {}
        self._signed_in: dict[str, Visitor] = {}

    def settle(self, procedures: Collection[str] = world.ONE_OF_EACH_FIELD) -> World:
        """People, agencies and procedures move in; returns them, detached."""
        with Session(self.engine, expire_on_commit=False) as session:
            made = world.build(session, procedures=procedures)
            assert made.filer is not None
            self.company_email = made.filer.email
            self.officers = {key: session.get_one(Person, post.person_id).email for key, post in made.posts.items()}
            session.commit()
        return made

    def web(self) -> Program:
        """The web server, answering when this returns."""
        program = self._start("web", "gunicorn", os.environ.get("JOURNEY_APPLICATION", "wsgi:app"))
        until(lambda: program.process.poll() is not None or self._answers(), why=self.said)
        assert program.process.poll() is None, self.said()
        return program

    def visitor(self, language: str = "vi") -> Visitor:
        """Somebody nobody knows."""
        return Visitor(self.url, language=language)

    def company(self) -> Visitor:
        """The company's owner, signed in."""
        return self.person(self.company_email)

    def officer(self, agency: str, role: Role) -> Visitor:
        """The officer who holds the role in the agency, signed in with the second factor."""
        return self.person(self.officers[agency, role])

    def one_stop(self) -> Visitor:
        return self.officer(ONE_STOP_AGENCY, Role.ONE_STOP)

    def person(self, email: str) -> Visitor:
        """Whoever has this address, signed in."""
        if email not in self._signed_in:
            visitor = self.visitor()
            page = visitor.get("/sign-in")
            page = page.form(having="password").fill("email", email).fill("password", people.PASSWORD).submit()
            if page.path == "/sign-in/code":
                page = page.form(having="code").fill("code", self.next_code(email)).submit()
            assert not page.path.startswith("/sign-in"), page.words()
            self._signed_in[email] = visitor
        return self._signed_in[email]

    def next_code(self, email: str) -> str:
        """What the person's app shows next; the memory of used codes is wiped where half a minute is too short."""
        with Session(self.engine) as session:
            found = session.scalars(sa.select(Person).where(Person.email == email)).one()
            assert found.one_time_secret is not None
            now = datetime.now(UTC)
            code = one_time.usable_code(found.one_time_secret, last_step=found.one_time_last_step, now=now)
            if code is None:
                found.one_time_last_step = None
                code = one_time.code_of(found.one_time_secret, one_time.step_at(now))
            session.commit()
            return code

    def step_up(self, email: str, page: Page) -> Page:
        """Show the code again where the portal asks for it; returns the page one comes back to."""
        return page.form(having="code").fill("code", self.next_code(email)).submit()

    def rows(self, query: str, *values: object) -> list[dict[str, object]]:
        """What the database says, for conditions to wait on and for what no page shows."""
        with psycopg.connect(self.database_url, autocommit=True, row_factory=dict_row) as connection:
            return connection.execute(query, values).fetchall()

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}healthz", timeout=5) as answer:  # noqa: S310 - our own
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        self.engine.dispose()


@contextmanager
def open_town(
    *,
    database_url: str,
    redis_url: str,
    folder: Path,
    mode: str = "test",
    environment: Mapping[str, str] | None = None,
    procedures: Collection[str] = world.ONE_OF_EACH_FIELD,
) -> Iterator[Town]:
    """A town with everything running."""
    with Town(
        database_url=database_url, redis_url=redis_url, folder=folder, mode=mode, environment=environment
    ) as town:
        town.settle(procedures)
        town.relay()
        town.worker()
        town.web()
        yield town


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
