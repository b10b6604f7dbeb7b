"""Many hands at the same moment, on a real database with real transactions: one settlement, receipts without gaps."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session, sessionmaker

from portal.foundation import database
from portal.foundation.errors import Refused
from portal.payments.actions import settling
from portal.payments.kinds import BillState, PaymentState
from portal.payments.models import Bill, Payment, Refund
from portal.workflow.lifecycle import Role
from tests.conftest import new_database
from tests.factories import world as worlds
from tests.factories.world import World
from tests.payments.conftest import LATER, PAYER, accepted, begun, bill_of, terminal, told
from tests.servers import Servers

Sessions = sessionmaker[Session]


@pytest.fixture
def apart(servers: Servers) -> Iterator[Sessions]:
    """A database of its own, whose transactions are really committed."""
    with new_database(servers, "payment_threads") as url:
        engine = sa.create_engine(database.driver_url(url), pool_size=12)
        yield sessionmaker(engine, expire_on_commit=False)
        engine.dispose()


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Start all together; what each gave, or the class of what it raised."""
    gate, found = threading.Barrier(len(acts)), list[object]()

    def run(act: Callable[[], object]) -> None:
        gate.wait()
        try:
            found.append(act())
        except Refused as refused:
            found.append(refused.code)

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def town(apart: Sessions) -> tuple[World, Bill, list[Payment]]:
    with apart.begin() as session:
        world = worlds.build(session)
        bill = bill_of(session, accepted(world, session))
        return world, bill, [begun(session, bill) for _ in range(3)]


def test_a_storm_of_notifications_in_ten_threads_settles_once(apart: Sessions) -> None:
    _, bill, tries = town(apart)
    messages = [told(one) for one in tries for _ in range(3)] + [{**told(tries[0]), "vnp_Amount": "1"}]

    def hear(message: dict[str, str]) -> str:
        with apart.begin() as session:
            return settling.hear(session, terminal(), message, now=LATER + timedelta(minutes=1)).code

    answers = Counter(at_once(*[lambda message=message: hear(message) for message in messages]))

    assert answers == {"00": 3, "02": 6, "97": 1}
    with apart() as session:
        settled = session.scalars(sa.select(Payment).where(Payment.state == PaymentState.SUCCEEDED)).all()
        assert sorted(one.is_surplus for one in settled) == [False, True, True]
        assert sorted(one.receipt_number or 0 for one in settled) == [1, 2, 3]
        assert session.get_one(Bill, bill.id).state is BillState.PAID
        assert session.scalar(sa.select(sa.func.count()).select_from(Refund)) == 2


def test_cash_and_bank_at_the_same_moment_settle_once(apart: Sessions) -> None:
    world, bill, tries = town(apart)
    viewer = world.viewer("service_centre", Role.CASHIER)

    def cash() -> str:
        with apart.begin() as session:
            settling.take_cash(
                session, bill.id, post_id=viewer.posts[0].id, agency_id=viewer.posts[0].agency_id,
                person_id=viewer.person_id, payer_name=PAYER.name, now=LATER,
            )  # fmt: skip
            return "cash"

    def bank() -> str:
        with apart.begin() as session:
            return settling.hear(session, terminal(), told(tries[0]), now=LATER).code

    answers = at_once(cash, cash, bank)

    assert "00" in answers
    assert answers.count("payment.paid_already") == (2 if "cash" not in answers else 1)
    with apart() as session:
        paid = session.scalars(sa.select(Payment).where(Payment.state == PaymentState.SUCCEEDED)).all()
        assert sum(not one.is_surplus for one in paid) == 1
