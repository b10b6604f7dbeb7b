"""The versions of a procedure: what applies when, and what changed, for everybody to read."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from click.testing import CliRunner
from sqlalchemy.orm import Session

from portal.catalogue import queries, registers
from portal.catalogue.actions import publish, withdraw
from portal.catalogue.definition import Definition
from portal.catalogue.duties import duties_of
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.writing import write
from portal.cli.catalogue import command
from tests.catalogue.samples import real_calendar
from tests.catalogue.test_pages import read
from tests.fixtures.app import Browser

NOW = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
CODE = "1.004191"
FILE = registers.PROCEDURES / "trade" / f"{CODE}.toml"


@pytest.fixture(autouse=True)
def _in_november() -> Iterator[None]:
    with time_machine.travel(NOW, tick=True):
        yield


def changed(bend: Callable[[dict[str, Any]], object]) -> Definition:
    content = registers.read_definition(FILE).model_dump(mode="python")
    bend(content)
    return Definition.model_validate(content)


def shorter(content: dict[str, Any]) -> None:
    content["limits"][0]["amount"] = 5
    content["documents"] = content["documents"][1:]


@pytest.fixture(autouse=True)
def two_versions(session: Session) -> None:
    publish(session, registers.read_definition(FILE), now=NOW, origin=FILE.name)
    publish(session, changed(shorter), now=NOW, origin="test", effective_on=date(2027, 1, 1))
    session.commit()


def test_a_version_of_the_future_waits_for_its_day(session: Session) -> None:
    today, then = (queries.in_force(session, CODE, on=day) for day in (date(2026, 12, 31), date(2027, 1, 1)))

    assert today is not None
    assert then is not None
    assert (today.number, then.number) == (1, 2)
    assert queries.standing(session, CODE, on=date(2026, 12, 31)) == (today, then)
    assert queries.standing(session, CODE, on=date(2027, 1, 1)) == (then, None)
    assert queries.standing(session, CODE, on=date(2020, 1, 1))[0] is None
    assert [found.number for found in queries.versions_of(session, CODE)] == [2, 1]


def test_everybody_can_read_which_version_applies_when(client: Browser) -> None:
    page = read(client, f"/en/procedures/{CODE}/versions")

    assert "Version 2 Applies from 01/01/2027" in page
    assert "Version 1 in force In force since 05/09/2026" in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("vi", "7 ngày làm việc → 5 ngày làm việc"),
        ("en", "7 working days → 5 working days"),
        ("zh", "7个工作日 → 5个工作日"),
    ],
)
def test_what_changed_is_said_in_the_readers_language(client: Browser, language: str, words: str) -> None:
    page = read(client, f"/{language}/procedures/{CODE}/versions/2")

    assert words in page.replace("  ", " ")


def test_the_first_version_changed_nothing(client: Browser) -> None:
    assert "This is the first version" in read(client, f"/en/procedures/{CODE}/versions/1")
    assert "Nothing differs" in read(client, f"/en/procedures/{CODE}/versions/1?from=1")


@pytest.mark.parametrize("path", ["/en/procedures/9.999999/versions", f"/en/procedures/{CODE}/versions/3"])
def test_a_version_there_is_not_is_no_page(client: Browser, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_procedure_page_leads_to_its_versions(client: Browser) -> None:
    assert f'href="/en/procedures/{CODE}/versions"' in client.get(f"/en/procedures/{CODE}").text


def run(*arguments: str | Path) -> Any:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_the_command_says_what_changed_between_versions_and_files(tmp_path: Path) -> None:
    written = tmp_path / f"{CODE}.toml"
    written.write_text(write(changed(shorter)), "utf-8")

    by_number, by_file = (run("diff", CODE, "1", second, "--language", "en") for second in ("2", written))
    in_vietnamese = run("diff", CODE, "1", "2", "--language", "vi").output

    assert by_number.exit_code == 0
    assert "Time limit: “Your situation” – New licence: 7 working days → 5 working days" in by_number.output
    assert by_number.output.splitlines()[-1] == "2 changes"
    assert by_file.output == by_number.output
    assert "Cấp mới: 7 ngày làm việc → 5 ngày làm việc" in in_vietnamese
    assert in_vietnamese.splitlines()[-1] == "2 thay đổi"


def test_the_command_gives_changes_to_programs() -> None:
    found = json.loads(run("diff", CODE, "1", "2", "--json").stdout)

    assert [(change["kind"], change["path"]) for change in found] == [
        ("changed", ["limits", 0, "amount"]),
        ("removed", ["documents", 0]),
    ]


@pytest.mark.parametrize("which", ["7", "nowhere.toml", "99999999999999999999"])
def test_what_cannot_be_compared_is_one_sentence(which: str) -> None:
    result = run("diff", CODE, "1", which)

    assert result.exit_code == 1
    assert result.output.startswith("Error: ")


def test_a_courtesy_translation_says_so_and_marks_its_drafts(client: Browser, session: Session) -> None:
    def reviewed(content: dict[str, Any]) -> None:
        content["summary"]["en_status"] = "reviewed"
        content["limits"][0]["amount"] = 6

    assert "a draft nobody has read over yet" in read(client, f"/en/procedures/{CODE}")
    publish(session, changed(reviewed), now=NOW, origin="test", effective_on=date(2026, 10, 1))
    session.commit()

    page = client.get(f"/en/procedures/{CODE}").text

    assert "Texts with * are drafts" in page
    assert page.count('class="mc-courtesy"') > 10
    assert "mc-courtesy" not in client.get(f"/vi/procedures/{CODE}").text
    assert "texts     en: 1 of" in run("show", CODE).output
    assert json.loads(run("show", CODE, "--json").stdout)["texts"]["en"]["reviewed"] == 1


def test_a_withdrawn_version_gives_way_to_the_one_before_it(session: Session, client: Browser) -> None:
    newest = queries.versions_of(session, CODE)[0]
    withdraw(session, newest, on=date(2027, 2, 1), reason="Tòa án hủy quyết định")
    session.commit()

    found = [queries.in_force(session, CODE, on=day) for day in (date(2027, 1, 31), date(2027, 2, 1))]

    assert [version and version.number for version in found] == [2, 1]
    assert queries.standing(session, CODE, on=date(2027, 2, 1)) == (found[1], None)
    assert "Why it was withdrawn: Tòa án hủy quyết định" in read(client, f"/en/procedures/{CODE}/versions")


def test_a_withdrawn_procedure_is_not_in_force_and_not_listed(session: Session) -> None:
    result = run("withdraw", CODE, "--from", "2026-11-02", "--reason", "Bãi bỏ")

    assert result.exit_code == 0
    assert queries.in_force(session, CODE, on=date(2026, 11, 1)) is not None
    assert queries.in_force(session, CODE, on=date(2026, 11, 2)) is None
    assert queries.in_force(session, CODE, on=date(2027, 1, 1)) is None
    assert json.loads(run("list", "--json").stdout) == []
    assert run("withdraw", CODE, "--from", "2026-11-02", "--reason", "again").exit_code == 1


def test_a_published_version_never_changes(session: Session) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="never changes"):
        session.execute(sa.update(ProcedureVersion).values(definition={}))


def test_the_list_says_from_when_each_version_applies() -> None:
    row = json.loads(run("list", "--json").stdout)[0]

    assert {"code", "names", "field", "agency", "level", "limits", "version", "effective_on", "withdrawn_on"} <= set(
        row
    )
    heading, first, *_ = run("list").output.splitlines()
    assert heading[first.index("2026-09-05") :].startswith("IN FORCE FROM")


def test_a_version_to_come_is_announced_on_the_procedures_page(client: Browser) -> None:
    assert "From 01/01/2027 a new version applies." in read(client, f"/en/procedures/{CODE}")


@pytest.mark.parametrize(
    ("decided", "posted", "effective", "post_by", "in_time", "announced"),
    [
        # Thursday; the fifth working day after it is the Thursday that follows.
        (date(2026, 10, 22), date(2026, 10, 29), date(2026, 11, 5), date(2026, 10, 29), True, True),
        (date(2026, 10, 22), date(2026, 10, 30), date(2026, 10, 28), date(2026, 10, 29), False, False),
        # The holiday of 24 November is no working day.
        (date(2026, 11, 20), date(2026, 11, 30), date(2026, 12, 1), date(2026, 11, 30), True, True),
        (date(2026, 11, 20), date(2026, 11, 20), date(2026, 11, 1), date(2026, 11, 30), True, False),
    ],
)
def test_announcing_and_posting_are_measured_in_working_days(
    decided: date, posted: date, effective: date, post_by: date, in_time: bool, announced: bool
) -> None:
    found = duties_of(decided_on=decided, posted_on=posted, effective_on=effective, calendar=real_calendar())

    assert found is not None
    assert (found.post_by, found.is_posted_in_time, found.is_announced_in_time) == (post_by, in_time, announced)


def test_without_a_decision_nothing_is_measured() -> None:
    day = date(2026, 11, 2)

    assert duties_of(decided_on=None, posted_on=day, effective_on=day, calendar=real_calendar()) is None


def test_the_decision_is_shown_with_whether_it_was_posted_in_time(client: Browser, session: Session) -> None:
    def announced(content: dict[str, Any]) -> None:
        content["sets"] = 3
        content["decision"] = {"act": "Quyết định 1890/QĐ-UBND", "decided_on": date(2026, 10, 20)}

    publish(session, changed(announced), now=NOW, origin="test", effective_on=date(2026, 11, 1), reason="Giảm giấy tờ")
    session.commit()
    page = read(client, f"/en/procedures/{CODE}")

    assert "Announced by Quyết định 1890/QĐ-UBND of 20/10/2026. Posted here late: it was due by 27/10/2026." in page
    assert "Why: Giảm giấy tờ" in page
    assert json.loads(run("show", CODE, "--json").stdout)["decided_on"] == "2026-10-20"


@pytest.mark.parametrize(("transition", "offered"), [("opt_in", True), ("keep", False)])
def test_a_newer_version_is_offered_only_where_its_transition_says_so(
    session: Session, transition: str, offered: bool
) -> None:
    pinned = queries.in_force(session, CODE, on=date(2026, 11, 2))
    assert pinned is not None

    def bend(content: dict[str, Any]) -> None:
        content["transition"] = transition
        content["sets"] = 4

    made = publish(session, changed(bend), now=NOW, origin="test", effective_on=date(2027, 3, 1))

    assert queries.offered_instead(session, pinned, on=date(2026, 12, 31)) is None
    assert queries.offered_instead(session, pinned, on=date(2027, 3, 1)) is (made if offered else None)
