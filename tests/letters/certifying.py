"""A certifying authority as a province has one: a root, an issuing authority below it, certificates for any key."""

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PASSPHRASE = "mở ra nào"


def new_key(kind: str = "ec") -> PrivateKey:
    if kind == "rsa":
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return ec.generate_private_key(ec.SECP256R1())


class Authority:
    """Issues certificates; `root.pem` is what an office trusts, `issuing.pem` what goes along with a signature."""

    def __init__(self, folder: Path, *, now: datetime) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._now = now
        root_key, self._key = new_key(), new_key()
        root_name = _name("Root CA of the test")
        self.root = self._made(root_name, root_name, root_key.public_key(), root_key, is_authority=True)
        self.issuing = self._made(
            _name("Issuing CA of the test"), root_name, self._key.public_key(), root_key, is_authority=True
        )
        self.root_file, self.issuing_file = folder / "root.pem", folder / "issuing.pem"
        for path, certificate in ((self.root_file, self.root), (self.issuing_file, self.issuing)):
            path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def certificate(self, key: CertificatePublicKeyTypes, holder: str, *, days: int = 365) -> x509.Certificate:
        """A certificate that has been valid for a year and will be for `days` more."""
        return self._made(_name(holder), self.issuing.subject, key, self._key, days=days)

    def pkcs12(self, path: Path, holder: str, *, days: int = 365, kind: str = "ec") -> Path:
        """A key with its certificate in a file, locked with PASSPHRASE."""
        key = new_key(kind)
        locked = serialization.BestAvailableEncryption(PASSPHRASE.encode())
        certificate = self.certificate(key.public_key(), holder, days=days)
        path.write_bytes(pkcs12.serialize_key_and_certificates(b"key", key, certificate, [self.issuing], locked))
        return path

    def _made(
        self,
        subject: x509.Name,
        issuer: x509.Name,
        key: CertificatePublicKeyTypes,
        by: PrivateKey,
        *,
        days: int = 3650,
        is_authority: bool = False,
    ) -> x509.Certificate:
        usage = x509.KeyUsage(
            digital_signature=not is_authority, content_commitment=not is_authority, key_cert_sign=is_authority,
            crl_sign=is_authority, key_encipherment=False, data_encipherment=False, key_agreement=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(issuer)
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(self._now - timedelta(days=366))
            .not_valid_after(self._now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
            .sign(by, hashes.SHA256())
        )


def _name(holder: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "UBND tỉnh Lạng Sơn"),
            x509.NameAttribute(NameOID.COMMON_NAME, holder),
        ]
    )
