"""`portal accounts`: the first administrator of an installation, and who has an account."""

import secrets
from datetime import UTC, datetime
from typing import get_args

import click
from sqlalchemy.orm import Session

from portal.accounts import one_time, passwords, queries
from portal.accounts.actions import factor_resets, people, posts, recovery
from portal.accounts.actions.audit import record
from portal.accounts.models import Agency
from portal.accounts.queries import listings
from portal.cli.connecting import connected
from portal.foundation.errors import Invalid, Refused
from portal.foundation.formats import Language
from portal.foundation.unit_of_work import unit_of_work
from portal.workflow.lifecycle import Role

ISSUER = "Một Cửa Lạng Sơn"
GENERATED_BYTES = 18

COMPLAINTS = {
    "accounts.email_taken": "There is already an account with this address.",
    "accounts.password_short": "The password is too short: give at least 12 characters.",
    "accounts.password_long": "The password is too long: give at most 256 characters.",
    "accounts.password_common": "Many people use this password. Choose another.",
    "accounts.password_personal": "The password is little more than the name or address. Choose another.",
}


@click.group()
def command() -> None:
    """Administrators and people."""


@command.command("create-administrator")
@click.option("--email", required=True, help="The address to sign in with.")
@click.option("--name", required=True, help="The full name.")
@click.option("--agency", "agency_key", help="Key of the agency the post belongs to; the first one if left out.")
@click.option("--language", type=click.Choice(get_args(Language)), default="vi")
@click.option("--ask-password", is_flag=True, help="Ask for the password instead of making one up.")
def create_administrator(email: str, name: str, agency_key: str | None, language: Language, ask_password: bool) -> None:
    """Make an administrator with a password and a second factor; both are shown once, now."""
    password = _asked() if ask_password else secrets.token_urlsafe(GENERATED_BYTES)
    secret, now = one_time.new_secret(), datetime.now(UTC)
    with connected():
        try:
            passwords.check(password, has_second_factor=True, email=email, name=name)
            with unit_of_work() as session:
                agency = _agency(session, agency_key)
                person = people.add(
                    session,
                    name=name,
                    email=email,
                    password_hash=passwords.hash_password(password),
                    language=language,
                    now=now,
                )
                person.one_time_secret = secret
                record(session, "accounts.create_administrator", f"person:{person.id}", by=None, now=now)
                posts.appoint(session, person.id, agency.id, Role.ADMINISTRATOR, by=None, now=now)
                codes = recovery.renew(session, person.id, now=now)
        except Invalid as refused:
            raise click.ClickException(_sentence(refused)) from None
    click.echo(f"Administrator   {person.email}")
    if not ask_password:
        click.echo(f"Password        {password}")
    click.echo(f"Second factor   {secret}")
    click.echo(f"For the app     {one_time.enrolment_uri(secret, email=person.email, issuer=ISSUER)}")
    click.echo(f"Recovery codes  {codes[0]}")
    for code in codes[1:]:
        click.echo(f"                {code}")
    click.echo("None of this is shown again. Enter the second factor in an authenticator app now.")


@command.command("reset-second-factor")
@click.option("--email", required=True, help="The address of the person whose second factor is lost.")
@click.option("--reason", required=True, help="Why; it is kept in the record of changes.")
def reset_second_factor(email: str, reason: str) -> None:
    """Take a lost second factor away where no second administrator can confirm it. The person is told by mail."""
    with connected(), unit_of_work() as session:
        person = queries.person_by_email(session, email)
        if person is None:
            raise click.ClickException("Nobody has an account with this address.")
        try:
            factor_resets.from_the_console(session, person, reason=reason, now=datetime.now(UTC))
        except Refused:
            raise click.ClickException("This person has no second factor.") from None
    click.echo(f"{email} signs in with the password and sets up a new app. Every open sign-in has ended.")


@command.command("list")
def list_people() -> None:
    """Who has an account, with posts and companies."""
    with connected(), unit_of_work() as session:
        for line in listings.people(session):
            state = "disabled" if line.is_disabled else "second factor" if line.has_second_factor else ""
            click.echo("\t".join((line.email, line.name, ", ".join(line.standings), state)).rstrip())


def _agency(session: Session, key: str | None) -> Agency:
    agency = queries.agency(session, key)
    if agency is None:
        raise click.ClickException(
            f"There is no agency “{key}”." if key else "There is no agency yet: publish the procedures first."
        )
    return agency


def _asked() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _sentence(refused: Invalid) -> str:
    return " ".join(COMPLAINTS.get(code, code) for code in refused.fields.values()) or refused.code
