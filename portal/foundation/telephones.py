"""Telephone numbers, however people write them."""

import phonenumbers

LONGEST_TYPED = 40  # no number is longer, however it is spaced


def canonical_phone(typed: str) -> str | None:
    """The number as E.164 (`+84912345678`); a number without a country is Vietnamese. None if it cannot be called."""
    if len(typed) > LONGEST_TYPED:
        return None
    try:
        number = phonenumbers.parse(typed, "VN")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
