"""Reading limits."""

from decimal import Decimal

import pytest

from portal.clock.errors import ClockError, Refusal
from portal.clock.limit import Limit, Unit, minutes_of


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("3 working days", 3, Unit.WORKING_DAY),
        ("1 working day", 1, Unit.WORKING_DAY),
        ("8 working hours", 8, Unit.WORKING_HOUR),
        ("1.5 working hours", Decimal("1.5"), Unit.WORKING_HOUR),
        ("  20   Calendar DAYS ", 20, Unit.CALENDAR_DAY),
        ("1 month", 1, Unit.MONTH),
        ("12 months", 12, Unit.MONTH),
        ("3.0 working days", 3, Unit.WORKING_DAY),
    ],
)
def test_a_limit_is_read_from_words(text: str, amount: Decimal | int, unit: Unit) -> None:
    assert Limit.parse(text, source="x") == Limit(amount=amount, unit=unit, source="x")


@pytest.mark.parametrize(
    "text",
    [
        "", "3", "days", "3 days", "three working days", "3 bananas", "0 calendar days", "0 months", "-3 working days",
        "1.5 working days", "0.5 months", "0.001 working hours", "3 working dayss", "99999999 months",
        "NaN working hours", "1e3 working hours", "3 working days 2", "３ months",
    ],
)  # fmt: skip
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(ClockError) as refused:
        Limit.parse(text)

    assert refused.value.code is Refusal.UNREADABLE_LIMIT


def test_a_difficult_commune_has_more_time_and_says_why() -> None:
    limit = Limit(amount=15, unit=Unit.WORKING_DAY, source="Decree A, Article 1")

    longer = limit.longer_by(10, source="Decree A, Article 2")

    assert longer.amount == 25
    assert longer.source == "Decree A, Article 1; Decree A, Article 2"


def test_a_step_of_a_day_and_a_half_is_twelve_hours() -> None:
    assert minutes_of(Decimal("1.5")) == 12 * 60
    assert minutes_of(2) == 16 * 60
