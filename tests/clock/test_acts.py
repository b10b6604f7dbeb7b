"""The acts behind a figure are told in the reader's language, whichever language they were written in."""

import pytest

from portal.clock import acts

TOLD = {
    "Construction Law 50/2014/QH13 as amended by 62/2020/QH14, Art. 102(1)(e)": (
        "Luật Xây dựng 50/2014/QH13, sửa đổi bởi 62/2020/QH14, điểm e khoản 1 Điều 102",
        "Construction Law 50/2014/QH13 as amended by 62/2020/QH14, Article 102(1)(e)",
        "《建设法》（50/2014/QH13号），经62/2020/QH14号修订第102条第1款e项",
    ),
    "Official letter 12729/VPCP-KGVX, 25/12/2025": (
        "Công văn 12729/VPCP-KGVX của Văn phòng Chính phủ, ngày 25/12/2025",
        "Official letter 12729/VPCP-KGVX of the Government Office, 25/12/2025",
        "政府办公厅12729/VPCP-KGVX号公函，2025年12月25日",
    ),
    "45/2020/NĐ-CP, 61/2018/NĐ-CP": (
        "Nghị định 45/2020/NĐ-CP của Chính phủ, Nghị định 61/2018/NĐ-CP của Chính phủ",
        "Decree 45/2020/NĐ-CP of the Government, Decree 61/2018/NĐ-CP of the Government",
        "政府45/2020/NĐ-CP号议定, 政府61/2018/NĐ-CP号议定",
    ),
    "Nghị định số 07/2016/NĐ-CP, Điều 11": (
        "Nghị định 07/2016/NĐ-CP của Chính phủ, Điều 11",
        "Decree 07/2016/NĐ-CP of the Government, Article 11",
        "政府07/2016/NĐ-CP号议定第11条",
    ),
    "Resolution 80-NQ/TW": ("Nghị quyết 80-NQ/TW", "Resolution 80-NQ/TW", "80-NQ/TW号决议"),
    "Quyết định số 12/2027/QĐ-UBND ngày 01/3/2027": (
        "Quyết định 12/2027/QĐ-UBND, ngày 01/3/2027",
        "Decision 12/2027/QĐ-UBND, 01/3/2027",
        "12/2027/QĐ-UBND号决定，2027年3月1日",
    ),
    "Điều 9": ("Điều 9", "Điều 9", "Điều 9"),
    "": ("", "", ""),
}


@pytest.mark.parametrize("source", TOLD)
@pytest.mark.parametrize(("place", "language"), [(0, "vi"), (1, "en"), (2, "zh")])
def test_an_act_is_told_with_its_author_article_and_day(source: str, place: int, language: str) -> None:
    assert acts.said(source, language) == TOLD[source][place]


def test_what_is_no_act_stays_as_it_was_written() -> None:
    assert acts.said("Kế hoạch của tỉnh, 2027", "en") == "Kế hoạch của tỉnh, 2027"
