"""The sentences about a dossier: whom they address, and days as the reader writes them."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from portal.dossiers import narrative
from portal.foundation.formats import Language
from portal.workflow.events import Event, EventKind
from portal.workflow.lifecycle import State

YOU = {"vi": "bạn", "en": "you", "zh": "您"}


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_public_page_speaks_of_the_filer_and_the_filers_page_to_them(language: Language) -> None:
    waiting = State.SUPPLEMENT_REQUESTED

    assert YOU[language] in narrative.STATES[waiting].words(language).lower()
    for words in narrative.PUBLIC_STATES.values():
        assert YOU[language] not in words.words(language).lower()
    assert set(narrative.PUBLIC_STATES) == set(narrative.STATES) >= {waiting}


@pytest.mark.parametrize(("language", "said"), [("vi", "04/12/2026"), ("en", "04/12/2026"), ("zh", "2026年12月4日")])
def test_the_day_newly_promised_is_written_as_the_reader_writes_days(language: Language, said: str) -> None:
    event = Event(
        dossier_id=UUID(int=1),
        version=7,
        kind=EventKind.EXTENDED,
        at=datetime(2026, 11, 23, tzinfo=UTC),
        actor=None,
        params={"until": "2026-12-04"},
    )

    assert narrative.until_of(event, language) == said
