"""Whatever is killed in the middle of a dossier's life, nothing is lost and the way goes on within seconds."""

from pathlib import Path

from portal.foundation.embedded import Valkey
from tests.fixtures.workers import until
from tests.journeys import deciding, filing
from tests.journeys.town import Town

SECONDS = 30
"""Far more than a lease and the relay's fallback poll together; far less than a person's patience."""


def test_a_journey_survives_the_death_of_worker_relay_and_broker(empty_database_url: str, tmp_path: Path) -> None:
    valkey = Valkey(tmp_path / "broker", durable=False)
    try:
        with Town(database_url=empty_database_url, redis_url=valkey.start(), folder=tmp_path) as town:
            town.settle()
            town.web()
            relay, worker = town.relay(), town.worker()
            company = town.company()
            code = filing.file_dossier(company, "1.013225", "works")
            until(lambda: len(filing.letters(company, code)) == 1, why=town.said)

            assert valkey.child is not None
            deciding.accept(town, code)
            for process in (worker.process, relay.process, valkey.child.process):
                process.kill()  # with the work of the acceptance wherever it was
            worker.kill()
            valkey.child.process.wait()
            other = filing.file_dossier(company, "1.004191", "issue")  # the pages need none of the three

            valkey.start_child()
            town.relay()
            town.worker()
            until(lambda: len(filing.letters(company, code)) == 2, seconds=SECONDS, why=town.said)
            until(lambda: len(filing.letters(company, other)) == 1, seconds=SECONDS, why=town.said)
            deciding.work_through(town, code)
            until(lambda: not unfinished(town), seconds=SECONDS, why=town.said)
            assert deciding.state_of(town, code) == "settled"
            once = "SELECT kind FROM letters l JOIN dossiers d ON d.id = l.dossier_id WHERE d.code = %s ORDER BY kind"
            assert [row["kind"] for row in town.rows(once, code)] == ["decision", "filing_receipt", "receipt"]
    finally:
        valkey.stop()


def unfinished(town: Town) -> list[dict[str, object]]:
    """Jobs that are open or were given up."""
    return town.rows("SELECT id, kind FROM outbox WHERE closed_at IS NULL")
