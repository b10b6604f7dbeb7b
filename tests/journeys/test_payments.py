"""Money over real wires: a bank that repeats itself, forgers, workers that ask, give back and write the papers."""

import hashlib
import hmac
import io
import json
import random
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit

import pikepdf
import pytest

from portal.workflow.lifecycle import Role
from tests.conftest import new_database
from tests.fixtures.workers import until
from tests.journeys import deciding, filing
from tests.journeys.browserlike import Visitor
from tests.journeys.town import ONE_STOP_AGENCY, Town
from tests.payments.bank import SECRET, Bank, open_bank
from tests.servers import Servers

TERMINAL = "LANGSON1"
LINES = 8
Message = dict[str, str]

SEALED = """
    SELECT l.id FROM letters l JOIN dossiers d ON d.id = l.dossier_id
    WHERE d.code = %s AND l.kind = %s AND l.sealed_at IS NOT NULL"""
PAID = """
    SELECT p.reference, p.state, p.is_surplus, p.receipt_number, p.said_at FROM payments p
    JOIN bills b ON b.id = p.bill_id WHERE b.dossier_code = %s ORDER BY p.receipt_number NULLS LAST"""
REFUNDS = """
    SELECT r.state, r.amount_vnd FROM refunds r JOIN payments p ON p.id = r.payment_id
    JOIN bills b ON b.id = p.bill_id WHERE b.dossier_code = %s"""
TOLD = """
    SELECT e.version FROM dossier_events e JOIN dossiers d ON d.id = e.dossier_id
    WHERE d.code = %s AND e.kind = 'fee_settled'"""


@pytest.fixture(scope="module")
def town(
    servers: Servers, worker_number: int, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """A town with a terminal at a bank; payers are sent to a page of its own instead of the bank's."""
    folder = tmp_path_factory.mktemp("paying_town")
    with (
        new_database(servers, f"paying_{worker_number}") as database_url,
        open_bank() as bank,
        Town(database_url=database_url, redis_url=redis_url, folder=folder) as town,
    ):
        at_bank = {"VNPAY_PAY_URL": f"{town.url}vi/procedures", "VNPAY_API_URL": bank}
        town.environment.update({"VNPAY_TMN_CODE": TERMINAL, "VNPAY_SECRET": SECRET, **at_bank})
        town.settle()
        town.relay()
        town.worker()
        town.web()
        yield town


def test_a_storm_of_notifications_settles_once_and_workers_do_the_rest(town: Town) -> None:
    company = town.company()
    code = filing.file_dossier(company, "1.013225", "works")
    deciding.accept(town, code)
    first, second = begin(company, code), begin(company, code)
    for asked in (first, second):
        Bank.books[asked["vnp_TxnRef"]] = int(asked["vnp_Amount"]) // 100

    heard = storm(town, first, second)

    assert heard["97"] == LINES * 3  # forged: another hash, another amount under the old hash, another terminal
    assert heard["01"] == LINES  # a reference nobody here knows
    assert heard["04"] == LINES  # well signed, but for another amount
    assert heard["00"] <= len(Bank.books) + 1  # each attempt once, and one failure before the success at most
    assert set(heard) <= {"00", "01", "02", "04", "97"}
    assert [(row["state"], row["is_surplus"]) for row in town.rows(PAID, code)].count(("succeeded", False)) == 1
    assert sorted(int(str(row["receipt_number"] or 0)) for row in town.rows(PAID, code)) == [1, 2]

    until(lambda: len(town.rows(SEALED, code, "fee_receipt")) == len(Bank.books), why=town.said)
    assert len(town.rows(TOLD, code)) == len(Bank.books)
    assert [row["state"] for row in town.rows(REFUNDS, code)] == ["proposed"]
    the_surplus_goes_back(town, code)
    the_bank_is_asked_again(town, code)


def begin(company: Visitor, code: str) -> Message:
    """The company chooses the bank; what the bank is asked for, signed by us."""
    page = company.get(f"/dossiers/{code}").follow(part=f"/dossiers/{code}/payments")
    asked = dict(parse_qsl(urlsplit(page.form(action="/start").submit().url).query))
    assert asked["vnp_TmnCode"] == TERMINAL
    return asked


def signed(message: Message) -> Message:
    """A message with its hash, made here by hand as the guide says."""
    text = "&".join(f"{quote_plus(name)}={quote_plus(message[name])}" for name in sorted(message) if message[name])
    return {**message, "vnp_SecureHash": hmac.new(SECRET.encode(), text.encode(), hashlib.sha512).hexdigest()}


def answer_of(asked: Message, *, code: str = "00", **changes: str) -> Message:
    """What the bank says of an attempt."""
    status = "00" if code == "00" else "02"
    told = {name: asked[name] for name in ("vnp_TmnCode", "vnp_Amount", "vnp_TxnRef")}
    said = {"vnp_ResponseCode": code, "vnp_TransactionStatus": status, "vnp_TransactionNo": "14422574"}
    return signed({**told, **said, "vnp_BankCode": "NCB", **changes})


def storm(town: Town, first: Message, second: Message) -> Counter[str]:
    """Everything at once, in no order, many times over; how often which answer came."""
    once = [
        answer_of(first),
        answer_of(second),
        answer_of(first, code="24"),  # turned back first, paid then; or told the other way round
        {**answer_of(first), "vnp_SecureHash": "0" * 128},
        {**answer_of(second), "vnp_Amount": "100"},
        answer_of(first, vnp_TmnCode="SOMEBODY"),
        answer_of(first, vnp_TxnRef="nobody"),
        answer_of(second, vnp_Amount=str(int(second["vnp_Amount"]) + 100)),
    ]
    messages = once * LINES
    random.Random(5).shuffle(messages)

    def hear(message: Message) -> str:
        address = f"{town.url}payments/vnpay/ipn?{urlencode(message)}"
        with urllib.request.urlopen(address, timeout=30) as answer:  # noqa: S310 - our own
            return str(json.load(answer)["RspCode"])

    with ThreadPoolExecutor(LINES) as lines:
        return Counter(lines.map(hear, messages))


def the_surplus_goes_back(town: Town, code: str) -> None:
    """Two persons agree, a worker tells the bank, the company reads it."""
    head, cashier = town.officer(ONE_STOP_AGENCY, Role.HEAD), town.officer(ONE_STOP_AGENCY, Role.CASHIER)
    head.get("/till/refunds").form(action="/approve").submit()
    cashier.get("/till/refunds").form(action="/carry_out").submit()
    until(lambda: [row["state"] for row in town.rows(REFUNDS, code)] == ["done"], why=town.said)
    (sent,) = [one for one in Bank.heard if one["vnp_Command"] == "refund"]
    (surplus,) = [row for row in town.rows(PAID, code) if row["is_surplus"]]
    assert sent["vnp_TxnRef"] == surplus["reference"]


def the_bank_is_asked_again(town: Town, code: str) -> None:
    """The cashier reconciles: workers ask the bank about each payment, and the books differ only where they must."""
    cashier = town.officer(ONE_STOP_AGENCY, Role.CASHIER)
    cashier.get("/till/reconciliation").form(action="/ask").submit()
    until(lambda: all(row["said_at"] for row in town.rows(PAID, code)), why=town.said)
    report = cashier.get("/till/reconciliation").follow(part="reconciliation.csv").content.decode("utf-8-sig")
    assert sorted(line.rsplit(",", 1)[1] for line in report.splitlines()[1:]) == [
        "none",
        "surplus",
        "unknown_reference",
    ]


def test_a_notice_of_obligation_is_a_paper_and_cash_starts_the_clock_again(town: Town) -> None:
    company = town.company()
    code = filing.file_dossier(company, "1.013225", "works", seed=2)
    deciding.accept(town, code)
    (step,) = deciding.steps_in_hand(town, code)
    assert step["role"] == Role.HEAD.value
    head = town.officer(str(step["agency"]), Role.HEAD)
    form = head.get(f"/desk/{code}/notice").form(having="name_1")
    form.fill("name_1", "Tiền sử dụng hạ tầng").fill("amount_1", "1.250.000").fill("reason", "Theo quyết định số 12")
    form.submit()
    until(lambda: len(town.rows(SEALED, code, "obligation")) == 1, why=town.said)
    assert deciding.state_of(town, code) == "payment_due"

    page = company.get(f"/dossiers/{code}/payments")
    (paper,) = {address for text, address in page.links() if "/letters/" in address and "Thông báo" in text}
    with pikepdf.open(io.BytesIO(filing.download(company, paper))) as pdf:
        assert code in str(pdf.docinfo["/Title"])

    cashier = town.officer(ONE_STOP_AGENCY, Role.CASHIER)
    bill = cashier.get("/till/").follow(part=notice_bill(town, code))
    bill.form(action="/cash").fill("payer_name", "Trần Thị Bình").submit()
    until(lambda: deciding.state_of(town, code) == "in_progress", why=town.said)
    until(lambda: len(town.rows(SEALED, code, "fee_receipt")) == 1, why=town.said)
    assert filing.download(company, receipt(company, code))


def notice_bill(town: Town, code: str) -> str:
    """The part of the address that names the notice's bill at the cash desk."""
    asked = "SELECT id FROM bills WHERE dossier_code = %s AND occasion = 'financial_obligation'"
    (row,) = town.rows(asked, code)
    return f"/till/bills/{row['id']}"


def receipt(company: Visitor, code: str) -> str:
    page = company.get(f"/dossiers/{code}/payments")
    return next(address for text, address in page.links() if "/letters/" in address and "iên lai" in text)
