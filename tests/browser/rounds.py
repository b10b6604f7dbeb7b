"""A round through every page somebody may read: the routes, things and people of the access matrix.

The application answers in this process and its town lies in one transaction; nothing is started for it.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from werkzeug.test import TestResponse

from portal.foundation.formats import Language
from tests.abuse import matrix
from tests.abuse.matrix import Row
from tests.abuse.test_access_matrix import address, methods, rules
from tests.abuse.town import Town, Values

READERS = (
    "filer", "agent", "anonymous", "one_stop", "specialist", "head", "leader", "clerk", "consultant", "administrator",
    "auditor", "dispatcher", "cashier", "newcomer", "payer", "reader",
)  # fmt: skip
"""Who is asked first for a page that several may read."""
EVERYBODY = {"desk.review": ("one_stop", "specialist", "head", "leader", "clerk", "auditor")}
"""Pages that look different to each of them."""
OK, SEE_OTHER = 200, 303


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One page as one person reads it. `state` is that of the thing it is about."""

    endpoint: str
    actor: str
    state: str
    row: Row
    values: Values

    @property
    def name(self) -> str:
        return "-".join(part for part in (self.endpoint, self.state, self.actor) if part)


def stops(town: Town, *, room: str = "") -> Iterator[Stop]:
    """Every page of the matrix, or of one room, that somebody gets, by its first reader."""
    known = rules(town.app)
    for endpoint, row in matrix.rows().items():
        if not endpoint.startswith(room) or "GET" not in methods(known[endpoint]) or row.is_file:
            continue
        for state, values in town.things[row.on].items():
            entitled = [actor for actor in READERS if row.answer(state, actor) == OK]
            asked = [actor for actor in EVERYBODY.get(endpoint, ()) if actor in entitled] or entitled[:1]
            for actor in asked:
                yield Stop(endpoint=endpoint, actor=actor, state=state, row=row, values=values)


def answer_of(town: Town, stop: Stop, language: Language) -> TestResponse:
    """What the reader gets, in this language.

    A thread of its own answers: in this one the browser's event loop may run, beside which signatures are not checked.
    """
    where = address(town.app, stop.row, stop.values, language=language)
    with town.as_if(stop.actor) as browser:
        browser.set_cookie(town.app.config["LANGUAGE_COOKIE"], language)
        with ThreadPoolExecutor(max_workers=1) as elsewhere:
            answer = elsewhere.submit(browser.get, where, buffered=True).result()
    # A page may lead on: a dossier that was filed has gone on since, or the round took longer than a step-up holds.
    assert answer.status_code in {OK, SEE_OTHER}, f"{stop.name}: {answer.status_code}"
    return answer
