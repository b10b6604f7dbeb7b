"""A limit of the same day: written in the catalogue, judged by the lint, counted by the clock, said in words."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.catalogue import registers
from portal.catalogue.actions import publish
from portal.catalogue.checking import check
from portal.catalogue.definition import Definition, LimitRule
from portal.catalogue.findings import Severity
from portal.catalogue.parsing import parse_text
from portal.catalogue.requirements import limit_for
from portal.catalogue.writing import write
from portal.clock import words
from portal.clock.due import due
from portal.clock.explain import Kind
from portal.clock.limit import Unit
from portal.clock.zone import VIETNAM
from portal.foundation.packaged import office_calendar
from portal.letters import wording
from tests.catalogue.samples import AGENCIES, content, definition
from tests.fixtures.app import Browser

CALENDAR = office_calendar()
SAID = {"vi": "trong ngày làm việc", "en": "the same working day", "zh": "当个工作日内"}


def same_day(**more: Any) -> dict[str, Any]:
    return {
        "amount": 0,
        "unit": "working_day",
        "same_day_cutoff": "15:00",
        "basis": "Decree A, Article 1",
        "source": "a report",
        **more,
    }


def of(limit: dict[str, Any]) -> Definition:
    return definition(lambda told: told.update(limits=[limit]))


def found_in(limit: dict[str, Any], *, shorter_steps: bool = False) -> dict[str, Severity]:
    def bend(told: dict[str, Any]) -> None:
        told["limits"] = [limit]
        for step in told["steps"] if shorter_steps else ():
            step["limit"]["amount"] = 0.03

    found = check(definition(bend), agencies=AGENCIES, calendar=CALENDAR)
    return {finding.code: finding.severity for finding in found if finding.path[:1] == ("limits",)}


@pytest.mark.parametrize(
    ("accepted", "due_at"),
    [
        ("2026-03-02T09:00", "2026-03-02T17:00"),
        ("2026-03-02T15:00", "2026-03-02T17:00"),
        ("2026-03-02T15:01", "2026-03-03T17:00"),
        ("2026-03-06T16:00", "2026-03-09T17:00"),
    ],
)
def test_what_is_accepted_by_the_latest_hour_is_due_the_same_day(accepted: str, due_at: str) -> None:
    limit = limit_for(of(same_day()), "new", {}).limit

    found = due(received_at=datetime.fromisoformat(accepted).replace(tzinfo=VIETNAM), limit=limit, calendar=CALENDAR)

    assert found.due_at == datetime.fromisoformat(due_at).replace(tzinfo=VIETNAM)
    assert Kind.DAY_NOT_COUNTED not in {line.kind for line in found.lines}
    said = next(line for line in found.lines if line.kind is Kind.LIMIT)
    assert words.line(said, "en") == (
        "Time allowed: the same working day (Decree A, Article 1); what arrives after 15:00 counts from the next "
        "working day."
    )
    assert all(SAID[language] in words.line(said, language) for language in words.LANGUAGES)


def test_it_survives_the_file_it_is_written_to() -> None:
    told = of(same_day())

    read = parse_text(write(told), Definition, file="1.000001.toml")

    assert read.thing == told


def test_a_difficult_commune_adds_days_to_it() -> None:
    rule = LimitRule.model_validate(same_day(difficult_extra=2))

    assert (rule.amount, rule.difficult_extra) == (0, 2)


@pytest.mark.parametrize("unit", ["working_hour", "calendar_day", "month"])
def test_only_working_days_may_be_none(unit: str) -> None:
    told = content() | {"limits": [same_day(unit=unit, same_day_cutoff=None)]}

    found = parse_text(write(of(same_day())).replace('unit = "working_day"', f'unit = "{unit}"'), Definition)

    assert found.thing is None
    assert [(f.code, f.detail["type"], f.path) for f in found.findings] == [
        ("wrong_shape", "zero_of_unit", ("limits", 0, "unit"))
    ]
    with pytest.raises(ValueError, match="same day"):
        Definition.model_validate(told)


def test_without_a_latest_hour_it_is_a_warning_and_can_never_be_kept() -> None:
    assert found_in(same_day(same_day_cutoff=None), shorter_steps=True) == {
        "same_day_without_cutoff": Severity.WARNING,
        "longer_than_limit": Severity.WARNING,
    }


def test_the_steps_have_from_the_latest_hour_until_closing() -> None:
    assert found_in(same_day(), shorter_steps=True) == {}
    assert set(found_in(same_day())) == {"longer_than_limit"}


def test_letters_say_it_in_three_languages() -> None:
    said = wording.limit(0, Unit.WORKING_DAY.value)

    assert {"vi": said.vi, "en": said.en, "zh": said.zh} == SAID


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_page_of_the_procedure_says_it(client: Browser, session: Session, language: str) -> None:
    path = next(path for path in registers.definition_files() if path.stem == "1.013225")
    told = registers.read_definition(path)
    limits = (LimitRule.model_validate(same_day()),)
    now = datetime(2026, 11, 2, 2, 0, tzinfo=UTC)
    publish(session, told.model_copy(update={"limits": limits, "promised_limits": ()}), now=now, origin="test")
    session.commit()

    page = client.get(f"/{language}/procedures/1.013225").text

    assert page.count(SAID[language]) >= 2
    assert "15:00" in page
    assert not re.search(r"(?<!\d)0\s?(ngày|working|个工作)", page)
