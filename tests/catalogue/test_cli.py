"""`portal catalogue` as it is typed."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.cli.catalogue import command

SHORT = registers.PROCEDURES / "trade" / "1.004191.toml"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel("2026-11-02T02:00:00Z", tick=True):
        yield


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_check_is_content_with_a_good_file() -> None:
    result = run("check", SHORT)

    assert result.exit_code == 0
    assert result.output.splitlines()[-1] == "1 file: 0 errors, 0 warnings"


def test_check_names_file_line_code_and_remedy(tmp_path: Path) -> None:
    broken = tmp_path / "1.004191.toml"
    broken.write_text(SHORT.read_text("utf-8").replace('after = ["intake"]', 'after = ["nowhere"]', 1), "utf-8")
    lines = broken.read_text("utf-8").splitlines()
    step = max(number for number, text in enumerate(lines[: lines.index('after = ["nowhere"]')]) if text == "[[steps]]")

    result = run("check", broken, "--json")

    found = json.loads(result.stdout)
    assert result.exit_code == 1
    assert (str(broken), step + 1) in {(finding["file"], finding["line"]) for finding in found}
    assert all(finding["message"] and finding["remedy"] and finding["code"] for finding in found)


def test_one_mistake_is_counted_as_one(tmp_path: Path) -> None:
    broken = tmp_path / "1.004191.toml"
    broken.write_text(re.sub(r"(?m)^amount = (?=\d)", "amount = -", SHORT.read_text("utf-8"), count=1), "utf-8")

    assert run("check", broken).output.splitlines()[-1] == "1 file: 1 error, 0 warnings"


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", b"code = ", b"", b"[" * 10_000, b'code = "1.000001"\ncode = "1.000001"\n']
)
def test_check_never_crashes(tmp_path: Path, content: bytes) -> None:
    strange = tmp_path / "1.000001.toml"
    strange.write_bytes(content)

    result = run("check", strange)

    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert str(strange) in result.output


def test_check_of_a_missing_file_says_so(tmp_path: Path) -> None:
    result = run("check", tmp_path / "nothing.toml")

    assert result.exit_code == 1
    assert "cannot be read" in result.output


def test_a_folder_without_procedures_is_a_mistake(tmp_path: Path) -> None:
    result = run("check", tmp_path)

    assert result.exit_code == 1
    assert "There is no procedure file" in result.output


def test_a_file_name_that_is_no_text_is_printed_all_the_same(tmp_path: Path) -> None:
    strange = tmp_path / os.fsdecode(b"\xff.toml")
    strange.write_text("code = 3", "utf-8")

    for arguments in (["check", strange], ["check", strange, "--json"]):
        result = subprocess.run(
            [sys.executable, "-m", "portal.cli", "catalogue", *arguments], check=False, capture_output=True
        )
        assert result.returncode == 1
        assert b"Traceback" not in result.stderr
    assert {finding["code"] for finding in json.loads(result.stdout)} >= {"wrong_shape"}


@pytest.mark.usefixtures("app")
def test_publishing_says_in_json_what_came_of_it(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "1.004191.toml"
    broken.write_text("code = 3", "utf-8")

    first, again = (json.loads(run("publish", SHORT, "--json").stdout) for _ in range(2))
    refused = run("publish", broken, "--json")

    assert (first["published"], first["unchanged"]) == (["1.004191"], [])
    assert (again["published"], again["unchanged"]) == ([], ["1.004191"])
    assert refused.exit_code == 1
    assert {finding["code"] for finding in json.loads(refused.stdout)} >= {"wrong_shape"}


@pytest.mark.usefixtures("app")
def test_what_is_published_is_listed_and_shown(session: Session) -> None:
    assert run("publish", SHORT).exit_code == 0
    listed = json.loads(run("list", "--json").stdout)
    shown = json.loads(run("show", "1.004191", "--json").stdout)

    assert [(row["code"], row["field"], row["level"], row["version"]) for row in listed] == [
        ("1.004191", "trade", 3, 1)
    ]
    assert listed[0]["limits"][0] == {"amount": 7, "unit": "working_day", "verified": False}
    assert shown["definition"]["title_field"] == "subject"
    lines = run("show", "1.004191").output
    assert "level     3 (partial): wet_signature application" in lines
    assert "766       not measured" in lines
    heading, row, count = run("list", "--language", "en").output.splitlines()
    assert heading.split()[:5] == ["CODE", "FIELD", "AGENCY", "LEVEL", "LIMIT"]
    assert heading.index("NAME") == row.index("Licence for temporary import")
    assert ("7 working days" in row, count) == (True, "1 procedure")


@pytest.mark.usefixtures("app")
def test_a_broken_file_is_not_published(session: Session, tmp_path: Path) -> None:
    broken = tmp_path / "1.004191.toml"
    broken.write_text("code = 3", "utf-8")

    result = run("publish", broken)

    assert result.exit_code == 1
    assert "Nothing was published" in result.output
    assert json.loads(run("list", "--json").stdout) == []


@pytest.mark.usefixtures("app")
def test_an_unknown_code_is_one_sentence(session: Session) -> None:
    result = run("show", "9.999999")

    assert result.exit_code == 1
    assert "No procedure 9.999999 is in force today" in result.output
