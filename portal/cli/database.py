"""`portal database`: bring the tables up to date, or wait until somebody has."""

import sys
import time

import click
import sqlalchemy as sa
from alembic.util import CommandError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from portal.foundation import database, upgrades
from portal.foundation.advisory import AdvisoryLock
from portal.foundation.settings import Settings, SettingsError

POLL_SECONDS = 0.25


class Trouble(click.ClickException):
    exit_code = 1


@click.group()
def command() -> None:
    """Migrate and check the database."""


@command.command()
def migrate() -> None:
    """Bring the tables to the newest migration. Safe to run by several machines at once."""
    url = _url()
    try:
        with sa.create_engine(database.driver_url(url)).connect() as connection:
            connection.execute(sa.select(sa.func.pg_advisory_lock(AdvisoryLock.MIGRATION)))
            before = _migration(connection)
            database.migrate(url)
            after = _migration(connection)
    except (CommandError, SQLAlchemyError) as error:
        raise Trouble(f"The database could not be brought up to date: {_reason(error)}") from None
    click.echo(f"at {after}, as before" if before == after else f"from {before or 'nothing'} to {after}")
    for wanted in _wanted(url):
        click.echo(f"once, after this upgrade: run “{wanted}”", err=True)


@command.command()
def check() -> None:
    """Whether the tables are at the newest migration. Exit code 1 if not."""
    complaint = _complaint(_url())
    if complaint:
        raise Trouble(complaint)
    click.echo(f"at {database.newest_migration()}, the newest")


@command.command()
@click.option("--seconds", default=60.0, show_default=True, help="How long to wait.")
def wait(seconds: float) -> None:
    """Wait until the database answers and its tables are at the newest migration."""
    url = _url()
    last_moment = time.monotonic() + seconds
    while complaint := _complaint(url):
        if time.monotonic() > last_moment:
            raise Trouble(complaint)
        time.sleep(POLL_SECONDS)
    click.echo("ready")


def _wanted(url: str) -> list[str]:
    """The commands a migration has asked for and nobody has given yet."""
    engine = sa.create_engine(database.driver_url(url))
    try:
        with Session(engine) as session:
            return upgrades.waiting(session)
    except SQLAlchemyError:  # a note only: the upgrade itself has been made
        return []
    finally:
        engine.dispose()


def _url() -> str:
    try:
        return Settings.from_environment().database_url
    except SettingsError as error:
        click.echo(str(error), err=True)
        sys.exit(2)


def _complaint(url: str) -> str | None:
    engine = sa.create_engine(database.driver_url(url), connect_args={"connect_timeout": 5})
    try:
        with engine.connect() as connection:
            found = _migration(connection)
    except SQLAlchemyError as error:
        return f"The database does not answer: {_reason(error)}"
    finally:
        engine.dispose()
    newest = database.newest_migration()
    if found == newest:
        return None
    return f"The tables are at {found or 'nothing'}, the newest is {newest}: run “portal database migrate”."


def _migration(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return found


def _reason(error: Exception) -> str:
    return str(getattr(error, "orig", None) or error).strip().splitlines()[0]
