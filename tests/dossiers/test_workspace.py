"""The company's list: found again, narrowed, as a file, begun anew, handed over."""

import csv
import io
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.catalogue.actions import publish
from portal.catalogue.registers import PROCEDURES, read_definition
from portal.dossiers.actions.payment import debtor_of
from portal.dossiers.models import Draft
from portal.foundation.sheets import harmless
from portal.notices.models import Notice
from portal.payments.actions import bills
from portal.payments.actions.bills import Line
from portal.payments.kinds import Occasion
from portal.workflow.lifecycle import CompanyRole
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


def test_the_list_is_narrowed_by_procedure_colleague_and_days(filer: Browser, world: World, session: Session) -> None:
    house, land = world.file("1.013225"), world.file("1.013952", now=MONDAY + timedelta(days=3))
    session.flush()

    def found(query: str) -> set[str]:
        text = filer.get(f"/dossiers?{query}").text
        return {code for code in (house.code, land.code) if code in text}

    assert found("procedure=1.013952") == {land.code}
    assert found("procedure=9.999999") == set()
    assert found(f"colleague={house.filer_id}") == {house.code, land.code}
    assert found(f"colleague={UUID(int=1)}") == set()
    assert found("since=2026-03-02&until=2026-03-02") == {house.code}
    assert found("since=2026-03-03") == {land.code}
    assert found("until=2026-02-30&since=x&colleague=x") == {house.code, land.code}


def test_what_is_to_be_paid_waits_for_the_filer_and_is_said_in_the_list(
    filer: Browser, world: World, session: Session
) -> None:
    owing, other = world.file("1.013225", seed=1), world.file("1.013225", seed=2)
    debtor = debtor_of(owing)
    line = Line(code="fee", names={"vi": "Lệ phí"}, amount_vnd=75_000, refund="never", source="")
    bills.raise_bill(session, debtor, Occasion.AT_INTAKE, [line], now=MONDAY)
    session.commit()

    waiting, everything = filer.get("/dossiers?state=yours"), filer.get("/dossiers")

    assert [code in waiting.text for code in (owing.code, other.code)] == [True, False]
    assert pages.words(everything).count("Cần nộp 75.000 đồng") == 1


def test_the_list_as_a_file_holds_every_dossier_as_narrowed_and_nothing_a_spreadsheet_would_calculate(
    filer: Browser, world: World, session: Session
) -> None:
    dossiers = [world.file(seed=seed) for seed in range(1, 25)]
    dossiers[0].subject = "=HYPERLINK(1)"
    session.flush()

    answer = filer.get("/dossiers.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))

    assert rows[0][0] == "Mã hồ sơ"
    assert {row[0] for row in rows[1:]} == {one.code for one in dossiers}
    assert rows[-1][1] == "'=HYPERLINK(1)"
    assert len(filer.get("/dossiers.csv?state=ended").text.splitlines()) == 1


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\t=1", " =1", "\uff1d1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_an_ordinary_cell_stays_as_it_is() -> None:
    assert harmless("Kho số 3 = hai tầng") == "Kho số 3 = hai tầng"


def test_a_dossier_begins_another_one_under_the_version_in_force(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = world.file()
    now = datetime.now(UTC)
    old = read_definition(next(path for path in PROCEDURES.rglob("*.toml") if path.stem == "1.013225"))
    sections = [
        section.model_copy(update={"fields": tuple(one for one in section.fields if one.code != "works_name")})
        for section in old.sections
    ]
    newer = publish(session, old.model_copy(update={"sections": tuple(sections)}), now=now, origin="newer")
    assert newer is not None

    answer = filer.post(f"/dossiers/{dossier.code}/again")

    assert answer.status_code == 303
    draft = session.scalars(sa.select(Draft).where(Draft.closed_at.is_(None))).one()
    assert answer.location == f"/drafts/{draft.id}"
    assert draft.procedure_version_id == newer.id
    assert "works_name" not in draft.answers
    assert draft.answers["owner_name"]
    assert "commitment" not in draft.answers, "what is undertaken is declared afresh"
    assert filer.get(answer.location).status_code == 200


def test_a_draft_is_handed_to_a_colleague_who_is_told_and_to_nobody_else(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.begin(filer, world)
    assert world.company is not None
    colleague = people.person(session, name="Hoàng Thị Lan")
    people.membership(session, colleague, world.company, CompanyRole.FILER)
    stranger = people.filer(session)

    refused = filer.post(f"{address}/hand-over", data={"person": str(stranger.id)})
    answer = filer.post(f"{address}/hand-over", data={"person": str(colleague.id)})

    assert refused.status_code == 422
    assert answer.status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().filer_id == colleague.id
    told = session.scalars(sa.select(Notice)).one()
    assert (told.person_id, told.kind, told.params["link"]) == (colleague.id, "draft_handed_over", address)
    assert "Hoàng Thị Lan" in filer.get("/dossiers").text
