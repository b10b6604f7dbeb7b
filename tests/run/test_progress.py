"""Whoever waits for the portal to start is told for what."""

import json

import pytest

from portal.cli.run import _awaited

PARTS = {"database": {"ok": True}, "relay": {"ok": False}, "workers": {"ok": False, "pulse_age_seconds": None}}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("<urlopen error [Errno 111] Connection refused>", "waiting for the web to answer"),
        ("", "waiting for the web to answer"),
        ("[]", "waiting for the web to answer"),
        ('{"parts": 3}', "waiting for the web to answer"),
        (json.dumps({"parts": PARTS}), "the web answers; waiting for relay, workers"),
        (json.dumps({"parts": {"database": {"ok": True}}}), "nearly there"),
    ],
)
def test_what_is_not_ready_yet_is_named(answer: str, said: str) -> None:
    assert _awaited(answer) == said
