"""A decision signed with the leader's own token: the paper goes out and comes back signed, by the right person."""

import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.dossiers.models import Dossier, DossierStep
from portal.foundation.settings import Settings
from portal.letters.authority import DemoAuthority
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.letters.signature import Signer
from portal.workflow.graph import Act
from portal.workflow.lifecycle import Role, State
from tests.desk.conftest import Office
from tests.fixtures.app import Browser
from tests.fixtures.workers import drain


class Paper:
    """A dossier on the leader's desk, with the paper in the leader's hands."""

    def __init__(self, office: Office, settings: Settings) -> None:
        self.office, self.dossier = office, office.accepted("1.004191")
        self.step: DossierStep = office.work_until(self.dossier, Act.SIGN)
        self.leader: Browser = office.holder(self.step)
        self.printing = PrintingOffice.of(settings)
        self.address = f"/desk/{self.dossier.code}/sign/{self.step.node_key}/outside"

    def fetched(self) -> bytes:
        answer = self.office.do(
            self.leader, self.dossier, f"sign/{self.step.node_key}", outcome="granted", outside="yes"
        )
        assert answer.status_code == 303
        assert answer.location.endswith("/outside")
        return bytes(self.leader.get(f"{self.address}/paper").data)

    def token(self, name: str = "") -> Signer:
        agency = self.office.competent(self.dossier)
        holder = name or f"{Role.LEADER.value} {agency}"
        now = datetime.now(UTC) - timedelta(minutes=1)
        return self.printing.leader_signer("own-token", holder, post="", agency=agency, now=now)

    def send(self, content: bytes) -> int:
        version = self.office.session.scalar(sa.select(Dossier.version).where(Dossier.id == self.dossier.id))
        data = {"version": str(version), "file": (io.BytesIO(content), "signed.pdf")}
        answer = self.leader.post(self.address, data=data, content_type="multipart/form-data")
        self.office.session.expire_all()
        return answer.status_code


@pytest.fixture
def paper(office: Office, settings: Settings) -> Paper:
    return Paper(office, settings)


def test_a_paper_signed_with_the_leaders_token_takes_the_place_of_the_signature(
    paper: Paper, session: Session, settings: Settings
) -> None:
    handed_out = paper.fetched()
    signed = paper.token().seal(handed_out, signed_at=datetime.now(UTC))

    assert paper.send(signed) == 303
    letter = session.scalars(sa.select(Letter).where(Letter.kind == "decision")).one()
    assert letter.outside_key is not None
    assert paper.printing.storage.get(letter.outside_key) == signed

    drain(session, settings=settings)
    for act, path in ((Act.NUMBER, "number"), (Act.ISSUE, "issue")):
        step = paper.office.work_until(paper.dossier, act)
        assert (
            paper.office.do(paper.office.holder(step), paper.dossier, f"steps/{step.node_key}/{path}").status_code
            == 303
        )
    assert session.get_one(Dossier, paper.dossier.id).state is State.SETTLED
    check = paper.office.new_browser().get(f"/en/verify/{letter.token}")
    assert "signature over the words of the decision is valid" in check.text


def test_the_paper_itself_another_paper_and_no_paper_are_told_apart(paper: Paper, session: Session) -> None:
    handed_out = paper.fetched()
    other = paper.token().seal(paper.fetched(), signed_at=datetime.now(UTC))
    again = paper.fetched()

    assert again != handed_out
    assert [paper.send(content) for content in (b"", again, other, b"%PDF-1.7 nothing")] == [422, 422, 422, 422]
    assert session.scalar(sa.select(sa.func.count()).select_from(Letter).where(Letter.kind == "decision")) == 0


def test_somebody_elses_token_is_refused_by_name(paper: Paper) -> None:
    signed = paper.token("Người Khác").seal(paper.fetched(), signed_at=datetime.now(UTC))

    assert paper.send(signed) == 422


def test_a_paper_changed_after_it_was_signed_is_refused(paper: Paper) -> None:
    signed = paper.token().seal(paper.fetched(), signed_at=datetime.now(UTC))

    assert paper.send(signed + b"\n% one more line\n") == 422


def test_a_certificate_of_nobodys_authority_is_refused(paper: Paper, tmp_path_factory: pytest.TempPathFactory) -> None:
    foreign = DemoAuthority(tmp_path_factory.mktemp("foreign"))
    agency = paper.office.competent(paper.dossier)
    signer = foreign.leader_signer("x", f"leader {agency}", post="", agency=agency, now=datetime.now(UTC))

    assert paper.send(signer.seal(paper.fetched(), signed_at=datetime.now(UTC))) == 422


def test_a_paper_of_a_dossier_that_has_moved_on_is_not_taken(paper: Paper) -> None:
    signed = paper.token().seal(paper.fetched(), signed_at=datetime.now(UTC))
    head = paper.office.at(paper.dossier, Role.HEAD)
    paper.office.do(head, paper.dossier, "messages", **{"message-message": "Xin cho biết thêm."})

    assert paper.send(signed) == 409


def test_nobody_but_the_leader_of_the_step_fetches_the_paper(paper: Paper) -> None:
    paper.fetched()

    assert paper.office.at(paper.dossier, Role.HEAD).get(f"{paper.address}/paper").status_code == 403
