"""Sealing with a key that never leaves its token, against SoftHSM: the PKCS#11 library and its refusals are real."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from portal.letters import pdf
from portal.letters.keyed import KeyedSigner
from portal.letters.keys import TokenKey
from portal.letters.trouble import SignerTrouble, Trouble
from portal.letters.verify import verify_detached, verify_sealed
from tests.letters.certifying import Authority, new_key
from tests.letters.conftest import NOW
from tests.letters.samples import LICENCE

MODULE = next(
    (
        path
        for path in map(
            Path,
            (
                "/usr/lib/softhsm/libsofthsm2.so",
                "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
                "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
                "/usr/local/lib/softhsm/libsofthsm2.so",
            ),
        )
        if path.exists()
    ),
    None,
)
SEAL = "Sở Xây dựng tỉnh Lạng Sơn"
PIN = "135790"

pytestmark = pytest.mark.skipif(
    MODULE is None or shutil.which("softhsm2-util") is None, reason="no SoftHSM (softhsm2-util) on this machine"
)


@dataclass(frozen=True)
class Token:
    """A token of its own, with the agency's key under the label "seal"."""

    label: str
    ca: Authority
    folder: Path

    def key(self, **other: object) -> TokenKey:
        (self.folder / "pin").write_text(PIN)
        given = {
            "signer": "pkcs11", "module": MODULE, "token": self.label, "key": "seal",
            "pin": {"file": self.folder / "pin"}, "chain": [self.ca.issuing_file],
        }  # fmt: skip
        return TokenKey.model_validate(given | other)

    def signer(self, **other: object) -> KeyedSigner:
        return KeyedSigner(key=self.key(**other), owner=SEAL, roots=[self.ca.root])

    def trouble(self, **other: object) -> Trouble:
        with pytest.raises(SignerTrouble) as refused:
            self.signer(**other).detached(b"words", signed_at=NOW)
        return refused.value.trouble


@pytest.fixture(scope="module")
def hsm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the tokens of this module lie; the library reads the place when it is loaded."""
    import pkcs11  # noqa: PLC0415 - not where there is no SoftHSM

    folder = tmp_path_factory.mktemp("hsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(f"directories.tokendir = {folder / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(conf))
        yield folder
        pkcs11.unload(str(MODULE))


@pytest.fixture(params=["ec", "rsa"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def token(hsm: Path, kind: str, tmp_path: Path) -> Token:
    import pkcs11  # noqa: PLC0415

    label, ca, key = f"token-{secrets.token_hex(4)}", Authority(tmp_path / "ca", now=NOW), new_key(kind)
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    softhsm("--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "97531")
    softhsm("--import", str(pem), "--token", label, "--label", "seal", "--id", "01", "--pin", PIN)
    pkcs11.unload(str(MODULE))  # a library that is loaded does not see a token made since
    certificate = ca.certificate(key.public_key(), SEAL).public_bytes(serialization.Encoding.DER)
    with pkcs11.lib(str(MODULE)).get_token(token_label=label).open(rw=True, user_pin=PIN) as session:
        session.create_object(
            {
                pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE,
                pkcs11.Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
                pkcs11.Attribute.TOKEN: True,
                pkcs11.Attribute.LABEL: "seal",
                pkcs11.Attribute.ID: b"\x01",
                pkcs11.Attribute.SUBJECT: b"",
                pkcs11.Attribute.VALUE: certificate,
            }
        )
    return Token(label=label, ca=ca, folder=tmp_path)


def softhsm(*arguments: str) -> None:
    subprocess.run(["softhsm2-util", *arguments], check=True, capture_output=True, env=dict(os.environ))


def test_a_pdf_sealed_by_the_token_is_intact_whole_and_trusted(token: Token) -> None:
    sealed = token.signer().seal(pdf.render(LICENCE), signed_at=NOW, reason="decision")
    signature = token.signer().detached(b"words", signed_at=NOW)

    found = verify_sealed(sealed, [token.ca.root], now=NOW)
    assert (found.valid, found.problems, found.signer, found.signed_at) == (True, (), SEAL, NOW)
    assert verify_detached(signature, b"words", [token.ca.root], now=NOW).valid
    assert token.signer().certificate.holder == SEAL


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="no pdfsig on this machine")
def test_another_program_finds_the_seal_valid_too(token: Token) -> None:
    file = token.folder / "sealed.pdf"
    file.write_bytes(token.signer().seal(pdf.render(LICENCE), signed_at=NOW))

    said = subprocess.run(["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=False).stdout

    assert "Signature is Valid" in said
    assert "Total document signed" in said
    assert SEAL in said


@pytest.mark.parametrize("kind", ["ec"], indirect=True)
def test_a_wrong_pin_is_offered_to_the_token_once(token: Token) -> None:
    key = token.key()
    (token.folder / "pin").write_text("000000")
    wrong = KeyedSigner(key=key, owner=SEAL, roots=[token.ca.root])
    for _ in range(3):
        with pytest.raises(SignerTrouble) as refused:
            wrong.detached(b"words", signed_at=NOW)
        assert refused.value.trouble is Trouble.PIN_REFUSED

    assert token.signer().detached(b"words", signed_at=NOW), "with the right one it signs again"


@pytest.mark.parametrize("kind", ["ec"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"token": "in somebody's pocket"}, Trouble.UNREACHABLE),
        ({"key": "another"}, Trouble.KEY_MISSING),
        ({"module": "/usr/lib/none.so"}, Trouble.MISCONFIGURED),
    ],
)
def test_what_is_not_there_is_named(token: Token, wrong: dict[str, str], told: Trouble) -> None:
    assert token.trouble(**wrong) is told


@pytest.mark.parametrize("kind", ["ec"], indirect=True)
def test_the_certificate_may_lie_beside_a_token_that_holds_only_the_key(token: Token) -> None:
    import pkcs11  # noqa: PLC0415

    with pkcs11.lib(str(MODULE)).get_token(token_label=token.label).open(rw=True, user_pin=PIN) as session:
        (held,) = session.get_objects({pkcs11.Attribute.CLASS: pkcs11.ObjectClass.CERTIFICATE})
        beside = token.folder / "seal.der"
        beside.write_bytes(bytes(held[pkcs11.Attribute.VALUE]))
        held.destroy()
    assert token.trouble() is Trouble.KEY_MISSING

    from cryptography import x509  # noqa: PLC0415

    pem = token.folder / "seal.pem"
    pem.write_bytes(x509.load_der_x509_certificate(beside.read_bytes()).public_bytes(serialization.Encoding.PEM))
    assert token.signer(certificate=pem).detached(b"words", signed_at=NOW)
