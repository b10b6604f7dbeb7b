"""The editor counts by the calendar in force, not by the one that comes with the portal."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
import time_machine

from portal.calendars import actions, editing, queries
from tests.authoring.desk import Desk, now
from tests.factories import people
from tests.fixtures.app import Browser

DECIDED = date(2026, 11, 2)
"""A Monday. The version has to be posted by the Monday after."""


@pytest.fixture(autouse=True)
def _eleven_days_later() -> Iterator[None]:
    with time_machine.travel("2026-11-13T02:00:00Z", tick=True):
        yield


def test_the_days_of_a_publication_are_counted_by_the_calendar_in_force(client: Browser, desk: Desk) -> None:
    people.sign_in(client, desk.one)
    draft = desk.next_version()
    sent = {"reason": "", "version": "1", "decided_on": ["2", "11", "2026"], "effective_on": ["1", "12", "2026"]}
    before = client.post(f"/authoring/{draft.id}/publish", data=sent)

    document = queries.newest(desk.session).document
    for day in (DECIDED + timedelta(days=ahead) for ahead in range(1, 5)):
        document = editing.add_day_off(document, on=day, name="swap", source="Công văn 1/VPCP")
    actions.keep_draft(desk.session, document, by=desk.one.id, now=now())
    based_on = queries.newest(desk.session).number
    actions.publish_draft(desk.session, based_on=based_on, reason="Công văn 1/VPCP", by=desk.one.id, now=now())
    desk.session.commit()
    after = client.post(f"/authoring/{draft.id}/publish", data=sent)

    assert "09/11/2026" in before.text
    assert "13/11/2026" in after.text
    assert "09/11/2026" not in after.text
