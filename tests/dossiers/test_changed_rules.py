"""The rules of a procedure change meanwhile: drafts go on under the new ones, dossiers keep theirs."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment
from portal.catalogue.actions import publish, withdraw
from portal.catalogue.definition import Definition
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of, taking_over
from portal.clock.zone import office_day
from portal.dossiers.actions import drafts, filing
from portal.dossiers.models import Dossier, Draft
from portal.foundation.errors import Refused
from tests.dossiers import pages
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

CODE = "1.013225"
Bend = Callable[[dict[str, Any]], None]


def change(world: World, bend: Bend, *, on: date) -> ProcedureVersion:
    """The next version of the procedure, in force from that day."""
    content = definition_of(world.versions[CODE]).model_dump(mode="json", exclude_defaults=True)
    bend(content)
    made = publish(
        world.session, Definition.model_validate(content), now=MONDAY, origin="test", by=None, effective_on=on
    )
    assert made is not None
    return made


def one_paper_fewer(content: dict[str, Any]) -> None:
    content["documents"] = [one for one in content["documents"] if one["code"] != "drawings"]


def opened(content: dict[str, Any]) -> None:
    content["transition"] = "opt_in"
    content["sets"] = 5


def today() -> date:
    return office_day(datetime.now(UTC))


def test_a_draft_is_not_filed_under_rules_that_have_been_replaced(app: object, world: World) -> None:
    draft = world.draft(CODE)
    made = change(world, opened, on=date(2026, 3, 2))

    with pytest.raises(Refused) as refused:
        filing.file(world.session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)
    assert refused.value.code == "draft.rules_changed"

    drafts.carry_over(world.session, draft, made, now=MONDAY)
    dossier = filing.file(world.session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)
    assert dossier.procedure_version_id == made.id


def test_rules_that_are_still_to_come_change_nothing(app: object, world: World) -> None:
    draft = world.draft(CODE)
    change(world, opened, on=date(2026, 3, 3))

    dossier = filing.file(world.session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)

    assert dossier.procedure_version_id == world.versions[CODE].id


def test_nothing_is_filed_under_a_procedure_that_is_no_longer_offered(app: object, world: World) -> None:
    draft = world.draft(CODE)
    withdraw(world.session, world.versions[CODE], on=date(2026, 3, 2), reason="Bãi bỏ")

    with pytest.raises(Refused) as refused:
        filing.file(world.session, draft, viewer=world.company_viewer, language="vi", now=MONDAY)
    assert refused.value.code == "draft.procedure_withdrawn"


def test_a_version_taken_back_gives_its_drafts_to_the_one_before_it(app: object, world: World) -> None:
    made = change(world, opened, on=date(2026, 2, 1))
    withdraw(world.session, made, on=date(2026, 7, 10), reason="Nhầm")

    assert taking_over(world.session, made, on=date(2026, 7, 9)) is None
    back = taking_over(world.session, made, on=date(2026, 7, 10))
    assert back is not None
    assert back.number == 1


def test_the_draft_shows_what_changed_and_goes_on_with_everything_still_asked(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.complete(filer, world)
    before = session.scalars(sa.select(Draft.answers)).one()
    papers = set(session.scalars(sa.select(Attachment.document_key)))
    assert "drawings" in papers
    change(world, one_paper_fewer, on=today())
    session.commit()

    page = filer.get(address)
    assert f"/vi/procedures/{CODE}/versions/2?from=1" in page.text
    assert f'action="{address}/file"' not in filer.get(f"{address}/review").text
    assert filer.post(f"{address}/file", data={"declared": "y"}).status_code == 409
    assert filer.post(f"{address}/carry-over").status_code == 303

    session.expire_all()
    kept = sa.select(Attachment.document_key).where(Attachment.removed_at.is_(None))
    assert set(session.scalars(kept)) == papers - {"drawings"}
    assert session.scalars(sa.select(Draft.answers)).one() == before
    assert "carry-over" not in filer.get(address).text
    assert filer.post(f"{address}/carry-over").status_code == 303
    assert f'action="{address}/file"' in filer.get(f"{address}/review").text
    assert pages.file(filer, address).status_code == 303
    assert session.scalars(sa.select(Dossier)).one().version >= 1


def test_an_answer_the_new_form_asks_otherwise_is_left_out_and_asked_again(app: object, world: World) -> None:
    draft = world.draft(CODE)
    name = definition_of(draft.procedure).title_field
    assert name in draft.answers

    def as_a_number(content: dict[str, Any]) -> None:
        del content["title_field"]
        for section in content["sections"]:
            for field in section["fields"]:
                if field["code"] == name:
                    field.update({"type": "number"})
                    for setting in ("max_length", "lines", "default_from"):
                        field.pop(setting, None)

    made = change(world, as_a_number, on=date(2026, 3, 2))
    before = dict(draft.answers)
    drafts.carry_over(world.session, draft, made, now=MONDAY)

    assert draft.answers == {key: value for key, value in before.items() if key != name}


@pytest.mark.parametrize(("bend", "offered"), [(opened, True), (one_paper_fewer, False)])
def test_a_filed_dossier_keeps_its_rules_and_is_offered_the_new_ones_where_they_say_so(
    filer: Browser, world: World, session: Session, bend: Bend, offered: bool
) -> None:
    dossier = world.file(CODE, now=datetime.now(UTC) - timedelta(hours=1))
    change(world, bend, on=today())
    session.commit()

    page = filer.get(f"/dossiers/{dossier.code}")
    assert (f"/vi/procedures/{CODE}/versions/2?from=1" in page.text) is offered

    begun = filer.post(f"/dossiers/{dossier.code}/again")
    assert begun.status_code == 303
    session.expire_all()
    drafted = session.scalars(sa.select(Draft).where(Draft.closed_at.is_(None))).one()
    assert drafted.procedure_version_id != session.get_one(Dossier, dossier.id).procedure_version_id
