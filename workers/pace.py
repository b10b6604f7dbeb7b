"""How patient the workers and the relay are. Tests and small installations may hurry by environment."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """`lease_seconds`: how long a job may take before others may try it too (a handler may ask for longer).

    `again_seconds`: how long a published row may stay unclaimed before it is published again.
    `poll_seconds`: how often the relay looks without being told (timers, rows put off, a broker that lost all).
    `back_off_seconds`: the wait after the first failed try; it grows threefold with each, to an hour at most.
    With eight attempts a job outlives an outage of its mail server of more than an hour.
    """

    lease_seconds: float = 20
    again_seconds: float = 20
    poll_seconds: float = 1
    back_off_seconds: float = 4
    most_attempts: int = 8

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> "Pace":
        """`JOB_LEASE_SECONDS`, `JOB_MOST_ATTEMPTS`, …: each field in capitals after `JOB_`."""
        values = os.environ if environment is None else environment
        names = {field.name: f"JOB_{field.name.upper()}" for field in fields(cls)}
        given = {name: values[variable] for name, variable in names.items() if values.get(variable)}
        most_attempts = int(given.pop("most_attempts", cls().most_attempts))
        return cls(most_attempts=most_attempts, **{name: float(text) for name, text in given.items()})

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)

    @property
    def again(self) -> timedelta:
        return timedelta(seconds=self.again_seconds)

    def back_off(self, attempt: int, *, chance: float) -> timedelta:
        """The wait after failed try number `attempt`. `chance` in [0, 1) spreads it by a fifth either way."""
        seconds = min(self.back_off_seconds * 3 ** (attempt - 1), 3600)
        return timedelta(seconds=seconds * (0.8 + 0.4 * chance))
