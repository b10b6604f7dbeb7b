"""The pages: the filer's choice and times, the counter's day and mail, the administrator's settings."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.attachments.models import Attachment
from portal.catalogue import registers
from portal.clock.zone import office_day
from portal.deliveries import queries
from portal.deliveries.actions import choosing
from portal.deliveries.actions.choosing import Wanted
from portal.deliveries.models import Booking, BookingState, Counter, Posting
from portal.dossiers import queries as dossiers
from portal.dossiers.models import Dossier, Draft, ResultWish
from portal.dossiers.receiving import Way
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from portal.letters.models import Letter
from portal.notices.models import Notice
from portal.payments.kinds import BillState
from portal.payments.models import Bill
from portal.workflow.lifecycle import Role, State
from tests.deliveries.conftest import ISSUED
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser
from tests.journeys.filing import small_pdf


def address() -> dict[str, str]:
    places = registers.places()
    return {
        "way": "post",
        "recipient": "Nguyễn An",
        "phone": "0912 345 678",
        "province": places.home,
        "commune": places.communes[0].code,
        "street": "Số 1 Hùng Vương",
    }


def choose(world: World, session: Session, dossier: Dossier, way: Way) -> None:
    choosing.choose(session, dossier, Wanted(way=way), viewer=world.company_viewer, now=ISSUED)
    session.commit()


def first_slot(page: str) -> str:
    found = re.search(r'name="starts_at" value="([^"]+)"', page)
    assert found
    return found.group(1).replace("&#43;", "+")


def test_the_choice_made_with_the_draft_is_that_of_the_dossier(filer: Browser, world: World, session: Session) -> None:
    where = pages.complete(filer, world)
    review = filer.get(f"{where}/review").text
    assert f"{where}/receiving" in review

    answer = filer.post(f"{where}/receiving", data=address())
    assert answer.status_code == 303
    assert "Nguyễn An" in filer.get(f"{where}/review").text
    pages.file(filer, where)

    dossier = session.scalars(sa.select(Dossier)).one()
    found = queries.of_dossier(session, dossiers.visible(session, dossier.code, viewer=world.company_viewer))
    assert (found.way, found.wish.phone if found.wish else "") == (Way.POST, "+84912345678")
    assert "Qua bưu chính" in filer.get(f"/dossiers/{dossier.code}").text
    gone = filer.get(f"{where}/receiving")
    assert (gone.status_code, gone.location) == (303, where)


@pytest.mark.parametrize("missing", ["recipient", "phone", "commune", "street"])
def test_a_gap_in_the_address_is_named_beside_its_field_and_the_rest_is_kept(
    filer: Browser, world: World, session: Session, missing: str
) -> None:
    where = pages.begin(filer, world)

    answer = filer.post(f"{where}/receiving", data={**address(), missing: " "})

    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text
    assert missing == "street" or "Số 1 Hùng Vương" in answer.text
    assert session.scalars(sa.select(ResultWish)).all() == []


def test_a_commune_of_another_province_is_written_and_a_way_that_is_none_refused(
    filer: Browser, world: World, session: Session
) -> None:
    where = pages.begin(filer, world)
    elsewhere = next(one.code for one in registers.places().provinces if one.code != registers.places().home)
    typed = {**address(), "province": elsewhere, "commune_elsewhere": "Phường Hoàn Kiếm"}

    assert filer.post(f"{where}/receiving", data={**typed, "commune_elsewhere": ""}).status_code == 422
    assert filer.post(f"{where}/receiving", data={"way": "pigeon"}).status_code == 422
    assert filer.post(f"{where}/receiving", data={}).status_code == 422
    assert filer.post(f"{where}/receiving", data=typed).status_code == 303
    draft = session.scalars(sa.select(Draft)).one()
    assert session.get_one(ResultWish, draft.client_key).commune == "Phường Hoàn Kiếm"


def test_a_time_is_booked_moved_and_given_up_without_scripts(
    filer: Browser, world: World, session: Session, dossier: Dossier
) -> None:
    choose(world, session, dossier, Way.COUNTER)
    where = f"/dossiers/{dossier.code}/slot"
    assert where in filer.get(f"/dossiers/{dossier.code}").text
    page = filer.get(where).text
    assert "Cần mang theo" in page
    slot = first_slot(page)

    assert filer.post(where, data={"starts_at": slot}).status_code == 303
    moved = first_slot(filer.get(where).text)
    assert moved != slot
    assert filer.post(where, data={"starts_at": moved}).status_code == 303
    session.expire_all()
    states = list(session.scalars(sa.select(Booking.state).order_by(Booking.booked_at)))
    assert states == [BookingState.MOVED, BookingState.BOOKED]
    assert "Đã đặt giờ nhận kết quả tại quầy" in filer.get(f"/dossiers/{dossier.code}").text

    assert filer.post(f"{where}/cancel").status_code == 303
    assert filer.post(f"{where}/cancel").status_code == 409


@pytest.mark.parametrize("typed", ["", "tomorrow", "2026-03-05T09:00:00", "2026-03-05T09:00:00+07:00"])
def test_what_is_no_free_time_is_refused_above_the_list(
    filer: Browser, world: World, session: Session, dossier: Dossier, typed: str
) -> None:
    choose(world, session, dossier, Way.COUNTER)

    answer = filer.post(f"/dossiers/{dossier.code}/slot", data={"starts_at": typed})

    assert answer.status_code == 409
    assert "Không đặt được giờ này" in answer.text
    assert 'name="starts_at"' in answer.text


def test_a_copy_of_a_result_that_is_fetched_on_paper_does_not_close_the_dossier(
    filer: Browser, world: World, session: Session, dossier: Dossier
) -> None:
    choose(world, session, dossier, Way.COUNTER)
    letter = session.scalars(sa.select(Letter).where(Letter.dossier_id == dossier.id, Letter.number.is_not(None))).one()

    assert filer.get(f"/dossiers/{dossier.code}/letters/{letter.id}").status_code == 200

    session.expire_all()
    assert session.get_one(Dossier, dossier.id).state is State.SETTLED


def test_the_counter_sees_its_day_and_marks_who_came_and_who_has_the_result(
    filer: Browser, server: Browser, world: World, session: Session, dossier: Dossier
) -> None:
    choose(world, session, dossier, Way.COUNTER)
    filer.post(
        f"/dossiers/{dossier.code}/slot",
        data={"starts_at": first_slot(filer.get(f"/dossiers/{dossier.code}/slot").text)},
    )
    booking = session.scalars(sa.select(Booking)).one()
    day = f"/handing-over?day={office_day(booking.starts_at).isoformat()}"
    assert dossier.code in server.get(day).text
    mark = f"/handing-over/bookings/{booking.id}"

    early = server.post(mark, data={"mark": "absent"})
    assert early.status_code == 409
    assert "Chưa hết giờ hẹn" in early.text
    assert server.post(mark, data={"mark": "stolen"}).status_code == 422
    assert server.post(mark, data={"mark": "came"}).status_code == 303
    assert server.post(mark, data={"mark": "handed_over"}).status_code == 303

    session.expire_all()
    assert session.get_one(Booking, booking.id).state is BookingState.HANDED_OVER
    assert session.get_one(Dossier, dossier.id).state is State.RETURNED
    assert "Đã trao" in server.get(day).text
    assert filer.post(f"/dossiers/{dossier.code}/receiving", data={"way": "online"}).status_code == 409


def test_the_button_of_the_dossiers_own_page_ends_the_booking_too(
    filer: Browser, server: Browser, world: World, session: Session, dossier: Dossier
) -> None:
    choose(world, session, dossier, Way.COUNTER)
    filer.post(
        f"/dossiers/{dossier.code}/slot",
        data={"starts_at": first_slot(filer.get(f"/dossiers/{dossier.code}/slot").text)},
    )
    page = server.get(f"/desk/{dossier.code}")
    assert "Doanh nghiệp muốn nhận" in page.text

    server.post(f"/desk/{dossier.code}/hand-over", data={"version": pages.hidden(page, "version")})

    session.expire_all()
    assert session.scalars(sa.select(Booking.state)).one() is BookingState.HANDED_OVER


def test_whoever_hands_the_result_over_reads_what_is_still_to_be_paid(
    filer: Browser, server: Browser, world: World, session: Session, dossier: Dossier
) -> None:
    bill = session.scalars(sa.select(Bill).where(Bill.dossier_id == dossier.id)).one()
    owed = f"òn phải nộp {bill.amount_vnd:,} đồng".replace(",", ".")
    choose(world, session, dossier, Way.COUNTER)
    slots = filer.get(f"/dossiers/{dossier.code}/slot").text
    filer.post(f"/dossiers/{dossier.code}/slot", data={"starts_at": first_slot(slots)})
    booking = session.scalars(sa.select(Booking)).one()
    seen = [f"/desk/{dossier.code}", f"/handing-over?day={office_day(booking.starts_at).isoformat()}"]

    assert [owed in pages.words(server.get(page)) for page in seen] == [True, True]
    filer.post(f"/dossiers/{dossier.code}/receiving", data=address())
    assert owed in pages.words(server.get("/handing-over/post"))
    bill.state, bill.paid_at = BillState.PAID, ISSUED
    session.commit()
    assert not [page for page in (*seen, "/handing-over/post") if owed in pages.words(server.get(page))]


def test_mail_is_sent_confirmed_and_brought_back_on_the_pages(
    filer: Browser, server: Browser, session: Session, dossier: Dossier
) -> None:
    assert filer.post(f"/dossiers/{dossier.code}/receiving", data=address()).status_code == 303
    listed = server.get("/handing-over/post").text
    assert "Số 1 Hùng Vương" in listed
    send = f"/handing-over/post/{dossier.code}"

    wrong = server.post(send, data={"carrier": "VNPost", "tracking": "EA123456780VN"})
    assert wrong.status_code == 422
    assert "Đây không phải số bưu gửi" in wrong.text
    assert "EA123456780VN" in wrong.text
    assert server.post(send, data={"carrier": "VNPost", "tracking": "EA123456785VN"}).status_code == 303
    assert "EA123456785VN" in filer.get(f"/dossiers/{dossier.code}").text
    assert server.post(f"{send}/came-back", data={"reason": " "}).status_code == 422
    assert server.post(f"{send}/came-back", data={"reason": "Không có người nhận"}).status_code == 303
    assert "Không có người nhận" in filer.get(f"/dossiers/{dossier.code}").text
    assert server.post(send, data={"carrier": "VNPost", "tracking": "EA123456785VN"}).status_code == 409

    filer.post(f"/dossiers/{dossier.code}/receiving", data=address())
    server.post(send, data={"carrier": "GHN", "tracking": "GHN8812345"})
    assert filer.post(f"/dossiers/{dossier.code}/received").status_code == 303
    session.expire_all()
    assert session.get_one(Dossier, dossier.id).state is State.RETURNED
    assert len(session.scalars(sa.select(Posting)).all()) == 2


def test_the_administrator_sets_how_a_counter_serves(
    world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    browser = new_client()
    office = next(agency for agency in world.agencies.values() if agency.is_intake)
    people.sign_in(browser, people.officer(session, people.agency(session), Role.ADMINISTRATOR))
    where = f"/administration/agencies/{office.key}/counter"
    assert where in browser.get(f"/administration/agencies/{office.key}").text

    for wrong in ({"slot_minutes": "5"}, {"slot_minutes": "x"}, {"capacity": "0"}, {"capacity": ""}):
        typed = {"slot_minutes": "20", "capacity": "2", "version": "1", **wrong}
        assert browser.post(where, data=typed).status_code == 422
    assert browser.post(where, data={"slot_minutes": "20", "capacity": "2", "version": "1"}).status_code == 303
    assert browser.post(where, data={"slot_minutes": "40", "capacity": "2", "version": "1"}).status_code == 409
    assert browser.post(where, data={"slot_minutes": "40", "capacity": "2", "version": "x"}).status_code == 409
    session.expire_all()
    assert session.get_one(Counter, office.id).slot_minutes == 20
    other = next(agency for agency in world.agencies.values() if not agency.is_intake)
    assert browser.get(f"/administration/agencies/{other.key}/counter").status_code == 404


def test_an_issued_result_says_in_its_notice_how_it_comes(world: World, session: Session, dossier: Dossier) -> None:
    notice = session.scalars(sa.select(Notice).where(Notice.dossier_id == dossier.id, Notice.kind == "settled")).first()

    assert notice is not None
    assert notice.params["how"] == "online"
    assert "link" not in notice.params


def test_a_turned_file_names_the_one_it_was_made_of(
    filer: Browser, world: World, session: Session, settings: Settings
) -> None:
    where = pages.complete(filer, world)
    page = filer.get(f"{where}/documents").text
    found = re.search(r"/files/([0-9a-f-]{36})/look", page)
    assert found
    paper = session.get_one(Attachment, UUID(found.group(1)))
    paper.storage_key = f"test/{paper.id}"  # a whole file, which can be turned
    storage_at(settings.storage_url).put(paper.storage_key, small_pdf("giấy tờ"))
    session.commit()
    turned = filer.post(f"/files/{found.group(1)}/turn", data={"turn": "right"})
    assert turned.status_code == 303, pages.words(turned)
    look = pages.words(filer.get(turned.location))

    session.expire_all()
    made = session.scalars(sa.select(Attachment).where(Attachment.turned_from.is_not(None))).one()
    first = session.get_one(Attachment, made.turned_from)
    assert str(first.id) == found.group(1)
    assert first.removed_at is not None
    assert first.sha256 in look
    assert "Xoay từ tệp" in look


def test_the_offer_names_an_office_of_the_register(world: World, session: Session) -> None:
    offices = queries.one_stop_offices(session)

    assert set(offices) == {one.key for one in session.scalars(sa.select(Agency).where(Agency.is_intake))}
    offer = queries.free_slots(
        session, next(iter(offices.values())).id, since=office_day(ISSUED), now=datetime.now(UTC) - timedelta(days=1)
    )
    assert len(offer.days) == queries.DAYS_SHOWN
