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


MOVED = {
    "vi": "ngày hẹn trả ghi trên đó đã thay đổi",
    "en": "the day promised on it has moved",
    "zh": "承诺的日期已变更",
}
NEW_DAY = {"vi": "Thứ Ba 14/04/2026", "en": "Tuesday 14/04/2026", "zh": "2026年4月14日"}
VOID = {"vi": "Văn bản thật, nhưng không còn hiệu lực", "en": "Genuine, but no longer in force", "zh": "真实，但已失效"}
INSTEAD = {"vi": "đã ban hành văn bản số 2/", "en": "issued No. 2/", "zh": "签发2/"}


def test_a_receipt_whose_day_was_moved_says_the_new_day_and_no_reason(
    world: World, session: Session, printing: PrintingOffice, client: Browser
) -> None:
    dossier = accepted(world, session)
    letters.write(
        session,
        dossier_id=dossier.id,
        kind=LetterKind.RECEIPT,
        event_version=dossier.version,
        office=printing,
        now=LATER,
    )
    session.commit()
    receipt = newest(session, dossier, LetterKind.RECEIPT)
    assert MOVED["en"] not in check(client, receipt, "en")

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
