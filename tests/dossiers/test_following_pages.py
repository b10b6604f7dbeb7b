"""Following a dossier, answering, taking back, tracking without an account; who sees what."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.actions import mandates
from portal.attachments.models import Attachment, ScanState
from portal.dossiers import narrative
from portal.dossiers.actions import decision, extending, intake, steps, supplement
from portal.dossiers.actions.letters import write
from portal.dossiers.models import Dossier, DossierAnswers, SupplementRequest, SupplementState
from portal.foundation.storage import Storage
from portal.letters.authority import DemoAuthority
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice
from portal.routing.actions import route
from portal.workflow.events import EventKind
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Outcome, Role, State
from tests.dossiers import pages
from tests.dossiers.test_life import worked
from tests.dossiers.test_moved_promises import deliver_decision
from tests.factories import people
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser


def accepted(world: World, session: Session, code: str = "1.013225", seed: int = 1) -> Dossier:
    dossier = world.file(code, seed=seed)
    route(session, dossier.id, now=MONDAY)
    officer = world.viewer("service_centre", Role.ONE_STOP)
    intake.note_opened(session, dossier, viewer=officer, now=MONDAY)
    intake.accept(session, dossier, viewer=officer, now=MONDAY + timedelta(hours=1))
    route(session, dossier.id, now=MONDAY + timedelta(hours=1))
    return dossier


def asked(world: World, session: Session) -> Dossier:
    """A dossier the head has asked to complete: one answer, one document."""
    dossier = accepted(world, session)
    items = [
        supplement.Item(kind="field", key="works_name", what_is_wrong="Tên công trình chưa khớp bản vẽ."),
        supplement.Item(kind="document", key="drawings", what_is_wrong="Thiếu mặt cắt."),
    ]
    head = world.holder(dossier.agency_id, Role.HEAD)
    later = MONDAY + timedelta(days=1)
    supplement.draft_request(session, dossier, items, reason="Cần khớp bản vẽ", legal_ground="", viewer=head, now=later)
    session.flush()
    return dossier


def test_every_kind_of_event_has_its_sentence_and_every_state_too() -> None:
    assert set(narrative.EVENTS) == set(EventKind)
    assert set(narrative.STATES) == set(State)
    for text in (
        *(one.text for one in narrative.EVENTS.values()),
        *narrative.STATES.values(),
        *narrative.LETTERS.values(),
    ):
        assert not text.missing()


def test_the_page_of_a_dossier_tells_state_holder_dates_reasons_and_what_happened(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = accepted(world, session)

    said = pages.words(filer.get(f"/dossiers/{dossier.code}"))

    for sentence in (
        "Hồ sơ đang được giải quyết.",
        "Hạn theo luật",
        "Ngày hẹn trả",
        "Dự báo",
        "chưa đủ hồ sơ tương tự",
        "là ngày bắt đầu, không tính",
        "Hồ sơ được tiếp nhận, thời hạn theo luật bắt đầu tính",
        "đang giữ từ",
    ):
        assert sentence in said, sentence


def test_a_step_that_is_over_is_told_once_as_done_and_an_idle_one_takes_no_row(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = accepted(world, session)
    worked(world, session, dossier, until=Act.SIGN)

    page = filer.get(f"/dossiers/{dossier.code}")

    lines = re.findall(r'mc-timeline__title">([^<]*)<', page.text)
    over = [line for line in lines if line.startswith("Xong bước")]
    under_way = [line for line in lines if line.startswith("Bắt đầu bước")]
    assert len(over) > 1
    assert len(under_way) == 1, "the step where it stands"
    shares = page.text.partition("mc-shares")[2].partition("</table>")[0]
    assert "0 phút làm việc</td><td" not in re.sub(r'data-label="[^"]*"', "", shares.partition("Từ lúc nộp")[0])
    assert "Các bước của cơ quan này" not in shares


def test_internal_notes_of_a_step_never_reach_the_company(filer: Browser, world: World, session: Session) -> None:
    dossier = accepted(world, session)
    node = worked(world, session, dossier, until=Act.APPRAISE)
    step = steps.open_step(session, dossier, node)
    viewer = world.holder(step.agency_id, step.role)
    steps.complete(session, dossier, node, viewer=viewer, note="chỉ nội bộ đọc", now=MONDAY + timedelta(hours=3))
    session.flush()

    assert "chỉ nội bộ đọc" not in filer.get(f"/dossiers/{dossier.code}").text


def test_a_supplement_is_answered_item_by_item_and_what_is_missing_is_named(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = asked(world, session)
    address = f"/dossiers/{dossier.code}/supplement"
    page = filer.get(address)
    assert "Tên công trình chưa khớp bản vẽ." in page.text
    assert "Thiếu mặt cắt." in page.text
    assert 'name="plot_number"' not in page.text

    seen = pages.hidden(page, "seen")
    refused = filer.post(address, data={"seen": seen, "works_name": "Kho số 2 theo bản vẽ", "send": "yes"})
    assert refused.status_code == 422
    assert 'href="#drawings-document"' in refused.text
    assert 'value="Kho số 2 theo bản vẽ"' in refused.text

    answer = pages.upload(filer, address, "drawings", pages.PDF + b"section")
    assert answer.status_code == 303
    page = filer.get(address)
    assert 'value="Kho số 2 theo bản vẽ"' in page.text
    seen = pages.hidden(page, "seen")
    sent = filer.post(address, data={"seen": seen, "works_name": "Kho số 2 theo bản vẽ", "send": "yes"})

    assert sent.status_code == 303, pages.words(sent)
    session.expire_all()
    request = session.scalars(sa.select(SupplementRequest)).one()
    assert (request.state, request.typed) == (SupplementState.ANSWERED, {})
    newest = session.get_one(DossierAnswers, (dossier.id, 1)).answers
    oldest = session.get_one(DossierAnswers, (dossier.id, 0)).answers
    assert newest["works_name"] == "Kho số 2 theo bản vẽ"
    assert {**newest, "works_name": oldest["works_name"]} == oldest
    assert session.get_one(Dossier, dossier.id).state is State.IN_PROGRESS
    assert filer.get(address).status_code == 409


def test_an_answer_cannot_change_what_was_not_asked(filer: Browser, world: World, session: Session) -> None:
    dossier = asked(world, session)
    address = f"/dossiers/{dossier.code}/supplement"

    seen = pages.hidden(filer.get(address), "seen")
    filer.post(address, data={"seen": seen, "works_name": "Kho", "plot_number": "9999", "state": "settled"})

    session.expire_all()
    typed = session.scalars(sa.select(SupplementRequest)).one().typed
    assert typed["works_name"] == ["Kho"]
    assert "plot_number" not in typed


def test_two_colleagues_answering_one_request_overwrite_nothing_unseen(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = asked(world, session)
    address = f"/dossiers/{dossier.code}/supplement"
    seen = pages.hidden(filer.get(address), "seen")
    filer.post(address, data={"seen": seen, "works_name": "Kho số 2"})

    late = filer.post(address, data={"seen": seen, "works_name": "Kho số 3"})

    assert late.status_code == 409
    assert "Đồng nghiệp đã lưu ở đây: Kho số 2" in pages.words(late)
    assert 'value="Kho số 3"' in late.text
    session.expire_all()
    assert session.scalars(sa.select(SupplementRequest)).one().typed["works_name"] == ["Kho số 2"]


def test_before_acceptance_a_dossier_is_withdrawn_at_once(filer: Browser, world: World, session: Session) -> None:
    dossier = world.file()
    session.flush()
    page = filer.get(f"/dossiers/{dossier.code}/withdraw")
    version = pages.hidden(page, "version")

    empty = filer.post(f"/dossiers/{dossier.code}/withdraw", data={"version": version})
    assert empty.status_code == 422
    stale = filer.post(f"/dossiers/{dossier.code}/withdraw", data={"version": "0", "reason": "Nhầm"})
    assert stale.status_code == 409
    done = filer.post(f"/dossiers/{dossier.code}/withdraw", data={"version": version, "reason": "Nộp nhầm"})

    assert done.status_code == 303
    session.expire_all()
    assert session.get_one(Dossier, dossier.id).state is State.STOPPED


def test_after_acceptance_a_withdrawal_asks_the_office(filer: Browser, world: World, session: Session) -> None:
    dossier = accepted(world, session)
    page = filer.get(f"/dossiers/{dossier.code}/withdraw")
    assert "cần cơ quan đồng ý" in pages.words(page)

    filer.post(
        f"/dossiers/{dossier.code}/withdraw",
        data={"version": pages.hidden(page, "version"), "reason": "Không làm nữa"},
    )

    session.expire_all()
    assert session.get_one(Dossier, dossier.id).state is State.WITHDRAWAL_REQUESTED


def test_a_signed_decision_is_not_shown_before_it_is_issued(
    filer: Browser, world: World, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dossier = accepted(world, session)
    office = PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )
    node = worked(world, session, dossier, until=Act.SIGN)
    now = MONDAY + timedelta(hours=2)
    leader = replace(world.holder(steps.open_step(session, dossier, node).agency_id, Role.LEADER), stepped_up_at=now)
    letter = decision.sign(session, dossier, node, outcome=Outcome.GRANTED, viewer=leader, office=office, now=now)
    session.flush()

    assert str(letter.id) not in filer.get(f"/dossiers/{dossier.code}").text


def test_the_result_stands_first_by_its_own_name_and_number(
    filer: Browser, world: World, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dossier = accepted(world, session)
    office = PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )
    write(
        session,
        dossier_id=dossier.id,
        kind=LetterKind.RECEIPT,
        event_version=dossier.version,
        office=office,
        now=MONDAY,
    )
    deliver_decision(world, session, dossier, worked(world, session, dossier, until=Act.SIGN), office)
    session.flush()

    page = filer.get(f"/dossiers/{dossier.code}").text
    letters = re.findall(
        r'mc-documents__name"><a [^>]*>([^<]*)</a>', page.partition('id="letters"')[2].partition("</ul>")[0]
    )

    assert letters[0] == "Giấy phép xây dựng 1/GPXD"
    assert len(letters) == 2


def test_the_page_and_the_list_cost_the_same_however_much_there_is(
    filer: Browser, world: World, session: Session, statements: Callable[[], Any]
) -> None:
    first = accepted(world, session)
    session.flush()

    def cost(path: str) -> int:
        with statements() as seen:
            assert filer.get(path).status_code == 200
        return len(seen)

    page, listing = cost(f"/dossiers/{first.code}"), cost("/dossiers")
    for seed in range(2, 6):
        world.file(seed=seed)
    worked(world, session, first, until=Act.SIGN)
    session.flush()

    assert (cost(f"/dossiers/{first.code}"), cost("/dossiers")) == (page, listing)
    assert page <= 14
    assert listing <= 4


def test_the_list_is_searched_without_marks_and_narrowed_and_paged(
    filer: Browser, world: World, session: Session
) -> None:
    dossiers = [world.file(seed=seed, now=MONDAY + timedelta(minutes=seed)) for seed in range(1, 24)]
    session.flush()
    page = filer.get("/dossiers")

    assert dossiers[-1].code in page.text
    assert dossiers[0].code not in page.text
    older = page.text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert dossiers[0].code in filer.get(older).text
    assert dossiers[5].code in filer.get(f"/dossiers?q={dossiers[5].code[-4:]}").text
    assert "Không tìm thấy" in pages.words(filer.get("/dossiers?state=ended"))
    assert filer.get("/dossiers?after=rubbish&q=%25_&state=nonsense").status_code == 200


# Public tracking


def track(client: Browser, code: str, fact: str, language: str = "vi") -> Any:
    return client.post(f"/{language}/track", data={"code": code, "fact": fact})


@pytest.mark.parametrize(("language", "said"), [("vi", "Hồ sơ đang được giải quyết."), ("zh", "材料正在办理。")])
def test_anybody_with_code_and_tax_code_sees_state_and_dates_only(
    client: Browser, world: World, session: Session, language: str, said: str
) -> None:
    dossier = accepted(world, session)
    assert world.company is not None

    answer = track(client, dossier.code.lower(), f" {world.company.tax_code} ", language)

    assert answer.status_code == 200
    assert said in pages.words(answer)
    for private in (world.company.name, dossier.subject, "/files/", "/letters/", "#event-"):
        assert private not in answer.text


def test_a_wrong_code_and_a_wrong_number_get_the_same_answer(client: Browser, world: World, session: Session) -> None:
    dossier = accepted(world, session)

    wrong_fact = track(client, dossier.code, "0100109106")
    wrong_code = track(client, "H37.01-260302-9999", "0100109106")

    assert wrong_fact.status_code == wrong_code.status_code == 422
    assert pages.words(wrong_fact) == pages.words(wrong_code)


def test_tracking_shows_no_reasons(client: Browser, world: World, session: Session) -> None:
    dossier = asked(world, session)
    assert world.company is not None

    said = pages.words(track(client, dossier.code, str(world.company.tax_code)))

    assert "Đồng hồ dừng" in said or "tạm dừng" in said
    assert "Cần khớp bản vẽ" not in said
    assert "Thiếu mặt cắt" not in said


# Files


def test_files_go_to_their_company_and_the_staff_of_the_dossier_and_to_nobody_else(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    pages.file(filer, pages.complete(filer, world))
    dossier = session.scalars(sa.select(Dossier)).one()
    attachment = session.scalars(sa.select(Attachment).where(Attachment.document_key == "land_paper")).one()
    address = f"/files/{attachment.id}"

    answer = filer.get(address)
    assert answer.status_code == 200
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    inline = filer.get(f"{address}?inline=1")
    assert inline.headers["Content-Disposition"].startswith("inline;")
    assert "frame-ancestors 'self'" in inline.headers["Content-Security-Policy"]

    assert dossier.intake_agency_id
    for key, role, status in (("service_centre", Role.ONE_STOP, 200), ("industry_trade", Role.SPECIALIST, 404)):
        browser = new_client()
        holder = world.posts[key, role].person_id
        people.sign_in(browser, session.get_one(people.Person, holder))
        assert browser.get(address).status_code == status, key
    assert new_client().get(address).status_code == 302


def test_an_infected_file_is_never_served(filer: Browser, world: World, session: Session) -> None:
    address = pages.begin(filer, world)
    pages.upload(filer, address, "land_paper")
    session.execute(sa.update(Attachment).values(scan_state=ScanState.INFECTED))
    attachment = session.scalars(sa.select(Attachment)).one()

    assert filer.get(f"/files/{attachment.id}").status_code == 409
    page = filer.get(f"{address}/documents")
    assert "Phát hiện vi-rút" in pages.words(page) or "vi-rút" in pages.words(page)
    assert f"/files/{attachment.id}" not in page.text


def test_a_removed_file_is_gone(filer: Browser, world: World, session: Session) -> None:
    address = pages.begin(filer, world)
    pages.upload(filer, address, "land_paper")
    attachment = session.scalars(sa.select(Attachment)).one()

    assert filer.post(f"{address}/documents/drawings/{attachment.id}/remove").status_code == 404
    assert filer.post(f"{address}/documents/land_paper/{attachment.id}/remove").status_code == 303

    assert filer.get(f"/files/{attachment.id}").status_code == 404


# Agents


def test_an_agent_files_under_a_mandate_and_sees_nothing_once_it_is_revoked(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    assert world.company is not None
    agency = people.party(session, name="Công ty Dịch vụ Kỳ Cùng")
    clerk = people.filer(session, company=agency)
    mandate = people.mandate(session, world.company, agency, fields=["construction"])
    agent = new_client()
    people.sign_in(agent, clerk)

    outside = agent.post("/drafts/new?procedure=1.004191", data={"party": str(world.company.id), "case": "issue"})
    assert outside.status_code == 422
    address = pages.complete(agent, world)
    other = pages.begin(agent, world)
    assert pages.file(agent, address).status_code == 303
    dossier = session.scalars(sa.select(Dossier)).one()
    assert dossier.agent_party_id == agency.id
    assert "Công ty Dịch vụ Kỳ Cùng" in agent.get("/drafts/new?procedure=1.013225").text
    assert agent.get(f"/dossiers/{dossier.code}").status_code == 200

    assert world.filer is not None
    mandates.revoke(session, mandate.id, party_id=world.company.id, by=world.filer.id, now=datetime.now(UTC))
    session.flush()

    for path in (f"/dossiers/{dossier.code}", other, f"{other}/sections/owner"):
        assert agent.get(path).status_code == 404, path
    assert agent.post(f"{other}/sections/owner", data={"owner_name": "x"}).status_code == 404
    assert dossier.code not in agent.get("/dossiers").text
    assert filer.get(f"/dossiers/{dossier.code}").status_code == 200
    assert filer.get(other).status_code == 200


def test_a_moved_promise_is_told_at_the_top_with_its_reason_and_dates_come_before_letters(
    filer: Browser, world: World, session: Session
) -> None:
    dossier = accepted(world, session)
    leader, reason = world.holder(dossier.agency_id, Role.LEADER), "Cần lấy thêm ý kiến về phòng cháy."
    before = filer.get(f"/dossiers/{dossier.code}")
    assert "Cơ quan xin lỗi bạn" not in pages.words(before)

    later = MONDAY + timedelta(days=1)
    extending.extend(session, dossier, new_promised_on=date(2026, 4, 14), reason=reason, viewer=leader, now=later)
    session.flush()

    answer = filer.get(f"/dossiers/{dossier.code}")
    said = pages.words(answer)
    assert re.search(r"kết quả hẹn trả \S+ \S+ \d\d/\d\d/2026 nay được hẹn lại Thứ Ba 14/04/2026\. Cần lấy thêm", said)
    assert said.index("Cơ quan xin lỗi bạn") < said.index("Hạn theo luật") < said.index("Cách bạn nhận kết quả")
    assert f'href="#event-{dossier.version}"' in answer.text.partition("mc-moved")[2].partition("</div>")[0]


def test_once_it_is_settled_the_result_comes_first_and_no_promise_is_mourned(
    filer: Browser, world: World, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> None:
    dossier = accepted(world, session)
    leader, later = world.holder(dossier.agency_id, Role.LEADER), MONDAY + timedelta(days=1)
    extending.extend(session, dossier, new_promised_on=date(2026, 4, 14), reason="Mưa lũ.", viewer=leader, now=later)
    node = worked(world, session, dossier, until=Act.SIGN)
    office = PrintingOffice(
        public_url="http://localhost",
        is_demo=True,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path_factory.mktemp("authority")),
    )
    deliver_decision(world, session, dossier, node, office)
    session.flush()

    said = pages.words(filer.get(f"/dossiers/{dossier.code}"))

    assert "Cơ quan xin lỗi bạn" not in said
    assert said.index("Văn bản và kết quả") < said.index("Hạn theo luật")
