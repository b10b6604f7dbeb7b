from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest

from portal.ledger.canonical import canonical_bytes
from portal.workflow.events import Event, EventKind

DOSSIER = UUID("0190f0f0-0000-7000-8000-000000000001")
NOON = datetime(2026, 1, 8, 12, 0, tzinfo=timezone(timedelta(hours=7)))


def test_an_event_is_kept_in_universal_time() -> None:
    event = Event(dossier_id=DOSSIER, version=1, kind=EventKind.FILED, at=NOON)

    assert event.at == NOON
    assert event.at.tzinfo is UTC


def test_an_event_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Event(dossier_id=DOSSIER, version=1, kind=EventKind.FILED, at=NOON.replace(tzinfo=None))


def test_versions_count_from_one() -> None:
    with pytest.raises(ValueError, match="from 1"):
        Event(dossier_id=DOSSIER, version=0, kind=EventKind.FILED, at=NOON)


def test_an_event_does_not_change_when_what_it_was_made_from_does() -> None:
    params: dict[str, str | int | bool | None] = {"node": "check"}
    event = Event(dossier_id=DOSSIER, version=1, kind=EventKind.STEP_OPENED, at=NOON, params=params)
    params["node"] = "sign"

    assert event.params == {"node": "check"}


def test_the_content_of_an_event_has_one_canonical_form() -> None:
    event = Event(
        dossier_id=DOSSIER, version=2, kind=EventKind.ACCEPTED, at=NOON, actor="post:7", commitments={"answers": "ab"}
    )

    assert canonical_bytes(event.content()) == (
        b'{"actor":"post:7","at":"2026-01-08T05:00:00.000000Z","commitments":{"answers":"ab"},'
        b'"dossier_id":"0190f0f0-0000-7000-8000-000000000001","kind":"accepted","params":{},"version":2}'
    )
