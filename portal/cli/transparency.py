"""`portal transparency`: the figures made again from the event log, and the public snapshot."""

from datetime import UTC, datetime, timedelta

import click

from portal.cli.connecting import connected
from portal.clock.zone import office_day
from portal.foundation import upgrades
from portal.foundation.database import sessions
from portal.foundation.unit_of_work import unit_of_work
from portal.transparency import counting, sheets
from portal.transparency.actions import snapshots
from portal.transparency.rebuild import rebuild

command = click.Group("transparency", help=__doc__)


@command.command("rebuild")
@click.option("--check", is_flag=True, help="Only compare; exit 1 and name each difference.")
def rebuild_command(*, check: bool) -> None:
    """Make every fact, cell, share and rollup anew from the event log, and say what differed."""
    with connected(), sessions()() as session:
        if check:  # one consistent view, so that acts going on meanwhile are no differences
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        differences = rebuild(session, check=check)
        if not check:
            now = datetime.now(UTC)
            sheets.make(session, now=now)
            upgrades.note_done(session, upgrades.REBUILD, now=now)
        session.commit()
    for difference in differences:
        click.echo(str(difference))
    if not differences:
        click.echo("Every figure is what the events say.")
    elif check:
        raise SystemExit(1)
    else:
        click.echo(f"{len(differences)} differences put right (published snapshots are never rewritten).")


@command.command("snapshot")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day that has ended. Default: yesterday.")
def snapshot_command(day: datetime | None) -> None:
    """Publish the public figures of a day, unless they are published already."""
    now = datetime.now(UTC)
    as_of = day.date() if day else office_day(now) - timedelta(days=1)
    if as_of >= office_day(now):
        raise click.ClickException("This day has not ended yet.")
    with connected(), unit_of_work() as session:
        is_new = snapshots.publish_snapshot(session, as_of, now)
    click.echo(f"Figures of {as_of}: {'published' if is_new else 'were published before'}.")


@command.command("count")
def count_command() -> None:
    """Count what has happened since the last count, as the workers do within seconds."""
    counted = 0
    with connected():
        while True:
            with unit_of_work() as session:
                batch = counting.count(session)
            counted += batch
            if not batch:
                break
        with unit_of_work() as session:
            made = sheets.make(session, now=datetime.now(UTC))
    click.echo(f"{counted} dossiers counted, {made} sheets made.")
