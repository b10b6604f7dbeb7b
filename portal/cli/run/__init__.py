"""`portal run`: everything on this machine, from nothing to a URL, and back to nothing on Ctrl-C."""

import ctypes
import json
import os
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from portal.cli.run import surroundings
from portal.cli.run.supervision import Supervisor, say, stoppable
from portal.cli.run.surroundings import Trouble
from portal.foundation import children
from portal.foundation.embedded import EmbeddedError, PostgreSQL, Valkey, kept_secret, write_private
from portal.foundation.settings import PROJECT, RUNNING_NOTE, Settings, SettingsError, data_dir_of

HEALTHY_SECONDS = 90
SAID_EVERY_SECONDS = 3
TOO_MANY_DEATHS = 3
PR_SET_PDEATHSIG = 1


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when the program that started us is gone.")
def command(*, with_parent: bool) -> None:
    """Start the servers, the web, the worker, the relay and beat; stop them all on Ctrl-C."""
    if with_parent and sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
    given = {name: value for name, value in os.environ.items() if value.strip()}
    data_dir = data_dir_of(given)
    supervisor = Supervisor()
    try:
        with _folder(data_dir, given), stoppable(supervisor):
            settings = _servers(supervisor, given, data_dir)
            _contents(settings)
            _programs(supervisor, settings, given)
            _wait_until_healthy(supervisor, settings, given)
            _welcome(settings)
            supervisor.watch()
    except (EmbeddedError, SettingsError) as error:
        raise Trouble(str(error)) from None


@contextmanager
def _folder(data_dir: Path, given: Mapping[str, str]) -> Iterator[None]:
    """The data folder is ours alone while the portal runs; what an earlier run left behind is stopped."""
    with step("environment") as done:
        surroundings.check_program()
        free = surroundings.prepare_data_dir(data_dir)
        done(f"Python {sys.version.split()[0]}, {free // 2**30} GB free in {data_dir}")
    with surroundings.hold(data_dir) as lock:
        for name in children.stop_leftovers(data_dir):
            say(f"  stopped {name}, left behind by an earlier start")
        surroundings.check_port(_host(given), _port(given))
        surroundings.sign(lock, f"process {os.getpid()}, http://localhost:{_port(given)}")
        try:
            yield
        finally:
            (data_dir / RUNNING_NOTE).unlink(missing_ok=True)


def _servers(supervisor: Supervisor, given: Mapping[str, str], data_dir: Path) -> Settings:
    """PostgreSQL and Valkey, ours or the given ones, and the settings that name them."""
    values = {"MODE": "demo", "PORT": str(_port(given)), "DATA_DIR": str(data_dir), **given}
    with step("PostgreSQL") as done:
        if "DATABASE_URL" in given:
            done(f"version {surroundings.check_database(given['DATABASE_URL'])}, the one given by DATABASE_URL")
        else:
            postgresql = PostgreSQL(data_dir)
            supervisor.start("PostgreSQL", postgresql.start_child)
            values["DATABASE_URL"] = postgresql.database_url
            done(f"version {postgresql.version}, embedded")
    with step("Valkey") as done:
        if "REDIS_URL" in given:
            surroundings.check_redis(given["REDIS_URL"])
            done("the one given by REDIS_URL")
        else:
            valkey = Valkey(data_dir)
            supervisor.start("Valkey", valkey.start_child, rests_on=1)
            values["REDIS_URL"] = valkey.url
            done("embedded")
    if values["MODE"] == "demo":
        values.setdefault("SECRET_KEY", kept_secret(data_dir, "session-key"))
    settings = Settings.from_environment(values)
    named = ("MODE", "PORT", "DATABASE_URL", "REDIS_URL", "SECRET_KEY")
    write_private(data_dir / RUNNING_NOTE, "".join(f"{name}={values[name]}\n" for name in named))
    return settings


def _contents(settings: Settings) -> None:
    """Tables, the law, and in the demo something to look at."""
    from alembic.util import CommandError  # noqa: PLC0415
    from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

    from portal.cli.catalogue import publish_folder  # noqa: PLC0415 - heavy; the first lines should appear at once
    from portal.cli.demo import seed_if_empty  # noqa: PLC0415
    from portal.foundation import database  # noqa: PLC0415

    with step("tables") as done:
        try:
            database.migrate(settings.database_url)
        except (CommandError, SQLAlchemyError) as error:
            reason = str(error).splitlines()[0]
            raise Trouble(f"The database could not be brought up to date: {reason}") from None
        database.connect(settings.database_url)
        done("up to date")
    with step("procedures") as done:
        done(publish_folder(PROJECT / "procedures"))
    if settings.is_demo:
        with step("demo") as done:
            done(seed_if_empty(settings))


def _programs(supervisor: Supervisor, settings: Settings, given: Mapping[str, str]) -> None:
    """What serves and works. Web, relay and beat stop together, then the worker, then the servers below."""
    environment = {
        **given,
        "MODE": settings.mode.value,
        "PORT": str(settings.port),
        "DATA_DIR": str(settings.data_dir),
        "DATABASE_URL": settings.database_url,
        "REDIS_URL": settings.redis_url,
        "SECRET_KEY": settings.secret_key,
        "PYTHONUNBUFFERED": "1",
    }
    for name, arguments in program_arguments(settings).items():

        def start(name: str = name, arguments: list[str] = arguments) -> children.Child:
            return children.start(
                name,
                [sys.executable, "-m", *arguments],
                data_dir=settings.data_dir,
                environment=environment,
                cwd=PROJECT,
            )

        supervisor.start(name, start, rests_on=2 if name == "worker" else 3)


QUIET = ("--without-mingle", "--without-gossip", "--without-heartbeat")
"""Workers have nothing to say to each other: what they need is in the rows."""


def program_arguments(settings: Settings) -> dict[str, list[str]]:
    """Name → module and arguments of the four programs, in the order of their start."""
    celery = ["celery", "--app=workers.app", "--quiet"]
    return {
        "worker": [*celery, "worker", f"--concurrency={settings.task_workers}", "-Ofair", *QUIET],
        "relay": ["portal.cli", "relay"],
        "beat": [*celery, "beat", f"--schedule={settings.data_dir / 'run' / 'beat-schedule'}", "--pidfile="],
        "web": ["gunicorn", "wsgi:app"],
    }


def _wait_until_healthy(supervisor: Supervisor, settings: Settings, given: Mapping[str, str]) -> None:
    """Until /readyz is content, saying what is waited for. A program that keeps dying ends it with its last words."""
    with step("web, worker, relay, beat") as done:
        began = said_at = time.monotonic()
        last_moment = began + HEALTHY_SECONDS
        while True:
            supervisor.tick()
            is_ready, answer = _readiness(_host(given), settings.port)
            if is_ready:
                break
            if time.monotonic() - said_at >= SAID_EVERY_SECONDS:
                said_at = time.monotonic()
                done.still(f"{_awaited(answer)} ({said_at - began:.0f} s; up to {HEALTHY_SECONDS} s)")
            worst = supervisor.most_deaths()
            if worst.deaths >= TOO_MANY_DEATHS or time.monotonic() > last_moment:
                raise Trouble(_complaint(settings, worst.name if worst.deaths else "web", answer))
            time.sleep(0.1)
        done("healthy")


def _readiness(host: str, port: int) -> tuple[bool, str]:
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 - listening everywhere
    try:
        with urllib.request.urlopen(f"http://{reached}:{port}/readyz", timeout=5) as answer:
            return True, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return False, error.read().decode(errors="replace")
    except OSError as error:
        return False, str(error)


def _awaited(answer: str) -> str:
    """What is not ready yet, by what /readyz says; nothing readable means that the web does not answer."""
    try:
        parts = json.loads(answer)["parts"]
        waiting = [name for name, part in parts.items() if not part["ok"]]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "waiting for the web to answer"
    return f"the web answers; waiting for {', '.join(waiting)}" if waiting else "nearly there"


def _complaint(settings: Settings, name: str, answer: str) -> str:
    log = settings.data_dir / "logs" / f"{name}.log"
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:] if log.exists() else []
    try:
        answer = json.dumps(json.loads(answer), ensure_ascii=False)
    except ValueError:
        answer = answer[:200]
    return "\n".join(
        [
            f"The portal did not become healthy. /readyz says: {answer}",
            f"The end of {log}:",
            *(f"    {line}" for line in lines),
        ]
    )


def _welcome(settings: Settings) -> None:
    from portal.cli.demo import tour_lines  # noqa: PLC0415

    say()
    say(f"  Open  {settings.public_url}")
    say(f"  Logs  {settings.data_dir / 'logs'}")
    if settings.is_demo:
        say()
        for line in tour_lines():
            say(f"  {line}")
    say()
    say("Ctrl-C stops everything; the data is kept.")


@contextmanager
def step(name: str) -> Iterator["Done"]:
    """One line of progress: what is being done now, then what came of it and how long it took."""
    done = Done(name)
    if sys.stdout.isatty():
        click.echo(f"  … {name}", nl=False)
    yield done


class Done:
    """Ends the line of a step."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.began = time.monotonic()

    def still(self, what: str) -> None:
        """A line in between: what is being waited for."""
        start = "\r" if sys.stdout.isatty() else ""
        say(f"{start}    {what:<60}")
        if start:
            click.echo(f"  … {self.name}", nl=False)

    def __call__(self, outcome: str) -> None:
        start = "\r" if sys.stdout.isatty() else ""
        say(f"{start}  ✓ {self.name:<26} {outcome} ({time.monotonic() - self.began:.1f} s)")


def _host(given: Mapping[str, str]) -> str:
    return given.get("HOST", "127.0.0.1")


def _port(given: Mapping[str, str]) -> int:
    text = given.get("PORT", "8000")
    if text.isascii() and text.isdigit() and 1 <= int(text) <= 65535:  # noqa: PLR2004 - ports
        return int(text)
    raise Trouble(f"PORT is “{text}”; it must be a whole number from 1 to 65535.")
