"""The editor in the browser, without scripts."""

import io
import re
from datetime import UTC, date, datetime, timedelta

import html5lib
import pytest
import sqlalchemy as sa

from portal.accounts.models import AuditRow
from portal.authoring import queries
from portal.authoring.judging import PARTS, judge
from portal.authoring.letters import Example
from portal.authoring.models import ProcedureDraft
from portal.catalogue.models import ProcedureVersion
from portal.catalogue.queries import definition_of
from portal.clock.zone import office_day
from portal.foundation.packaged import office_calendar
from portal.letters.contents import Receipt
from tests.authoring.desk import Desk, now
from tests.authoring.typed import pages, untouched
from tests.factories import people
from tests.fixtures.app import Browser


@pytest.fixture
def administrator(client: Browser, desk: Desk) -> Browser:
    people.sign_in(client, desk.one)
    return client


def drafts(desk: Desk) -> list[ProcedureDraft]:
    desk.session.expire_all()
    return list(desk.session.scalars(sa.select(ProcedureDraft)))


def test_every_page_of_a_draft_opens_in_three_languages(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    base = f"/authoring/{draft.id}"
    addresses = ["/authoring", "/authoring/import", base, *(f"{base}/part/{part}" for part in PARTS)]
    things = [path for path in pages(desk.document(draft.id)) if len(path) > 1][::6]
    addresses += [f"{base}/at/{'.'.join(map(str, path))}" for path in things]
    addresses += [
        f"{base}/{name}" for name in ("preview", "preview/page", "preview/form", "changes", "trial", "publish")
    ]

    for language in ("vi", "en", "zh"):
        administrator.set_cookie("motcua_test_language", language)
        for address in addresses:
            page = administrator.get(address)
            assert page.status_code == 200, (address, language)
            html5lib.HTMLParser(strict=True).parse(page.text)


def test_a_letter_of_a_draft_is_a_pdf(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()

    for kind in ("receipt", "supplement", "refusal_of_intake", "decision", "refusal"):
        answer = administrator.get(f"/authoring/{draft.id}/preview/letters/{kind}")
        assert answer.data.startswith(b"%PDF-"), kind


def test_what_is_saved_unchanged_stays_the_very_same(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    before = draft.text

    for path in list(pages(desk.document(draft.id)))[::9]:
        where = f"at/{'.'.join(map(str, path))}" if len(path) > 1 else f"part/{path[0] if path else 'basics'}"
        sent = {**untouched(desk.document(draft.id), path), "version": "1", "do": "save"}
        assert administrator.post(f"/authoring/{draft.id}/{where}", data=sent).status_code == 303

    desk.session.expire_all()
    assert queries.draft(desk.session, draft.id).text == before
    assert desk.version(draft.id) == 1


def test_a_change_is_kept_with_its_mistake_and_the_mistake_stands_beside_it(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    sent = {**untouched(desk.document(draft.id), ("limits", 0)), "amount": "hai mươi", "version": "1"}

    answer = administrator.post(f"/authoring/{draft.id}/at/limits.0", data=sent)
    page = administrator.get(answer.location).text

    assert 'value="hai mươi"' in page
    assert "Ghi một số nguyên" in page
    assert desk.document(draft.id)["limits"][0]["amount"] == "hai mươi"


def test_a_limit_of_the_same_day_is_written_with_a_nought_and_only_in_working_days(
    administrator: Browser, desk: Desk
) -> None:
    draft = desk.next_version()
    address = f"/authoring/{draft.id}/at/limits.0"
    sent = {**untouched(desk.document(draft.id), ("limits", 0)), "amount": "0", "version": "1"}

    answer = administrator.post(address, data=sent | {"unit": "calendar_day", "same_day_cutoff": ""})
    assert "Thời gian 0 nghĩa là trong ngày làm việc" in administrator.get(answer.location).text

    sent |= {"unit": "working_day", "same_day_cutoff": "15:00", "version": str(desk.version(draft.id))}
    assert administrator.post(address, data=sent).status_code == 303

    page = administrator.get(address).text
    assert "Thời gian 0 nghĩa là" not in page
    assert "Số nguyên; 0 ngày làm việc nghĩa là trong ngày." in page
    limit = desk.document(draft.id)["limits"][0]
    assert (limit["amount"], limit["unit"], limit["same_day_cutoff"]) == (0, "working_day", "15:00")


def test_every_change_is_an_audit_row_with_the_hash_before_and_after(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    sent = {**untouched(desk.document(draft.id), ("limits", 0)), "amount": "21", "version": "1"}
    administrator.post(f"/authoring/{draft.id}/at/limits.0", data=sent)

    rows = desk.session.scalars(sa.select(AuditRow).where(AuditRow.thing == f"procedure_draft:{draft.id}")).all()
    change = next(row for row in rows if row.verb == "authoring.change")
    assert change.before
    assert change.after
    assert change.before["hash"] != change.after["hash"]
    assert change.after["what"] == "limits.0"


def test_whoever_comes_second_sees_what_changed_and_keeps_what_was_typed(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    document = desk.document(draft.id)
    sent = {**untouched(document, ("documents", 1)), "name.vi": "Tên do tôi gõ", "version": "1"}
    document["documents"].insert(0, {**document["documents"][0], "code": "fresh", "count": 3})
    desk.change(draft, document, by=desk.other)

    answer = administrator.post(f"/authoring/{draft.id}/at/documents.1", data=sent)

    assert answer.status_code == 409
    assert "Quản trị Hai" in answer.text
    assert "Tên do tôi gõ" in answer.text
    assert f"/authoring/{draft.id}/at/documents.2" in answer.text  # where the document stands now
    again = administrator.post(f"/authoring/{draft.id}/at/documents.2", data={**sent, "version": "2"})
    assert again.status_code == 303
    assert desk.document(draft.id)["documents"][2]["name"]["vi"] == "Tên do tôi gõ"
    assert desk.document(draft.id)["documents"][0]["code"] == "fresh"


def test_what_was_typed_for_something_removed_is_shown(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    document = desk.document(draft.id)
    sent = {**untouched(document, ("documents", 0)), "name.vi": "Không còn chỗ", "version": "1"}
    del document["documents"][0]
    desk.change(draft, document, by=desk.other)

    answer = administrator.post(f"/authoring/{draft.id}/at/documents.0", data=sent)

    assert answer.status_code == 409
    assert "Kh\\u00f4ng c\\u00f2n" in answer.text or "Không còn chỗ" in answer.text


def test_a_file_comes_in_and_goes_out_as_the_same_procedure(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    text = administrator.get(f"/authoring/{draft.id}/file").text

    answer = administrator.post(
        "/authoring/import",
        data={"file": (io.BytesIO(text.encode()), "1.013225.toml")},
        content_type="multipart/form-data",
    )

    assert answer.status_code == 303
    assert [one.text for one in drafts(desk)] == [text, text]


def test_an_unfinished_draft_goes_out_as_a_file_and_comes_in_as_the_same_draft(
    administrator: Browser, desk: Desk
) -> None:
    administrator.post("/authoring/blank", data={})
    (begun,) = drafts(desk)
    document = desk.document(begun.id)
    document["fees"] = [{"code": "phi", "name": {"vi": "Phí"}}]
    document["minutes_to_fill"] = "nửa giờ"
    desk.change(begun, document)
    text = administrator.get(f"/authoring/{begun.id}/file").text

    answer = administrator.post("/authoring/import", data={"text": text})

    assert answer.status_code == 303, answer.text
    assert [one.text for one in drafts(desk)] == [text, text]
    made = next(one for one in drafts(desk) if one.id != begun.id)
    for part in PARTS:
        assert administrator.get(f"/authoring/{made.id}/part/{part}").status_code == 200


@pytest.mark.parametrize("language", ["vi", "zh"])
def test_what_cannot_be_read_in_a_file_is_said_in_the_readers_language(
    administrator: Browser, desk: Desk, language: str
) -> None:
    administrator.set_cookie("motcua_test_language", language)
    for text in ('code = "1', "a = 1\na = 2", "code == 2", 'code = "1.000001"\ncolour = "red"\nname = 3'):
        page = administrator.post("/authoring/import", data={"text": text}).text
        (said,) = re.findall(r'role="alert".*?</ul>', page, re.DOTALL)
        words = re.sub(r"<code>.*?</code>|<[^>]+>", " ", said.partition(">")[2])
        assert not re.search("[A-Za-z]{4,} [a-z]{2,} ", words), words


def test_a_file_in_another_writing_is_refused_beside_its_box(administrator: Browser, desk: Desk) -> None:
    sent = {"file": (io.BytesIO('name = "Phí"'.encode("utf-16")), "a.toml")}
    answer = administrator.post("/authoring/import", data=sent, content_type="multipart/form-data")

    assert answer.status_code == 422
    assert "UTF-8" in answer.text
    assert drafts(desk) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("code = @\nx = 1", "1"),
        ('code = "1.000001"\ncolour = "red"', "2"),
        ("a = nan\n", ""),
        ("x = " + "[" * 3000, ""),
        ('code = "' + "x" * 1_100_000 + '"', ""),
        ("\x01", ""),
    ],
)
def test_a_file_that_is_no_procedure_stays_on_the_page_with_its_lines(
    administrator: Browser, desk: Desk, text: str, said: str
) -> None:
    answer = administrator.post("/authoring/import", data={"text": text})

    assert answer.status_code in {413, 422}
    assert (f"Dòng {said}" in answer.text) or not said
    assert drafts(desk) == []


def test_publishing_needs_a_reason_the_second_factor_and_leaves_the_draft_behind(
    administrator: Browser, desk: Desk
) -> None:
    draft = desk.next_version()
    document = desk.document(draft.id)
    document["limits"][0]["amount"] += 3
    desk.change(draft, document)
    day = office_day(now())
    typed = {"effective_on": [str(day.day), str(day.month), str(day.year)], "version": "2", "reason": " "}
    address = f"/authoring/{draft.id}/publish"

    assert administrator.post(address, data=typed).status_code == 422
    typed |= {"reason": "Thời hạn mới", "decision_number": "12/QĐ-UBND"}
    half = administrator.post(address, data=typed)
    assert half.status_code == 422
    assert "cả số và ngày" in half.text
    typed["decided_on"] = typed["effective_on"]
    desk.step_up(now() - timedelta(hours=1))
    led = administrator.post(address, data=typed)
    assert led.location.startswith("/step-up")
    assert "Thời hạn mới" in administrator.get(address).text
    desk.step_up()
    done = administrator.post(address, data=typed)

    assert done.status_code == 303, done.text
    version = queries.newest(desk.session, "1.013225")
    assert version is not None
    assert (version.number, version.reason, version.decision_number) == (2, "Thời hạn mới", "12/QĐ-UBND")
    assert version.published_by == desk.one.id
    assert definition_of(version).limits[0].amount == document["limits"][0]["amount"]
    assert drafts(desk) == []
    assert administrator.get(done.location).status_code == 200


def test_what_was_removed_can_be_put_back_until_the_next_change(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    before = desk.document(draft.id)
    removed = administrator.post(f"/authoring/{draft.id}/list/documents", data={"version": "1", "do": "remove:0"})
    page = administrator.get(removed.location).text
    assert f'action="/authoring/{draft.id}/take-back"' in page
    assert desk.document(draft.id) != before

    sent = {"version": "2", "back": removed.location}
    back = administrator.post(f"/authoring/{draft.id}/take-back", data=sent)

    assert back.status_code == 303
    assert desk.document(draft.id) == before
    assert administrator.post(f"/authoring/{draft.id}/take-back", data=sent).status_code == 409
    assert "take-back" not in administrator.get(removed.location).text


def test_whoever_shows_who_they_are_after_pressing_is_told_to_press_again(administrator: Browser, desk: Desk) -> None:
    desk.step_up(now() - timedelta(hours=1))
    led = administrator.post("/authoring/rule", data={"needs_two": "yes"})

    assert "before=act" in led.location
    assert "hãy bấm nút một lần nữa" in administrator.get(led.location).text
    shown = administrator.post(led.location, data={"code": people.next_code(desk.one.email)})
    assert shown.location == "/authoring"
    assert "Hãy bấm nút một lần nữa." in administrator.get("/authoring").text
    assert not queries.needs_two(desk.session)


def test_two_persons_publish_where_the_rule_says_so(administrator: Browser, desk: Desk) -> None:
    desk.step_up()
    administrator.post("/authoring/rule", data={"needs_two": "yes"})
    own, others = desk.next_version(by=desk.one), desk.next_version(by=desk.other)
    day = office_day(now())
    typed = {"effective_on": [str(day.day), str(day.month), str(day.year)], "reason": "Bản mới", "version": "1"}

    assert administrator.post(f"/authoring/{own.id}/publish", data=typed).status_code == 409
    assert administrator.post(f"/authoring/{others.id}/publish", data=typed).status_code == 303


@pytest.mark.parametrize(
    "path", ["limits.99", "limits", "limits.x", "nowhere.0", "steps.0.limit", "sections.0.fields.0.0", "...", "-1"]
)
def test_a_place_that_is_not_there_is_not_found(administrator: Browser, desk: Desk, path: str) -> None:
    draft = desk.next_version()

    assert administrator.get(f"/authoring/{draft.id}/at/{path}").status_code == 404
    assert administrator.post(f"/authoring/{draft.id}/at/{path}", data={"version": "1"}).status_code == 404
    listed = administrator.post(f"/authoring/{draft.id}/list/{path}", data={"version": "1", "do": "remove:99"})
    assert listed.status_code == 404
    assert desk.version(draft.id) == 1


def test_hostile_forms_change_nothing_they_should_not(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    hostile = {
        "amount": "NaN",
        "unit": "fortnight",
        "colour": "red",
        "when.op": "always",
        "when.0.0.0.0.0.field": "x",
        "source": "x" * 200_000,
        "__class__": "1",
        "options.99999999999.code": "x",
        "verified": ["", "yes", "yes"],
        "version": "1",
    }
    answer = administrator.post(f"/authoring/{draft.id}/at/limits.0", data=hostile)
    changed = desk.document(draft.id)["limits"][0]

    assert answer.status_code == 303
    known = {"amount", "unit", "basis", "source", "verified", "when", "difficult_extra", "skips_holidays"}
    assert set(changed) <= known
    assert changed["amount"] == "NaN"
    for version in ("", "0", "999", "-1", "9" * 40, "one"):
        stale = administrator.post(f"/authoring/{draft.id}/at/limits.0", data={**hostile, "version": version})
        assert stale.status_code == 409, version


def test_a_draft_that_would_grow_beyond_all_bounds_is_refused(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    sent = {"summary.vi": "x" * 1_500_000, "version": "1"}

    assert administrator.post(f"/authoring/{draft.id}/part/basics", data=sent).status_code in {413, 422}
    assert desk.version(draft.id) == 1


def test_the_list_says_which_versions_there_are(administrator: Browser, desk: Desk) -> None:
    administrator.post("/authoring/next/1.013225")
    administrator.post("/authoring/copy/1.013225")

    assert {(one.code, one.based_on) for one in drafts(desk)} == {("1.013225", 1), ("", None)}
    assert desk.session.scalar(sa.select(sa.func.count()).select_from(ProcedureVersion)) == 2


def test_the_list_says_where_each_procedure_stands_and_is_narrowed_to_it(administrator: Browser, desk: Desk) -> None:
    def listed(**asked: str) -> set[str]:
        page = administrator.get("/authoring", query_string=asked).text
        return set(re.findall(r"/authoring/published/([\w.-]+)/withdraw", page))

    administrator.post("/authoring/next/1.013225")
    every = listed()

    assert len(every) == 2
    assert listed(kind="changing") == listed(words="giay phep xay dung") == {"1.013225"}
    assert listed(kind="in_force") == listed(kind="unannounced") == every
    assert listed(kind="withdrawn") == listed(kind="late") == listed(words="không có đâu") == set()
    version = desk.session.scalars(sa.select(ProcedureVersion).where(ProcedureVersion.code == "1.013225")).one()
    version.decision_number, version.decided_on = "2063/QĐ-UBND", version.effective_on
    desk.session.commit()
    assert listed(kind="late") == {"1.013225"}
    version.withdrawn_on, version.withdrawal_reason = office_day(now()) + timedelta(days=9), "Bãi bỏ"
    desk.session.commit()
    assert listed(kind="ending") == {"1.013225"}
    version.withdrawn_on = office_day(now())
    desk.session.commit()
    assert listed(kind="withdrawn", field="construction") == {"1.013225"}
    assert listed(kind="in_force") == every - {"1.013225"}
    assert administrator.get("/authoring", query_string={"kind": "nothing"}).status_code == 422


def test_every_gap_of_a_new_draft_says_which_box_it_is(administrator: Browser, desk: Desk) -> None:
    administrator.post("/authoring/blank", data={})
    draft = drafts(desk)[0]

    page = administrator.get(f"/authoring/{draft.id}").text

    for gap in ("Thông tin chung › Tên thủ tục", "Thông tin chung › Mã thủ tục", "Thông tin chung › Lĩnh vực"):
        assert gap in page
    assert "Kết quả giải quyết › chưa có tên" in page
    assert "› result" not in page


def test_a_limit_too_short_for_the_steps_is_said_beside_the_limit_and_at_the_side(
    administrator: Browser, desk: Desk
) -> None:
    draft = desk.next_version()
    sent = {**untouched(desk.document(draft.id), ("limits", 0)), "amount": "2", "version": "1"}

    answer = administrator.post(f"/authoring/{draft.id}/at/limits.0", data=sent)
    page = administrator.get(answer.location).text

    assert "thời hạn không đủ" in page
    assert re.search(r"Ở trường hợp “Nhà ở riêng lẻ”, đường đi dài nhất mất \d+(,\d+)? ngày", page)
    administrator.set_cookie("motcua_test_language", "zh")
    assert "0.5 工作日" in administrator.get(f"/authoring/{draft.id}/part/steps").text
    administrator.set_cookie("motcua_test_language", "vi")
    assert administrator.get(f"/authoring/{draft.id}").text.count("thời hạn không đủ") >= 1


def test_a_draft_with_gaps_is_called_by_its_name_in_the_readers_language(administrator: Browser, desk: Desk) -> None:
    draft = desk.next_version()
    document = desk.document(draft.id)
    desk.change(draft, {key: value for key, value in document.items() if key != "remedies"})
    administrator.set_cookie("motcua_test_language", "en")

    page = administrator.get(f"/authoring/{draft.id}").text

    assert "Building permit for new works" in page
    assert draft.name not in page


def test_a_published_procedure_is_downloaded_as_the_file_it_can_be_imported_from(
    administrator: Browser, desk: Desk
) -> None:
    answer = administrator.get("/authoring/published/1.013225/file")

    assert answer.headers["Content-Disposition"] == 'attachment; filename="1.013225.toml"'
    assert administrator.get("/authoring/published/9.999999/file").status_code == 404
    administrator.post("/authoring/import", data={"text": answer.text})
    (draft,) = drafts(desk)
    assert draft.text == answer.text
    assert "/authoring/published/1.013225/file" in administrator.get("/authoring").text


def test_a_new_thing_is_asked_for_its_name_and_not_for_the_code_that_is_made_of_it(
    administrator: Browser, desk: Desk
) -> None:
    draft = desk.next_version()
    administrator.post(f"/authoring/{draft.id}/list/steps", data={"version": "1", "do": "add"})

    judged = judge(desk.session.get_one(ProcedureDraft, draft.id, populate_existing=True).text, today=office_day(now()))

    wrong = {one.path[-1] for one in judged.errors}
    assert "name" in wrong
    assert "code" not in wrong


def test_the_receipt_of_the_preview_promises_the_day_of_the_law(desk: Desk) -> None:
    definition = definition_of(desk.world.versions["1.013225"])
    accepted = datetime(2026, 9, 7, 3, 0, tzinfo=UTC)

    letter = Example.of(definition, "works", now=accepted, calendar=office_calendar()).letter("receipt")

    assert isinstance(letter, Receipt)
    assert office_day(letter.promised_at) == date(2026, 9, 28)  # 20 days from a Monday end on a Sunday
