"""The operator's file: what it may say, what is complained about, and what comes of it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from portal.foundation.errors import Refused
from portal.foundation.settings import Mode, Settings, SettingsError
from portal.foundation.storage import Storage
from portal.letters import pdf
from portal.letters.authority import DemoAuthority
from portal.letters.keys import SoftwareKey, TokenKey, keys_of
from portal.letters.printing import PrintingOffice
from portal.letters.trouble import SignerTrouble, Trouble
from portal.letters.verify import Problem, verify_detached, verify_sealed
from tests.letters.certifying import PASSPHRASE, Authority
from tests.letters.conftest import NOW
from tests.letters.samples import LICENCE

LEADER = "leader@langson.example"
Written = Callable[[str], Path]


@pytest.fixture
def ca(tmp_path: Path) -> Authority:
    return Authority(tmp_path / "ca", now=NOW)


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Written:
    monkeypatch.setenv("SEAL_PASSPHRASE", PASSPHRASE)

    def write(text: str) -> Path:
        path = tmp_path / f"signers-{len(text)}.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def office(tmp_path: Path, file: Path | None, *, is_demo: bool = False) -> PrintingOffice:
    return PrintingOffice(
        public_url="http://localhost",
        is_demo=is_demo,
        storage=Storage.at("memory://"),
        authority=DemoAuthority(tmp_path / "authority"),
        keys=keys_of(file),
    )


SOFTWARE = """
trust = ["ca/root.pem"]
[agencies.construction]
signer = "software"
file = "seal.p12"
passphrase = {env = "SEAL_PASSPHRASE"}
[leaders."Leader@LangSon.example"]
signer = "software"
file = "leader.p12"
passphrase = {env = "SEAL_PASSPHRASE"}
"""


@pytest.fixture
def real(tmp_path: Path, ca: Authority, written: Written) -> PrintingOffice:
    """A real office with a seal and a leader's key in files."""
    ca.pkcs12(tmp_path / "seal.p12", "Sở Xây dựng", kind="rsa")
    ca.pkcs12(tmp_path / "leader.p12", "VY VĂN THÀNH")
    return office(tmp_path, written(SOFTWARE))


def sign(office: PrintingOffice, name: str = "Vy Văn Thành", address: str = LEADER) -> bytes:
    signer = office.leader_signer("post", name, post="Giám đốc", agency="Sở Xây dựng", now=NOW, address=address)
    return signer.detached(b"words", signed_at=NOW)


def test_a_real_office_seals_and_signs_with_the_keys_of_its_file(real: PrintingOffice, tmp_path: Path) -> None:
    sealed = real.agency_signer("construction", "Sở Xây dựng", now=NOW).seal(pdf.render(LICENCE), signed_at=NOW)

    assert verify_sealed(sealed, real.roots(now=NOW), now=NOW).valid
    assert verify_detached(sign(real), b"words", real.roots(now=NOW), now=NOW).valid
    assert not (tmp_path / "authority").exists(), "nothing of a demonstration is made"


def test_a_real_office_does_not_trust_a_demonstration(real: PrintingOffice, authority: DemoAuthority) -> None:
    demo = authority.agency_signer("sxd", "Sở Xây dựng", now=NOW).seal(pdf.render(LICENCE), signed_at=NOW)

    assert verify_sealed(demo, real.roots(now=NOW), now=NOW).problems == (Problem.NOT_TRUSTED,)


def test_without_an_entry_a_real_office_refuses_and_a_demonstration_makes_one_up(
    real: PrintingOffice, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match=r"signing\.no_seal"):
        real.agency_signer("industry", "Sở Công Thương", now=NOW)
    with pytest.raises(Refused, match=r"signing\.no_key"):
        sign(real, address="another@langson.example")
    assert (real.signs_for(LEADER), real.signs_for("another@langson.example")) == (True, False)

    demo = office(tmp_path, None, is_demo=True)
    assert demo.agency_signer("industry", "Sở Công Thương", now=NOW).certificate.issuer.startswith("Một Cửa DEMO")
    assert demo.signs_for("another@langson.example")


def test_the_key_of_one_leader_does_not_sign_for_another(real: PrintingOffice) -> None:
    with pytest.raises(SignerTrouble) as refused:
        sign(real, name="Hoàng Văn Thụ")
    assert refused.value.trouble is Trouble.CERTIFICATE_OF_OTHER


def test_a_wrong_passphrase_a_lost_file_and_an_expired_certificate_have_names(
    real: PrintingOffice, ca: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told() -> Trouble:
        with pytest.raises(SignerTrouble) as refused:
            sign(real)
        return refused.value.trouble

    ca.pkcs12(tmp_path / "leader.p12", "Vy Văn Thành", days=-2)
    assert told() is Trouble.CERTIFICATE_EXPIRED
    monkeypatch.setenv("SEAL_PASSPHRASE", "another")
    assert told() is Trouble.PIN_REFUSED
    (tmp_path / "leader.p12").write_bytes(b"nothing of the kind")
    assert told() in {Trouble.PIN_REFUSED, Trouble.KEY_MISSING}
    (tmp_path / "leader.p12").unlink()
    assert told() is Trouble.MISCONFIGURED


def test_a_renewed_certificate_is_used_from_the_next_signature_on(
    real: PrintingOffice, ca: Authority, tmp_path: Path
) -> None:
    first = real.agency_signer("construction", "Sở Xây dựng", now=NOW).certificate
    ca.pkcs12(tmp_path / "seal.p12", "Sở Xây dựng", days=800)

    renewed = real.agency_signer("construction", "Sở Xây dựng", now=NOW).certificate
    assert renewed.expires_at - first.expires_at == timedelta(days=435)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[agencies.a", "Expected"),
        ('[agencies.a]\nsigner = "paper"', "agencies.a"),
        ('seals = 1', "seals"),
        ('[agencies.a]\nsigner = "software"\nfile = "x"\npassphrase = "geheim"', "name where it is kept"),
        ('[agencies.a]\nsigner = "software"\nfile = "x"\npassphrase = {env = "NOT_SET"}', "variable NOT_SET"),
        ('[agencies.a]\nsigner = "software"\nfile = "x"\npassphrase = {file = "gone"}', "gone"),
        ('trust = ["gone.pem"]', "holds no certificate"),
        ('[agencies.a]\nsigner = "csc"\nurl = "http://far.example/csc/v1"\ncredential = "x"', "https://"),
        ('[agencies.a]\nsigner = "csc"\nurl = "https://far.example/csc"\ncredential = "x"', "agencies.a.url"),
        ('[agencies.a]\nsigner = "csc"\nurl = "https://far.example/csc/v1"\ncredential = "x"', "client_secret"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_file_is_named_and_no_secret_is_told(written: Written, text: str, complaint: str) -> None:
    with pytest.raises(SettingsError) as refused:
        keys_of(written(text))
    assert complaint in str(refused.value)
    assert "geheim" not in str(refused.value)
    assert refused.value.__context__ is None or "geheim" not in str(refused.value.__context__)


def test_paths_are_meant_from_the_folder_of_the_file(written: Written, ca: Authority, tmp_path: Path) -> None:
    text = (
        '[agencies.a]\nsigner = "pkcs11"\nmodule = "/opt/p11.so"\ntoken = "t"\nkey = "k"\n'
        'pin = {env = "SEAL_PASSPHRASE"}\nchain = ["ca/issuing.pem"]\n'
    )
    key = keys_of(written(text)).agencies["a"]
    assert isinstance(key, TokenKey)
    assert key.chain == (tmp_path / "ca" / "issuing.pem",)
    assert PASSPHRASE not in repr(key)
    assert SoftwareKey.model_fields.keys() >= {"file", "passphrase"}


def test_the_settings_name_the_file_and_the_days(tmp_path: Path) -> None:
    base = {
        "MODE": "test", "DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://x", "SECRET_KEY": "s" * 40,
        "DATA_DIR": str(tmp_path),
    }  # fmt: skip
    settings = Settings.from_environment(base)
    assert (settings.mode, settings.signers_file) == (Mode.TEST, None)
    assert settings.certificate_warning_days == (60, 30, 7)

    file = tmp_path / "signers.toml"
    file.write_text("")
    told = Settings.from_environment(base | {"SIGNERS_FILE": str(file), "CERTIFICATE_WARNING_DAYS": "10, 90"})
    assert (told.signers_file, told.certificate_warning_days) == (file, (90, 10))

    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(base | {"SIGNERS_FILE": "/nowhere.toml", "CERTIFICATE_WARNING_DAYS": "soon"})
    assert "there is no such file" in str(refused.value)
    assert "60,30,7" in str(refused.value)
