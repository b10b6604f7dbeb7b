"""The administrator's page of what waits and what was given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import flask
import html5lib
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.accounts.models import AuditRow, InterruptedPost, Person
from portal.foundation.database import new_id
from portal.foundation.outbox import Job, OutboxRow, Queue, enqueue
from portal.foundation.settings import Settings
from portal.notices.models import Notice
from portal.operations import actions
from portal.operations.wording import lag_words
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain
from workers.task import Outcome

PAGE = "/administration/background-work"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def given_up(session: Session, *, error: str = "LookupError", kind: str = "send_notice") -> OutboxRow:
    row = OutboxRow(
        kind=kind,
        queue=Queue.BACKGROUND,
        payload={"secret": "what nobody must read here"},
        created_at=NOW,
        next_try_at=NOW,
        attempts=8,
        dead_at=NOW,
        last_error=error,
    )
    session.add(row)
    session.commit()
    return row


def read(client: Browser, language: str = "en") -> str:
    client.set_cookie("language", language)
    client.set_cookie("motcua_test_language", language)
    answer = client.get(PAGE)
    assert answer.status_code == 200
    html5lib.HTMLParser(strict=True).parse(answer.text)
    return answer.text


def audit_rows(session: Session, verb: str) -> list[AuditRow]:
    return list(session.scalars(sa.select(AuditRow).where(AuditRow.verb == verb)))


def test_an_empty_page_says_what_would_be_here(administrator: Person, client: Browser) -> None:
    page = read(client)
    assert "Nothing was given up" in page
    assert "Nothing is waiting" in page


def test_waiting_jobs_are_counted_by_kind_and_an_unknown_kind_is_shown(
    administrator: Person, client: Browser, session: Session
) -> None:
    for _ in range(3):
        enqueue(session, Job.RENDER_LETTER, {})
    session.add(OutboxRow(kind="of_tomorrow", queue=Queue.PROMPT, payload={}, created_at=NOW, next_try_at=NOW))
    session.commit()
    page = read(client)

    assert "Print a letter" in page
    assert "of_tomorrow" in page
    assert "unknown to this release" in page


def test_a_job_given_up_is_shown_with_what_went_wrong_and_without_its_content(
    administrator: Person, client: Browser, session: Session
) -> None:
    given_up(session, error="ConnectionRefusedError")
    given_up(session, error="lost")
    page = read(client)

    assert "ConnectionRefusedError" in page
    assert "The program stopped in the middle each time" in page
    assert "what nobody must read here" not in page


@pytest.mark.parametrize(("language", "word"), [("vi", "Việc chạy nền"), ("zh", "后台工作")])
def test_the_page_speaks_the_readers_language(
    administrator: Person, client: Browser, session: Session, language: str, word: str
) -> None:
    given_up(session)
    page = read(client, language)

    assert word in page
    assert "Given up" not in page
    assert "Try again" not in page


def test_retrying_opens_the_job_with_all_its_tries_and_leaves_an_audit_row(
    administrator: Person, client: Browser, session: Session
) -> None:
    row = given_up(session)
    answer = client.post(f"{PAGE}/retry", data={"job": row.id})
    session.refresh(row)

    assert (answer.status_code, answer.location) == (303, PAGE)
    assert (row.dead_at, row.attempts, row.last_error) == (None, 0, "LookupError")
    (audit,) = audit_rows(session, "operations.retry_job")
    assert audit.actor_id == administrator.id
    assert audit.thing == f"job:{row.id}:send_notice"
    assert audit.before == {"attempts": 8, "last_error": "LookupError"}


def test_a_retried_job_is_done(administrator: Person, client: Browser, session: Session) -> None:
    row = given_up(session, kind="clean_expired")
    client.post(f"{PAGE}/retry", data={"job": row.id})

    assert Outcome.DONE in drain(session)
    session.refresh(row)
    assert row.closed_at is not None


def test_closing_asks_for_a_reason_and_keeps_what_was_typed(
    administrator: Person, client: Browser, session: Session
) -> None:
    row = given_up(session)
    client.set_cookie("motcua_test_language", "en")
    answer = client.post(f"{PAGE}/close", data={"job": row.id, "reason": " x "})
    session.refresh(row)

    assert answer.status_code == 422
    assert "Write the reason in 3 to 500 characters." in answer.text
    assert ">x</textarea>" in answer.text
    assert row.dead_at is not None
    html5lib.HTMLParser(strict=True).parse(answer.text)


def test_closing_keeps_the_reason_with_the_job_and_leaves_an_audit_row(
    administrator: Person, client: Browser, session: Session
) -> None:
    row = given_up(session)
    answer = client.post(f"{PAGE}/close", data={"job": row.id, "reason": "delivered by telephone"})
    session.refresh(row)

    assert answer.status_code == 303
    assert row.dead_at is None
    assert row.closed_at is not None
    assert row.resolution == "delivered by telephone"
    (audit,) = audit_rows(session, "operations.close_job")
    assert audit.after == {"reason": "delivered by telephone"}


@pytest.mark.parametrize("act", ["retry", "close"])
def test_a_job_that_somebody_else_has_dealt_with_is_refused_without_a_trace(
    administrator: Person, client: Browser, session: Session, act: str
) -> None:
    row = given_up(session)
    client.post(f"{PAGE}/close", data={"job": row.id, "reason": "delivered by telephone"})
    answer = client.post(f"{PAGE}/{act}", data={"job": row.id, "reason": "once more"})

    assert answer.status_code == 409
    assert len(audit_rows(session, "operations.close_job")) == 1
    assert audit_rows(session, "operations.retry_job") == []


@pytest.mark.parametrize("number", ["", "x", "0", "-1", str(2**63), "1e3"])
def test_a_number_that_is_none_is_refused(administrator: Person, client: Browser, number: str) -> None:
    answer: TestResponse = client.post(f"{PAGE}/retry", data={"job": number})
    assert answer.status_code == 422


def test_an_auditor_may_look_but_not_act(client: Browser, session: Session) -> None:
    auditor = people.officer(session, people.agency(session), Role.AUDITOR)
    row = given_up(session)
    people.sign_in(client, auditor)

    assert "/retry" not in read(client)
    assert client.post(f"{PAGE}/retry", data={"job": row.id}).status_code == 403


def test_others_may_not_enter(client: Browser, session: Session) -> None:
    assert client.get(PAGE).status_code == 302
    people.sign_in(client, people.officer(session, people.agency(session), Role.HEAD))
    assert client.get(PAGE).status_code == 403


def test_what_has_expired_is_cleared_away_and_what_has_not_stays(session: Session) -> None:
    owner = people.filer(session)
    for days in (1, 31):
        at = NOW - timedelta(days=days)
        session.add(
            InterruptedPost(
                token_hash=str(days).encode(),
                person_id=owner.id,
                path="/",
                fields=[],
                expires_at=at + timedelta(days=2),
            )
        )
        session.add(
            OutboxRow(kind="send_notice", queue=Queue.PROMPT, payload={}, created_at=at, next_try_at=at, closed_at=at)
        )
    session.flush()

    assert actions.clean_expired(session, now=NOW) == {
        "interrupted_posts": 1,
        "closed_jobs": 1,
        "posts_over": 0,
    }


def test_a_given_up_job_says_for_whom_and_about_which_dossier_and_why_in_words(
    session: Session, client: Browser
) -> None:
    office = people.agency(session, is_intake=True)
    people.sign_in(client, people.officer(session, office, Role.ADMINISTRATOR))
    told = people.person(session, name="Nông Thị Ngọc")
    notice = Notice(
        id=new_id(), person_id=told.id, dossier_id=None, event_version=None, kind="invited", params={}, created_at=NOW,
        read_at=None, mailed_at=None, texted_at=None,
    )  # fmt: skip
    session.add(notice)
    session.flush()
    row = given_up(session, error="MailServerAway")
    row.payload = {"notice_id": str(notice.id)}
    session.commit()

    text = read(client, "vi")

    assert "cho Nông Thị Ngọc" in text
    assert "Máy chủ thư không trả lời" in text
    assert str(notice.id) not in text


def test_the_administrators_front_page_says_that_jobs_were_given_up(session: Session, client: Browser) -> None:
    office = people.agency(session, is_intake=True)
    people.sign_in(client, people.officer(session, office, Role.ADMINISTRATOR))
    session.commit()
    client.set_cookie("motcua_test_language", "en")
    assert "given up: a person must look" not in client.get("/administration").text

    given_up(session)

    assert "1 job was given up: a person must look at it." in client.get("/administration").text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.4, "less than a second"), (1, "1 second"), (59.9, "59 seconds"), (60, "1 minute"), (3599, "59 minutes"),
        (3600, "1 hour"), (5400, "1 hour 30 minutes"), (86_400, "1 day"), (180_000, "2 days 2 hours"),
    ],
)  # fmt: skip
def test_a_lag_is_told_as_people_say_it(app: flask.Flask, seconds: float, words: str) -> None:
    with app.test_request_context("/en/"):
        assert lag_words(seconds) == words


def test_a_scanner_that_does_not_answer_is_told_on_the_front_page(
    administrator: Person, client: Browser, settings: Settings
) -> None:
    assert "Bộ quét vi-rút" not in client.get("/administration").text

    client.application.extensions["settings"] = replace(settings, clamd_url="tcp://127.0.0.1:1")
    try:
        page = client.get("/administration").text
    finally:
        client.application.extensions["settings"] = settings

    assert "Bộ quét vi-rút" in page


def test_an_error_nobody_foresaw_says_whom_to_tell(administrator: Person, client: Browser, session: Session) -> None:
    given_up(session, error="KeyError: 'x'")

    assert "Lỗi chưa lường trước" in read(client, "vi")
