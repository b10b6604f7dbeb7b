"""Every procedure filed to its end by the real verbs: each case in full runs, one case of each in all others."""

from collections.abc import Callable

import pytest

from portal.letters.printing import PrintingOffice
from portal.workflow import refusal
from portal.workflow.lifecycle import Outcome, State, StopReason
from tests.procedures import laws, walker, walking
from tests.procedures.conftest import Settle
from tests.procedures.laws import CODES, FULL
from tests.procedures.walking import Led

CASES = [
    (code, case.code)
    for code in CODES
    for case in laws.definition(code).cases
    if FULL or case.code == laws.case_of_the_run(code)
]
PAID_FOR = [
    code for code in CODES if any(refusal.may_turn_down(laws.graph(code), node.key) for node in laws.graph(code).nodes)
]


def filed(settle: Settle, office: PrintingOffice, code: str, case: str) -> Led:
    """The example that comes by the most offices."""
    return walking.file(settle(code), office, code, case, seed=laws.fullest_seed(code, case))


@pytest.mark.parametrize(("code", "case"), CASES)
def test_it_is_filed_sent_back_wherever_that_is_possible_and_granted_in_the_end(
    settle: Settle, office: PrintingOffice, code: str, case: str
) -> None:
    led = filed(settle, office, code, case)
    if CODES.index(code) % 2 or FULL:
        led.supplement_round()
    led.accept()
    walk = walker.tour(led.plan(), turn=CODES.index(code), most_loops=None if FULL else 2)
    half = len(walk.moves) // 2
    led.follow(walk.moves[:half])
    if led.dossier.state is State.IN_PROGRESS:
        led.supplement_round()
        led.withdraw(grant=False)
    led.follow(walk.moves[half:])

    assert (led.dossier.state, led.dossier.outcome) == (State.RETURNED, Outcome.GRANTED)


@pytest.mark.parametrize(("code", "case"), [(c, k) for c, k in CASES if c in PAID_FOR or FULL])
def test_a_refusal_comes_to_its_end_and_nobody_is_asked_to_pay_for_it(
    settle: Settle, office: PrintingOffice, code: str, case: str
) -> None:
    led = filed(settle, office, code, case)
    led.accept()
    led.follow(walker.refused(led.plan()).moves)

    assert (led.dossier.state, led.dossier.outcome) == (State.RETURNED, Outcome.REFUSED)


def refused_at_the_counter(led: Led) -> None:
    led.refuse_intake()
    assert led.dossier.state is State.NOT_ACCEPTED


def withdrawn(led: Led) -> None:
    led.accept()
    led.withdraw(grant=True)
    assert led.dossier.stop_reason is StopReason.WITHDRAWN


def closed_by_the_office(led: Led) -> None:
    led.accept()
    led.stop()
    assert led.dossier.stop_reason is StopReason.CLOSED_ADMINISTRATIVELY


ENDS = (refused_at_the_counter, withdrawn, closed_by_the_office)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: str(end.__name__))
@pytest.mark.parametrize(("code", "case"), CASES if FULL else [])
def test_it_ends_without_a_decision(
    settle: Settle, office: PrintingOffice, code: str, case: str, end: Callable[[Led], None]
) -> None:
    end(filed(settle, office, code, case))


@pytest.mark.parametrize(("number", "end"), list(enumerate(ENDS)), ids=[end.__name__ for end in ENDS])
def test_the_ends_without_a_decision_are_the_same_for_all(
    settle: Settle, office: PrintingOffice, number: int, end: Callable[[Led], None]
) -> None:
    code = CODES[7 * number]
    end(filed(settle, office, code, laws.case_of_the_run(code)))
