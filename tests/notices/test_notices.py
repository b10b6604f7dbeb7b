"""What a person reads about their dossiers in the portal."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.foundation.database import new_id
from portal.notices.actions import tell
from portal.notices.kinds import NoticeKind
from portal.notices.models import Notice
from portal.notices.queries import PAGE
from portal.notices.wording import words_of
from tests.factories import people
from tests.fixtures.app import Browser
from tests.notices.test_mail import NOW, PARAMS

OF_PEOPLE = frozenset(
    {
        NoticeKind.NEW_SIGN_IN,
        NoticeKind.DRAFT_HANDED_OVER,
        NoticeKind.COSIGNATURE_ASKED,
        NoticeKind.COSIGNED,
        NoticeKind.COSIGNATURE_DECLINED,
        NoticeKind.COSIGNING_CHANGED,
        NoticeKind.MATTER_RAISED,
        NoticeKind.MATTER_ANSWERED,
        NoticeKind("invited"),
        NoticeKind("factor_reset"),
        NoticeKind.PASSWORD_RESET,
        NoticeKind.PASSWORD_CHANGED,
        NoticeKind.ADDRESS_CHECK,
        NoticeKind.ADDRESS_CHANGED,
        NoticeKind.ADDRESS_KNOWN,
        NoticeKind.FIGURES_MAIL,
        NoticeKind.REGISTRATION_APPROVED,
        NoticeKind.REGISTRATION_REFUSED,
        NoticeKind.CERTIFICATE_EXPIRES,
    }
)
"""What is about somebody's account, draft or words, and not always about a dossier."""

OF_DOSSIERS = tuple(kind for kind in NoticeKind if kind not in OF_PEOPLE)


def tell_of(
    session: Session, reader: Person, code: str, *, kind: NoticeKind = NoticeKind.FILED, hours: int = 0
) -> None:
    params = {**PARAMS, "dossier_code": code}
    at = NOW - timedelta(days=30) + timedelta(hours=hours)
    tell(session, NoticeKind.FILED, dossier_id=new_id(), event_version=1, people=[reader.id], now=at, params=params)
    session.commit()


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
@pytest.mark.parametrize("kind", [*OF_DOSSIERS, "a kind of a newer release"])
def test_every_kind_has_words_in_every_language(kind: str, language: str) -> None:
    words = words_of(kind, PARAMS, language)

    assert "H37.01-261102-0001" in words.subject
    assert words.paragraphs
    assert all("%(" not in text and "{{" not in text for text in (words.subject, *words.paragraphs))
    assert words.link == "/dossiers/H37.01-261102-0001"


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_a_sign_in_from_a_new_browser_is_told_with_the_moment_and_the_way_to_act(language: str) -> None:
    params = {"browser": "Firefox · Windows", "signed_in_at": "2026-03-02T02:15:00+00:00"}

    words = words_of(NoticeKind.NEW_SIGN_IN, params, language)

    assert "Firefox · Windows" in words.paragraphs[0]
    assert "09:15" in words.paragraphs[0]
    assert words.link == "/accounts"


@pytest.mark.parametrize("kind", OF_DOSSIERS)
def test_each_language_says_it_in_its_own_words(kind: NoticeKind) -> None:
    said = {words_of(kind, PARAMS, language).paragraphs for language in ("vi", "en", "zh")}

    assert len(said) == 3


@pytest.mark.parametrize("kind", OF_DOSSIERS)
def test_a_notice_without_particulars_can_still_be_read(kind: NoticeKind) -> None:
    words = words_of(kind, {}, "vi")

    assert words.subject
    assert words.link == "/notices"


@pytest.mark.parametrize("has_cosigning", [True, False])
@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.startswith("cosign")])
def test_co_signing_is_told_with_who_and_for_whom_in_words_of_each_language(
    kind: NoticeKind, has_cosigning: bool
) -> None:
    known = {"colleague": "Lý Thị Cùng", "company": "Công ty Hoa Hồi", "procedure": PARAMS["procedure"]}
    params = {**known, "reason": "Chưa khớp", "has_cosigning": has_cosigning, "link": "/accounts/companies/1/members"}
    said = [words_of(kind, params, language) for language in ("vi", "en", "zh")]

    assert len({words.paragraphs for words in said}) == len({words.subject for words in said}) == 3
    for words in said:
        assert "Lý Thị Cùng" in " ".join(words.paragraphs)
        assert "Công ty Hoa Hồi" in " ".join(words.paragraphs)
        assert ("Chưa khớp" in words.paragraphs) is (kind is NoticeKind.COSIGNATURE_DECLINED)
        assert words.is_about_account, "the button leads to the company, not to a dossier"


def test_each_thought_is_a_paragraph() -> None:
    words = words_of(NoticeKind.SUPPLEMENT_REQUESTED, PARAMS, "vi")

    assert len(words.paragraphs) == 3
    assert words.paragraphs[1].startswith("Hãy bổ sung chậm nhất thứ Ba 01/12/2026.")


def test_my_notices_are_there_newest_first_and_nobody_elses(client: Browser, session: Session) -> None:
    me, other = people.filer(session), people.filer(session)
    tell_of(session, me, "OLDER", hours=1)
    tell_of(session, me, "NEWER", hours=2)
    tell_of(session, other, "FOREIGN", hours=3)
    people.sign_in(client, me)

    page = client.get("/notices").text

    assert page.index("NEWER") < page.index("OLDER")
    assert "FOREIGN" not in page


def test_many_notices_come_page_by_page_each_once(client: Browser, session: Session) -> None:
    me = people.filer(session)
    for number in range(PAGE + 5):
        tell_of(session, me, f"CODE-{number:03d}", hours=number // 3)  # some at the very same moment
    people.sign_in(client, me)

    first = client.get("/notices").text
    last_shown = session.scalars(
        sa.select(Notice.id)
        .where(Notice.person_id == me.id)
        .order_by(Notice.created_at.desc(), Notice.id.desc())
        .offset(PAGE - 1)
        .limit(1)
    ).one()
    second = client.get(f"/notices?before={last_shown}").text

    assert f"before={last_shown}" in first
    shown = [
        [f"CODE-{n:03d}" for n in range(PAGE + 5) if f"/dossiers/CODE-{n:03d}" in page] for page in (first, second)
    ]
    assert (len(shown[0]), len(shown[1])) == (PAGE, 5)
    assert not set(shown[0]) & set(shown[1])


def test_a_foreign_notice_opens_no_window_into_anothers_list(client: Browser, session: Session) -> None:
    me, other = people.filer(session), people.filer(session)
    tell_of(session, me, "MINE")
    tell_of(session, other, "FOREIGN", hours=5)
    people.sign_in(client, me)
    foreign = session.scalars(sa.select(Notice.id).where(Notice.person_id == other.id)).one()

    page = client.get(f"/notices?before={foreign}").text

    assert "FOREIGN" not in page
    assert "MINE" not in page


def test_read_is_marked_for_me_alone(client: Browser, session: Session) -> None:
    me, other = people.filer(session), people.filer(session)
    tell_of(session, me, "MINE")
    tell_of(session, other, "FOREIGN")
    people.sign_in(client, me)

    answer = client.post("/notices/read")

    session.expire_all()
    assert answer.status_code == 303
    unread = set(session.scalars(sa.select(Notice.person_id).where(Notice.read_at.is_(None))))
    assert unread == {other.id}
    assert "mc-notices__item--new" not in client.get("/notices").text


def test_an_empty_list_says_what_will_be_there(client: Browser, session: Session) -> None:
    people.sign_in(client, people.filer(session))

    assert "mc-empty" in client.get("/notices").text


def test_notices_are_for_people_who_signed_in(client: Browser) -> None:
    assert client.get("/notices").status_code == 302


@pytest.mark.parametrize("matter", ["complaint", "feedback", "mending", "own_data"])
@pytest.mark.parametrize("kind", [NoticeKind.MATTER_RAISED, NoticeKind.MATTER_ANSWERED])
def test_a_matter_is_told_in_words_of_its_own_and_leads_to_its_page(kind: NoticeKind, matter: str) -> None:
    params = {**PARAMS, "matter": matter, "due_at": "2026-03-06T10:00:00+00:00", "link": "/matters/1"}

    said = {words_of(kind, params, language).paragraphs for language in ("vi", "en", "zh")}

    assert len(said) == 3
    assert words_of(kind, params, "vi").link == "/matters/1"
    if kind is NoticeKind.MATTER_RAISED:
        assert "thứ Sáu 06/03/2026" in words_of(kind, params, "vi").paragraphs[-1]
