"""From "begin" to the code, over HTTP, without scripts."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment
from portal.catalogue import registers
from portal.dossiers.drafting import state_of
from portal.dossiers.models import Dossier, DossierEvent, Draft
from portal.foundation.outbox import OutboxRow
from portal.workflow.lifecycle import State
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser

MOST_STATEMENTS = 16


@pytest.mark.parametrize(
    ("code", "case"),
    [("1.013225", "works"), ("1.013225", "house"), ("1.009645", ""), ("1.013952", "decision"), ("1.004191", "issue")],
)
def test_a_filer_begins_fills_in_uploads_reviews_and_files(
    filer: Browser, world: World, session: Session, code: str, case: str
) -> None:
    address = pages.complete(filer, world, code, case)
    review = filer.get(f"{address}/review")
    assert review.status_code == 200
    assert "checked" not in review.text.partition('name="declared"')[2].partition(">")[0]

    answer = pages.file(filer, address)

    assert answer.status_code == 303, pages.words(answer)
    dossier = session.scalars(sa.select(Dossier)).one()
    confirmation = filer.get(answer.location)
    assert dossier.code in pages.words(confirmation)
    assert "8 giờ làm việc" in pages.words(confirmation)
    assert dossier.state is State.FILED
    assert filer.get(f"/dossiers/{dossier.code}").status_code == 200
    assert dossier.code in pages.words(filer.get("/dossiers"))


def test_filing_costs_at_most_sixteen_statements(filer: Browser, world: World, statements: Callable[[], Any]) -> None:
    address = pages.complete(filer, world)
    pages.confirm(filer)

    with statements() as seen:
        answer = pages.file(filer, address)

    assert answer.status_code == 303
    assert len(seen) <= MOST_STATEMENTS, "\n".join(statement[:90].replace("\n", " ") for statement in seen)


def test_what_the_portal_knows_is_filled_in_already(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)

    page = filer.get(f"{address}/sections/owner")

    assert world.company is not None
    assert world.company.tax_code is not None
    assert world.company.name in page.text
    assert "Số nhà, đường, thôn (không bắt buộc)" in pages.words(page)
    assert world.company.tax_code in page.text


def test_the_same_file_added_again_is_said_to_be_here_already(filer: Browser, world: World, session: Session) -> None:
    address = pages.begin(filer, world)

    first = filer.get(pages.upload(filer, address, "land_paper").location)
    again = filer.get(pages.upload(filer, address, "land_paper").location)

    said = "Tệp này đã có ở đây: giấy tờ.pdf."
    assert said not in pages.words(first)
    assert said in pages.words(again)
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 1


def test_sending_the_filing_twice_files_once_and_shows_the_same_receipt(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.complete(filer, world)

    first, second = pages.file(filer, address), pages.file(filer, address)

    assert first.location == second.location
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 1


def test_a_draft_that_was_filed_leads_to_its_dossier(filer: Browser, world: World) -> None:
    address = pages.complete(filer, world)
    pages.file(filer, address)

    for path in ("", "/review", "/documents", "/sections/owner", "/discard"):
        answer = filer.get(f"{address}{path}")
        assert answer.status_code == 303
        assert "/dossiers/H37" in answer.location


def test_a_deleted_draft_is_gone_with_its_files(filer: Browser, world: World, session: Session) -> None:
    address = pages.complete(filer, world)
    assert "không thể" in pages.words(filer.get(f"{address}/discard"))

    filer.post(f"{address}/discard")

    assert filer.get(address).status_code == 404
    assert pages.file(filer, address).status_code == 409
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers == {}


def test_routing_and_the_receipt_are_asked_for_in_the_filing_transaction(
    filer: Browser, world: World, session: Session
) -> None:
    pages.file(filer, pages.complete(filer, world))

    kinds = set(session.scalars(sa.select(OutboxRow.kind)))
    assert {"route_dossier", "render_letter", "send_notice"} <= kinds


def test_whoever_declares_shows_again_that_it_is_them_and_keeps_the_tick(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.complete(filer, world)

    asked = filer.post(f"{address}/file", data={"declared": "y"})
    assert "/step-up" in str(asked.location)
    assert "Nộp hồ sơ là cam đoan trước pháp luật" in pages.words(filer.get(str(asked.location)))
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 0
    back = filer.post(asked.location, data={"password": people.PASSWORD})
    assert back.status_code == 303

    page = filer.get(back.location)
    assert "checked" in page.text.partition('name="declared"')[2].partition(">")[0]
    assert "Bạn đã xác nhận danh tính" in pages.words(page)
    assert "/filed" in str(filer.post(f"{address}/file", data={"declared": "y"}).location)
    event = session.scalars(sa.select(DossierEvent).where(DossierEvent.version == 1)).one()
    assert event.params["declared"] == "step_up"


def test_the_address_alone_ticks_nothing(filer: Browser, world: World) -> None:
    address = pages.complete(filer, world)

    page = filer.get(f"{address}/review?declared=1")

    assert "checked" not in page.text.partition('name="declared"')[2].partition(">")[0]


def test_a_draft_counts_what_must_be_handed_in_apart_from_what_only_may_have_to() -> None:
    path = next(one for one in registers.definition_files(registers.PROCEDURES) if one.stem == "LS-CO-E")
    definition = registers.read_definition(path)

    state = state_of(definition, Draft(case_key="issue", answers={}), (), registers.places())

    must = [one for one in state.documents if one.document.required]
    assert (len(state.documents), len(must), state.if_it_applies) == (6, 4, 2)
    assert (state.done, state.total) == (0, len(state.sections) + len(must))
