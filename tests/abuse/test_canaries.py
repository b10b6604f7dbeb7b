"""What people type is found neither in the logs nor in what waits for a worker."""

import logging

import pytest
import sqlalchemy as sa
import structlog
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.foundation.database import new_id
from portal.foundation.logs import describe_exception
from tests.factories import people
from tests.factories import world as worlds
from tests.fixtures.app import Browser

CANARY = "chimhoangyen"


def test_neither_e_mail_password_tax_code_nor_answers_are_logged_or_queued(
    client: Browser, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    world = worlds.build(session)
    assert world.company is not None
    person = people.person(session, name=f"Tên {CANARY}", email=f"{CANARY}@example.vn")
    people.membership(session, person, world.company)
    tax_code = world.company.tax_code or ""
    draft = world.draft()
    session.commit()
    caplog.set_level(logging.INFO)

    with structlog.testing.capture_logs() as logs:
        client.post("/sign-in", data={"email": f"nobody-{CANARY}@example.vn", "password": f"wrong {CANARY} password"})
        client.post("/sign-in", data={"email": person.email, "password": f"wrong {CANARY} password"})
        people.sign_in(client, person)
        for path in (f"/dossiers?q={CANARY}", f"/drafts/{draft.id}", f"/dossiers/{CANARY}", f"/nothing/{CANARY}"):
            client.get(path)
        section = draft.procedure.definition["sections"][0]["code"]
        client.post(f"/drafts/{draft.id}/sections/{section}", data={"works_name": CANARY, "phone": CANARY})
        client.post("/step-up", data={"password": people.PASSWORD})
        client.post(f"/drafts/{draft.id}/file", data={"declared": "y", "note": CANARY})
        client.post("/accounts/companies/new", data={"name": CANARY, "tax_code": tax_code, "address": CANARY})
        client.post("/sign-out")

    told = [*map(repr, logs), *caplog.messages]
    assert told
    assert not [line for line in told if CANARY in line or tax_code in line]
    waiting = session.scalars(sa.text("SELECT to_jsonb(t)::text FROM outbox t")).all()
    assert waiting
    assert not [row for row in waiting if CANARY in row or tax_code in row]


def test_the_log_of_a_failure_quotes_no_value_of_a_row(session: Session) -> None:
    """A violated constraint quotes the row it was violated by."""
    first = people.person(session, email=f"{CANARY}@example.vn")
    with pytest.raises(IntegrityError) as failure, session.begin_nested():
        session.execute(
            sa.insert(Person).values(
                id=new_id(),
                email=first.email,
                name=CANARY,
                password_hash="x",
                language="vi",
                created_at=first.created_at,
            )
        )
    assert CANARY in str(failure.value)

    logged = describe_exception(None, "error", {"event": "request failed", "exc_info": failure.value})

    assert CANARY not in repr(dict(logged))
    assert logged["error"] == "UniqueViolation 23505"


@pytest.mark.parametrize("error", [ValueError(CANARY), KeyError(CANARY), RuntimeError(CANARY), TypeError(CANARY)])
def test_nor_does_the_log_of_any_other_mistake(error: Exception) -> None:
    logged = describe_exception(None, "error", {"event": "request failed", "exc_info": error})

    assert CANARY not in repr(dict(logged))
