"""What the letters say, in three languages, whatever people type."""

import io
import json
import re
import shutil
import subprocess
import tomllib
import unicodedata
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from portal.catalogue.text import LANGUAGES, Language, Text
from portal.letters import contents as say
from portal.letters import pdf
from portal.letters.coverage import FONTS, HOLLOW_SQUARE, characters_of, drawable, printable
from portal.letters.wording import UnknownPlaceholderError, day_with_weekday, filled, letter_day, limit, moment
from tests.letters.samples import (
    APOLOGY,
    COMPANY,
    DOCUMENTS,
    EVERY_LETTER,
    FILING,
    LICENCE,
    PERMIT,
    RECEIPT,
    REJECTION,
    SUPPLEMENT,
    at,
    words,
)


def text_of(printed: bytes) -> str:
    """The text of a PDF as a reader copies it, runs of white space as one space."""
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils): the text of letters is not read back")
    found = subprocess.run(["pdftotext", "-", "-"], input=printed, capture_output=True, check=True)
    return " ".join(unicodedata.normalize("NFC", found.stdout.decode()).replace("\u200b", "").split())


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


def test_a_letter_is_printed_at_any_fraction_of_a_second() -> None:
    moment = FILING.filed_at.replace(microsecond=412_345)

    assert FILING.subject.code in text_of(pdf.render(replace(FILING, filed_at=moment)))


def pages_of(letter: say.Letter, language: Language = "vi") -> list[str]:
    with pikepdf.open(io.BytesIO(pdf.render(letter, language=language))) as file:
        count = len(file.pages)
    printed = pdf.render(letter, language=language)
    found = [["pdftotext", "-f", str(page), "-l", str(page), "-", "-"] for page in range(1, count + 1)]
    return [
        subprocess.run(command, input=printed, capture_output=True, check=True).stdout.decode() for command in found
    ]


def longer(articles: int) -> say.Decision:
    """A permit with this many articles of two lines."""
    article = words("Chủ đầu tư chịu trách nhiệm thực hiện đúng nội dung đã được chấp thuận. " * 2)
    return replace(LICENCE, articles=(article,) * articles)


def test_a_letter_that_runs_over_by_a_little_stays_on_one_page() -> None:
    """Seven articles fill a page that is set as widely as a short letter."""
    assert [len(pages_of(longer(count))) for count in (7, 8, 9)] == [1, 1, 1]


def test_a_signature_never_stands_alone_on_a_page() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils): the text of letters is not read back")
    two = [pages for pages in map(pages_of, map(longer, range(9, 17))) if len(pages) > 1]

    assert two
    assert all("Chủ đầu tư" in pages[-1] and "Vy Văn Thành" in pages[-1] for pages in two)


def test_the_values_of_all_rows_begin_in_one_line() -> None:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext is not installed (Debian: poppler-utils): the text of letters is not read back")
    printed = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf.render(LICENCE), capture_output=True, check=True
    ).stdout.decode()
    begins = {
        word: float(left)
        for left, word in re.findall(
            r'<word xMin="([\d.]+)"[^>]*>([^<]+)</word>', unicodedata.normalize("NFC", printed)
        )
    }

    assert abs(begins[COMPANY.identifier] - begins["2.450"]) < 0.1


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("letter", EVERY_LETTER.values(), ids=EVERY_LETTER.keys())
def test_each_letter_is_printed_in_each_language_with_its_code_and_day(letter: say.Letter, language: Language) -> None:
    text = text_of(pdf.render(letter, language=language))

    assert letter.subject.code in text
    assert letter_day(letter.issued_at.astimezone(pdf.VIETNAM).date()).vi in text
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in text
    assert "DEMO" not in text
    assert HOLLOW_SQUARE not in text


@pytest.mark.parametrize("letter", EVERY_LETTER.values(), ids=EVERY_LETTER.keys())
def test_each_paper_that_has_a_code_to_scan_names_the_address_behind_it(letter: say.Letter) -> None:
    has_code = letter.kind not in {say.LetterKind.REGISTER, say.LetterKind.DECLARATION}
    text = text_of(pdf.render(letter))

    assert (letter.subject.verification_url in text) is has_code
    assert ("Quét mã QR" in text) is has_code


@pytest.mark.parametrize("letter", EVERY_LETTER.values(), ids=EVERY_LETTER.keys())
def test_each_letter_claims_to_be_archival_and_accessible(letter: say.Letter) -> None:
    with pikepdf.open(io.BytesIO(pdf.render(letter, language="zh"))) as file:
        with file.open_metadata() as metadata:
            claims = (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"])
            assert claims == ("2", "A", "1")
            assert metadata["dc:title"]
        assert str(file.Root.Lang) == "vi"
        assert "/StructTreeRoot" in file.Root


def test_the_receipt_states_code_documents_limit_and_both_moments() -> None:
    text = text_of(pdf.render(RECEIPT))

    for stated in (
        "GIẤY TIẾP NHẬN HỒ SƠ",
        "VÀ HẸN TRẢ KẾT QUẢ",
        "H37.12-261122-0007",
        "1.013225",
        "4900001010",
        "020190000123",
        "15 ngày làm việc",
        "09 giờ 32 phút, thứ Hai, ngày 23/11/2026",
        "09 giờ 32 phút, thứ Ba, ngày 15/12/2026",
        "Bản chứng thực",
        "1 bộ",
        "150.000 đồng",
        "NGƯỜI NỘP HỒ SƠ",
        "Hoàng Thị Lan",
        "tạm tính",
    ):
        assert squeezed(stated) in squeezed(text), stated


def test_the_filer_reads_the_promised_moment_in_english_and_chinese() -> None:
    assert "09:32, Tuesday 15 December 2026" in text_of(pdf.render(RECEIPT, language="en"))
    assert "2026年12月15日（星期二）09:32" in squeezed(text_of(pdf.render(RECEIPT, language="zh")))


def test_a_vietnamese_letter_has_no_courtesy_lines() -> None:
    text = text_of(pdf.render(RECEIPT, language="vi"))

    assert "Receipt" not in text
    assert not re.search(r"[\u4e00-\u9fff]", text)


def test_the_filing_receipt_promises_an_answer_within_eight_working_hours() -> None:
    text = text_of(pdf.render(FILING))

    assert "17 giờ 00 phút, thứ Hai, ngày 23/11/2026" in text
    assert "Trong 8 giờ làm việc" in text


def test_the_apology_names_the_old_and_the_new_day() -> None:
    text = text_of(pdf.render(APOLOGY))

    assert "15/12/2026" in text
    assert "18/12/2026" in text
    assert "Phòng Quản lý xây dựng" in text


@pytest.mark.parametrize(
    ("before_intake", "restart", "sentence"),
    [(True, False, "chưa bắt đầu tính"), (False, False, "tính tiếp phần còn lại"), (False, True, "tính lại từ đầu")],
)
def test_the_supplement_request_says_what_the_clock_does(before_intake: bool, restart: bool, sentence: str) -> None:
    text = text_of(pdf.render(replace(SUPPLEMENT, before_intake=before_intake, restart=restart)))

    assert sentence in text


def test_a_second_supplement_request_is_counted_as_such() -> None:
    assert "lần thứ 2" in text_of(pdf.render(replace(SUPPLEMENT, round=2)))
    assert "một lần, đầy đủ" in text_of(pdf.render(SUPPLEMENT))


@pytest.mark.parametrize(
    ("capacity", "principal", "line"),
    [
        (say.Capacity.OWN, "", "PHÓ GIÁM ĐỐC"),
        (say.Capacity.DEPUTY, "Giám đốc", "KT. GIÁM ĐỐC"),
        (say.Capacity.COLLECTIVE, "Ủy ban nhân dân", "TM. ỦY BAN NHÂN DÂN"),
        (say.Capacity.ORDER, "Giám đốc", "TL. GIÁM ĐỐC"),
        (say.Capacity.DELEGATION, "Giám đốc", "TUQ. GIÁM ĐỐC"),
    ],
)
def test_in_whose_name_a_person_signs_is_printed(capacity: say.Capacity, principal: str, line: str) -> None:
    signatory = say.Signatory(name="Vy Văn Thành", post="Phó Giám đốc", capacity=capacity, principal=principal)

    text = text_of(pdf.render(replace(LICENCE, signatory=signatory)))

    assert line in text
    assert "(Ký, ghi rõ họ và tên)" in text


def test_a_refusal_gives_its_reason_and_the_way_to_complain() -> None:
    text = text_of(pdf.render(REJECTION))

    assert "vượt quy hoạch phân khu" in text
    assert "Quyền khiếu nại" in text


def test_a_demonstration_copy_says_that_it_has_no_legal_effect() -> None:
    for letter in EVERY_LETTER.values():
        assert "BẢN DEMO – không có giá trị pháp lý" in text_of(pdf.render(letter, demo=True))


def test_equal_facts_give_equal_bytes() -> None:
    assert pdf.render(LICENCE, language="zh") == pdf.render(LICENCE, language="zh")


HOSTILE = (
    '#panic("out")',
    '#include "/etc/passwd"',
    '#read("house.typ")',
    '"); #let x = 1 //',
    "*bold* _it_ = title",
    "$x^2$",
    "<label> @ref",
    "\\u{41}",
    "{code} {name}",
    '[#eval("1")]',
    "`raw`",
    "</text><script>",
    "'; DROP TABLE dossiers; --",
)


@pytest.mark.parametrize("typed", HOSTILE)
def test_what_looks_like_markup_is_printed_as_it_was_typed(typed: str) -> None:
    letter = replace(
        RECEIPT,
        owner=replace(COMPANY, name=typed, address=typed),
        subject=replace(PERMIT, title=typed, procedure=words(typed, typed, typed)),
        documents=(replace(DOCUMENTS[0], name=words(typed), note=typed),),
    )

    text = squeezed(text_of(pdf.render(letter, language="en")))

    assert text.count(squeezed(typed)) >= 3


def test_very_long_names_stay_on_the_paper() -> None:
    name = "Công ty Cổ phần Đầu tư Phát triển Hạ tầng Khu kinh tế cửa khẩu " * 6
    letter = replace(
        LICENCE,
        owner=replace(COMPANY, name=name.strip(), email="x" * 200 + "@example.vn"),
        recipients=(name,) * 6,
        subject=replace(PERMIT, title="A" * 400),
    )

    printed = pdf.render(letter)

    assert squeezed(name) in squeezed(text_of(printed))
    assert squeezed(text_of(pdf.render(replace(RECEIPT, subject=letter.subject)))).count("A") >= 400


def test_a_chinese_company_is_printed_in_full() -> None:
    name = "广西凭祥市友谊关国际物流有限责任公司（越南代表处）"

    assert name in squeezed(text_of(pdf.render(replace(RECEIPT, filer=replace(COMPANY, name=name)), language="zh")))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(typed=some.text(max_size=80))
def test_any_text_can_be_printed(typed: str) -> None:
    letter = replace(APOLOGY, filer=replace(COMPANY, name=typed), reason=words(typed or "–", typed, typed))

    assert pdf.render(letter, language="zh").startswith(b"%PDF")


def test_what_no_font_has_becomes_a_hollow_square_and_hidden_characters_vanish() -> None:
    assert drawable("a\u202eb\u200bc🚚\x00") == f"abc{HOLLOW_SQUARE}"
    assert drawable("e\u0302\u0301") == "ế"
    assert ord(HOLLOW_SQUARE) in printable()


def test_the_chinese_face_has_every_character_of_gb2312() -> None:
    known = characters_of((FONTS / "NotoSansSC-Regular.ttf").read_bytes())
    standard = set()
    for row in range(0xA1, 0xF8):
        for place in range(0xA1, 0xFF):
            try:
                standard.add(ord(bytes([row, place]).decode("gb2312")))
            except UnicodeDecodeError:
                continue

    assert len(standard) > 7000
    assert standard <= known


@pytest.mark.parametrize("face", sorted(path.name for path in FONTS.glob("*.ttf")))
def test_every_face_has_every_vietnamese_letter(face: str) -> None:
    letters = "aăâeêioôơuưy"
    marked = {
        unicodedata.normalize("NFC", letter + mark) for letter in letters for mark in "\u0300\u0301\u0303\u0309\u0323"
    }
    needed = marked | {letter.upper() for letter in marked} | set(letters + letters.upper() + "đĐ–")

    assert {ord(letter) for letter in needed} <= characters_of((FONTS / face).read_bytes())


def test_the_fonts_stay_small_and_carry_their_licences() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 12 * 1024 * 1024
    for family in {path.name.split("-")[0] for path in FONTS.glob("*.ttf")}:
        assert "SIL Open Font License" in (FONTS / f"{family}-OFL.txt").read_text()


def test_every_standing_word_has_a_courtesy_translation() -> None:
    standing = tomllib.loads((pdf.TEMPLATES / "words.toml").read_text())
    only_vietnamese = {"qr_alt", "as_above", "archive", "courtesy", "check_title"}

    def lacking(table: dict[str, object], path: str = "") -> list[str]:
        if "vi" in table:
            return [] if path in only_vietnamese or all(table.get(code) for code in LANGUAGES) else [path]
        return [
            name
            for key, part in table.items()
            if isinstance(part, dict)
            for name in lacking(part, f"{path}.{key}".lstrip("."))
        ]

    assert lacking(standing) == []


def test_the_facts_go_to_the_template_as_plain_data() -> None:
    facts = pdf.facts_of(RECEIPT)

    assert json.loads(json.dumps(facts)) == facts
    assert facts["accepted_at"]["short"] == "09:32 23/11/2026"  # type: ignore[index, call-overload]


def test_prewarming_may_be_repeated() -> None:
    pdf.prewarm()
    pdf.prewarm()

    assert pdf.render(FILING).startswith(b"%PDF")


def test_the_place_and_day_line_writes_small_numbers_with_a_zero() -> None:
    assert letter_day(date(2026, 2, 5)).vi == "ngày 05 tháng 02 năm 2026"
    assert letter_day(date(2026, 3, 15)).vi == "ngày 15 tháng 3 năm 2026"


def test_days_and_moments_are_the_offices_own() -> None:
    late = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)

    assert moment(late) == Text(
        vi="01 giờ 30 phút, thứ Hai, ngày 23/11/2026",
        en="01:30, Monday 23 November 2026",
        zh="2026年11月23日（星期一）01:30",
    )
    assert day_with_weekday(date(2026, 11, 22)).vi == "Chủ nhật, ngày 22/11/2026"
    assert moment(at("2026-11-23 09:32")).vi.startswith("09 giờ 32 phút")


def test_limits_are_written_in_words() -> None:
    assert limit(1, "working_day").en == "1 working day"
    assert (limit(8, "working_hour").vi, limit(8, "working_hour").zh) == ("8 giờ làm việc", "8个工作时")


def test_blanks_of_a_procedures_text_are_filled_once_in_each_language() -> None:
    text = Text(vi="Cấp cho {owner} dự án {answers.name}.", en="For {owner}: {answers.name}.", zh="{owner}")
    values = {"owner": "{answers.name}", "answers.name": Text(vi="Kho", en="Store", zh="库")}

    assert filled(text, values) == Text(
        vi="Cấp cho {answers.name} dự án Kho.", en="For {answers.name}: Store.", zh="{answers.name}"
    )
    with pytest.raises(UnknownPlaceholderError):
        filled(Text(vi="{nobody}"), values)
