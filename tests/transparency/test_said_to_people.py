"""Times as people are told them: whole hours under a day, then half days, rounded up so that they stay true."""

import flask
import pytest

from portal.transparency.shown import within_hours


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (None, "–"),
        (3, "3 working hours"),
        (8, "1 working day"),
        (9, "1.5 working days"),
        (12, "1.5 working days"),
        (13, "2 working days"),
        (112, "14 working days"),
        (113, "14.5 working days"),
    ],
)
def test_days_are_rounded_up_to_the_half(app: flask.Flask, hours: int | None, words: str) -> None:
    with app.test_request_context("/en/"):
        assert within_hours(hours) == words
