"""Sealing at a remote service, over real HTTP: what it signs holds, and whatever goes wrong there has a clear name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.letters import pdf
from portal.letters.keyed import KeyedSigner
from portal.letters.keys import RemoteKey, Secret
from portal.letters.trouble import SignerTrouble, Trouble
from portal.letters.verify import verify_detached, verify_sealed
from tests.letters.certifying import Authority, new_key
from tests.letters.conftest import NOW
from tests.letters.samples import LICENCE
from tests.letters.signing_service import CLIENT, CLIENT_SECRET, CREDENTIAL, PIN, SigningService

SEAL = "Sở Xây dựng tỉnh Lạng Sơn"


@pytest.fixture(scope="module")
def ca(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"), now=NOW)


@pytest.fixture(params=["ec", "rsa"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def service(ca: Authority) -> Iterator[SigningService]:
    with serving(ca) as service:
        yield service


def serving(ca: Authority, *, kind: str = "ec", days: int = 365) -> SigningService:
    key = new_key(kind)
    return SigningService(key, [ca.certificate(key.public_key(), SEAL, days=days), ca.issuing])


def entry(service: SigningService, folder: Path, *, pin: str = PIN, version: str = "v1", **other: object) -> RemoteKey:
    for name, content in (("pin", pin), ("secret", CLIENT_SECRET)):
        (folder / name).write_text(content, "utf-8")
    given = {
        "signer": "csc", "url": service.address(version), "credential": CREDENTIAL, "pin": {"file": folder / "pin"},
        "client_id": CLIENT, "client_secret": {"file": folder / "secret"}, **other,
    }  # fmt: skip
    return RemoteKey.model_validate(given)


def signer(key: RemoteKey, ca: Authority, *, holder: str = "") -> KeyedSigner:
    return KeyedSigner(key=key, owner=SEAL, holder=holder, roots=[ca.root])


def trouble(key: RemoteKey, ca: Authority, *, holder: str = "") -> Trouble:
    with pytest.raises(SignerTrouble) as refused:
        signer(key, ca, holder=holder).detached(b"words", signed_at=NOW)
    assert refused.value.details["owner"] == SEAL
    assert PIN not in str(refused.value)
    return refused.value.trouble


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_a_pdf_sealed_by_the_service_is_intact_whole_and_trusted(
    ca: Authority, kind: str, version: str, tmp_path: Path
) -> None:
    with serving(ca, kind=kind) as service:
        seal = signer(entry(service, tmp_path, version=version), ca)
        sealed = seal.seal(pdf.render(LICENCE), signed_at=NOW, reason="decision")
        signature = seal.detached(b"words", signed_at=NOW)

    found = verify_sealed(sealed, [ca.root], now=NOW)
    assert (found.valid, found.problems, found.signer, found.signed_at) == (True, (), SEAL, NOW)
    assert verify_detached(signature, b"words", [ca.root], now=NOW).valid


def test_only_a_digest_leaves_the_house(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    signer(entry(service, tmp_path), ca).detached(b"the words of a decision", signed_at=NOW)

    assert [path.rpartition("/csc/v1/")[2] for path, _ in service.asked] == [
        "credentials/info", "credentials/authorize", "signatures/signHash",
    ]  # fmt: skip
    assert "decision" not in str(service.asked)
    assert "PIN" not in service.asked[-1][1]


def test_a_wrong_pin_is_offered_once(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    key = entry(service, tmp_path, pin="1111")

    assert [trouble(key, ca) for _ in range(3)] == [Trouble.PIN_REFUSED] * 3
    assert sum("authorize" in path for path, _ in service.asked) == 1, "credentials lock themselves"

    (tmp_path / "pin").write_text(PIN)
    assert signer(key, ca).detached(b"words", signed_at=NOW)


def test_a_wrong_secret_of_ours_is_told_like_a_wrong_pin(
    service: SigningService, ca: Authority, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("of yesterday")
    with_token = entry(service, tmp_path, token={"file": tmp_path / "token"}, client_id=None, client_secret=None)
    assert trouble(with_token, ca) is Trouble.PIN_REFUSED

    key = entry(service, tmp_path)
    (tmp_path / "secret").write_text("another")
    assert trouble(key, ca) is Trouble.PIN_REFUSED


def test_a_service_that_does_not_answer_is_given_up_in_time(
    service: SigningService, ca: Authority, tmp_path: Path
) -> None:
    service.hangs = True
    assert trouble(entry(service, tmp_path, wait_seconds=1), ca) is Trouble.UNREACHABLE


def test_a_service_that_is_away_or_out_of_order_is_unreachable(ca: Authority, tmp_path: Path) -> None:
    with serving(ca) as service:
        key = entry(service, tmp_path)
        service.broken = True
        assert trouble(key, ca) is Trouble.UNREACHABLE
    assert trouble(key, ca) is Trouble.UNREACHABLE


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("expired", Trouble.CERTIFICATE_EXPIRED),
        ("revoked", Trouble.SERVICE_REFUSED),
        ("suspended", Trouble.SERVICE_REFUSED),
    ],
)
def test_what_the_service_says_of_the_certificate_counts(
    service: SigningService, ca: Authority, tmp_path: Path, status: str, told: Trouble
) -> None:
    service.status = status
    assert trouble(entry(service, tmp_path), ca) is told


def test_a_certificate_that_has_run_out_is_not_signed_with(ca: Authority, tmp_path: Path) -> None:
    with serving(ca, days=-1) as service:
        assert trouble(entry(service, tmp_path), ca) is Trouble.CERTIFICATE_EXPIRED
        assert not any("signHash" in path for path, _ in service.asked)


def test_another_credential_is_missing(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    assert trouble(entry(service, tmp_path, credential="NOBODYS"), ca) is Trouble.KEY_MISSING


def test_a_signature_that_does_not_hold_is_not_kept(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    service.garbles = True
    assert trouble(entry(service, tmp_path), ca) is Trouble.SERVICE_REFUSED


def test_an_authority_nobody_has_named_is_not_trusted(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "elsewhere", now=NOW)
    assert trouble(entry(service, tmp_path), stranger) is Trouble.CERTIFICATE_UNTRUSTED


def test_a_leaders_key_must_be_in_the_leaders_name(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    key = entry(service, tmp_path)
    assert trouble(key, ca, holder="Vy Văn Thành") is Trouble.CERTIFICATE_OF_OTHER
    assert signer(key, ca, holder=SEAL.upper()).detached(b"words", signed_at=NOW)


def test_a_secret_that_is_gone_is_the_operators_matter(service: SigningService, ca: Authority, tmp_path: Path) -> None:
    key = entry(service, tmp_path)
    (tmp_path / "secret").unlink()
    assert trouble(key, ca) is Trouble.MISCONFIGURED
    assert Secret.model_validate({"env": "X_OF_NOBODY"}).place == "variable X_OF_NOBODY"
