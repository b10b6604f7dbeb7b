"""Checking a sealed file and a leader's signature, from the bytes at hand alone: nothing is fetched."""

import asyncio
import io
import logging
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_detached_cms, validate_pdf_signature
from pyhanko.sign.validation.errors import SignatureValidationError, ValidationInfoReadingError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import (
    PdfSignatureStatus,
    SignatureCoverageLevel,
    StandardCMSSignatureStatus,
)
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from pyhanko_certvalidator.errors import PathError, ValidationError

from portal.letters.signature import facts_of_certificate

MALFORMED = (
    PdfError,
    SignatureValidationError,
    ValidationInfoReadingError,
    ValueError,
    TypeError,
    KeyError,
    ArithmeticError,  # pyHanko on a number that is none
    IndexError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    struct.error,
)
"""What readers raise on bytes that are not what they claim to be; the file comes from a stranger."""

logging.getLogger("pyhanko.sign.validation").setLevel(logging.CRITICAL)
"""What is wrong is in the `Verification`; the library would log names of people beside a traceback."""


class Problem(StrEnum):
    """Why a signature cannot be relied on, or what to be careful about."""

    UNREADABLE = "unreadable"
    NOT_SIGNED = "not_signed"
    ALTERED = "altered"
    CHANGED_AFTER_SEALING = "changed_after_sealing"
    NOT_TRUSTED = "not_trusted"
    SIGNED_OUTSIDE_VALIDITY = "signed_outside_validity"
    CERTIFICATE_EXPIRED = "certificate_expired"


_VERSIONS = ("v1", "v3")
"""Of the envelope of a signature in a PDF. Source: RFC 5652, section 5.1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found out about a signature.

    `intact`: the signed bytes are the ones that were signed. `whole_file`: nothing lies outside them.
    `trusted`: the certificate leads to a trusted root and was valid at the moment of signing the signer states.
    `signed_at` is that statement (a B-B signature carries no independent time).
    """

    intact: bool
    whole_file: bool
    trusted: bool
    signer: str = ""
    agency: str = ""
    signed_at: datetime | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether the document may be relied on; an expired certificate alone is a warning, not a refusal."""
        return self.intact and self.whole_file and self.trusted


def verify_sealed(pdf: bytes, roots: Sequence[x509.Certificate], *, now: datetime) -> Verification:
    """Check the last signature of a PDF: it must be intact, cover the whole file and lead to one of `roots`."""
    try:
        signatures = PdfFileReader(io.BytesIO(pdf)).embedded_regular_signatures
        if not signatures:
            return _failed(Problem.NOT_SIGNED)
        return _checked_seal(signatures[-1], roots, now)
    except MALFORMED:
        return _failed(Problem.UNREADABLE)


def verify_detached(
    signature: bytes, content: bytes, roots: Sequence[x509.Certificate], *, now: datetime
) -> Verification:
    """Check a detached CMS over `content`."""
    try:
        signed_data = asn1_cms.ContentInfo.load(signature, strict=True)["content"]

        def status_at(moment: datetime) -> StandardCMSSignatureStatus:
            context = _context(roots, moment)
            return asyncio.run(async_validate_detached_cms(content, signed_data, signer_validation_context=context))

        at_present = status_at(now)
        return _verdict(at_present, status_at, signed_at=at_present.signer_reported_dt, whole_file=True, now=now)
    except MALFORMED:
        return _failed(Problem.UNREADABLE)


def leads_to_root(chain: Sequence[asn1_x509.Certificate], roots: Sequence[x509.Certificate], *, at: datetime) -> bool:
    """Whether the first certificate leads to one of `roots`, by way of the others if need be, at this moment."""
    certificate, *others = chain
    validator = CertificateValidator(certificate, others, validation_context=_context(roots, at))
    try:
        asyncio.run(validator.async_validate_path())
    except (PathError, ValidationError, *MALFORMED):
        return False
    return True


def _checked_seal(signature: EmbeddedPdfSignature, roots: Sequence[x509.Certificate], now: datetime) -> Verification:
    def status_at(moment: datetime) -> PdfSignatureStatus:
        return validate_pdf_signature(signature, signer_validation_context=_context(roots, moment), skip_diff=True)

    if _something_hidden_in(signature):
        return _failed(Problem.ALTERED)
    at_present = status_at(now)
    return _verdict(
        at_present,
        status_at,
        signed_at=signature.self_reported_timestamp,
        whole_file=at_present.coverage == SignatureCoverageLevel.ENTIRE_FILE,
        now=now,
    )


def _something_hidden_in(signature: EmbeddedPdfSignature) -> bool:
    """Whether what no signature covers says anything of its own.

    That is the room kept for the signature, where zeros follow it, and the envelope around it, which repeats what the
    signer says: version and manner of digesting.
    """
    room = signature.pkcs7_content
    found = asn1_cms.ContentInfo.load(room)
    if any(room[len(found.dump()) :]):
        return True
    envelope = found["content"]
    named = {one["algorithm"].native for one in envelope["digest_algorithms"]}
    used = {one["digest_algorithm"]["algorithm"].native for one in envelope["signer_infos"]}
    return named != used or envelope["version"].native not in _VERSIONS


def _verdict(
    at_present: StandardCMSSignatureStatus,
    status_at: Callable[[datetime], StandardCMSSignatureStatus],
    *,
    signed_at: datetime | None,
    whole_file: bool,
    now: datetime,
) -> Verification:
    facts = facts_of_certificate(x509.load_der_x509_certificate(at_present.signing_cert.dump()))
    intact = at_present.intact and at_present.valid
    in_its_time = signed_at is not None and facts.valid_from <= signed_at <= facts.expires_at
    expired = now > facts.expires_at
    if expired and signed_at is not None and in_its_time:
        leads_to_root = status_at(signed_at).trusted
    else:
        leads_to_root = at_present.trusted
    found = (
        (not intact, Problem.ALTERED),
        (not whole_file, Problem.CHANGED_AFTER_SEALING),
        (intact and not in_its_time, Problem.SIGNED_OUTSIDE_VALIDITY),
        (intact and in_its_time and not leads_to_root, Problem.NOT_TRUSTED),
        (expired, Problem.CERTIFICATE_EXPIRED),
    )
    return Verification(
        intact=intact,
        whole_file=whole_file,
        trusted=intact and in_its_time and leads_to_root,
        signer=facts.holder,
        agency=facts.agency,
        signed_at=signed_at.astimezone(UTC) if signed_at else None,
        problems=tuple(problem for holds, problem in found if holds),
    )


def _failed(problem: Problem) -> Verification:
    return Verification(intact=False, whole_file=False, trusted=False, problems=(problem,))


def _context(roots: Sequence[x509.Certificate], moment: datetime) -> ValidationContext:
    anchors = [asn1_x509.Certificate.load(root.public_bytes(serialization.Encoding.DER)) for root in roots]
    return ValidationContext(
        trust_roots=anchors, allow_fetching=False, revocation_mode="soft-fail", moment=moment.astimezone(UTC)
    )
