"""What dossiers were most often returned for: counted per dossier, with its n, shown where it helps."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.models import SupplementItem, SupplementRequest, SupplementState
from portal.dossiers.returned import LEAST_FILED, LEAST_RETURNED, Fault, most_often
from portal.facts.models import DossierFact
from portal.workflow.lifecycle import Role
from tests.dossiers import pages
from tests.factories import people
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

CODE = "1.013225"
TODAY = date(2026, 3, 10)
Ask = Callable[..., None]


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=(CODE,))


@pytest.fixture
def filed(world: World, session: Session) -> Ask:
    """`filed(20, returned=6)`: so many dossiers of the procedure, of which so many were returned for a document."""

    def file(filed: int, *, returned: int, rounds: int = 1, key: str = "drawings") -> None:
        dossiers = [world.file(CODE) for _ in range(filed)]
        for dossier in dossiers[:returned]:
            session.add_all(request(world, dossier.id, number, key) for number in range(1, rounds + 1))
        session.flush()

    return file


def request(world: World, dossier_id: object, number: int, key: str) -> SupplementRequest:
    return SupplementRequest(
        dossier_id=dossier_id,
        supplement_round=number,
        state=SupplementState.ANSWERED,
        before_intake=True,
        reason="",
        legal_ground="",
        answer_due_on=TODAY,
        drafted_by=world.posts["service_centre", Role.ONE_STOP].id,
        drafted_at=MONDAY,
        sent_at=MONDAY + timedelta(hours=1),
        answered_at=MONDAY + timedelta(hours=2),
        items=[SupplementItem(position=1, kind="document", key=key, what_is_wrong="Mờ")],
    )


def test_each_dossier_counts_once_however_often_it_was_asked(session: Session, filed: Ask) -> None:
    filed(LEAST_FILED, returned=6, rounds=2)

    assert most_often(session, CODE, on=TODAY) == [Fault(kind="document", key="drawings", dossiers=6, filed=20)]
    assert most_often(session, CODE, on=TODAY)[0].share == pytest.approx(0.3)


@pytest.mark.parametrize(("dossiers", "returned"), [(LEAST_FILED - 1, 10), (LEAST_FILED, LEAST_RETURNED - 1)])
def test_too_few_say_nothing(session: Session, filed: Ask, dossiers: int, returned: int) -> None:
    filed(dossiers, returned=returned)

    assert most_often(session, CODE, on=TODAY) == []


def test_what_is_older_than_a_year_or_of_today_is_not_counted(session: Session, filed: Ask) -> None:
    filed(LEAST_FILED, returned=10)

    assert most_often(session, CODE, on=MONDAY.date()) == []
    assert most_often(session, CODE, on=MONDAY.date() + timedelta(days=366)) == []
    assert most_often(session, "1.004191", on=TODAY) == []


def test_it_stands_on_the_procedures_page_and_before_filing(
    world: World, session: Session, client: Browser, filed: Ask
) -> None:
    document = world.draft(CODE)
    key = str(session.scalar(sa.text("SELECT document_key FROM attachments LIMIT 1")))
    filed(LEAST_FILED, returned=8, key=key)
    session.execute(sa.update(DossierFact).values(filed_on=sa.func.current_date() - 3))
    session.commit()

    public = pages.words(client.get(f"/vi/procedures/{CODE}"))
    assert "Hay bị trả lại vì" in public
    assert "40" in public
    assert world.filer is not None
    people.sign_in(client, world.filer)
    review = client.get(f"/drafts/{document.id}/review")
    assert "Hay bị trả lại vì" in pages.words(review)
    assert f"{key}-document" in review.text
