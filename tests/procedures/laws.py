"""The procedures that come with the portal, for tests that go through all of them."""

import os
from functools import lru_cache

from portal.catalogue import registers
from portal.catalogue.answers import read
from portal.catalogue.definition import Definition
from portal.catalogue.examples import valid_answers
from portal.catalogue.route import graph_of, truths_of
from portal.workflow.graph import Graph
from tests.factories.world import MONDAY

FULL = os.environ.get("MOTCUA_FULL") == "1"
FILES = {path.stem: path for path in registers.definition_files()}
CODES = sorted(FILES)
SEEDS = range(1, 13) if FULL else range(1, 5)


@lru_cache(maxsize=64)
def definition(code: str) -> Definition:
    return registers.read_definition(FILES[code])


def graph(code: str, case: str | None = None) -> Graph:
    """The graph of a case; cases of one procedure differ in limits, not in shape."""
    law = definition(code)
    return graph_of(law, case or law.cases[0].code)


def case_of_the_run(code: str) -> str:
    """One case of each procedure, another one for its neighbour in the list; the same in every run."""
    cases = definition(code).cases
    return cases[CODES.index(code) % len(cases)].code


@lru_cache(maxsize=256)
def fullest_seed(code: str, case: str) -> int:
    """The example whose answers leave out the fewest steps: it takes the dossier to the most offices."""

    def steps_taken(seed: int) -> int:
        typed = valid_answers(definition(code), case, places=registers.places(), seed=seed, day=MONDAY.date())
        answers = read(definition(code), case, typed, places=registers.places()).answers
        return sum(truths_of(definition(code), case, answers).values())

    return max(SEEDS, key=steps_taken)
