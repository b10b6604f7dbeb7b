"""A small bank that speaks the merchant interface over a real wire; it checks our signatures and signs itself."""

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

SECRET = "a secret of two parties only, long enough"
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
    """Answers as the guide says; `mood` spoils an answer, `books` are the references it knows, in đồng."""

    mood: ClassVar[str] = ""
    books: ClassVar[dict[str, int]] = {}
    heard: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.heard.append(asked)
        command = asked["vnp_Command"]
        booked = self.books.get(asked["vnp_TxnRef"])
        answer = {
            "vnp_ResponseId": "r1",
            "vnp_Command": command,
            "vnp_TmnCode": asked["vnp_TmnCode"],
            "vnp_TxnRef": asked["vnp_TxnRef"],
            "vnp_Message": "Thành công",
            "vnp_ResponseCode": "91" if booked is None else "00",
            "vnp_Amount": asked.get("vnp_Amount", str(100 * (booked or 0))),
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


@contextmanager
def open_bank(**books: int) -> Iterator[str]:
    """The bank at its address, with these references in its books; yields the address."""
    Bank.mood, Bank.heard, Bank.books = "", [], books
    server = ThreadingHTTPServer(("127.0.0.1", 0), Bank)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/api"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
