"""The pages: a payer at the sandbox bank, somebody with a link, the cashier, a bank that notifies."""

import re
from dataclasses import replace
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import flask
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.dossiers.actions import payment as dossiers
from portal.dossiers.actions.letters import write
from portal.dossiers.models import Dossier
from portal.foundation.settings import Mode, Settings, SettingsError, Terminal
from portal.foundation.storage import storage_at
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice
from portal.payments.kinds import BillState, PaymentState, RefundState
from portal.payments.models import Bill, Payment, PaymentLink, Refund, SandboxEntry
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.factories.world import World
from tests.fixtures.app import Browser, make_app, settings_for_tests
from tests.payments.conftest import LATER, SECRET, accepted, bill_of, told


@pytest.fixture
def app(settings: Settings, session: Session) -> flask.Flask:
    """A demonstration with a VNPAY terminal besides."""
    assert session
    demo = settings_for_tests(database_url=settings.database_url, data_dir=settings.data_dir, mode=Mode.DEMO)
    bank = Terminal(terminal="LANGSON1", secret=SECRET, pay_url="https://bank.example/pay", api_url="http://bank/api")
    return make_app(replace(demo, vnpay=bank))


@pytest.fixture
def dossier(world: World, session: Session) -> Dossier:
    return accepted(world, session)


@pytest.fixture
def bill(dossier: Dossier, session: Session) -> Bill:
    return bill_of(session, dossier)


def browser(app: flask.Flask) -> Browser:
    made = app.test_client()
    assert isinstance(made, Browser)
    return made


@pytest.fixture
def filer(app: flask.Flask, world: World) -> Browser:
    made = browser(app)
    assert world.filer is not None
    people.sign_in(made, world.filer)
    return made


@pytest.fixture
def cashier(app: flask.Flask, world: World, session: Session) -> Browser:
    return officer(app, world, session, Role.CASHIER)


def officer(app: flask.Flask, world: World, session: Session, role: Role, agency: str = "service_centre") -> Browser:
    made = browser(app)
    people.sign_in(made, session.get_one(Person, world.posts[agency, role].person_id))
    return made


def path_of(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def start_form(bill: Bill, gateway: str = "sandbox", **more: str) -> dict[str, str]:
    prefix = f"bill-{bill.id.hex}-"
    return {f"{prefix}payer_name": "Nguyễn Văn An", f"{prefix}gateway": gateway, **more}


def at_bank(payer: Browser, address: str, choice: str) -> Any:
    """What a payer does at the sandbox bank; returns the page after the way back."""
    bank = payer.get(path_of(address))
    assert bank.status_code == 200
    query = unescape(re.search(r'name="query" value="([^"]*)"', bank.text)[1])  # type: ignore[index]
    back = payer.post("/payments/sandbox-bank", data={"query": query, "choice": choice})
    assert back.status_code == 303, back.text
    return payer.get(path_of(back.location))


def test_from_the_dossier_to_the_bank_and_back_with_the_receipt(
    filer: Browser, dossier: Dossier, bill: Bill, session: Session, settings: Settings
) -> None:
    assert f"/dossiers/{dossier.code}/payments" in filer.get(f"/dossiers/{dossier.code}").text
    owed = filer.get(f"/dossiers/{dossier.code}/payments").text
    assert "75.000" in owed
    assert "Không trả lại nữa: hồ sơ đã được tiếp nhận." in owed
    assert filer.get(f"/dossiers/{dossier.code}/filed").location == f"/dossiers/{dossier.code}"
    start = filer.post(
        f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill, amount="1", amount_vnd="1")
    )
    assert start.status_code == 303, start.text
    assert parse_qs(urlsplit(start.location).query)["vnp_Amount"] == ["7500000"]

    answer = at_bank(filer, start.location, "00")
    assert "75.000" in answer.text
    assert f'href="/dossiers/{dossier.code}/payments"' in answer.text
    assert "Xem lần nộp tiền và biên lai" in answer.text
    session.expire_all()
    payment = session.scalars(sa.select(Payment)).one()
    assert (payment.state, bill.state) == (PaymentState.SUCCEEDED, BillState.PAID)

    dossiers.note_settlement(session, payment.id, now=LATER)
    office = replace(PrintingOffice.of(settings), storage=storage_at(settings.storage_url))
    version = payment.event_version
    assert version is not None
    write(session, dossier_id=dossier.id, kind=LetterKind.FEE_RECEIPT, event_version=version, office=office, now=LATER)
    page = filer.get(f"/dossiers/{dossier.code}").text
    found = re.search(rf"/dossiers/{dossier.code}/letters/[0-9a-f-]+", page)
    assert found
    assert filer.get(found[0]).data.startswith(b"%PDF")


def test_a_second_press_at_the_bank_is_told_that_it_was_paid_already_and_takes_nothing(
    filer: Browser, dossier: Dossier, bill: Bill, session: Session
) -> None:
    address = path_of(filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill)).location)
    at_bank(filer, address, "00")

    again = {"query": address.partition("?")[2], "choice": "00"}
    opened, pressed = filer.get(address), filer.post("/payments/sandbox-bank", data=again)

    for answer in (opened, pressed):
        assert answer.status_code == 200
        assert re.search(r"Đã nộp lúc \d\d:\d\d .*; không thu thêm gì", answer.text)
        assert 'name="choice"' not in answer.text
        assert "/payments/sandbox/return?" in answer.text
    session.expire_all()
    assert session.scalars(sa.select(Payment.state)).one() is PaymentState.SUCCEEDED


@pytest.mark.parametrize("choice", ["24", "51"])
def test_who_turns_back_has_paid_nothing_and_may_try_again(
    choice: str, filer: Browser, dossier: Dossier, bill: Bill, session: Session
) -> None:
    address = filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill)).location
    at_bank(filer, address, choice)

    session.expire_all()
    assert session.scalars(sa.select(Payment.state)).one() is PaymentState.FAILED
    assert bill.state is BillState.OWED
    why = {"24": "Bạn đã quay lại", "51": "Tài khoản không đủ tiền."}[choice]
    tried = " ".join(re.sub(r"<[^>]+>", " ", filer.get(f"/dossiers/{dossier.code}/payments").text).split())
    assert "Nguyễn Văn An · " in tried
    assert f"không thành công: {why}" in tried
    assert filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill)).status_code == 303


def test_a_redirect_somebody_changed_is_not_taken_by_the_bank(filer: Browser, dossier: Dossier, bill: Bill) -> None:
    address = filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill)).location

    assert filer.get(path_of(address).replace("7500000", "100")).status_code == 422


def test_coming_back_changes_nothing(
    app: flask.Flask, filer: Browser, dossier: Dossier, bill: Bill, session: Session
) -> None:
    filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill, "vnpay"))
    payment = session.scalars(sa.select(Payment)).one()

    answer = browser(app).get(f"/payments/vnpay/return?{urlencode(told(payment))}")
    assert answer.status_code == 200
    session.expire_all()
    assert payment.state is PaymentState.STARTED
    forged = {**told(payment), "vnp_Amount": "100"}
    assert browser(app).get(f"/payments/vnpay/return?{urlencode(forged)}").status_code == 404


def test_the_banks_notification_is_answered_in_the_guides_words(
    app: flask.Flask, filer: Browser, dossier: Dossier, bill: Bill, session: Session
) -> None:
    filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill, "vnpay"))
    payment, bank = session.scalars(sa.select(Payment)).one(), browser(app)

    def notify(message: dict[str, str]) -> Any:
        return bank.get(f"/payments/vnpay/ipn?{urlencode(message)}").json

    assert notify({**told(payment), "vnp_SecureHash": "0"}) == {"RspCode": "97", "Message": "Invalid signature"}
    assert notify(told(payment))["RspCode"] == "00"
    assert notify(told(payment))["RspCode"] == "02"
    assert bank.get("/payments/nobody/ipn").status_code == 404


@pytest.fixture
def word(filer: Browser, dossier: Dossier, bill: Bill) -> str:
    filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/links")
    page = filer.get(f"/dossiers/{dossier.code}/payments").text
    return re.search(r"/pay/([A-Za-z0-9_-]+)", page)[1]  # type: ignore[index]


def test_somebody_with_the_link_sees_code_and_amount_only_and_pays(
    app: flask.Flask, dossier: Dossier, bill: Bill, word: str, session: Session
) -> None:
    payer = browser(app)
    page = payer.get(f"/pay/{word}").text

    assert dossier.code in page
    assert "75.000" in page
    assert dossier.subject not in page
    assert bill.party_name not in page
    assert payer.post(f"/pay/{word}", data={"gateway": "sandbox"}).status_code == 422
    address = payer.post(f"/pay/{word}", data={"payer_name": "Trần Thị Bình", "gateway": "sandbox"}).location
    assert f"/pay/{word}" in at_bank(payer, address, "00").text
    session.expire_all()
    assert session.scalars(sa.select(Payment)).one().payer_name == "Trần Thị Bình"
    assert payer.get(f"/pay/{word}/receipt").status_code == 404  # not printed yet


def test_a_link_taken_back_opens_nothing(
    app: flask.Flask, filer: Browser, dossier: Dossier, word: str, session: Session
) -> None:
    link = session.scalars(sa.select(PaymentLink)).one()
    filer.post(f"/dossiers/{dossier.code}/payments/links/{link.id}/revoke")

    assert browser(app).get(f"/pay/{word}").status_code == 404
    assert browser(app).get(f"/pay/{word[:-1]}").status_code == 404


def test_the_cashier_takes_cash_and_two_persons_give_it_back(
    app: flask.Flask, cashier: Browser, world: World, bill: Bill, session: Session
) -> None:
    assert bill.dossier_code in cashier.get("/till/").text
    assert "Không trả lại nữa: hồ sơ đã được tiếp nhận." in cashier.get(f"/till/bills/{bill.id}").text
    taken = cashier.post(f"/till/bills/{bill.id}/cash", data={"payer_name": "Nguyễn Văn An"}, follow_redirects=True)
    assert "1/" in taken.text
    assert cashier.post(f"/till/bills/{bill.id}/cash", data={"payer_name": "An"}).status_code == 409
    payment = session.scalars(sa.select(Payment)).one()
    assert cashier.get(f"/till/payments/{payment.id}").status_code == 200
    ask = f"/till/payments/{payment.id}/refund"
    assert cashier.post(ask, data={"amount": "99.000", "note": "x"}).status_code == 422
    cashier.post(ask, data={"amount": "5.000", "note": "Thu thừa"})
    refund = session.scalars(sa.select(Refund)).one()
    assert cashier.post(f"/till/refunds/{refund.id}/approve").status_code == 403
    head = officer(app, world, session, Role.HEAD)
    assert head.get("/till/").status_code == 403
    assert head.post(f"/till/refunds/{refund.id}/approve").status_code == 303
    assert cashier.post(f"/till/refunds/{refund.id}/carry_out").status_code == 303
    session.expire_all()
    assert (refund.amount_vnd, refund.state) == (5_000, RefundState.DONE)


def test_reconciliation_names_what_lies_between_the_books(
    cashier: Browser, filer: Browser, dossier: Dossier, bill: Bill, session: Session
) -> None:
    address = filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill)).location
    filer.post(f"/dossiers/{dossier.code}/payments/{bill.id}/start", data=start_form(bill, "vnpay"))
    at_bank(filer, address, "00")
    silent = session.scalars(sa.select(Payment).where(Payment.state == PaymentState.STARTED)).one()
    silent.said_at, silent.said_code, silent.said_amount_vnd = silent.started_at, "00", 1
    session.flush()

    assert cashier.get("/till/reconciliation").status_code == 200
    lines = cashier.get("/till/reconciliation.csv").text.splitlines()
    assert sorted(line.rsplit(",", 1)[1] for line in lines[1:]) == ["amount_differs", "none"]
    assert session.scalars(sa.select(SandboxEntry.amount_vnd)).all() == [75_000]
    assert cashier.post("/till/reconciliation/ask").status_code == 303


def test_without_a_terminal_and_outside_a_demonstration_nothing_is_paid_online(
    settings: Settings, dossier: Dossier, bill: Bill, world: World
) -> None:
    plain = make_app(settings)
    person = browser(plain)
    assert world.filer is not None
    people.sign_in(person, world.filer)

    page = person.get(f"/dossiers/{dossier.code}/payments").text
    assert f"{bill.id}/start" not in page
    assert "75.000" in page
    assert person.get("/payments/sandbox-bank").status_code == 404


def test_half_a_terminal_is_refused_at_the_start() -> None:
    with pytest.raises(SettingsError, match="VNPAY_SECRET"):
        Settings.from_environment(
            {"MODE": "demo", "DATABASE_URL": "postgresql:///x", "REDIS_URL": "redis://x", "SECRET_KEY": "s",
             "VNPAY_TMN_CODE": "LANGSON1"}
        )  # fmt: skip
