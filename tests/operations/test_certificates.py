"""Certificates of seals and signatures: looked at in the morning, warned of once, shown to administrators."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import html5lib
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from portal.accounts.models import Agency, Person
from portal.clock.zone import office_day
from portal.foundation.outbox import Job, OutboxRow, enqueue
from portal.foundation.settings import Mode, Settings
from portal.letters.models import SignerCertificate
from portal.notices.models import Notice
from portal.notices.wording import words_of
from portal.workflow.lifecycle import Role
from tests.factories import people
from tests.fixtures.app import Browser, make_app
from tests.fixtures.workers import drain
from tests.letters.certifying import PASSPHRASE, Authority, new_key
from tests.letters.signing_service import CLIENT, CLIENT_SECRET, CREDENTIAL, PIN, SigningService

PAGE = "/administration/certificates"
NOW = datetime.now(UTC)


class Province:
    """An agency with a clerk and a leader, an administrator, and the operator's file, in a real office."""

    def __init__(self, session: Session, settings: Settings, folder: Path) -> None:
        self.session, self.folder = session, folder
        self.ca = Authority(folder / "ca", now=NOW)
        self.agency: Agency = people.agency(session)
        people.officer(session, self.agency, Role.CLERK)
        self.leader = people.officer(session, self.agency, Role.LEADER, name="Vy Văn Thành")
        self.administrator = people.officer(session, self.agency, Role.ADMINISTRATOR)
        session.commit()
        self.file = folder / "signers.toml"
        self.settings = replace(settings, mode=Mode.PRODUCTION, signers_file=self.file)

    def write(self, text: str) -> None:
        self.file = self.folder / f"signers-{abs(hash(text))}.toml"
        self.file.write_text('trust = ["ca/root.pem"]\n' + text, "utf-8")
        self.settings = replace(self.settings, signers_file=self.file)

    def in_a_file(self, *, days: int, leader_days: int | None = None) -> None:
        """The seal in a file, and with `leader_days` the leader's signature, too."""
        text = self._software(f"agencies.{self.agency.key}", "seal.p12", "Sở Xây dựng", days)
        if leader_days is not None:
            text += self._software(f'leaders."{self.leader.email}"', "leader.p12", self.leader.name, leader_days)
        self.write(text)

    def _software(self, entry: str, file: str, holder: str, days: int) -> str:
        self.ca.pkcs12(self.folder / file, holder, days=days)
        return f'[{entry}]\nsigner = "software"\nfile = "{file}"\npassphrase = {{env = "SEAL_PASSPHRASE"}}\n'

    def look(self) -> None:
        """The look of the morning, by the worker."""
        enqueue(self.session, Job.CHECK_CERTIFICATES, {})
        drain(self.session, settings=replace(self.settings, mode=Mode.TEST))

    def browser(self) -> Browser:
        app = make_app(replace(self.settings, public_url="http://localhost"))
        client = app.test_client()
        assert isinstance(client, Browser)
        people.sign_in(client, self.administrator)
        return client

    def page(self, language: str = "en") -> str:
        client = self.browser()
        for name in ("language", "motcua_test_language"):
            client.set_cookie(name, language)
        answer = client.get(PAGE)
        assert answer.status_code == 200, answer.text
        html5lib.HTMLParser(strict=True).parse(answer.text)
        return answer.text

    def told(self) -> list[tuple[str, bool]]:
        """To whom the certificates' notices went, in order, and whether they say that it has expired."""
        rows = self.session.execute(
            sa.select(Person.name, Notice.params)
            .join(Person, Person.id == Notice.person_id)
            .where(Notice.kind == "certificate_expires")
            .order_by(Notice.created_at, Person.name)
        )
        return [(name, params["has_expired"]) for name, params in rows]


@pytest.fixture
def province(session: Session, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Province:
    monkeypatch.setenv("SEAL_PASSPHRASE", PASSPHRASE)
    return Province(session, settings, tmp_path)


def test_an_agency_without_a_seal_is_named_and_a_leader_signs_with_an_own_token(province: Province) -> None:
    province.write("")
    page = province.page()

    assert "No seal" in page
    assert "cannot be issued" in page
    assert "Signs with an own token" in page
    parts = province.browser().get("/readyz").get_json()["parts"]
    assert parts["certificates"] == {"ok": True, "missing": {province.agency.key: None}}


def test_a_seal_in_order_is_shown_with_its_issuer_and_days(province: Province) -> None:
    province.in_a_file(days=200, leader_days=300)
    assert "Not looked at yet" in province.page()

    province.look()
    page = province.page()

    assert page.count("In order") == 2
    assert "Issuing CA of the test" in page
    assert "Key in a file" in page
    last_day = office_day(NOW + timedelta(days=200))
    assert f"{(last_day - office_day(datetime.now(UTC))).days} days left" in page
    assert "certificates" not in province.browser().get("/readyz").get_json()["parts"]
    assert province.told() == []


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
def test_the_page_speaks_three_languages(province: Province, language: str) -> None:
    province.in_a_file(days=5)
    province.look()

    assert {"vi": "Sắp hết hạn", "en": "Expires soon", "zh": "即将到期"}[language] in province.page(language)


def test_each_threshold_is_told_once_and_a_renewed_certificate_begins_anew(province: Province) -> None:
    administrator = province.administrator.name
    province.in_a_file(days=58)
    for _ in range(3):
        province.look()
    assert province.told() == [(administrator, False)]

    row = province.session.scalars(sa.select(SignerCertificate)).one()
    row.warned_days = 60
    row.expires_at = datetime.now(UTC) + timedelta(days=6)
    kept = row.serial
    province.session.commit()
    province.in_a_file(days=6)  # another certificate: the count begins anew, and only the last warning is due
    province.look()
    province.look()
    assert province.told() == [(administrator, False)] * 2

    province.session.expire_all()
    row = province.session.scalars(sa.select(SignerCertificate)).one()
    assert row.serial != kept
    assert row.warned_days == 7


def test_one_certificate_is_told_of_at_sixty_thirty_and_seven_days_and_when_it_has_expired(
    province: Province,
) -> None:
    from portal.letters.certificates import due_warning  # noqa: PLC0415

    end = datetime(2027, 6, 30, 5, 0, tzinfo=UTC)
    row = SignerCertificate(signer="pkcs11", expires_at=end, warned_days=None)
    given = []
    for day in range(100, -4, -1):
        due = due_warning(row, (60, 30, 7), now=end - timedelta(days=day))
        if due is not None:
            given.append((day, due))
            row.warned_days = due
    assert given == [(60, 60), (30, 30), (7, 7), (0, 0)]


def test_the_leader_concerned_is_told_too_and_an_expired_certificate_says_so(province: Province) -> None:
    province.in_a_file(days=200, leader_days=-1)
    province.look()

    assert sorted(province.told()) == sorted([(province.administrator.name, True), (province.leader.name, True)])
    assert "Expired" in province.page()
    told = province.browser().get("/readyz").get_json()["parts"]["certificates"]
    assert told == {"ok": True, "leaders_expired": 1}, "no name or address of a leader is public"


@pytest.mark.parametrize("language", ["vi", "en", "zh"])
@pytest.mark.parametrize("has_expired", [True, False])
def test_the_notice_says_whose_and_until_when(language: str, has_expired: bool) -> None:
    params = {"office": {"vi": "Sở Xây dựng"}, "expires_on": "2027-06-30", "has_expired": has_expired, "link": PAGE}
    words = words_of("certificate_expires", params, language)

    assert "Sở Xây dựng" in words.subject
    assert "2027" in words.paragraphs[0]
    assert words.link == PAGE


def test_a_service_that_is_away_keeps_what_was_known_and_is_named(province: Province, tmp_path: Path) -> None:
    key = new_key()
    (tmp_path / "pin").write_text(PIN)
    (tmp_path / "secret").write_text(CLIENT_SECRET)
    with SigningService(key, [province.ca.certificate(key.public_key(), "Sở"), province.ca.issuing]) as service:
        province.write(
            f'[agencies.{province.agency.key}]\nsigner = "csc"\nurl = "{service.address()}"\n'
            f'credential = "{CREDENTIAL}"\npin = {{file = "pin"}}\nclient_id = "{CLIENT}"\n'
            'client_secret = {file = "secret"}\nwait_seconds = 2\n'
        )
        province.look()
        assert "In order" in province.page()
        assert not any("authorize" in path or "sign" in path for path, _ in service.asked), "looking signs nothing"
        service.broken = True
        province.look()

    page = province.page()
    assert "Does not answer" in page
    assert "Issuing CA of the test" in page
    parts = province.browser().get("/readyz").get_json()["parts"]
    assert list(parts["certificates"]["unreachable"]) == [province.agency.key]


def test_a_certificate_nobody_can_check_does_not_work(province: Province) -> None:
    province.in_a_file(days=200)
    province.file.write_text(province.file.read_text().replace('trust = ["ca/root.pem"]', ""))
    province.look()

    assert "leads to no authority" in province.page()


def test_a_demonstration_makes_no_noise(province: Province, demo_app: object) -> None:
    province.settings = replace(province.settings, mode=Mode.DEMO, signers_file=None)
    enqueue(province.session, Job.CHECK_CERTIFICATES, {})
    drain(province.session, settings=province.settings)
    page = province.page()

    assert page.count("Renews itself") == 2
    assert "This is a demonstration" in page
    assert "certificates" not in province.browser().get("/readyz").get_json()["parts"]
    assert province.told() == []
    assert province.session.scalars(sa.select(SignerCertificate)).all() == []


def test_looking_again_is_one_job_a_minute_and_only_the_administrators(
    province: Province, new_client: Callable[[], Browser]
) -> None:
    province.write("")
    browser = province.browser()
    assert [browser.post(f"{PAGE}/check").status_code for _ in range(2)] == [303, 303]
    wanted = sa.select(sa.func.count()).where(OutboxRow.kind == Job.CHECK_CERTIFICATES.value)
    assert province.session.scalar(wanted) in {1, 2}  # two where a minute ended between them

    leader = new_client()
    people.sign_in(leader, province.leader)
    assert leader.get(PAGE).status_code == 403
    assert leader.post(f"{PAGE}/check").status_code == 403


def test_what_was_found_of_an_agency_that_has_closed_is_forgotten(province: Province) -> None:
    province.in_a_file(days=200)
    province.look()
    assert len(province.session.scalars(sa.select(SignerCertificate)).all()) == 1

    province.agency.closed_at = NOW
    province.session.commit()
    province.look()
    assert province.session.scalars(sa.select(SignerCertificate)).all() == []
