"""Numbers as people write them."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.catalogue.numbers import NotANumber, read_number, write_number


@pytest.mark.parametrize(
    ("typed", "decimals", "number"),
    [
        ("1622000", 0, "1622000"),
        ("1.622.000", 0, "1622000"),
        ("1,622,000", 0, "1622000"),
        ("1 622 000", 0, "1622000"),
        ("1.622", 0, "1622"),
        ("1,622", 2, "1622"),
        ("12,5", 2, "12.5"),
        ("12.50", 2, "12.5"),
        ("1.250,75", 2, "1250.75"),
        ("1,250.75", 2, "1250.75"),
        ("0,125", 3, "0.125"),
        ("0.125", 3, "0.125"),
        ("12.1250", 3, "12.125"),
        ("-3,5", 1, "-3.5"),
        ("−3", 0, "-3"),
        ("１２３", 0, "123"),
        (",5", 1, "0.5"),
    ],
)
def test_a_number_is_read_as_it_is_meant(typed: str, decimals: int, number: str) -> None:
    assert write_number(read_number(typed, decimals=decimals)) == number


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "1.2.3",
        "12.34.567",
        "1,2,3",
        "1.250,75.3",
        "1e5",
        "NaN",
        "Infinity",
        "--3",
        "5,",
        "٣",
        "1" * 60,
        "1.2a",
    ],
)
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(NotANumber):
        read_number(typed, decimals=2)


def test_a_number_that_could_be_two_is_not_guessed() -> None:
    with pytest.raises(NotANumber) as refusal:
        read_number("1.622", decimals=3)

    assert refusal.value.ambiguous


@settings(deadline=None)
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2), st.sampled_from(["vi", "en"]))
def test_grouped_writing_is_read_back(number: Decimal, language: str) -> None:
    english = f"{number:,.2f}"
    typed = english if language == "en" else english.translate(str.maketrans(",.", ".,"))

    assert read_number(typed, decimals=2) == number


@settings(deadline=None)
@given(st.text(max_size=40), st.integers(0, 6))
def test_any_text_is_a_number_or_refused(typed: str, decimals: int) -> None:
    try:
        number = read_number(typed, decimals=decimals)
    except NotANumber:
        return
    assert number.is_finite()
