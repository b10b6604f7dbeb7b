"""A real office at the desk: seals at a remote service or in a file, and what happens where one does not sign."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Person
from portal.dossiers.models import Dossier, DossierEvent
from portal.foundation.outbox import Job, OutboxRow
from portal.foundation.settings import Mode, Settings
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.letters.verify import verify_detached, verify_sealed
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office
from tests.desk.test_many import chosen_in, results, start
from tests.factories import world as worlds
from tests.factories.world import World
from tests.fixtures.app import Browser, make_app
from tests.fixtures.workers import drain
from tests.letters.certifying import PASSPHRASE, Authority, new_key
from tests.letters.signing_service import CLIENT, CLIENT_SECRET, CREDENTIAL, PIN, SigningService
from tests.operations.test_certificates import NOW

CODE = "1.013225"
AGENCY = "border_gate_zone"


class RealOffice:
    """The province in production, its agencies sealed by a remote service, its leader's key in a file."""

    def __init__(self, world: World, session: Session, settings: Settings, folder: Path) -> None:
        self.world, self.session, self.folder = world, session, folder
        self.ca = Authority(folder / "ca", now=NOW)
        key = new_key()
        self.service = SigningService(key, [self.ca.certificate(key.public_key(), "Con dấu"), self.ca.issuing])
        self.settings = replace(
            settings, mode=Mode.PRODUCTION, smtp_url="smtp://localhost:1", clamd_url="tcp://localhost:1"
        )
        self.leader = session.get_one(Person, world.posts[AGENCY, Role.LEADER].person_id)

    def with_file(self, text: str) -> "RealOffice":
        (self.folder / "signers.toml").unlink(missing_ok=True)
        file = self.folder / f"signers-{abs(hash(text))}.toml"
        file.write_text(text, "utf-8")
        self.settings = replace(self.settings, signers_file=file)
        return self

    def remote_seals(self, *agencies: str) -> str:
        for name, content in (("pin", PIN), ("secret", CLIENT_SECRET)):
            (self.folder / name).write_text(content, "utf-8")
        return 'trust = ["ca/root.pem"]\n' + "".join(
            f'[agencies.{agency}]\nsigner = "csc"\nurl = "{self.service.address()}"\ncredential = "{CREDENTIAL}"\n'
            f'pin = {{file = "pin"}}\nclient_id = "{CLIENT}"\nclient_secret = {{file = "secret"}}\nwait_seconds = 3\n'
            for agency in agencies
        )

    def leaders_key(self, *, holder: str = "", agency: str = AGENCY) -> str:
        leader = self.session.get_one(Person, self.world.posts[agency, Role.LEADER].person_id)
        self.ca.pkcs12(self.folder / f"{agency}.p12", holder or leader.name)
        (self.folder / "passphrase").write_text(PASSPHRASE, "utf-8")
        return (
            f'[leaders."{leader.email}"]\nsigner = "software"\nfile = "{agency}.p12"\n'
            'passphrase = {file = "passphrase"}\n'
        )

    def desk(self) -> Office:
        app = make_app(self.settings)

        def browser() -> Browser:
            client = app.test_client()
            assert isinstance(client, Browser)
            return client

        return Office(world=self.world, session=self.session, new_browser=browser)

    def letter(self) -> Letter | None:
        self.session.expire_all()
        return self.session.scalars(sa.select(Letter).where(Letter.kind == "decision")).one_or_none()

    def events(self, dossier: Dossier) -> int:
        counted = sa.select(sa.func.count()).where(DossierEvent.dossier_id == dossier.id)
        return self.session.scalar(counted) or 0


@pytest.fixture
def real(session: Session, settings: Settings, tmp_path: Path) -> Iterator[RealOffice]:
    world = worlds.build(session)
    session.commit()
    office = RealOffice(world, session, settings, tmp_path)
    with office.service:
        yield office


@pytest.fixture
def open_transactions(session: Session) -> Iterator[Callable[[], int]]:
    """How many transactions are open now, but for the test's own session."""
    open_now: set[int] = set()
    lock = threading.Lock()

    def begun(of: Session, transaction: object) -> None:
        if of is not session:
            with lock:
                open_now.add(id(transaction))

    def ended(_of: Session, transaction: object) -> None:
        with lock:
            open_now.discard(id(transaction))

    sa.event.listen(Session, "after_transaction_create", begun)
    sa.event.listen(Session, "after_transaction_end", ended)
    yield lambda: len(open_now)
    sa.event.remove(Session, "after_transaction_create", begun)
    sa.event.remove(Session, "after_transaction_end", ended)


def test_a_decision_is_signed_from_a_file_and_sealed_by_the_service_with_nothing_held_meanwhile(
    real: RealOffice, open_transactions: Callable[[], int]
) -> None:
    desk = real.with_file(real.remote_seals(AGENCY) + real.leaders_key()).desk()
    dossier = desk.accepted(CODE)
    assert desk.sign(dossier).status_code == 303
    number = desk.work_until(dossier, Act.NUMBER)
    desk.do(desk.holder(number), dossier, f"steps/{number.node_key}/number")
    issue = desk.work_until(dossier, Act.ISSUE)
    held: list[int] = []
    real.service.listens = lambda: held.append(open_transactions())

    answer = desk.do(desk.holder(issue), dossier, f"steps/{issue.node_key}/issue")

    assert answer.status_code == 303, answer.text
    assert held == [0], "a service may take seconds: no row is held while it signs, and it signs once"
    assert real.session.get_one(Dossier, dossier.id).state is State.SETTLED
    letter = real.letter()
    assert letter is not None and letter.storage_key and letter.signature and letter.signed_bytes  # noqa: PT018
    office = PrintingOffice.of(real.settings)
    roots = office.roots(now=NOW)
    sealed = verify_sealed(office.storage.get(letter.storage_key), roots, now=NOW)
    assert (sealed.valid, sealed.signer) == (True, "Con dấu")
    assert verify_detached(letter.signature, letter.signed_bytes, roots, now=NOW).signer == real.leader.name
    check = desk.new_browser().get(f"/en/verify/{letter.token}")
    assert "signature over the words of the decision is valid" in check.text


def test_where_the_service_is_away_nothing_is_saved_and_the_act_can_be_done_again(real: RealOffice) -> None:
    desk = real.with_file(real.remote_seals(AGENCY) + real.leaders_key()).desk()
    dossier = desk.accepted(CODE)
    desk.sign(dossier)
    number = desk.work_until(dossier, Act.NUMBER)
    desk.do(desk.holder(number), dossier, f"steps/{number.node_key}/number")
    issue = desk.work_until(dossier, Act.ISSUE)
    before = real.events(dossier)
    real.service.broken = True

    refused = desk.do(desk.holder(issue), dossier, f"steps/{issue.node_key}/issue")

    assert refused.status_code == 409
    assert "không trả lời" in refused.text
    letter = real.letter()
    assert letter is not None
    assert (letter.sealed_at, letter.storage_key) == (None, None)
    assert real.events(dossier) == before
    real.service.broken = False
    assert desk.do(desk.holder(issue), dossier, f"steps/{issue.node_key}/issue").status_code == 303


def test_a_leader_without_a_key_here_is_offered_the_own_token_alone(real: RealOffice) -> None:
    desk = real.with_file(real.remote_seals(AGENCY)).desk()
    dossier = desk.accepted(CODE)
    step = desk.work_until(dossier, Act.SIGN)
    page = desk.holder(step).get(f"/desk/{dossier.code}/sign/{step.node_key}").text
    assert 'name="outside"' in page
    assert "Ký quyết định</button>" not in page

    refused = desk.sign(dossier)

    assert refused.status_code == 409
    assert "Hãy ký bằng thiết bị của bạn" in refused.text
    assert real.letter() is None


def test_a_key_in_another_name_signs_nothing(real: RealOffice) -> None:
    desk = real.with_file(real.remote_seals(AGENCY) + real.leaders_key(holder="Người Khác")).desk()
    refused = desk.sign(desk.accepted(CODE))

    assert refused.status_code == 409
    assert "mang tên người khác" in refused.text
    assert real.letter() is None


def test_an_agency_without_a_seal_refuses_in_words_and_its_letters_wait(real: RealOffice) -> None:
    desk = real.with_file('trust = ["ca/root.pem"]\n' + real.leaders_key()).desk()
    dossier = desk.accepted(CODE)
    desk.sign(dossier)
    number = desk.work_until(dossier, Act.NUMBER)
    desk.do(desk.holder(number), dossier, f"steps/{number.node_key}/number")
    issue = desk.work_until(dossier, Act.ISSUE)

    refused = desk.do(desk.holder(issue), dossier, f"steps/{issue.node_key}/issue")

    assert refused.status_code == 409
    assert "chưa có con dấu điện tử" in refused.text

    drain(real.session, settings=real.settings)
    waiting = sa.select(OutboxRow.last_error).where(
        OutboxRow.kind == Job.RENDER_LETTER.value, OutboxRow.closed_at.is_(None)
    )
    assert set(real.session.scalars(waiting)) == {"Refused signing.no_seal"}
    assert real.session.scalar(sa.select(sa.func.count()).select_from(Letter).where(Letter.kind != "decision")) == 0


def test_the_letters_of_a_dossier_are_sealed_by_the_service_with_nothing_held_meanwhile(
    real: RealOffice, open_transactions: Callable[[], int]
) -> None:
    desk = real.with_file(real.remote_seals("service_centre")).desk()
    desk.accepted(CODE)
    held: list[int] = []
    real.service.listens = lambda: held.append(open_transactions())

    drain(real.session, settings=real.settings)

    letters = real.session.scalars(sa.select(Letter)).all()
    assert {letter.kind for letter in letters} == {"filing_receipt", "receipt"}
    assert held == [0, 0]
    office = PrintingOffice.of(real.settings)
    for letter in letters:
        assert letter.storage_key is not None
        assert verify_sealed(office.storage.get(letter.storage_key), office.roots(now=NOW), now=NOW).valid


def test_many_are_issued_by_the_service_each_with_its_own_seal(
    real: RealOffice, open_transactions: Callable[[], int]
) -> None:
    text = real.remote_seals(*real.world.agencies) + "".join(
        real.leaders_key(agency=key) for key, role in real.world.posts if role is Role.LEADER
    )
    desk = real.with_file(text).desk()
    dossiers = [desk.accepted(CODE, seed=seed) for seed in (1, 2)]
    for dossier in dossiers:
        assert desk.sign(dossier).status_code == 303
    steps = [desk.work_until(dossier, Act.NUMBER) for dossier in dossiers]
    drain(real.session, settings=real.settings)
    held: list[int] = []
    real.service.listens = lambda: held.append(open_transactions())

    for clerk in {desk.holder(step) for step in steps}:
        mine = [step.id for step in steps if desk.holder(step) is clerk]
        assert start(clerk, chosen_in(clerk, "number", "issue", *mine)) == 303
    drain(real.session, settings=real.settings)

    assert {state.value for state, _ in results(real.session).values()} == {"done"}
    assert held == [0, 0]
    real.session.expire_all()
    assert {real.session.get_one(Dossier, one.id).state for one in dossiers} == {State.SETTLED}
