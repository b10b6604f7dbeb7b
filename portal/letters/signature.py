"""Signing and sealing, behind one port, so that tokens and remote services can take the software key's place.

Two acts (decision of the house, after Decree 30/2020/NĐ-CP): the leader signs the canonical bytes of the decision
as a detached CMS; the agency seals the finished, numbered PDF as its last change (PAdES B-B).
"""

import asyncio
import dataclasses
import io
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, cast

from asn1crypto import pem  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from asn1crypto.keys import PrivateKeyInfo  # type: ignore[import-untyped]
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner, PdfSigningSession
from pyhanko_certvalidator.registry import SimpleCertificateStore

from portal.catalogue.text import Text
from portal.ledger.canonical import canonical_bytes
from portal.letters import identifiers
from portal.letters.contents import Decision

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

DIGEST = "sha256"
SEAL_FIELD = "AgencySeal"

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """Whose certificate it is, and until when. `subject` is the whole name as the certificate encodes it.

    `tax_code` and `personal_id` are the numbers the authority has bound to the holder (`identifiers`); empty: none.
    """

    holder: str
    agency: str
    subject: bytes
    serial: str
    valid_from: datetime
    expires_at: datetime
    issuer: str = ""
    tax_code: str = ""
    personal_id: str = ""

    def expires_within(self, days: int, *, now: datetime) -> bool:
        """Whether the certificate has expired or will within `days` calendar days: time to warn and renew."""
        return self.expires_at <= now + timedelta(days=days)


class Signer(Protocol):
    """What can sign: a key in a file, on a token, or at a trusted service."""

    @property
    def certificate(self) -> CertificateFacts: ...

    def detached(self, content: bytes, *, signed_at: datetime) -> bytes:
        """Sign `content` and return the detached CMS (DER)."""
        ...

    def seal(self, pdf: bytes, *, signed_at: datetime, reason: str = "", location: str = "") -> bytes:
        """Return the PDF with a signature over the whole of it."""
        ...


def facts_of_certificate(certificate: x509.Certificate) -> CertificateFacts:
    """Read the holder, the agency, the issuer, the holder's numbers and the days of validity from a certificate."""
    parsed = in_asn1(certificate)
    name = cast("dict[str, object]", parsed.subject.native)
    issuer = cast("dict[str, object]", parsed.issuer.native)
    numbers = identifiers.of(parsed.subject)
    return CertificateFacts(
        holder=str(name.get("common_name", "")),
        agency=str(name.get("organization_name", "")),
        subject=parsed.subject.dump(),
        serial=f"{parsed.serial_number:x}",
        valid_from=parsed.not_valid_before,
        expires_at=parsed.not_valid_after,
        issuer=str(issuer.get("common_name", "") or issuer.get("organization_name", "")),
        tax_code=numbers.tax_code,
        personal_id=numbers.personal_id,
    )


def signed_content(decision: Decision) -> bytes:
    """Return the canonical bytes the leader signs: all the decision says, without what is added afterwards.

    Added afterwards are the clerk's number, the day of issue, the moment of signing, the address of the public
    page and the fingerprint. Equal decisions give equal bytes.
    """
    return canonical_bytes(_said(decision))


_ADDED_AFTERWARDS = frozenset({"number", "issued_at", "signed_at", "verification_url", "content_fingerprint"})


def _said(part: "DataclassInstance") -> dict[str, object]:
    named = ((field.name, getattr(part, field.name)) for field in dataclasses.fields(part))
    return {name: _in_json(value) for name, value in named if name not in _ADDED_AFTERWARDS}


def _in_json(value: object) -> object:
    if isinstance(value, Text):
        return {"vi": value.vi, "en": value.en, "zh": value.zh}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _said(value)
    return [_in_json(item) for item in value] if isinstance(value, tuple) else value


class CmsSigner:
    """What signing and sealing have in common, wherever the private key is: the certificate goes along, the key stays.

    `signer` is the library's view of the key; a subclass says where it is.
    """

    def __init__(self, certificate: x509.Certificate, signer: signers.Signer) -> None:
        self._certificate = certificate
        self._signer = signer

    @property
    def certificate(self) -> CertificateFacts:
        return facts_of_certificate(self._certificate)

    @property
    def chain(self) -> tuple[asn1_x509.Certificate, ...]:
        """The certificate, and those that go along with a signature."""
        return in_asn1(self._certificate), *self._signer.cert_registry

    def detached(self, content: bytes, *, signed_at: datetime) -> bytes:
        """Sign `content` and return the detached CMS (DER), with the moment of signing among the signed attributes."""
        signed = _done(
            self._signer.async_sign_general_data(
                content,
                DIGEST,
                detached=True,
                use_cades=True,
                signed_attr_settings=PdfCMSSignedAttributes(signing_time=signed_at.astimezone(UTC)),
            )
        )
        return cast("bytes", signed.dump())

    def seal(self, pdf: bytes, *, signed_at: datetime, reason: str = "", location: str = "") -> bytes:
        """Return the PDF with an invisible PAdES B-B signature over the whole file."""
        about = PdfSignatureMetadata(
            field_name=SEAL_FIELD,
            md_algorithm=DIGEST,
            subfilter=SigSeedSubFilter.PADES,
            name=self.certificate.holder,
            reason=reason or None,
            location=location or None,
        )
        sealed = io.BytesIO()
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        _done(_SignerAt(signed_at, about, self._signer).async_sign_pdf(writer, output=sealed))
        return sealed.getvalue()


class SoftwareSigner(CmsSigner):
    """A private key held in this process, from a PEM pair or a PKCS#12 file."""

    def __init__(
        self, certificate: x509.Certificate, key: PrivateKeyInfo, *, chain: Sequence[x509.Certificate] = ()
    ) -> None:
        held_here = signers.SimpleSigner(
            signing_cert=in_asn1(certificate), signing_key=key, cert_registry=store_of(chain), embed_roots=False
        )
        super().__init__(certificate, held_here)

    @classmethod
    def from_pem(cls, certificate: Path, key: Path, *, chain: Sequence[Path] = ()) -> "SoftwareSigner":
        """Read an unencrypted key and its certificate. Raises `OSError`, `ValueError`."""
        return cls(
            x509.load_pem_x509_certificate(certificate.read_bytes()),
            PrivateKeyInfo.load(pem.unarmor(key.read_bytes())[2]),
            chain=[x509.load_pem_x509_certificate(path.read_bytes()) for path in chain],
        )

    @classmethod
    def from_pkcs12(cls, path: Path, passphrase: bytes, *, chain: Sequence[x509.Certificate] = ()) -> "SoftwareSigner":
        """Read a PKCS#12 file; `chain` goes along with what the file holds itself.

        Raises `OSError`, and `ValueError` for a wrong passphrase or a file without a key.
        """
        key, certificate, others = pkcs12.load_key_and_certificates(path.read_bytes(), passphrase)
        if key is None or certificate is None:
            raise ValueError("no key and certificate in the file")
        encoded = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return cls(certificate, PrivateKeyInfo.load(encoded), chain=[*others, *chain])


def store_of(chain: Sequence[x509.Certificate]) -> SimpleCertificateStore:
    """The certificates that lead from the signer's to a root, as they go along with a signature."""
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple([in_asn1(each) for each in chain])
    return store


class _SignerAt(PdfSigner):
    """Signs at the moment it is told, not at the one the machine shows."""

    def __init__(self, signed_at: datetime, about: PdfSignatureMetadata, signer: signers.Signer) -> None:
        super().__init__(about, signer)
        self._signed_at = signed_at.astimezone(UTC)

    def init_signing_session(self, pdf_out: BasePdfFileWriter, existing_fields_only: bool = False) -> PdfSigningSession:
        session = super().init_signing_session(pdf_out, existing_fields_only)
        session.system_time = self._signed_at
        return session


def _done(signing: Coroutine[Any, Any, Result]) -> Result:
    """Sign to the end.

    Not by `asyncio.run`: it sets a signal handler that holds the coroutine, and Python on its way prints that
    handler with every certificate in it, which takes longer than signing.
    """
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(signing)
    finally:
        loop.close()


def in_asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    """The certificate as the signing library takes it."""
    return asn1_x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))
