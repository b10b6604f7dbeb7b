"""What the clock says, in three languages."""

from datetime import date

import pytest

from portal.clock import words
from portal.clock.due import Extension, Reopening, acceptance_due, due, step_due
from portal.clock.explain import Because, Kind, Line, for_everybody
from portal.clock.limit import Limit
from portal.clock.stopwatch import Policy
from portal.foundation.packaged import office_calendar
from tests.clock.cases import at, pause, table

VIETNAM = office_calendar()


def every_line() -> list[Line]:
    """Lines of every kind, from real questions."""
    lines = [line for case in table() for line in case.ask(VIETNAM).lines]
    lines += due(
        received_at=at("2026-06-01T15:30"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        pauses=[
            pause("2026-06-03T10:00/2026-06-03T11:00", reason="thiếu bản vẽ", legal_ground="Điều 9"),
            pause("2026-06-09T10:00/"),
        ],
        policy=Policy.RESTART,
        now=at("2026-06-10T10:00"),
        extensions=[Extension(decided_at=at("2026-06-04T10:00"), until=date(2026, 6, 12), reason="đợi ý kiến")],
        reopenings=[Reopening(at=at("2026-06-05T10:00"))],
    ).lines
    lines += acceptance_due(at("2026-11-24T09:00"), VIETNAM).lines
    lines += step_due(entered_at=at("2026-06-01T05:00"), minutes=60, calendar=VIETNAM).lines
    return lines


def test_every_kind_of_line_can_be_said_in_every_language() -> None:
    lines = every_line()

    assert {line.kind for line in lines} == set(Kind)
    assert {line.parameters["because"] for line in lines if line.kind is Kind.EFFECTIVE} == set(Because)
    for line in [*lines, *for_everybody(lines)]:
        said = [words.line(line, language) for language in words.LANGUAGES]
        assert len(set(said)) == 3
        assert all(text.endswith((".", "。")) and "{" not in text and "  " not in text for text in said)


FROM_TO = {
    "vi": "Tạm dừng tính thời hạn từ 10:00 thứ Sáu, 05/06/2026 đến 10:00 thứ Ba, 09/06/2026 (x)",
    "en": "Clock stopped from 10:00 on Friday 5 June 2026 to 10:00 on Tuesday 9 June 2026 (x)",
    "zh": "2026年6月5日（星期五）10:00至2026年6月9日（星期二）10:00暂停计时（x）",
}


@pytest.mark.parametrize(
    ("language", "taken"),
    [
        ("vi", ": không tính 2 ngày, kể từ ngày sau ngày dừng đến hết ngày tính tiếp."),
        ("en", ": 2 days not counted, from the day after it began to the day it ended."),
        ("zh", "：自暂停次日至恢复计时之日，2天不计入。"),
    ],
)
def test_a_pause_reads_like_a_sentence(language: str, taken: str) -> None:
    found = due(
        received_at=at("2026-06-01T09:00"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        pauses=[pause("2026-06-05T10:00/2026-06-09T10:00", reason="x")],
    )

    said = [words.line(line, language) for line in found.lines if line.kind is Kind.PAUSE]
    assert said == [FROM_TO[language] + taken]


def test_a_pause_that_took_no_day_says_so() -> None:
    found = due(
        received_at=at("2026-06-01T09:00"),
        limit=Limit.parse("5 working days"),
        calendar=VIETNAM,
        pauses=[pause("2026-06-03T10:00/2026-06-03T11:00")],
    )

    (line,) = [line for line in found.lines if line.kind is Kind.PAUSE]
    assert words.line(line, "en").endswith("no day is left out.")


@pytest.mark.parametrize(
    ("minutes", "vi", "en", "zh"),
    [
        (1140, "còn 2 ngày 3 giờ làm việc", "2 working days 3 hours left", "还剩2个工作日3个工作小时"),
        (480, "còn 1 ngày làm việc", "1 working day left", "还剩1个工作日"),
        (61, "còn 1 giờ 1 phút làm việc", "1 working hour 1 minute left", "还剩1个工作小时1个工作分钟"),
        (5, "còn 5 phút làm việc", "5 working minutes left", "还剩5个工作分钟"),
        (541, "còn 1 ngày 1 giờ làm việc", "1 working day 1 hour left", "还剩1个工作日1个工作小时"),
        (0, "đã đến hạn", "due now", "已到期限"),
        (-600, "quá hạn 1 ngày 2 giờ làm việc", "1 working day 2 hours overdue", "逾期1个工作日2个工作小时"),
    ],
)
def test_time_left_is_said_in_working_time(minutes: int, vi: str, en: str, zh: str) -> None:
    assert [words.remaining(minutes, language) for language in words.LANGUAGES] == [vi, en, zh]
