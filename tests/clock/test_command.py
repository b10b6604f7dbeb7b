"""`portal clock due`."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portal.cli import main
from portal.clock.errors import CalendarFault, ClockError, Fault, Refusal
from portal.clock.refusal_words import refusal

ASKED = ["--received", "2026-08-20T09:00", "--limit", "3 working days"]


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["clock", "due", *arguments])


def asked(*arguments: str) -> dict[str, object]:
    found = run(*arguments, "--json")
    assert found.exit_code == 0, found.stderr
    return json.loads(found.stdout)


def test_it_answers_in_json_with_every_line_in_three_languages() -> None:
    answer = asked(*ASKED)

    assert answer["due_at"] == "2026-08-24T17:00:00+07:00"
    assert answer["effective_reception"] == "2026-08-20T09:00:00+07:00"
    assert answer["provisional"] is False
    lines = answer["lines"]
    assert isinstance(lines, list)
    assert [line["kind"] for line in lines] == [
        "received",
        "limit",
        "day_not_counted",
        "make_up_day",
        "weekend_skipped",
        "due",
    ]
    for line in lines:
        assert set(line) == {"kind", "at", "days", "text"}
        assert datetime.fromisoformat(line["at"]).utcoffset() is not None
        assert isinstance(line["days"], int)
        assert set(line["text"]) == {"vi", "en", "zh"}


def test_without_json_it_tells_the_lines_in_the_language_asked_for() -> None:
    assert "Hạn trả kết quả: 17:00 thứ Hai, 24/08/2026." in run(*ASKED, "--language", "vi").stdout
    assert "Due: 17:00 on Monday 24 August 2026." in run(*ASKED, "--language", "en").stdout


@pytest.mark.parametrize(
    ("limit", "due_at"),
    [
        ("8 working hours", "2026-08-21T09:00:00+07:00"),
        ("3 working days", "2026-08-24T17:00:00+07:00"),
        ("10 calendar days", "2026-09-03T17:00:00+07:00"),
        ("1 month", "2026-09-21T17:00:00+07:00"),
    ],
)
def test_it_knows_the_four_units(limit: str, due_at: str) -> None:
    assert asked("--received", "2026-08-20T09:00", "--limit", limit)["due_at"] == due_at


def test_a_time_with_an_offset_is_taken_at_its_word() -> None:
    answer = asked("--received", "2026-08-20T02:00:00Z", "--limit", "8 working hours")

    assert answer["effective_reception"] == "2026-08-20T09:00:00+07:00"


def test_it_takes_pauses_and_a_policy() -> None:
    received = ["--received", "2026-06-01T09:00", "--limit", "5 working days"]
    stops = ["--pause", "2026-06-02T10:00/2026-06-03T10:00", "--pause", "2026-06-04T10:00/2026-06-05T10:00"]

    assert asked(*received, *stops)["due_at"] == "2026-06-10T17:00:00+07:00"
    assert asked(*received, *stops, "--policy", "restart")["due_at"] == "2026-06-12T17:00:00+07:00"


def test_an_open_pause_is_reckoned_to_now_and_says_so() -> None:
    answer = asked(
        "--received", "2026-06-01T09:00", "--limit", "5 working days",
        "--pause", "2026-06-03T10:00/", "--now", "2026-06-05T10:00",
    )  # fmt: skip

    assert answer["due_at"] == "2026-06-10T17:00:00+07:00"
    assert answer["open_pause"] is True


def test_a_date_in_a_year_that_is_not_official_is_provisional() -> None:
    assert asked("--received", "2026-12-30T09:00", "--limit", "3 working days")["provisional"] is True


@pytest.mark.parametrize("received", ["2019-03-04T09:00", "2022-12-31T09:00", "2027-12-30T09:00", "2031-01-02T09:00"])
def test_a_date_beyond_the_loaded_years_is_reckoned_and_provisional(received: str) -> None:
    answer = asked("--received", received, "--limit", "3 working days")

    assert answer["provisional"] is True
    lines = answer["lines"]
    assert isinstance(lines, list)
    assert {"provisional", "not_loaded"} & {line["kind"] for line in lines}
    assert str(answer["due_at"]).endswith("T17:00:00+07:00")


def test_without_now_an_open_pause_is_reckoned_to_the_machines_clock() -> None:
    answer = asked(*ASKED, "--pause", "2026-08-21T09:00/")

    assert answer["open_pause"] is True
    assert datetime.fromisoformat(str(answer["due_at"])).year >= 2026


def test_a_limit_of_the_same_day_is_tried_with_its_latest_hour() -> None:
    same_day = ("--limit", "0 working days", "--cutoff", "15:00")

    assert asked("--received", "2026-08-20T14:59", *same_day)["due_at"] == "2026-08-20T17:00:00+07:00"
    assert asked("--received", "2026-08-20T15:01", *same_day)["due_at"] == "2026-08-21T17:00:00+07:00"


def test_it_takes_another_calendar(tmp_path: Path) -> None:
    calendar = tmp_path / "calendar.toml"
    calendar.write_text(
        'years = [{year = 2026, official = true}]\noff = [{on = 2026-08-21, name = "x"}]\n'
        '[[hours]]\nopen = ["08:00-12:00", "13:00-16:00"]\n[names]\nx = {vi = "x", en = "x", zh = "x"}\n',
        encoding="utf-8",
    )

    assert asked(*ASKED, "--calendar", str(calendar))["due_at"] == "2026-08-26T16:00:00+07:00"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--received", "2026-08-20T09:00"],
        ["--received", "2026-08-20", "--limit", "3 working days"],
        ["--received", "2026-13-20T09:00", "--limit", "3 working days"],
        ["--received", "yesterday", "--limit", "3 working days"],
        ["--received", "2026-08-20T09:00", "--limit", "3 bananas"],
        ["--received", "2026-08-20T09:00", "--limit", "0 calendar days"],
        [*ASKED, "--cutoff", "3 pm"],
        ["--received", "2026-08-20T09:00", "--limit", "900000 months"],
        ["--received", "0001-01-01T00:00+14:00", "--limit", "1 month"],
        [*ASKED, "--pause", "2026-08-21T09:00"],
        [*ASKED, "--pause", "/2026-08-21T09:00"],
        [*ASKED, "--pause", "2026-08-21T09:00/2026-08-20T09:00"],
        [*ASKED, "--policy", "pray"],
        [*ASKED, "--now", "soon"],
        [*ASKED, "--calendar", "/there/is/no/such/file.toml"],
        [*ASKED, "--calendar", str(Path(__file__))],
        [*ASKED, "--calendar", str(Path(__file__).parent)],
        [*ASKED, "--no-such-option"],
        [*ASKED, "one too many"],
    ],
)
def test_bad_input_is_one_line_on_standard_error_and_exit_2(arguments: list[str]) -> None:
    found = run(*arguments)

    assert found.exit_code == 2
    assert found.stdout == ""
    assert len(found.stderr.splitlines()) == 1
    assert "Traceback" not in found.stderr


WRONG = {
    ("--received", "2026-08-20T09:00"): ("thiếu --limit", "Missing option", "缺少--limit"),
    ("--received", "soon"): ("không phải thời điểm", "not a time", "不是时刻"),
    (*ASKED, "--limit", "3 bananas"): ("không phải thời hạn", "not a limit", "不是可计算的时限"),
    (*ASKED, "--pause", "2026-08-21T09:00"): ("không phải khoảng tạm dừng", "not a pause", "不是暂停区间"),
    (*ASKED, "--policy", "pray"): ("chọn một trong resume, restart", "is not one of", "请选择resume, restart"),
    (*ASKED, "--no-such"): ("không có tuỳ chọn --no-such", "No such option", "没有选项--no-such"),
    (*ASKED, "--now"): ("cần một giá trị", "requires an argument", "需要一个值"),
    (*ASKED, "more"): ("có phần thừa trong lệnh: more", "unexpected extra argument", "多余内容：more"),
    (*ASKED, "--calendar", "/no/such.toml"): ("không đọc được tệp lịch", "cannot be read", "无法读取日历文件"),
    (*ASKED, "--calendar", str(Path(__file__))): ("không phải TOML", "not TOML", "不是TOML"),
}  # fmt: skip


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
@pytest.mark.parametrize("arguments", list(WRONG), ids=lambda arguments: " ".join(arguments)[-30:])
def test_a_mistake_is_said_in_the_language_of_the_answer(arguments: tuple[str, ...], language: str) -> None:
    asked_for = "--language=" + language if len(arguments) % 2 else ["--language", language]
    found = run(*([asked_for] if isinstance(asked_for, str) else asked_for), *arguments)

    assert found.exit_code == 2
    assert WRONG[arguments][("vi", "en", "zh").index(language)] in found.stderr


@pytest.mark.parametrize(
    ("locale", "answer", "mistake"),
    [
        ({"LANG": "en_US.UTF-8"}, "Due:", "Missing option"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "到期时间", "缺少"),
        ({"LANG": "C.UTF-8"}, "Hạn trả kết quả", "thiếu"),
        ({"LANG": "fr_FR.UTF-8"}, "Hạn trả kết quả", "thiếu"),
        ({}, "Hạn trả kết quả", "thiếu"),
    ],
)
def test_without_a_language_the_locale_decides_for_answers_and_mistakes_alike(
    locale: dict[str, str], answer: str, mistake: str
) -> None:
    environment = {"LC_ALL": None, "LC_MESSAGES": None, "LANG": None} | locale
    runner = CliRunner(env=environment)

    assert answer in runner.invoke(main, ["clock", "due", *ASKED]).stdout
    assert mistake in runner.invoke(main, ["clock", "due", *ASKED[:2]]).stderr


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_everything_the_clock_refuses_has_words(language: str) -> None:
    parameters = dict.fromkeys(
        (
            "kilobytes",
            "line",
            "column",
            "wrong",
            "sections",
            "section",
            "row",
            "name",
            "weekdays",
            "text",
            "key",
            "known",
            "day",
            "instead_of",
        ),
        "x",
    )

    for code in Refusal:
        assert refusal(ClockError(code, "why"), language)
    for fault in Fault:
        assert "{" not in refusal(CalendarFault(fault, **parameters), language)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xfe\x00",
        b"a = " + b"[" * 5000,
        b"years = " + b"9" * 5000,
        b"x = 1\n" * 100_000,
        b"[" + b"a." * 9000 + b"a]",
    ],
    ids=["no text", "deep", "long number", "100 000 lines", "deep key"],
)
def test_a_file_that_is_no_calendar_is_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    calendar = tmp_path / "calendar.toml"
    calendar.write_bytes(content)

    found = run(*ASKED, "--calendar", str(calendar))

    assert (found.exit_code, len(found.stderr.splitlines())) == (2, 1)
