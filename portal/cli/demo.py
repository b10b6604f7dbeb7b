"""`portal demo`: believable data to try the portal with, and the accounts of the tour."""

from datetime import UTC, datetime, timedelta

import click
import sqlalchemy as sa

from portal.accounts.models import Agency
from portal.clock.zone import office_day
from portal.demonstration.cast import CAREFUL, COMPANIES, DOMAIN, PASSWORD, email_of
from portal.demonstration.seeding import MONTHS, seed
from portal.dossiers.models import Dossier
from portal.facts.models import DossierFact
from portal.foundation import database
from portal.foundation.database import sessions
from portal.foundation.settings import Mode, Settings, SettingsError
from portal.letters.printing import PrintingOffice
from portal.payments.gateways import sandbox_bank
from portal.transparency import calibrating, forecasting
from portal.transparency.actions.snapshots import publish_snapshot_if_missing
from portal.workflow.lifecycle import Role

NUMBER = 2026
FORECASTS_SINCE = timedelta(days=60)
"""So far back the forecasts are made that the made-up history would have brought."""
SAMPLE_AGENCY = "construction"

command = click.Group("demo", help=__doc__)


def seed_if_empty(
    settings: Settings, *, dossiers: int | None = None, number: int = NUMBER, months: int = MONTHS
) -> str:
    """Fill an empty database with the demonstration; says in a few words what is there."""
    with sessions()() as session:
        known = session.scalar(sa.select(sa.func.count()).select_from(Dossier)) or 0
        if known:
            return f"{known} dossiers, kept"
        now = datetime.now(UTC)
        office = PrintingOffice.of(settings)
        acts = seed(
            session,
            dossiers=dossiers or settings.demo_dossiers,
            number=number,
            office=office,
            bank=sandbox_bank(settings),
            now=now,
            months=months,
            progress=_tell,
        )
        forecasting.backfill(session, since=now - FORECASTS_SINCE, until=now)
        publish_snapshot_if_missing(session, now)
        calibrating.publish(session, as_of=office_day(now) - timedelta(days=1), now=now)
        session.commit()
        made = session.scalar(sa.select(sa.func.count()).select_from(DossierFact)) or 0
        return f"{made} dossiers lived through {acts} acts"


def tour_lines() -> list[str]:
    """Who to sign in as, for the tour of the README."""
    lines = [
        f"Everybody's password is  {PASSWORD}",
        "Officers also need a code; the demo shows it on the page.",
        "",
    ]
    people = [(f"{word}@{DOMAIN}", name) for name, _, _, word in COMPANIES]
    people += [
        (f"huunghi@{DOMAIN}", "agent with a mandate from the first company"),
        (f"{CAREFUL[-1]}-2@{DOMAIN}", f"{CAREFUL[0]}: asked to co-sign a dossier"),
        (email_of(Role.ONE_STOP, "service_centre"), "one-stop officer: accepts"),
    ]
    people += [
        (email_of(role, SAMPLE_AGENCY), f"Department of Construction, {role.value}")
        for role in (Role.SPECIALIST, Role.HEAD, Role.LEADER, Role.CLERK)
    ]
    people.append((f"administrator@{DOMAIN}", "administrator"))
    width = max(len(address) for address, _ in people)
    return lines + [f"{address:<{width}}  {what}" for address, what in people]


def _tell(done: int, of: int) -> None:
    click.echo(f"    {done} of {of} dossiers have lived to today", err=True)


@command.command("seed")
@click.option("--dossiers", type=click.IntRange(1, 1_000_000), help="How many; without it DEMO_DOSSIERS, or 131.")
@click.option(
    "--months", type=click.IntRange(1, 120), default=MONTHS, show_default=True,
    help="How far back those beyond the first 131 go, as far as the law of their procedure does.",
)  # fmt: skip
@click.option(
    "--seed", "number", type=int, default=NUMBER, show_default=True, help="The same number, the same history."
)
def seed_command(dossiers: int | None, months: int, number: int) -> None:
    """Fill an empty database with people and dossiers.

    The first 131 live through the real verbs; more are made in bulk after their pattern, hundreds a second.
    """
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        raise click.ClickException(str(error)) from None
    if settings.mode is Mode.PRODUCTION:
        raise click.ClickException("This is a production installation; the demonstration does not belong there.")
    database.connect(settings.database_url)
    with sessions()() as session:
        if session.scalar(
            sa.select(sa.exists().select_from(Agency).where(Agency.id.in_(sa.select(Dossier.agency_id))))
        ):
            raise click.ClickException("There are dossiers already; the demonstration only fills an empty database.")
    click.echo(seed_if_empty(settings, dossiers=dossiers, number=number, months=months))


@command.command("accounts")
def accounts_command() -> None:
    """Print the accounts of the tour."""
    click.echo("\n".join(tour_lines()))
