"""Tax codes of companies, branches and persons."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.accounts import tax_codes
from tests.factories import people


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("0100109106", "0100109106"),
        (" 0100 109 106 ", "0100109106"),
        ("0100109106-001", "0100109106-001"),
        ("0100109106001", "0100109106-001"),
        ("０１００１０９１０６", "0100109106"),  # typed on a Chinese keyboard
        ("020095001234", "020095001234"),  # a person of Lạng Sơn
    ],
)
def test_a_code_is_stored_in_one_spelling(typed: str, stored: str) -> None:
    assert tax_codes.canonical(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "", "0100109107", "0100109106-000", "0100109106-01", "010010910", "01001091066", "000095001234",
        "097095001234", "0100109106; --", "abcdefghij",
    ],
)  # fmt: skip
def test_what_cannot_be_a_tax_code_is_refused(typed: str) -> None:
    assert tax_codes.canonical(typed) is None


@given(st.integers(1, 9_999_999), st.integers(1, 9))
def test_one_wrong_digit_is_noticed(serial: int, change: int) -> None:
    code = f"49{serial:07d}"
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    check = 10 - sum(weight * int(digit) for weight, digit in zip(weights, code, strict=True)) % 11
    if check == 10:
        return
    right = f"{code}{check}"
    wrong = right[:9] + str((check + change) % 10)

    assert tax_codes.canonical(right) == right
    assert tax_codes.canonical(wrong) is None


def test_the_factories_make_valid_codes() -> None:
    assert tax_codes.canonical(people.tax_code()) is not None
