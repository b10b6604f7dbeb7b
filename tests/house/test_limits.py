"""A test that hangs fails; it does not hold up the run."""

import signal
import threading

import pytest

from tests.fixtures.limits import limited


def test_what_waits_for_ever_fails_where_it_stands() -> None:
    with pytest.raises(pytest.fail.Exception, match="not done within"), limited(0.05):
        threading.Event().wait(60)


def test_what_is_done_in_time_is_left_alone() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with limited(60):
        pass

    assert signal.getsignal(signal.SIGALRM) == before
