"""`portal accounts`: the first administrator of an installation."""

from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.accounts import queries
from portal.accounts.recovery_codes import HOW_MANY
from portal.cli.accounts import command
from tests.factories import people
from tests.fixtures.app import Browser

ARGUMENTS = ["create-administrator", "--email", "Admin@Example.vn", "--name", "Vi Thị Nga"]


def test_the_administrator_it_makes_can_sign_in(client: Browser, session: Session) -> None:
    people.agency(session, is_intake=True)

    result = CliRunner().invoke(command, ARGUMENTS)

    assert result.exit_code == 0, result.output
    password = next(line for line in result.output.splitlines() if line.startswith("Password")).split()[-1]
    admin = queries.person_by_email(session, "admin@example.vn")
    assert admin is not None
    assert admin.one_time_secret is not None
    assert admin.one_time_secret in result.output
    assert queries.recovery_codes_left(session, admin.id) == HOW_MANY
    assert sum(line.count("-") == 3 for line in result.output.splitlines()) == HOW_MANY
    people.sign_in(client, admin, password=password)
    assert client.get("/accounts").status_code == 200


def test_a_second_account_with_the_same_address_is_refused_in_one_sentence(session: Session) -> None:
    people.agency(session)
    people.person(session, email="admin@example.vn")

    result = CliRunner().invoke(command, ARGUMENTS)

    assert result.exit_code == 1
    assert result.output.strip() == "Error: There is already an account with this address."


def test_a_weak_password_is_refused(session: Session) -> None:
    people.agency(session)

    result = CliRunner().invoke(command, [*ARGUMENTS, "--ask-password"], input="password1234\npassword1234\n")

    assert result.exit_code == 1
    assert "Many people use this password" in result.output


def test_without_an_agency_it_says_what_to_do(session: Session) -> None:
    result = CliRunner().invoke(command, ARGUMENTS)

    assert result.exit_code == 1
    assert "publish the procedures first" in result.output


def test_the_list_names_people_with_posts_and_companies_and_shows_no_secret(session: Session) -> None:
    company = people.party(session)
    hoa = people.filer(session, company=company)
    people.person(session, email="alone@example.vn")

    result = CliRunner().invoke(command, ["list"])

    assert result.exit_code == 0, result.output
    assert f"{hoa.email}\tNguyễn Thị Hoa\towner@{company.tax_code}" in result.output
    assert "alone@example.vn" in result.output
    assert "argon2" not in result.output
