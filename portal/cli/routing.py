"""`portal routing`: how much work each step takes, learned from the steps that were finished."""

from datetime import UTC, datetime

import click

from portal.cli.connecting import connected
from portal.foundation.unit_of_work import unit_of_work
from portal.routing import learning

command = click.Group("routing", help=__doc__)


@command.command("learn")
@click.option("--at", type=click.DateTime(), help="Learn as of this moment (UTC). Default: now.")
@click.option("--check", is_flag=True, help="Only compare; exit 1 and name each difference.")
def learn_command(at: datetime | None, *, check: bool) -> None:
    """Make the table of effort anew from the finished steps, and say what differed."""
    now = at.replace(tzinfo=UTC) if at else datetime.now(UTC)
    with connected(), unit_of_work() as session:
        differences = learning.learn(session, now=now, check=check)
    for difference in differences:
        click.echo(difference)
    if not differences:
        click.echo("The table is what the finished steps say.")
    elif check:
        raise SystemExit(1)
