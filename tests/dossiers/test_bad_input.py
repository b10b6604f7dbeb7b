"""Bad input over HTTP: a clear message beside the field in the reader's language, what was typed is kept, nothing
half-saved."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import SignIn
from portal.attachments.models import Attachment
from portal.dossiers.models import Dossier, Draft
from tests.dossiers import pages
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser


def in_language(client: Browser, language: str) -> None:
    client.post("/language", data={"language": language, "next": "/"})


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Hôm nay không có thủ tục nào mang mã này"),
        ("zh", "今天没有此代码的有效程序"),
        ("en", "There is no procedure"),
    ],
)
def test_an_unknown_procedure_is_not_found_and_says_what_to_do(filer: Browser, language: str, sentence: str) -> None:
    in_language(filer, language)

    answer = filer.get("/drafts/new?procedure=9.999999")

    assert answer.status_code == 404
    assert sentence in pages.words(answer)


def test_a_case_that_is_not_offered_begins_nothing(filer: Browser, world: World, session: Session) -> None:
    assert world.company is not None
    answer = filer.post("/drafts/new?procedure=1.013225", data={"party": str(world.company.id), "case": "castle"})

    assert answer.status_code == 422
    assert session.scalar(sa.select(sa.func.count()).select_from(Draft)) == 0


def test_a_missing_document_is_named_where_it_belongs_and_nothing_is_filed(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.begin(filer, world)
    pages.fill(filer, world, address)

    answer = pages.file(filer, address)

    assert answer.status_code == 422
    assert f'href="{address}/documents#drawings-document"' in answer.text
    assert "Bản vẽ thiết kế xin phép xây dựng: Hãy bổ sung giấy tờ này" in pages.words(answer)
    assert "lỗi" in answer.text.partition("<title>")[2].partition("</title>")[0]
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 0


@pytest.mark.parametrize(
    ("language", "sentence"), [("vi", "Mã số thuế không đúng: hãy kiểm tra lại từng chữ số"), ("zh", "税号")]
)
def test_a_wrong_tax_code_is_told_beside_the_field_and_kept_as_typed(
    filer: Browser, world: World, session: Session, language: str, sentence: str
) -> None:
    address = pages.begin(filer, world)
    in_language(filer, language)

    sent = pages.save(filer, address, "owner", {"owner_kind": "organisation", "owner_tax_code": "4900001011"})
    answer = filer.get(sent.location)

    assert sent.status_code == 303, "the browser may go back to the page that says what is wrong"
    assert 'value="4900001011"' in answer.text
    assert 'href="#owner_tax_code"' in answer.text
    beside = answer.text.partition('id="owner_tax_code-error"')[2].partition("</p>")[0]
    assert sentence in beside, beside
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["owner_tax_code"] == ["4900001011"]


def test_another_companys_tax_code_is_doubted_beside_the_field_and_before_filing_and_keeps_nobody_from_it(
    filer: Browser, world: World, session: Session
) -> None:
    assert world.company is not None
    address = pages.complete(filer, world)
    own, other = str(world.company.tax_code), people.tax_code()
    sentence = f"Đây không phải mã số thuế của {world.company.name} ({own})"

    seen = {}
    for code in (own, other):
        sent = pages.save(filer, address, "owner", {"owner_kind": "organisation", "owner_tax_code": code})
        shown = filer.get(f"{address}/sections/owner"), filer.get(f"{address}/review")
        seen[code] = [sentence in pages.words(page) for page in shown]
        assert sent.status_code == 303

    assert seen == {own: [False, False], other: [True, True]}
    assert "owner_tax_code-error" not in filer.get(f"{address}/sections/owner").text
    pages.fill(filer, world, address)
    assert pages.file(filer, address).status_code == 303
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 1


def test_filing_without_the_declaration_is_refused(filer: Browser, world: World, session: Session) -> None:
    address = pages.complete(filer, world)

    answer = filer.post(f"{address}/file")

    assert answer.status_code == 422
    assert "Nếu đúng, hãy đánh dấu lời cam đoan" in pages.words(answer)
    assert session.scalar(sa.select(sa.func.count()).select_from(Dossier)) == 0


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("vi", "“bản vẽ.pdf” nặng 20,1 MB; ở đây tối đa 20 MB"), ("zh", "20,1 MB，此处最大20 MB")],
)
def test_a_file_that_is_too_large_is_refused_beside_its_field(
    filer: Browser, world: World, session: Session, language: str, sentence: str
) -> None:
    address = pages.begin(filer, world)
    in_language(filer, language)

    answer = pages.upload(filer, address, "land_paper", b"%PDF-1.7" + b"0" * (20 * 1024 * 1024), "bản vẽ.pdf")

    assert answer.status_code == 422
    beside = answer.text.partition('id="land_paper-error"')[2].partition("</p>")[0]
    assert sentence in beside, beside
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "giống một chương trình chạy trên Windows. Ở đây nhận: PDF, JPG, PNG."),
        ("zh", "内容看起来是Windows程序。此处接受：PDF, JPG, PNG。"),
    ],
)
def test_a_disguised_file_is_refused_and_its_true_kind_named(
    filer: Browser, world: World, session: Session, language: str, sentence: str
) -> None:
    address = pages.begin(filer, world)
    in_language(filer, language)

    answer = pages.upload(filer, address, "land_paper", b"MZ" + b"\0" * 400, "đơn.pdf")

    assert answer.status_code == 422
    assert sentence in answer.text.partition('id="land_paper-error"')[2].partition("</p>")[0]
    assert session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0


def test_the_script_that_sends_a_file_gets_the_same_sentence_as_json(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)

    refused = pages.upload(filer, address, "land_paper", b"<html>", "giấy.pdf", **{"X-Part": "upload"})
    taken = pages.upload(filer, address, "land_paper", pages.PDF, "giấy.pdf", **{"X-Part": "upload"})

    assert refused.status_code == 422
    assert "có đuôi PDF, nhưng nội dung bên trong giống một trang web (HTML)" in refused.json["message"]
    assert taken.status_code == 200
    assert taken.json["reload"].startswith(f"{address}/documents#land_paper")


def test_an_office_file_with_a_bomb_inside_is_refused(filer: Browser, world: World) -> None:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "[Content_Types].xml",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        )
        for number in range(7):
            made.writestr(f"word/{number}.xml", bytes(100 * 1024 * 1024))
    address = pages.begin(filer, world, "1.009645")

    answer = pages.upload(filer, address, "proposal", package.getvalue(), "đề xuất.docx")

    assert answer.status_code == 422
    assert "giải nén ra quá lớn" in answer.text


def test_two_people_on_the_same_page_lose_nothing_and_overwrite_nothing_unseen(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    address = pages.begin(filer, world)
    colleague = new_client()
    assert world.company is not None
    people.sign_in(colleague, people.filer(session, company=world.company))
    mine = filer.get(f"{address}/sections/site")
    pages.save(colleague, address, "site", {"works_name": "Kho số 2", "plot_number": "17"})

    answer = filer.post(
        f"{address}/sections/site",
        data={
            "version": pages.hidden(mine, "version"),
            "seen": pages.hidden(mine, "seen"),
            "works_name": "Kho số 3",
            "map_sheet": "12",
        },
    )

    assert answer.status_code == 409
    assert "Đồng nghiệp đã sửa trang này" in pages.words(answer)
    assert "Đồng nghiệp đã lưu ở đây: Kho số 2" in pages.words(answer)
    for kept in ('value="Kho số 3"', 'value="12"', 'value="17"'):
        assert kept in answer.text
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["works_name"] == ["Kho số 2"]

    again = filer.post(
        f"{address}/sections/site",
        data={
            "version": pages.hidden(answer, "version"),
            "seen": pages.hidden(answer, "seen"),
            "works_name": "Kho số 3",
            "map_sheet": "12",
            "plot_number": "17",
            "later": "yes",
        },
    )
    assert again.status_code == 303
    session.expire_all()
    answers = session.scalars(sa.select(Draft)).one().answers
    assert (answers["works_name"], answers["plot_number"], answers["map_sheet"]) == (["Kho số 3"], ["17"], ["12"])


def test_colleagues_on_different_pages_do_not_disturb_each_other(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    address = pages.begin(filer, world)
    colleague = new_client()
    assert world.company is not None
    people.sign_in(colleague, people.filer(session, company=world.company))
    mine = filer.get(f"{address}/sections/site")
    pages.save(colleague, address, "designers", {"designer_name": "Công ty CP Đồng Đăng"})

    answer = filer.post(
        f"{address}/sections/site",
        data={
            "version": pages.hidden(mine, "version"), "seen": pages.hidden(mine, "seen"),
            "works_name": "Kho số 3", "later": "yes",
        },
    )  # fmt: skip

    assert answer.status_code == 303
    session.expire_all()
    answers = session.scalars(sa.select(Draft)).one().answers
    assert (answers["works_name"], answers["designer_name"]) == (["Kho số 3"], ["Công ty CP Đồng Đăng"])


def test_a_form_without_its_version_is_never_taken_over_newer_answers(filer: Browser, world: World) -> None:
    address = pages.begin(filer, world)

    answer = filer.post(f"{address}/sections/owner", data={"owner_name": "Người khác"})

    assert answer.status_code == 409
    assert 'value="Người khác"' in answer.text


def test_what_is_sent_after_the_sign_in_has_ended_is_kept_and_sent_again(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.begin(filer, world)
    page = filer.get(f"{address}/sections/owner")
    data = {
        "version": pages.hidden(page, "version"), "seen": pages.hidden(page, "seen"),
        "owner_kind": "organisation", "owner_tax_code": "4900888882", "owner_name": "Công ty Kỳ Cùng",
    }  # fmt: skip
    session.execute(sa.update(SignIn).values(ended_at=datetime.now(UTC)))

    sent = filer.post(f"{address}/sections/owner", data=data)

    assert sent.status_code == 303
    assert sent.location.startswith("/sign-in")
    assert world.filer is not None
    people.sign_in(filer, world.filer)
    kept = filer.get("/accounts/continue")
    for typed in ("Công ty Kỳ Cùng", "4900888882"):
        assert f'value="{typed}"' in kept.text
    again = filer.post(f"{address}/sections/owner", data={**data, "later": "yes"})
    assert again.status_code == 303


def typed_by_hand(filer: Browser, address: str) -> dict[str, str]:
    page = filer.get(f"{address}/sections/owner")
    seen = {name: pages.hidden(page, name) for name in ("version", "seen")}
    return {**seen, "owner_kind": "organisation", "owner_tax_code": "4900888882", "owner_name": "Công ty <Kỳ Cùng>"}


def test_a_form_whose_browser_has_lost_its_cookie_comes_back_with_what_was_typed(
    filer: Browser, world: World, session: Session
) -> None:
    address = pages.begin(filer, world)
    data = typed_by_hand(filer, address)

    refused = filer.post(f"{address}/sections/owner", data=data, csrf=False, headers={"Sec-Fetch-Site": "same-origin"})

    assert refused.status_code == 400
    assert "những gì bạn đã gõ còn ở đây" in pages.words(refused)
    assert f'action="{address}/sections/owner"' in refused.text
    assert 'value="Công ty &lt;Kỳ Cùng&gt;"' in refused.text
    assert pages.hidden(refused, "csrf_token")
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["owner_name"] != ["Công ty <Kỳ Cùng>"]
    kept = {name: pages.hidden(refused, name) for name in (*data, "csrf_token")}
    assert filer.post(f"{address}/sections/owner", data={**kept, "later": "yes"}).status_code == 303
    session.expire_all()
    assert session.scalars(sa.select(Draft)).one().answers["owner_name"] == ["Công ty <Kỳ Cùng>"]


@pytest.mark.parametrize("headers", [{}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}])
def test_a_form_that_may_be_another_sites_is_not_offered_to_be_sent_again(
    filer: Browser, world: World, headers: dict[str, str]
) -> None:
    address = pages.begin(filer, world)
    data = typed_by_hand(filer, address)

    refused = filer.post(f"{address}/sections/owner", data=data, csrf=False, headers=headers)

    assert refused.status_code == 400
    assert "Kỳ Cùng" not in refused.text


def test_nothing_of_a_form_with_a_password_is_given_back(filer: Browser) -> None:
    sent = {"email": "ai@congty.vn", "password": "mot hai ba bon nam"}

    refused = filer.post("/sign-in", data=sent, csrf=False, headers={"Sec-Fetch-Site": "same-origin"})

    assert refused.status_code == 400
    assert "ai@congty.vn" not in refused.text
    assert "mot hai ba" not in refused.text


@pytest.mark.parametrize(
    ("language", "sentence"), [("vi", "Nhập không quá 1.000.000.000.000"), ("en", "Enter 1,000,000,000,000 or less")]
)
def test_an_area_nobody_can_build_is_said_beside_the_field_in_the_readers_figures(
    filer: Browser, world: World, language: str, sentence: str
) -> None:
    address = pages.begin(filer, world)
    in_language(filer, language)

    sent = pages.save(filer, address, "works", {"works_kind": "building", "floor_area": "999999999999999999999"})
    answer = filer.get(sent.location)

    assert 'value="999999999999999999999"' in answer.text
    assert sentence in answer.text.partition('id="floor_area-error"')[2].partition("</p>")[0]


FOREIGN = ("", "/sections/owner", "/documents", "/review", "/discard")


def test_another_companys_draft_is_the_same_not_found_as_one_that_never_was(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    address = pages.begin(filer, world)
    stranger = new_client()
    people.sign_in(stranger, people.filer(session))
    missing = "/drafts/0199a1b2-0000-7000-8000-000000000000"

    for path in FOREIGN:
        theirs, none = stranger.get(address + path), stranger.get(missing + path)
        assert theirs.status_code == none.status_code == 404
        assert without_ids(theirs.text, address) == without_ids(none.text, missing)
    for path in ("/sections/owner", "/documents/land_paper", "/file", "/discard"):
        assert stranger.post(address + path, data={"owner_name": "x", "declared": "y"}).status_code == 404


def test_a_foreign_dossier_code_is_the_same_not_found_as_an_unknown_one(
    filer: Browser, world: World, session: Session, new_client: Callable[[], Browser]
) -> None:
    pages.file(filer, pages.complete(filer, world))
    code = session.scalars(sa.select(Dossier.code)).one()
    attachment = session.scalars(sa.select(Attachment.id)).first()
    stranger = new_client()
    people.sign_in(stranger, people.filer(session))

    for path in ("", "/filed", "/withdraw", "/supplement"):
        theirs, none = stranger.get(f"/dossiers/{code}{path}"), stranger.get(f"/dossiers/H37.01-260302-9999{path}")
        assert theirs.status_code == none.status_code == 404
        assert without_ids(theirs.text, code) == without_ids(none.text, "H37.01-260302-9999")
    assert stranger.get(f"/files/{attachment}").status_code == 404
    assert stranger.post(f"/dossiers/{code}/withdraw", data={"reason": "x", "version": "1"}).status_code == 404
    assert code not in stranger.get("/dossiers").text
    assert "Không tìm thấy" in pages.words(stranger.get(f"/dossiers?q={code}"))


def without_ids(text: str, own: str) -> str:
    """The page without what differs by design: its own address, the request's number, tokens."""
    text = text.replace(own, "…")
    return re.sub(r"(<code>[^<]*</code>|nonce-[\w-]+|value=\"[^\"]*\"|\?v=\w+)", "", text)
