"""The merchant interface over a real wire: asking, giving back, and answers that cannot be trusted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from portal.foundation.errors import Unavailable
from portal.payments.gateways import Attempt, Gateway, by_post
from portal.payments.kinds import GatewayName
from tests.payments.bank import SECRET, Bank, open_bank

NOON = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
ATTEMPT = Attempt(reference="a260302abc", amount_vnd=75_000, info="Nop phi", started_at=NOON, expires_at=NOON)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with open_bank(a260302abc=75_000) as address:
        yield Gateway(
            name=GatewayName.VNPAY,
            terminal="LANGSON1",
            secret=SECRET,
            pay_url="https://bank.example/pay",
            return_url="https://portal.example/return",
            send=by_post(address),
        )


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
