"""The protocol of VNPAY 2.1.0: parameters, signatures, messages. Values in, values out; nothing is sent here.

Source: the published integration guide, pages "thanh-toan-pay", "huong-dan-tich-hop", "truy-van-hoan-tien".
Amounts travel as đồng × 100; instants as `yyyyMMddHHmmss` in Vietnam's time.
"""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote_plus

from portal.clock.zone import VIETNAM

VERSION: Final = "2.1.0"
SUCCESS: Final = "00"
HASH: Final = "vnp_SecureHash"
NEVER_SIGNED: Final = frozenset({HASH, "vnp_SecureHashType"})
LONGEST_INFO: Final = 255

QUERY_ORDER: Final = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TxnRef", "vnp_TransactionDate",
    "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
REFUND_ORDER: Final = (
    "vnp_RequestId", "vnp_Version", "vnp_Command", "vnp_TmnCode", "vnp_TransactionType", "vnp_TxnRef", "vnp_Amount",
    "vnp_TransactionNo", "vnp_TransactionDate", "vnp_CreateBy", "vnp_CreateDate", "vnp_IpAddr", "vnp_OrderInfo",
)  # fmt: skip
QUERY_ANSWER_ORDER: Final = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode", "vnp_TxnRef", "vnp_Amount",
    "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo", "vnp_TransactionType", "vnp_TransactionStatus",
    "vnp_OrderInfo", "vnp_PromotionCode", "vnp_PromotionAmount",
)  # fmt: skip
REFUND_ANSWER_ORDER: Final = (
    "vnp_ResponseId", "vnp_Command", "vnp_ResponseCode", "vnp_Message", "vnp_TmnCode", "vnp_TxnRef", "vnp_Amount",
    "vnp_BankCode", "vnp_PayDate", "vnp_TransactionNo", "vnp_TransactionType", "vnp_TransactionStatus",
    "vnp_OrderInfo",
)  # fmt: skip
"""The order in which fields are joined by "|" before they are signed."""

_WHOLE = re.compile(r"[0-9]{1,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What a genuine notification says. `amount_vnd` is None where it is not a whole number of đồng."""

    reference: str
    amount_vnd: int | None
    response_code: str
    status_code: str
    bank_reference: str

    @property
    def is_success(self) -> bool:
        """Money has moved only if both codes say so."""
        return self.response_code == SUCCESS and self.status_code == SUCCESS

    @property
    def outcome_code(self) -> str:
        """The code that says how it ended."""
        return self.response_code if self.response_code != SUCCESS else self.status_code


def signature(parameters: Mapping[str, str], secret: str) -> str:
    """The hash over the sorted, form-encoded parameters; empty ones and the hash itself are left out."""
    text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in _signed(parameters))
    return _digest(text, secret)


def signed_query(parameters: Mapping[str, str], secret: str) -> str:
    """The query of a redirect: the parameters in the order they were signed, the hash at the end."""
    text = "&".join(f"{quote_plus(name)}={quote_plus(value)}" for name, value in _signed(parameters))
    return f"{text}&{HASH}={_digest(text, secret)}"


def is_genuine(parameters: Mapping[str, str], secret: str) -> bool:
    """Whether the hash that came with the parameters is theirs, compared in constant time."""
    given = parameters.get(HASH, "")
    return hmac.compare_digest(given.lower().encode(), signature(parameters, secret).encode())


def joined_signature(fields: Mapping[str, str], order: tuple[str, ...], secret: str) -> str:
    """The hash of a request or an answer of the merchant interface: fields in the guide's order, joined by "|"."""
    return _digest("|".join(fields.get(name, "") for name in order), secret)


def notification(parameters: Mapping[str, str]) -> Notification:
    """Read a notification or a return; missing parts are empty."""
    return Notification(
        reference=parameters.get("vnp_TxnRef", ""),
        amount_vnd=dong(parameters.get("vnp_Amount", "")),
        response_code=parameters.get("vnp_ResponseCode", ""),
        status_code=parameters.get("vnp_TransactionStatus", ""),
        bank_reference=parameters.get("vnp_TransactionNo", ""),
    )


def dong(amount: str) -> int | None:
    """Whole đồng from the guide's hundredths; None if it is no such number."""
    if not amount.isascii() or not _WHOLE.fullmatch(amount) or int(amount) % 100:
        return None
    return int(amount) // 100


def hundredths(amount_vnd: int) -> str:
    """The guide's hundredths of whole đồng."""
    return str(amount_vnd * 100)


def stamp(instant: datetime) -> str:
    """An instant as the guide writes it."""
    return f"{instant.astimezone(VIETNAM):%Y%m%d%H%M%S}"


def plain(text: str) -> str:
    """Words without accents or special signs, as `vnp_OrderInfo` must be."""
    bare = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D"))
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[^A-Za-z0-9 .:\-]+", " ", kept).split())[:LONGEST_INFO]


def _signed(parameters: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted(
        (name, value)
        for name, value in parameters.items()
        if name.startswith("vnp_") and name not in NEVER_SIGNED and value != ""
    )


def _digest(text: str, secret: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()
