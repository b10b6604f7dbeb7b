"""The merchant interface over a real wire: a small bank that checks our signatures and signs its answers itself."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

import pytest

from portal.foundation.errors import Unavailable
from portal.payments.gateways import Attempt, Gateway, by_post
from portal.payments.kinds import GatewayName

SECRET = "a secret of two parties only, long enough"
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ATTEMPT = Attempt(reference="260302abc", amount_vnd=75_000, info="Nop phi", started_at=NOON, expires_at=NOON)
ASKED = {
    "querydr": "RequestId Version Command TmnCode TxnRef TransactionDate CreateDate IpAddr OrderInfo",
    "refund": "RequestId Version Command TmnCode TransactionType TxnRef Amount TransactionNo TransactionDate CreateBy "
    "CreateDate IpAddr OrderInfo",
}
ANSWERED = {
    "querydr": "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo "
    "TransactionType TransactionStatus OrderInfo PromotionCode PromotionAmount",
    "refund": "ResponseId Command ResponseCode Message TmnCode TxnRef Amount BankCode PayDate TransactionNo "
    "TransactionType TransactionStatus OrderInfo",
}


def signed(fields: dict[str, str], names: str, secret: str = SECRET) -> str:
    text = "|".join(fields.get(f"vnp_{name}", "") for name in names.split())
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


class Bank(BaseHTTPRequestHandler):
    """Answers as the guide says; `mood` spoils an answer."""

    mood: ClassVar[str] = ""
    heard: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append(asked)
        command = asked["vnp_Command"]
        known = asked["vnp_TxnRef"] == ATTEMPT.reference
        answer = {
            "vnp_ResponseId": "r1",
            "vnp_Command": command,
            "vnp_TmnCode": asked["vnp_TmnCode"],
            "vnp_TxnRef": asked["vnp_TxnRef"],
            "vnp_Message": "Thành công",
            "vnp_ResponseCode": "00" if known else "91",
            "vnp_Amount": asked.get("vnp_Amount", "7500000"),
            "vnp_TransactionNo": "14422574",
            "vnp_TransactionStatus": "00",
        }
        if asked["vnp_SecureHash"] != signed(asked, ASKED[command]):
            answer["vnp_ResponseCode"] = "97"
        answer["vnp_SecureHash"] = signed(answer, ANSWERED[command], "wrong" if self.mood == "forged" else SECRET)
        body = b"<html>" if self.mood == "page" else json.dumps(answer).encode()
        self.send_response(302 if self.mood == "redirect" else 200)
        if self.mood == "redirect":
            self.send_header("Location", "http://127.0.0.1:9/")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    Bank.mood, Bank.heard = "", []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bank)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Gateway(
        name=GatewayName.VNPAY,
        terminal="LANGSON1",
        secret=SECRET,
        pay_url="https://bank.example/pay",
        return_url="https://portal.example/return",
        send=by_post(f"http://127.0.0.1:{server.server_address[1]}/api"),
    )
    server.shutdown()
    thread.join()
    server.server_close()


def test_asking_how_a_payment_stands(gateway: Gateway) -> None:
    said = gateway.ask(ATTEMPT, now=NOON)

    assert (said.is_success, said.amount_vnd, said.bank_reference) == (True, 75_000, "14422574")
    assert Bank.heard[0]["vnp_TransactionDate"] == "20260302120000"


def test_a_payment_the_bank_does_not_know(gateway: Gateway) -> None:
    other = Attempt(reference="other", amount_vnd=1, info="x", started_at=NOON, expires_at=NOON)

    assert not gateway.ask(other, now=NOON).is_known


@pytest.mark.parametrize(("amount", "kind"), [(75_000, "02"), (5_000, "03")])
def test_giving_back_all_or_a_part(gateway: Gateway, amount: int, kind: str) -> None:
    said = gateway.refund(
        ATTEMPT, request_id="once", amount_vnd=amount, bank_reference="14422574", by="cashier", now=NOON
    )

    assert said.is_success
    sent = Bank.heard[0]
    assert (sent["vnp_RequestId"], sent["vnp_TransactionType"], sent["vnp_Amount"]) == ("once", kind, str(amount * 100))


@pytest.mark.parametrize("mood", ["forged", "page", "redirect"])
def test_an_answer_that_cannot_be_trusted_is_no_answer(gateway: Gateway, mood: str) -> None:
    Bank.mood = mood

    with pytest.raises(Unavailable):
        gateway.ask(ATTEMPT, now=NOON)


def test_a_bank_that_is_not_there_is_asked_again_later() -> None:
    send = by_post("http://127.0.0.1:9/")

    with pytest.raises(Unavailable):
        send({"vnp_Command": "querydr"})
