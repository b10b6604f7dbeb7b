"""Each procedure from filed to returned, through the officers' pages."""

import pytest
from sqlalchemy.orm import Session

from portal.desk.tabs import TabKey
from portal.dossiers.models import Dossier
from portal.dossiers.projection import graph_of
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office

PROCEDURES = ["1.013225", "1.004191", "1.013952", "1.009645"]

TAB_OF_ACT = {
    Act.ASSIGN: TabKey.MINE,
    Act.APPRAISE: TabKey.MINE,
    Act.OPINION: TabKey.OPINIONS,
    Act.APPROVE: TabKey.MINE,
    Act.SIGN: TabKey.SIGN,
    Act.NUMBER: TabKey.NUMBER,
    Act.ISSUE: TabKey.NUMBER,
}


@pytest.mark.parametrize("code", PROCEDURES)
def test_a_dossier_goes_from_filed_to_returned_through_the_pages(office: Office, session: Session, code: str) -> None:
    counter = office.browser("service_centre", Role.ONE_STOP)
    dossier = office.file(code)
    assert dossier.code in counter.get("/desk").text

    assert office.do(counter, dossier, "accept").status_code == 303
    assert dossier.code not in counter.get("/desk").text
    office.settle(dossier)
    assert session.get_one(Dossier, dossier.id).state is State.SETTLED
    assert dossier.code in counter.get("/desk?tab=hand_over").text

    assert office.do(counter, dossier, "hand-over").status_code == 303
    assert session.get_one(Dossier, dossier.id).state is State.RETURNED
    assert dossier.code not in counter.get("/desk?tab=hand_over").text
    assert dossier.code in counter.get("/desk?tab=done").text


@pytest.mark.parametrize("code", PROCEDURES)
def test_every_step_stands_in_the_queue_of_whoever_has_it_and_its_page_offers_it(office: Office, code: str) -> None:
    dossier = office.accepted(code)
    office.session.refresh(dossier, ["procedure"])
    graph, seen = graph_of(dossier), set()
    while Act.SIGN not in seen:
        for step in office.open_steps(dossier):
            act, browser = graph[step.node_key].act, office.holder(step)
            seen.add(act)
            queue = browser.get(f"/desk?tab={TAB_OF_ACT[act].value}")
            page = browser.get(f"/desk/{dossier.code}")
            assert dossier.code in queue.text, step.node_key
            assert page.status_code == 200
            assert f'id="do-{step.node_key}"' in page.text
        if Act.SIGN not in seen:
            office.do_step(dossier, office.open_steps(dossier)[0])


def test_the_officer_sees_why_they_got_a_step(office: Office) -> None:
    dossier = office.accepted()
    head = office.open_steps(dossier)[0]

    page = office.holder(head).get("/desk", headers={"Accept-Language": "en"})

    assert dossier.code in page.text
    assert "mc-queue__why" in page.text


def test_a_refused_application_carries_its_reason_into_the_decision(office: Office, session: Session) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.SIGN)
    leader = office.holder(step)

    missing = office.do(leader, dossier, f"sign/{step.node_key}", outcome="refused", reason="")
    assert missing.status_code == 422
    assert session.get_one(Dossier, dossier.id).state is State.IN_PROGRESS

    preview = office.do(
        leader, dossier, f"sign/{step.node_key}", outcome="refused", reason="Không phù hợp quy hoạch.", preview="yes"
    )
    assert preview.status_code == 200
    assert preview.text.count("Không phù hợp quy hoạch.") >= 2
    signed = office.do(leader, dossier, f"sign/{step.node_key}", outcome="refused", reason="Không phù hợp quy hoạch.")
    assert signed.status_code == 303
    assert "Không phù hợp quy hoạch." in leader.get(f"/desk/{dossier.code}").text


def test_the_offices_list_of_letters_names_the_result_by_its_own_name_and_number(office: Office) -> None:
    dossier = office.accepted()
    office.settle(dossier)
    page = office.at(dossier, Role.CLERK).get(f"/desk/{dossier.code}").text

    listed = page.partition('id="letters"')[2].partition("</details>")[0]
    assert "Giấy phép xây dựng 1/GPXD" in listed
    assert "Kết quả giải quyết" not in listed


def test_a_refusal_stands_in_the_offices_list_of_letters_as_one(office: Office) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.SIGN)
    office.do(office.holder(step), dossier, f"sign/{step.node_key}", outcome="refused", reason="Không phù hợp.")

    page = office.holder(step).get(f"/desk/{dossier.code}").text

    listed = page.partition('id="letters"')[2].partition("</details>")[0]
    assert "Thông báo không chấp nhận đề nghị" in listed
    assert "đã ký, chưa phát hành" in listed
