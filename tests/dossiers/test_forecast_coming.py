"""In the moments after an act the forecast is on its way, which is not the same as too few dossiers."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from portal.dossiers.forecast import USUALLY_MADE_WITHIN, is_coming
from portal.workflow.projection import Projection

AT = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """The part of a projection that is looked at."""

    accepted_at: datetime | None
    last_at: datetime


@pytest.mark.parametrize(
    ("accepted", "later", "coming"),
    [
        (True, timedelta(0), True),
        (True, USUALLY_MADE_WITHIN - timedelta(seconds=1), True),
        (True, USUALLY_MADE_WITHIN, False),
        (False, timedelta(0), False),
    ],
)
def test_it_is_coming_for_a_minute_after_the_last_act_of_an_accepted_dossier(
    accepted: bool, later: timedelta, coming: bool
) -> None:
    present = cast("Projection", Present(accepted_at=AT if accepted else None, last_at=AT))

    assert is_coming(present, now=AT + later) is coming
