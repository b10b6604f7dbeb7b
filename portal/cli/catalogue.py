"""`portal catalogue`: check procedure files as a compiler would, publish them, list and show what is in force."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import flask
from sqlalchemy.orm import Session

from portal.authoring import actions as authoring
from portal.calendars.actions import publish_packaged
from portal.catalogue import comparing, publishing, queries, registers
from portal.catalogue.change_words import count_of, differences
from portal.catalogue.definition import Definition
from portal.catalogue.findings import Finding, Severity, counted
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.parsing import parse_definition
from portal.catalogue.registers import Unreadable
from portal.catalogue.text import reliance_on
from portal.cli.connecting import connected
from portal.cli.describing import description, limit_said
from portal.cli.speaking import language_option
from portal.clock.zone import office_day
from portal.foundation import languages
from portal.foundation.errors import Invalid, NotFound
from portal.foundation.formats import Language
from portal.foundation.packaged import office_calendar
from portal.foundation.unit_of_work import unit_of_work

HEADINGS = ("CODE", "FIELD", "AGENCY", "LEVEL", "LIMIT", "VERSION", "IN FORCE FROM", "NAME")
PATHS = click.argument("paths", nargs=-1, type=click.Path(path_type=Path))


@click.group()
def command() -> None:
    """Check, publish, list and show procedures."""


@command.command("check")
@PATHS
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Say everything that is wrong with the files. Exit code 1 if there is an error."""
    with _registers():
        files = [parse_definition(path) for path in _files(paths)]
        found = list(publishing.complaints(files, files, office_calendar(), datetime.now(UTC)))
    errors = sum(finding.severity is Severity.ERROR for finding in found)
    if as_json:
        _echo_json([_finding_in_json(finding) for finding in found])
    else:
        for finding in found:
            click.echo(str(finding))
        said = (counted(errors, "error"), counted(len(found) - errors, "warning"))
        click.echo(f"{counted(len(files), 'file')}: {', '.join(said)}")
    if errors:
        raise click.exceptions.Exit(1)


@command.command("publish")
@PATHS
@click.option("--json", "as_json", is_flag=True, help="Print what came of it as JSON.")
def publish(paths: tuple[Path, ...], *, as_json: bool) -> None:
    """Publish the files, or all that come with the portal. Publishing again changes nothing."""
    with _registers(), connected():
        try:
            with unit_of_work() as session:
                outcome = publishing.publish_files(
                    session, _files(paths), now=datetime.now(UTC), calendar=office_calendar()
                )
                publish_packaged(session, now=datetime.now(UTC))
        except publishing.Unpublishable as refused:
            if as_json:
                _echo_json([_finding_in_json(finding) for finding in refused.findings])
            else:
                for finding in refused.findings:
                    click.echo(str(finding), err=True)
            raise click.ClickException("Nothing was published.") from None
    if as_json:
        _echo_json(asdict(outcome))
        return
    for code in outcome.published:
        click.echo(f"{code}  published")
    for code in outcome.kept:
        click.echo(f"{code}  kept: an administrator has published a version of it")
    click.echo(str(outcome))


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the names in all languages.")
@language_option
def list_procedures(*, as_json: bool, language: Language) -> None:
    """The procedures in force today: code, field, agency, level, limit, version, days, name."""
    today = office_day(datetime.now(UTC))
    with connected(), unit_of_work() as session:
        versions = queries.all_in_force(session, on=today)
        definitions = queries.definitions_of(session, versions)
        rows = [_summary(version, definitions[version.id]) for version in versions]
    if as_json:
        _echo_json(rows)
        return
    cells = [HEADINGS, *(_row(row, language) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(HEADINGS) - 1)]
    for line in cells if rows else ():
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False)) + "  " + line[-1])
    click.echo(counted(len(rows), "procedure"))


@command.command("show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="Print the whole definition as JSON.")
def show(code: str, *, as_json: bool) -> None:
    """One procedure in force today."""
    with connected(), unit_of_work() as session:
        version = queries.in_force(session, code, on=office_day(datetime.now(UTC)))
        if version is None:
            raise click.ClickException(f"No procedure {code} is in force today (“portal catalogue list” shows all).")
        if as_json:
            definition = queries.definition_of(version)
            read_over = {language: asdict(reliance_on(definition, language)) for language in languages.LANGUAGES}
            whole = {**_summary(version, definition), "texts": read_over, "definition": version.definition}
            _echo_json(whole)
            return
        click.echo("\n".join(description(version, queries.definition_of(version))))


@command.command("withdraw")
@click.argument("code")
@click.argument("number", type=click.IntRange(1, 1_000_000), required=False)
@click.option("--from", "on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The first day without it.")
@click.option("--reason", required=True, help="Why; everybody can read it.")
def withdraw(code: str, number: int | None, on: datetime, reason: str) -> None:
    """Take procedure CODE out of force, or only its version NUMBER; dossiers filed under it keep it.

    Without one version the one before it applies again.
    """
    with connected(), unit_of_work() as session:
        try:
            chosen = authoring.withdraw(
                session, code, number, on=on.date(), reason=reason, by=None, now=datetime.now(UTC)
            )
        except NotFound:
            raise click.ClickException(f"There is no such version of procedure {code} to withdraw.") from None
        except Invalid:
            raise click.ClickException("Give the reason: everybody can read it.") from None
        for version in chosen:
            click.echo(f"{code} version {version.number} is withdrawn from {on.date()}")


@command.command("diff")
@click.argument("code")
@click.argument("first")
@click.argument("second")
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")
@language_option
def diff(code: str, first: str, second: str, *, as_json: bool, language: Language) -> None:
    """What changed in procedure CODE from FIRST to SECOND: numbers of published versions, or paths of files."""
    with _registers():
        old, new = (_version_or_file(code, which) for which in (first, second))
        if as_json:
            found = [comparing.as_json(change) for change in comparing.compare(old, new)]
            _echo_json(found)
            return
        app = flask.Flask(__name__)
        languages.init_app(app)
        with app.app_context(), languages.speaking(language):
            said = differences(old, new, agencies=registers.agencies().by_key, language=language)
            for change in said:
                click.echo("\n    ".join((change.sentence, *change.notes)))
            click.echo(count_of(said))


def _version_or_file(code: str, which: str) -> Definition:
    if not which.isdecimal():
        return registers.read_definition(Path(which))
    with connected(), unit_of_work() as session:
        version = queries.version_numbered(session, code, int(which[:9]))
        if version is None:
            raise click.ClickException(f"There is no version {which} of procedure {code}.")
        return queries.definition_of(version)


def publish_all(session: Session, now: datetime) -> str:
    """Publish everything that comes with the portal; says in a few words what is there."""
    files = registers.definition_files()
    publish_packaged(session, now=now)
    return str(publishing.publish_files(session, files, now=now, calendar=office_calendar()))


def publish_folder(folder: Path) -> str:
    """Publish the files below the folder in a unit of work of its own; says in a few words what is there."""
    with _registers(), unit_of_work() as session:
        files = registers.definition_files(folder)
        publish_packaged(session, now=datetime.now(UTC))
        try:
            return str(publishing.publish_files(session, files, now=datetime.now(UTC), calendar=office_calendar()))
        except publishing.Unpublishable as refused:
            raise click.ClickException(str(refused)) from None


def _files(paths: tuple[Path, ...]) -> Iterator[Path]:
    """The files named, and those in the folders named. A folder without any is a mistake, not nothing to do."""
    for path in paths or (registers.PROCEDURES,):
        found = tuple(registers.definition_files(path)) if path.is_dir() else (path,)
        if not found:
            raise click.ClickException(f"There is no procedure file (*.toml) in {path}.")
        yield from found


def _echo_json(value: object) -> None:
    """Print as JSON. A file name that is no text is written with escapes, so that the output stays UTF-8."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace").decode())


def _finding_in_json(finding: Finding) -> dict[str, object]:
    return {
        "file": finding.file,
        "line": finding.line,
        "code": finding.code,
        "severity": finding.severity.value,
        "path": finding.where,
        "message": finding.message,
        "remedy": finding.remedy,
    }


def _row(row: dict[str, Any], language: Language) -> tuple[str, ...]:
    """One procedure as the cells of a line."""
    until = f" until {row['withdrawn_on']}" if row["withdrawn_on"] else ""
    limits = dict.fromkeys(limit_said(limit["amount"], limit["unit"]) for limit in row["limits"])
    return (
        row["code"],
        row["field"],
        row["agency"],
        str(row["level"]),
        ", ".join(limits),
        str(row["version"]),
        row["effective_on"] + until,
        row["names"].get(language) or row["names"]["vi"],
    )


def _summary(version: ProcedureVersion, definition: Definition) -> dict[str, Any]:
    return {
        "code": version.code,
        "names": version.names,
        "field": version.field,
        "agency": definition.competence[-1].agency,
        "level": version.level,
        "limits": [
            {"amount": rule.amount, "unit": rule.unit.value, "verified": rule.verified} for rule in definition.limits
        ],
        "version": version.number,
        "effective_on": version.effective_on.isoformat(),
        "decision": version.decision_number,
        "decided_on": version.decided_on.isoformat() if version.decided_on else None,
        "withdrawn_on": version.withdrawn_on.isoformat() if version.withdrawn_on else None,
        "origin": version.origin,
    }


@contextmanager
def _registers() -> Iterator[None]:
    """A register of the portal's own that cannot be read is one sentence, not a trace."""
    try:
        yield
    except Unreadable as unreadable:
        raise click.ClickException(str(unreadable)) from None
