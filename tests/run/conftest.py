"""The signals of these tests."""

import signal
from collections.abc import Iterator

import pytest

from portal.cli.run.supervision import ASKING


@pytest.fixture(autouse=True)
def heard_signals() -> Iterator[None]:
    """Signals as a terminal's programs have them: what a script or nohup starts is deaf to some of them."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in ASKING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
