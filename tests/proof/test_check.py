"""The public check of a letter tells the truth about what later events did to it."""

import html
import re
from datetime import date, timedelta
from io import BytesIO

import flask
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.actions import extending, letters, reopening
from portal.dossiers.models import Dossier
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role
from tests.dossiers.test_life import accepted, worked
from tests.dossiers.test_moved_promises import REASON, deliver_decision
from tests.factories import world as worlds
from tests.factories.world import MONDAY, World
from tests.fixtures.app import Browser

LATER = MONDAY + timedelta(days=3)


@pytest.fixture
def world(session: Session) -> World:
    return worlds.build(session, procedures=("1.013225",))


@pytest.fixture
def printing(app: flask.Flask) -> PrintingOffice:
    return PrintingOffice.of(app.extensions["settings"])


def check(client: Browser, letter: Letter, language: str) -> str:
    page = client.get(f"/{language}/verify/{letter.token}")
    assert page.status_code == 200
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def newest(session: Session, dossier: Dossier, kind: LetterKind) -> Letter:
    rows = sa.select(Letter).where(Letter.dossier_id == dossier.id, Letter.kind == kind.value)
    return session.scalars(rows.order_by(Letter.event_version.desc())).first() or pytest.fail("no such letter")


def written_receipt(session: Session, dossier: Dossier, office: PrintingOffice) -> Letter:
    letters.write(
        session,
        dossier_id=dossier.id,
        kind=LetterKind.RECEIPT,
        event_version=dossier.version,
        office=office,
        now=LATER,
    )
    session.commit()
    return newest(session, dossier, LetterKind.RECEIPT)


MOVED = {
    "vi": "ngày hẹn trả ghi trên đó đã thay đổi",
    "en": "the day promised on it has moved",
    "zh": "承诺的日期已变更",
}
NEW_DAY = {"vi": "Thứ Ba 14/04/2026", "en": "Tuesday 14/04/2026", "zh": "2026年4月14日"}
VOID = {"vi": "Văn bản thật, nhưng không còn hiệu lực", "en": "Genuine, but no longer in force", "zh": "真实，但已失效"}
INSTEAD = {"vi": "đã ban hành văn bản số 2/", "en": "issued No. 2/", "zh": "签发2/"}


@pytest.mark.parametrize(
    ("language", "name"),
    [
        ("vi", "Giấy tiếp nhận hồ sơ và hẹn trả kết quả (Mẫu số 01)"),
        ("en", "Receipt of acceptance with the promised date (Form 01)"),
        ("zh", "受理回执及结果领取通知（01号表）"),
    ],
)
def test_a_letter_has_the_same_name_here_as_on_the_page_of_its_dossier(
    client: Browser, world: World, session: Session, printing: PrintingOffice, language: str, name: str
) -> None:
    dossier = accepted(world, session)
    receipt = written_receipt(session, dossier, printing)

    assert name in check(client, receipt, language)


def test_a_receipt_whose_day_was_moved_says_the_new_day_and_no_reason(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    receipt = written_receipt(session, dossier, printing)
    before = check(client, receipt, "en")
    assert MOVED["en"] not in before
    assert "The day promised on it, " in before
    assert "is still the one promised today" in before
    assert "The receiving officer signed by accepting the dossier" in before

    leader = world.holder(dossier.agency_id, Role.LEADER)
    extending.extend(session, dossier, new_promised_on=date(2026, 4, 14), reason=REASON, viewer=leader, now=LATER)
    session.commit()

    for language, said in MOVED.items():
        page = check(client, receipt, language)
        assert said in page
        assert NEW_DAY[language] in page
        assert REASON not in page


def test_a_decision_that_was_taken_back_is_genuine_and_void_and_the_next_one_holds(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    node = worked(world, session, dossier, until=Act.SIGN)
    deliver_decision(world, session, dossier, node, printing)
    session.commit()
    first = newest(session, dossier, LetterKind.DECISION)
    leader = world.holder(dossier.agency_id, Role.LEADER)
    signing = reopening.ways_back(dossier)[-1]

    reopening.reopen(session, dossier, signing, reason=REASON, legal_ground="", viewer=leader, now=LATER)
    session.commit()
    for language, said in VOID.items():
        page = check(client, first, language)
        assert said in page
        assert INSTEAD[language] not in page
        assert REASON not in page

    deliver_decision(world, session, dossier, signing, printing, now=LATER + timedelta(days=1))
    session.commit()
    second = newest(session, dossier, LetterKind.DECISION)
    for language, said in VOID.items():
        assert INSTEAD[language] in check(client, first, language)
        assert said not in check(client, second, language)
    assert "This decision is in force" in check(client, second, "en")
    assert "Building permit" in check(client, second, "en")
    assert "This decision is in force" not in check(client, first, "en")


def test_comparing_the_very_file_of_a_void_decision_still_says_void(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    node = worked(world, session, dossier, until=Act.SIGN)
    deliver_decision(world, session, dossier, node, printing)
    letter = newest(session, dossier, LetterKind.DECISION)
    assert letter.storage_key is not None
    content = printing.storage.get(letter.storage_key)
    leader = world.holder(dossier.agency_id, Role.LEADER)
    reopening.reopen(
        session, dossier, reopening.ways_back(dossier)[-1], reason=REASON, legal_ground="", viewer=leader, now=LATER
    )
    session.commit()

    file = (BytesIO(content), "decision.pdf")
    page = client.post(f"/en/verify/{letter.token}", data={"file": file}, content_type="multipart/form-data")

    assert page.status_code == 200
    assert VOID["en"] in page.text
    assert "byte for byte" in page.text
    assert "Genuine and unchanged" not in page.text


def sent(client: Browser, content: bytes, language: str = "en") -> tuple[int, str]:
    """What the page says to somebody who chooses this file, not knowing which letter it is."""
    file = (BytesIO(content), "letter.pdf")
    page = client.post(f"/{language}/verify/", data={"file": file}, content_type="multipart/form-data")
    return page.status_code, html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.text).split()))


def test_a_file_alone_is_enough_to_find_its_letter_whether_it_is_genuine_or_altered(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    receipt = written_receipt(session, dossier, printing)
    assert receipt.storage_key is not None
    genuine = printing.storage.get(receipt.storage_key)

    status, said = sent(client, genuine)
    assert (status, "Genuine and unchanged" in said, dossier.code in said) == (200, True, True)

    status, said = sent(client, genuine + b"\n% a word more\n")
    assert (status, "Do not rely on this file" in said, dossier.code in said) == (200, True, True)
    assert "What is wrong" in said


def test_a_file_that_names_no_letter_is_unknown_and_no_secret_is_told(client: Browser, session: Session) -> None:
    for content in (b"%PDF-1.7 nothing", b"a picture", b"\x00" * 1000):
        status, said = sent(client, content)
        assert (status, "This portal does not know this file" in said) == (200, True)


@pytest.mark.parametrize(
    "written", ["https://motcua.example.vn/vi/verify/nothing-like-this-1", "x", "' OR 1=1", "../.."]
)
def test_an_address_that_leads_nowhere_is_refused_beside_its_box_and_kept(client: Browser, written: str) -> None:
    page = client.post("/en/verify/", data={"address": written})

    assert page.status_code == 422
    assert "No letter of this portal has this address" in page.text
    assert f'value="{html.escape(written, quote=True)}"'.replace("&#x27;", "&#39;") in page.text


def test_nothing_chosen_is_said_and_a_word_from_nowhere_is_an_unknown_letter(client: Browser) -> None:
    assert client.post("/en/verify/").status_code == 422
    unknown = client.get("/en/verify/from-nowhere-at-all")
    assert unknown.status_code == 404
    assert "This portal has issued no such letter" in unknown.text


def test_a_copied_address_leads_to_the_letter(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    letters.write(
        session, dossier_id=dossier.id, kind=LetterKind.RECEIPT, event_version=dossier.version, office=printing,
        now=LATER,
    )  # fmt: skip
    session.commit()
    token = newest(session, dossier, LetterKind.RECEIPT).token

    for written in (token, f" http://localhost:8000/vi/verify/{token[:9]} {token[9:]} "):
        answer = client.post("/zh/verify/", data={"address": written})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/zh/verify/{token}")
