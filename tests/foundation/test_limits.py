"""Limits other than sign-in: counted in Redis, open where Redis is gone."""

import pytest

from portal.foundation.errors import TooMany
from portal.foundation.limits import Limit, spend

THREE = Limit(name="test", most=3, seconds=60)


def test_the_fourth_try_in_a_window_waits_and_another_key_does_not(redis_url: str) -> None:
    for _ in range(3):
        spend(redis_url, THREE, "network a")

    with pytest.raises(TooMany) as refused:
        spend(redis_url, THREE, "network a")
    assert 0 < refused.value.retry_after_seconds <= 60
    spend(redis_url, THREE, "network b")


def test_without_redis_nobody_is_turned_away() -> None:
    for _ in range(5):
        spend("redis://127.0.0.1:1/0", THREE, "network a")
