"""The signatures and messages of VNPAY 2.1.0, worked out a second time here, from the guide alone."""

import hashlib
import hmac
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.payments import vnpay
from portal.payments.amounts import DIGITS, in_words
from portal.payments.gateways import Attempt, Gateway
from portal.payments.kinds import GatewayName

SECRET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
SAFE = set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")


def encoded(text: str) -> str:
    """Form encoding byte by byte: a space is a plus, everything unsafe is %XX."""
    return "".join("+" if c == " " else c if c in SAFE else "".join(f"%{b:02X}" for b in c.encode()) for c in text)


def by_hand(parameters: dict[str, str], secret: str = SECRET) -> str:
    names = [n for n in parameters if n.startswith("vnp_") and n not in {"vnp_SecureHash", "vnp_SecureHashType"}]
    text = "&".join(f"{encoded(n)}={encoded(parameters[n])}" for n in sorted(names) if parameters[n])
    return hmac.new(secret.encode(), text.encode(), hashlib.sha512).hexdigest()


def gateway() -> Gateway:
    return Gateway(
        name=GatewayName.VNPAY,
        terminal="LANGSON1",
        secret=SECRET,
        pay_url="https://bank.example/pay.html",
        return_url="https://portal.example/payments/vnpay/return",
        send=lambda fields: fields,
    )


def test_a_redirect_carries_what_the_guide_asks_for_and_its_own_hash() -> None:
    attempt = Attempt(
        reference="260302abc", amount_vnd=75_000, info="Nộp phí hồ sơ H37.01-260302-0001 & phụ lục", started_at=NOON,
        expires_at=NOON.replace(minute=15), address="192.0.2.7",
    )  # fmt: skip

    address = urlsplit(gateway().redirect(attempt))
    sent = dict(parse_qsl(address.query))

    assert f"{address.scheme}://{address.netloc}{address.path}" == "https://bank.example/pay.html"
    assert sent["vnp_SecureHash"] == by_hand(sent)
    assert {name: sent[name] for name in sent if name != "vnp_SecureHash"} == {
        "vnp_Version": "2.1.0",
        "vnp_Command": "pay",
        "vnp_TmnCode": "LANGSON1",
        "vnp_Amount": "7500000",
        "vnp_CurrCode": "VND",
        "vnp_TxnRef": "260302abc",
        "vnp_OrderInfo": "Nop phi ho so H37.01-260302-0001 phu luc",
        "vnp_OrderType": "other",
        "vnp_Locale": "vn",
        "vnp_ReturnUrl": "https://portal.example/payments/vnpay/return",
        "vnp_IpAddr": "192.0.2.7",
        "vnp_CreateDate": "20260302120000",
        "vnp_ExpireDate": "20260302121500",
    }


values = st.dictionaries(
    st.text("abcXYZ_", min_size=1, max_size=6).map(lambda name: f"vnp_{name}"), st.text(max_size=12), max_size=6
)


@given(values)
def test_every_message_is_signed_as_the_guide_says(parameters: dict[str, str]) -> None:
    assert vnpay.signature(parameters, SECRET) == by_hand(parameters)


@given(values, st.sampled_from(["vnp_Amount", "vnp_TxnRef", "vnp_New"]))
def test_whatever_is_changed_after_signing_shows(parameters: dict[str, str], name: str) -> None:
    signed = {**parameters, "vnp_TmnCode": "LANGSON1"}
    signed["vnp_SecureHash"] = by_hand(signed)

    assert gateway().is_genuine(signed)
    assert not gateway().is_genuine({**signed, name: signed.get(name, "") + "1"})


def test_another_terminals_message_is_not_ours() -> None:
    signed = {"vnp_TmnCode": "SOMEBODY"}

    assert not gateway().is_genuine({**signed, "vnp_SecureHash": by_hand(signed)})


@pytest.mark.parametrize("amount", ["", "-100", "150", "1e4", "１００", "100.00", "9" * 16])
def test_an_amount_that_is_no_whole_number_of_dong_is_none(amount: str) -> None:
    assert vnpay.dong(amount) is None


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "Không đồng"),
        (75_000, "Bảy mươi lăm nghìn đồng"),
        (1_205_000, "Một triệu hai trăm lẻ năm nghìn đồng"),
        (2_000_021, "Hai triệu không trăm hai mươi mốt đồng"),
        (1_000_000_000, "Một tỷ đồng"),
        (114_544, "Một trăm mười bốn nghìn năm trăm bốn mươi tư đồng"),
    ],
)
def test_an_amount_in_words(amount: int, words: str) -> None:
    assert in_words(amount) == words


@given(st.integers(min_value=1, max_value=10**13))
def test_no_two_amounts_share_their_words(amount: int) -> None:
    assert in_words(amount) != in_words(amount + 1)
    assert set(in_words(amount).lower().split()) <= {
        *DIGITS, "mười", "mươi", "trăm", "lẻ", "nghìn", "triệu", "tỷ", "mốt", "lăm", "tư", "đồng",
    }  # fmt: skip
