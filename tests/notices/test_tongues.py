"""No notice, mail or short message says a word in another language than its reader's, names apart."""

from collections.abc import Iterator
from typing import Any

import pytest

from portal.foundation.formats import Language
from portal.foundation.languages import LANGUAGES, TAGS
from portal.notices.kinds import NoticeKind
from portal.notices.wording import Item, digest_of, html_of, text_of, words_of
from tests.browser.tongues import Words, foreign, words
from tests.notices.test_mail import PARAMS

NAME, ADDRESS = "N. N.", "https://motcua.example.vn/dossiers/H37.01-261102-0001"
OURS = ("Một Cửa", "Lạng Sơn", "đồng")
"""The portal's own name, its province's and its country's money, in English as in Vietnamese."""
NAMES = {"vi": "Sở Xây dựng", "en": "Department of Construction", "zh": "建设厅"}
MOMENT, DAY = "2026-11-24T10:00:00+00:00", "2026-12-01"
TOLD: dict[str, Any] = PARAMS | {
    "amount_vnd": 75_000, "at": MOMENT, "browser": "Firefox · Windows", "bottleneck": NAMES, "carrier": "VNPost",
    "colleague": "A. A.", "company": "ACME", "counted_at": MOMENT, "due_at": MOMENT, "expires_on": DAY,
    "has_cosigning": True, "has_expired": True, "how": "counter", "matter": "complaint", "n": 40, "of": "ACME",
    "office": NAMES, "on_time_share": 0.875, "open": 12, "open_overdue": 3, "reason": "–", "signed_in_at": MOMENT,
    "slot_at": MOMENT, "step": NAMES, "stop": "/figures/mails/1", "tracking": "EA473124803VN", "view": "ACME",
    "week": 4,
}  # fmt: skip
"""Everything a notice can be told; what people typed is in no language here."""
BARE: dict[str, Any] = {"dossier_code": PARAMS["dossier_code"]}
UNLIKE = TOLD | {
    "has_cosigning": False, "has_expired": False, "how": "post", "matter": "feedback", "stop": "", "link": "/accounts",
}  # fmt: skip
"""The other branch of whatever is said one way or the other."""


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("params", [TOLD, UNLIKE, BARE], ids=["everything", "otherwise", "nothing"])
def test_every_kind_of_notice_is_in_the_readers_language_in_the_portal_and_in_its_mail(
    params: dict[str, Any], language: Language
) -> None:
    wrong: list[str] = []
    for kind in (*NoticeKind, "a kind of a newer release"):
        said = words_of(kind, params, language)
        given = {"language": language, "name": NAME, "address": ADDRESS, "stop": said.stop}
        lines = [said.subject, *said.paragraphs, *text_of(said, **given).splitlines()]
        wrong += [f"{kind}: {problem}" for problem in faults(lines, html_of(said, **given), language)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_mail_of_the_day_is_in_the_readers_language(language: Language) -> None:
    items = [Item(words=words_of(kind, TOLD, language), address=ADDRESS) for kind in NoticeKind]

    mail = digest_of(items, language=language, name=NAME, change=ADDRESS)

    assert not list(faults([mail.subject, *mail.text.splitlines()], mail.html, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_check_would_notice_a_line_of_another_language(language: Language) -> None:
    strange = {"vi": "Open the dossier", "en": "Mở hồ sơ", "zh": "Mở hồ sơ"}[language]

    assert list(faults([strange], "", language))
    assert list(faults([], f'<html lang="{TAGS[language]}"><p>{strange}</p></html>', language))


def faults(lines: list[str], html: str, language: Language) -> Iterator[str]:
    """What is said in another language, and in which."""
    for said in (*(Words("", line.strip(), "text") for line in lines), *words(html)):
        text = said.text
        for name in OURS:
            text = text.replace(name, "…")
        if found := foreign(Words(said.language, text, said.place), language):
            yield f"{found}, {said.place}: {said.text}"
