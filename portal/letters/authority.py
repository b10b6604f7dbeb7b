"""The certificate authority of a demonstration: made at first start, trusted by nobody else.

Folder: `root.pem`, `root.key` and one pair for each agency and leader. Keys are readable by their owner only
(0600) and are made afresh in each folder, so no secret has a default. A real office uses the certificates of the
Government's authority behind the same `Signer` port.
"""

import fcntl
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from portal.letters.signature import CertificateFacts, SoftwareSigner, facts_of_certificate

_ROOT_YEARS = 10
_CERTIFICATE_YEARS = 2
_RENEW_DAYS = 30
_BACKDATED_DAYS = 365
_SAFE_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")
_ROOT_NAME = "Một Cửa DEMO – không có giá trị pháp lý"


class DemoAuthority:
    """Issues and keeps the demonstration's certificates in `folder`; safe for several processes at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def ensure(self, *, now: datetime) -> None:
        """Make the root certificate where there is none yet."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone():
            if not self._path("root", "pem").exists():
                key = _new_key()
                self._write("root", key, _root(key, now))

    def root(self) -> x509.Certificate:
        """Return our own root. Raises `FileNotFoundError` before `ensure`."""
        return self._certificate("root")

    def trusted(self) -> tuple[x509.Certificate, ...]:
        """Return what an operator has put into `trusted/*.pem`: roots of tokens with which leaders sign outside."""
        found = sorted((self._folder / "trusted").glob("*.pem"))
        return tuple(one for path in found for one in x509.load_pem_x509_certificates(path.read_bytes()))

    def roots(self) -> tuple[x509.Certificate, ...]:
        """Return the certificates a demonstration trusts: our own root and `trusted`."""
        return (self.root(), *self.trusted())

    def known(self, stem: str) -> CertificateFacts | None:
        """Return the certificate that was made as "agency-…" or "leader-…"; None where none was needed yet."""
        return facts_of_certificate(self._certificate(stem)) if self._path(stem, "pem").exists() else None

    def company_roots(self) -> tuple[x509.Certificate, ...]:
        """Return the roots of those who certify companies and persons: each `trusted_companies/*.pem`.

        They are kept apart from the roots of leaders: who certifies companies must not be able to make a leader.
        """
        found = sorted((self._folder / "trusted_companies").glob("*.pem"))
        return tuple(x509.load_pem_x509_certificate(path.read_bytes()) for path in found)

    def company_signer(self, key: str, name: str, *, number: str, now: datetime) -> SoftwareSigner:
        """Return a company's or person's certificate; `number` as such certificates have it, "MST:0100109106"."""
        return self._signer(f"company-{_checked(key)}", _subject(holder=name, agency=name, number=number), now)

    def agency_signer(self, key: str, name: str, *, now: datetime) -> SoftwareSigner:
        """Return the seal of an agency; `key` is its name in the register, `name` what the seal says.

        A missing certificate, one about to expire, and one in an old name are replaced.
        """
        return self._signer(f"agency-{_checked(key)}", _subject(holder=name, agency=name), now)

    def leader_signer(self, key: str, name: str, *, post: str, agency: str, now: datetime) -> SoftwareSigner:
        """Return a leader's own certificate; `key` tells people of the same name apart."""
        return self._signer(f"leader-{_checked(key)}", _subject(holder=name, agency=agency, post=post), now)

    def _signer(self, stem: str, subject: x509.Name, now: datetime) -> SoftwareSigner:
        self.ensure(now=now)
        with self._alone():
            if not self._still_good(stem, subject, now):
                key = _new_key()
                self._write(stem, key, self._issued(subject, key, now))
        return SoftwareSigner.from_pem(
            self._path(stem, "pem"), self._path(stem, "key"), chain=[self._path("root", "pem")]
        )

    def _still_good(self, stem: str, subject: x509.Name, now: datetime) -> bool:
        if not self._path(stem, "pem").exists():
            return False
        facts = facts_of_certificate(self._certificate(stem))
        return facts.subject == subject.public_bytes() and not facts.expires_within(_RENEW_DAYS, now=now)

    def _issued(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
        root = self._certificate("root")
        root_key = serialization.load_pem_private_key(self._path("root", "key").read_bytes(), None)
        assert isinstance(root_key, ec.EllipticCurvePrivateKey)  # noqa: S101 - our own file
        expires = min(now + timedelta(days=365 * _CERTIFICATE_YEARS), root.not_valid_after_utc)
        return (
            _unsigned(subject, root.subject, key, now, expires)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_documents=True), critical=True)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
            .sign(root_key, hashes.SHA256())
        )

    def _certificate(self, stem: str) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self._path(stem, "pem").read_bytes())

    def _path(self, stem: str, ending: str) -> Path:
        return self._folder / f"{stem}.{ending}"

    def _write(self, stem: str, key: ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> None:
        """Put the pair in place; the certificate last, because its presence says that the pair is whole."""
        self._path(stem, "pem").unlink(missing_ok=True)
        encoded_key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        for ending, content in (
            ("key", encoded_key),
            ("pem", certificate.public_bytes(serialization.Encoding.PEM)),
        ):
            unfinished = self._path(stem, f"{ending}.new")
            unfinished.unlink(missing_ok=True)
            with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._path(stem, ending))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with (self._folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _checked(key: str) -> str:
    if not _SAFE_KEY.fullmatch(key):
        raise ValueError(f"not a name for a file: {key!r}")
    return key


def _subject(*, holder: str, agency: str, post: str = "", number: str = "") -> x509.Name:
    parts = [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"),
        _named(NameOID.ORGANIZATION_NAME, agency),
        _named(NameOID.COMMON_NAME, holder),
    ]
    if post:
        parts.append(_named(NameOID.TITLE, post))
    if number:
        parts.append(_named(NameOID.USER_ID, number))
    return x509.Name(parts)


def _named(part: x509.ObjectIdentifier, value: str) -> x509.NameAttribute[str]:
    """A part of the name, cut to the 64 characters a certificate may hold. Source: RFC 5280, Appendix A.1.

    The library counts bytes, of which a Vietnamese letter has up to three; hence its own check is silenced.
    """
    longest = 64
    fitting = value if len(value) <= longest else f"{value[: longest - 1]}…"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return x509.NameAttribute(part, fitting, _validate=False)


def _root(key: ec.EllipticCurvePrivateKey, now: datetime) -> x509.Certificate:
    name = _subject(holder=_ROOT_NAME, agency="DEMO")
    return (
        _unsigned(name, name, key, now, now + timedelta(days=365 * _ROOT_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_documents=False), critical=True)
        .sign(key, hashes.SHA256())
    )


def _unsigned(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, expires: datetime
) -> x509.CertificateBuilder:
    """A certificate valid since a year ago, because the demonstration shows decisions of past months."""
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now.astimezone(UTC) - timedelta(days=_BACKDATED_DAYS))
        .not_valid_after(expires.astimezone(UTC))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, signs_documents: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signs_documents,
        content_commitment=signs_documents,
        key_cert_sign=not signs_documents,
        crl_sign=not signs_documents,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )
