"""The house's own words: allowed blanks only, by version, and nothing that has been sent or printed changes."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from portal.accounts.models import AuditRow
from portal.administration.texts import known
from portal.letters import own_words, sampling
from portal.letters.pdf import render
from portal.notices.actions import tell_of_account
from portal.notices.kinds import NoticeKind
from portal.texts.models import Area, WrittenText
from portal.workflow.lifecycle import Role
from tests.administration.conftest import Office
from tests.factories import people

NOTICE = "/administration/texts/notice/accepted"
LETTER = "/administration/texts/letter/supplement.answer_by"
WORDS = {
    "vi_subject": "Đã nhận {code}", "vi_body": "Chào bạn.\nThủ tục: {procedure}.\nHẹn {promised}.",
    "en_subject": "", "en_body": "", "zh_subject": "", "zh_body": "", "version": "0",
}  # fmt: skip
SENTENCE = {"vi_sentence": "Gửi trước hết {day} nhé.", "en_sentence": "", "zh_sentence": "", "version": "0"}


def versions(office: Office) -> list[WrittenText]:
    office.session.expire_all()
    return list(office.session.scalars(sa.select(WrittenText).order_by(WrittenText.number)))


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_every_notice_can_be_rewritten_from_the_words_it_comes_with(kind: NoticeKind) -> None:
    found = known(Area.NOTICE, kind.value)
    assert found is not None
    assert found.wrong(found.defaults) == {}
    assert all(found.defaults.values())


@pytest.mark.parametrize("key", list(own_words.sentences()))
def test_every_sentence_of_a_letter_likewise(key: str) -> None:
    found = known(Area.LETTER, key)
    assert found is not None
    assert found.wrong(found.defaults) == {}


def test_what_was_told_keeps_its_words_and_what_comes_has_the_new_ones(office: Office) -> None:
    reader, now = office.administrator, datetime.now(UTC)
    params = {"dossier_code": "H37.01-261102-0001", "procedure": {"vi": "Giấy phép"}}
    early = now - timedelta(hours=1)
    tell_of_account(office.session, NoticeKind.ACCEPTED, person_id=reader.id, params=params, now=early)
    office.session.commit()
    assert office.browser.post(NOTICE, data=WORDS).status_code == 303
    later = now + timedelta(hours=1)
    tell_of_account(office.session, NoticeKind.ACCEPTED, person_id=reader.id, params=params, now=later)
    office.session.commit()
    page = office.browser.get("/notices").text
    assert page.count("Đã nhận H37.01-261102-0001") == 1
    assert page.count("H37.01-261102-0001</a>") == 2 or page.count("H37.01-261102-0001") >= 2
    assert "Thủ tục: Giấy phép." in page
    assert "Hẹn ." not in page, "a line with nothing to say in its blank is left out"


def test_a_version_is_one_audit_row_and_the_way_back_is_one_more(office: Office) -> None:
    office.browser.post(NOTICE, data=WORDS)
    office.browser.post(NOTICE, data=WORDS | {"version": "1", "vi_subject": "Hồ sơ {code} đã nhận"})
    office.browser.post(f"{NOTICE}/restore", data={"version": "2"})
    assert [row.number for row in versions(office)] == [1, 2, 3]
    assert versions(office)[-1].words is None
    rows = office.session.scalars(sa.select(AuditRow).where(AuditRow.verb.like("texts.%")).order_by(AuditRow.id)).all()
    assert [row.verb for row in rows] == ["texts.write", "texts.write", "texts.restore"]
    assert (rows[1].before or {})["vi"]["subject"] == "Đã nhận {code}"
    assert (rows[1].after or {})["vi"]["subject"] == "Hồ sơ {code} đã nhận"
    stale = office.browser.post(NOTICE, data=WORDS | {"version": "1"})
    assert stale.status_code == 409
    assert len(versions(office)) == 3


@pytest.mark.parametrize(
    ("address", "typed", "said"),
    [
        (NOTICE, WORDS | {"vi_body": "Xin chào {ten}."}, "{code}"),
        (NOTICE, WORDS | {"vi_body": "Dấu ngoặc { lẻ."}, "{code}"),
        (NOTICE, WORDS | {"vi_body": ""}, "tiếng Việt là bắt buộc"),
        (NOTICE, WORDS | {"en_subject": "Accepted"}, "để trống hẳn"),
        (LETTER, SENTENCE | {"vi_sentence": "Gửi sớm nhé."}, "{day}"),
        (LETTER, SENTENCE | {"zh_sentence": "请尽快提交 {tag}"}, "{day}"),
    ],
)
def test_a_wrong_blank_is_refused_beside_its_box(
    office: Office, address: str, typed: dict[str, str], said: str
) -> None:
    answer = office.browser.post(address, data=typed)
    assert answer.status_code == 422
    assert said in answer.text
    assert "govuk-error-message" in answer.text
    assert versions(office) == []


def test_a_preview_keeps_nothing(office: Office) -> None:
    shown = office.browser.post(NOTICE, data=WORDS | {"act": "preview"})
    assert shown.status_code == 200
    assert "Đã nhận H37.00-000000-0000" in shown.text
    letter = office.browser.post(LETTER, data=SENTENCE | {"act": "preview"})
    assert letter.mimetype == "application/pdf"
    assert letter.data.startswith(b"%PDF")
    assert versions(office) == []


def test_a_letter_is_printed_in_the_own_words_and_without_them_as_before() -> None:
    at = datetime(2026, 11, 23, 2, tzinfo=UTC)
    letter = sampling.sample(own_words.KINDS[2], at=at)
    own = own_words.overlay({"supplement.answer_by": {"vi": "Gửi trước {day}."}, "supplement.of_tomorrow": {"vi": "?"}})
    assert own == {"supplement": {"answer_by": {"vi": "Gửi trước {day}."}}}
    plain = render(letter)
    assert render(letter, own=own) != plain
    assert render(letter, own={}) == plain


def test_only_administrators_come_in(office: Office) -> None:
    head = people.officer(office.session, office.other, Role.HEAD)
    office.session.commit()
    other = office.browser.application.test_client()
    people.sign_in(other, head)
    for address in ("/administration/texts", NOTICE, LETTER):
        assert other.get(address).status_code == 403
    assert office.browser.get("/administration/texts/notice/nothing").status_code == 404
    assert office.browser.get("/administration/texts").status_code == 200
