"""Publishing: once per content, never over an administrator, never with errors."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.catalogue import publishing, registers
from portal.catalogue.actions import publish
from portal.catalogue.models import ProcedureVersion
from portal.cli.catalogue import publish_all
from portal.clock.calendar import Calendar
from portal.foundation.packaged import office_calendar
from tests.factories import people

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
SHORT = registers.PROCEDURES / "trade" / "1.004191.toml"


def publish_files(session: Session, *files: Path, calendar: Calendar | None = None) -> publishing.Publication:
    return publishing.publish_files(session, files, now=NOW, calendar=calendar or office_calendar())


def versions(session: Session) -> list[tuple[str, int]]:
    rows = session.execute(sa.select(ProcedureVersion.code, ProcedureVersion.number))
    return sorted((code, number) for code, number in rows)


def test_everything_that_comes_with_the_portal_is_published_once(session: Session) -> None:
    first, again = publish_all(session, NOW), publish_all(session, NOW)

    codes = sorted(path.stem for path in registers.definition_files())
    assert f"{len(codes)} published" in first
    assert "published" not in again
    assert versions(session) == [(code, 1) for code in codes]


def test_the_agencies_are_there_before_the_procedures_that_name_them(session: Session) -> None:
    publish_files(session)

    found = set(session.scalars(sa.select(Agency.key)))
    assert found == set(registers.agencies().by_key)


def test_a_changed_file_is_the_next_version(session: Session, tmp_path: Path) -> None:
    publish_files(session, SHORT)
    changed = tmp_path / SHORT.name
    changed.write_text(SHORT.read_text("utf-8").replace("minutes_to_fill = 35", "minutes_to_fill = 36"), "utf-8")

    outcome = publish_files(session, changed)

    assert outcome.published == ("1.004191",)
    assert versions(session) == [("1.004191", 1), ("1.004191", 2)]


def test_a_comment_is_no_change(session: Session, tmp_path: Path) -> None:
    publish_files(session, SHORT)
    commented = tmp_path / SHORT.name
    commented.write_text("# a remark\n" + SHORT.read_text("utf-8"), "utf-8")

    assert publish_files(session, commented).unchanged == ("1.004191",)


def test_a_file_never_replaces_what_an_administrator_published(session: Session, tmp_path: Path) -> None:
    administrator = people.person(session)
    definition = registers.read_definition(SHORT).model_copy(update={"minutes_to_fill": 45})
    publish(session, definition, now=NOW, origin="editor", by=administrator.id)

    outcome = publish_files(session, SHORT)

    assert outcome.kept == ("1.004191",)
    assert versions(session) == [("1.004191", 1)]


def test_of_files_with_errors_nothing_is_published(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "1.013225.toml"
    broken.write_text('code = "1.013225"\n', "utf-8")
    shutil.copy(SHORT, tmp_path / SHORT.name)

    with pytest.raises(publishing.Unpublishable) as refusal:
        publish_files(session, broken, tmp_path / SHORT.name)

    assert {finding.file for finding in refusal.value.findings} == {str(broken)}
    assert versions(session) == []


def test_one_code_in_two_files_is_refused(session: Session, tmp_path: Path) -> None:
    other = tmp_path / "copy" / SHORT.name
    other.parent.mkdir()
    other.write_text(SHORT.read_text("utf-8").replace("minutes_to_fill = 35", "minutes_to_fill = 36"), "utf-8")

    with pytest.raises(publishing.Unpublishable) as refusal:
        publish_files(session, SHORT, other)

    assert [finding.code for finding in refusal.value.findings] == ["duplicate_procedure"]
