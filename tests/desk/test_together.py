"""Working side by side: who has a dossier open, notes for colleagues, reasons ready made, the register."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from portal.attachments.models import Attachment, FileView
from portal.desk import presence
from portal.desk.models import InternalNote
from portal.dossiers.models import Dossier, EventText
from portal.foundation.database import new_id
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office
from tests.letters.test_pdf import text_of

NOW = datetime(2026, 3, 2, 3, 42, tzinfo=UTC)
NOTE = "Đã gọi điện, hẹn nộp bản gốc."


def test_a_colleague_sees_who_has_it_open_and_since_when(redis_url: str) -> None:
    dossier, hoa, mai = uuid4(), uuid4(), uuid4()

    assert presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=NOW) == ()
    later = NOW + timedelta(minutes=1)
    seen = presence.note(redis_url, dossier, person_id=mai, name="Mai", now=later)
    assert [(one.name, one.since) for one in seen] == [("Hoa", NOW)]
    again = presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=later)
    assert [(one.name, one.since) for one in again] == [("Mai", later)]
    assert presence.note(redis_url, uuid4(), person_id=mai, name="Mai", now=later) == ()


def test_whoever_is_not_heard_of_any_more_has_left_and_comes_back_anew(redis_url: str) -> None:
    dossier, hoa, mai = uuid4(), uuid4(), uuid4()
    presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=NOW)
    long_after = NOW + presence.LASTS + timedelta(seconds=1)

    assert presence.note(redis_url, dossier, person_id=mai, name="Mai", now=long_after) == ()
    presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=long_after)
    seen = presence.note(redis_url, dossier, person_id=mai, name="Mai", now=long_after)
    assert [one.since for one in seen] == [long_after]


def test_whoever_has_just_acted_is_announced_again_only_when_they_stay(redis_url: str) -> None:
    dossier, hoa, mai = uuid4(), uuid4(), uuid4()

    def announced(at: datetime) -> list[tuple[str, datetime]]:
        seen = presence.note(redis_url, dossier, person_id=mai, name="Mai", now=at)
        return [(one.name, one.since) for one in seen]

    presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=NOW)
    assert announced(NOW) == [("Hoa", NOW)]
    presence.leave(redis_url, dossier, person_id=hoa, now=NOW)
    assert announced(NOW) == []
    answered = NOW + timedelta(seconds=1)
    presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=answered)  # the page that answers the act
    assert announced(answered) == []
    stays = NOW + presence.QUIET + timedelta(seconds=10)
    presence.note(redis_url, dossier, person_id=hoa, name="Hoa", now=stays)
    assert announced(stays) == [("Hoa", stays)]


def test_nobody_is_announced_for_longer_than_two_minutes_after_they_left(redis_url: str) -> None:
    assert timedelta(minutes=1) < presence.LASTS <= timedelta(minutes=2)


def test_without_redis_the_page_is_there_and_the_log_says_so(office: Office) -> None:
    dossier = office.accepted()
    with capture_logs() as lines:
        page = office.at(dossier, Role.HEAD).get(f"/desk/{dossier.code}")

    assert page.status_code == 200
    assert "mc-present__who" not in page.text
    assert any(line["event"] == "presence not known" for line in lines)


def test_what_a_page_asks_by_itself_keeps_nobody_signed_in_and_leads_nobody_away(office: Office) -> None:
    dossier = office.accepted()
    asked = {"HX-Request": "true", "X-By-Itself": "yes"}

    assert office.at(dossier, Role.HEAD).get(f"/desk/{dossier.code}/present", headers=asked).status_code == 200
    stranger = office.new_browser().get(f"/desk/{dossier.code}/present", headers=asked)
    assert stranger.status_code == 401
    assert "HX-Redirect" not in stranger.headers


def test_a_note_is_for_colleagues_only_and_moves_nothing(office: Office, session: Session) -> None:
    dossier = office.accepted("1.009645")
    asked = office.work_until(dossier, Act.OPINION)
    head, version = office.at(dossier, Role.HEAD), session.get_one(Dossier, dossier.id).version

    assert office.do(head, dossier, "notes", **{"note-words": " "}).status_code == 422
    assert office.do(head, dossier, "notes", **{"note-words": NOTE}).status_code == 303
    assert session.get_one(Dossier, dossier.id).version == version
    assert NOTE in office.at(dossier, Role.SPECIALIST).get(f"/desk/{dossier.code}").text
    consulted = office.holder(asked)
    assert NOTE not in consulted.get(f"/desk/{dossier.code}").text
    assert office.do(consulted, dossier, "notes", **{"note-words": NOTE}).status_code == 403
    assert session.scalar(sa.select(sa.func.count()).select_from(InternalNote)) == 1


def test_the_officer_sees_who_opened_the_papers_and_the_companys_other_dossiers(
    office: Office, session: Session
) -> None:
    dossier, other = office.accepted(seed=1), office.accepted(seed=1)
    paper = session.scalars(sa.select(Attachment).where(Attachment.dossier_id == dossier.id)).first()
    assert paper is not None
    post = office.world.posts["service_centre", Role.ONE_STOP]
    session.add(
        FileView(
            id=new_id(),
            attachment_id=paper.id,
            dossier_id=dossier.id,
            person_id=post.person_id,
            agency_id=post.agency_id,
            at=NOW,
        )
    )
    session.commit()

    page = office.at(dossier, Role.HEAD).get(f"/desk/{dossier.code}").text
    looks = page.partition('id="looks"')[2].partition("</details>")[0]
    assert "one_stop service_centre" in looks
    assert other.code in page.partition('id="siblings"')[2].partition("</details>")[0]


def test_a_dossier_is_refused_with_a_reason_ready_made_in_vietnamese(office: Office, session: Session) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)
    assert 'value="wrong_authority"' in counter.get(f"/desk/{dossier.code}").text

    done = office.do(counter, dossier, "refuse", **{"refuse-stock": "wrong_authority", "refuse-reason": "Xem thêm."})

    assert done.status_code == 303
    assert session.get_one(Dossier, dossier.id).state is State.NOT_ACCEPTED
    said = session.scalars(sa.select(EventText.text).where(EventText.key == "reason")).one()
    assert said == "Hồ sơ không thuộc thẩm quyền giải quyết của cơ quan này. Xem thêm."


def test_a_decision_to_refuse_takes_a_ready_made_reason_and_a_grant_does_not(office: Office, session: Session) -> None:
    dossier = office.accepted("1.004191")
    step = office.work_until(dossier, Act.SIGN)
    leader, path = office.holder(step), f"sign/{step.node_key}"

    preview = office.do(leader, dossier, path, outcome="refused", stock="not_entitled", preview="yes")
    assert "Người nộp hồ sơ không thuộc đối tượng thực hiện thủ tục." in preview.text
    unknown = office.do(leader, dossier, path, outcome="refused", stock="nobody-wrote-this")
    assert unknown.status_code == 422
    assert office.do(leader, dossier, path, outcome="refused", stock="not_entitled").status_code == 303
    said = session.scalars(sa.select(EventText.text).where(EventText.key == "reason")).one()
    assert said == "Người nộp hồ sơ không thuộc đối tượng thực hiện thủ tục."


def test_the_register_lists_a_period_and_its_file_has_the_same(office: Office) -> None:
    dossier = office.file()
    counter = office.browser("service_centre", Role.ONE_STOP)
    today = datetime.now(UTC).date()

    page = counter.get("/desk/register").text
    assert dossier.code in page
    file = counter.get(f"/desk/register.csv?since={today - timedelta(days=2)}&until={today + timedelta(days=2)}")
    assert dossier.code in file.text
    assert file.headers["Content-Type"].startswith("text/csv")
    assert dossier.code not in office.browser("finance", Role.HEAD).get("/desk/register").text


def test_the_register_is_printed_in_the_form_of_the_law_for_ones_own_office_only(office: Office) -> None:
    dossier = office.file()
    today = datetime.now(UTC).date()
    address = f"/desk/register.pdf?since={today - timedelta(days=2)}&until={today + timedelta(days=2)}"

    paper = office.browser("service_centre", Role.ONE_STOP).get(address)
    assert paper.mimetype == "application/pdf"
    said = text_of(paper.data)
    assert "SỔ THEO DÕI HỒ SƠ" in said
    assert dossier.code in said
    other = text_of(office.browser("finance", Role.HEAD).get(address).data)
    assert dossier.code not in other
    assert "Không có hồ sơ nào" in other


@pytest.mark.parametrize("file", ["csv", "pdf"])
@pytest.mark.parametrize("query", ["since=2026-03-31&until=2026-03-01", "since=2024-01-01&until=2026-01-01", "since=x"])
def test_a_period_that_makes_no_sense_gives_no_file(office: Office, query: str, file: str) -> None:
    assert office.browser("service_centre", Role.ONE_STOP).get(f"/desk/register.{file}?{query}").status_code == 422


def test_a_period_that_makes_no_sense_is_answered_beside_the_boxes(office: Office) -> None:
    asked = "since-given=yes&since=1&since=3&since=2026&until=1&until=2&until=2026"
    page = office.browser("service_centre", Role.ONE_STOP).get(f"/desk/register?{asked}")

    assert page.status_code == 422
    assert "govuk-error-message" in page.text
