"""The main job over HTTP, on real processes: filed, accepted, decided, issued, fetched, checked and counted."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from portal.letters.authority import DemoAuthority
from portal.letters.verify import verify_sealed
from portal.workflow.lifecycle import Role
from tests.conftest import new_database
from tests.fixtures.workers import until
from tests.journeys import deciding, filing
from tests.journeys.browserlike import Page
from tests.journeys.town import Town, open_town
from tests.servers import Servers

PROCEDURES = [("1.013225", "works"), ("1.004191", "issue"), ("1.013952", "decision"), ("1.009645", "investor")]
GENUINE = "mc-verdict--good"
NOT_GENUINE = "mc-verdict--bad"


@pytest.fixture(scope="module")
def town(
    servers: Servers, worker_number: int, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    with (
        new_database(servers, f"town_{worker_number}") as database_url,
        open_town(database_url=database_url, redis_url=redis_url, folder=tmp_path_factory.mktemp("town")) as town,
    ):
        yield town


@pytest.mark.parametrize(("procedure", "case"), PROCEDURES)
def test_a_dossier_lives_from_the_public_page_to_the_checked_result(town: Town, procedure: str, case: str) -> None:
    company = town.company()
    code = filing.file_dossier(company, procedure, case)
    until(lambda: len(filing.letters(company, code)) == 1, why=town.said)

    deciding.accept(town, code)
    until(lambda: len(filing.letters(company, code)) == 2, why=town.said)
    deciding.work_through(town, code)
    until(lambda: deciding.state_of(town, code) == "settled", why=town.said)

    result = filing.download(company, filing.letters(company, code)[0])
    assert deciding.state_of(town, code) == "returned"
    roots = DemoAuthority(town.folder / "authority").roots()
    assert verify_sealed(result, roots, now=datetime.now(UTC)).valid
    anybody_checks(town, result)
    anybody_tracks(town, code)
    the_figures_count_it(town, procedure, code)


def test_a_supplement_round_stops_the_clock_and_resumes_it(town: Town) -> None:
    company = town.company()
    code = filing.file_dossier(company, "1.013225", "works", seed=2)
    deciding.accept(town, code)
    deciding.work_through(town, code, until_role=Role.SPECIALIST)
    document = str(
        town.rows(
            "SELECT f.document_key FROM attachments f JOIN dossiers d ON d.id = f.dossier_id WHERE d.code = %s"
            " ORDER BY f.document_key LIMIT 1",
            code,
        )[0]["document_key"]
    )
    deciding.ask_for_a_better_copy(town, code, document)

    pause = "SELECT p.ended_at FROM dossier_pauses p JOIN dossiers d ON d.id = p.dossier_id WHERE d.code = %s"
    assert town.rows(pause, code) == [{"ended_at": None}]
    until(lambda: len(filing.letters(company, code)) == 3, why=town.said)

    filing.answer_request(company, code, document)
    (ended,) = town.rows(pause, code)
    assert ended["ended_at"] is not None
    assert deciding.state_of(town, code) == "in_progress"
    deciding.work_through(town, code)
    assert deciding.state_of(town, code) == "settled"


def anybody_checks(town: Town, result: bytes) -> None:
    """Whoever holds the paper opens the address of its QR code; a copy with one changed byte is refused."""
    page = town.visitor().get(filing.address_in(result))
    assert GENUINE in _classes(page)
    same = page.form(having="file").attach("file", "giay-phep.pdf", result).submit()
    assert GENUINE in _classes(same)
    tampered = bytearray(result)
    tampered[len(tampered) // 2] ^= 1
    other = page.form(having="file").attach("file", "giay-phep.pdf", bytes(tampered)).submit()
    assert NOT_GENUINE in _classes(other)
    assert GENUINE not in _classes(other)


def anybody_tracks(town: Town, code: str) -> None:
    """The code and the company's tax code show where it stands; the code alone does not."""
    (row,) = town.rows("SELECT p.tax_code FROM parties p JOIN dossiers d ON d.party_id = p.id WHERE d.code = %s", code)
    form = town.visitor().get("/vi/track").form(having="fact")
    assert code in form.fill("code", code).fill("fact", str(row["tax_code"])).submit()
    refused = town.visitor().get("/vi/track").form(having="fact").fill("code", code).fill("fact", "4900000000")
    refused.submit(status=422)


def the_figures_count_it(town: Town, procedure: str, code: str) -> None:
    """The officers' figures hold it at once, on time."""
    query = "SELECT f.* FROM dossier_facts f JOIN dossiers d ON d.id = f.dossier_id WHERE d.code = %s"
    (fact,) = town.rows(query, code)
    assert (fact["outcome"], fact["was_on_time"], fact["was_on_time_766"]) == ("granted", True, True)
    page = town.one_stop().get("/figures")
    assert procedure in page


def _classes(page: Page) -> set[str]:
    return {name for element in page.tree.iter() for name in (element.get("class") or "").split()}
