"""A paper signed outside the portal, with a token of the signer's own: what goes out and what may come back.

The portal hands out the paper, a leader's decision or a filer's declaration; the signer's program adds a signature to
it (PAdES) and changes nothing. What comes back must begin with the very bytes that were handed out, hold nothing more
than the signature, be intact and whole, and lead to a trusted root. Whose signature it must be is the caller's
question: a decision is signed in the name of the leader, a declaration under the number of the owner or the agent.
"""

import io
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import cms as asn1_cms  # type: ignore[import-untyped]
from cryptography import x509
from pyhanko.pdf_utils.generic import NumberObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffResult, ModificationLevel
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from portal.foundation.errors import Invalid
from portal.letters.identifiers import same_name
from portal.letters.signature import CertificateFacts, facts_of_certificate
from portal.letters.verify import MALFORMED, Problem, verify_sealed

LARGEST_BYTES = 20 * 1024 * 1024
FIELD = "LeaderSignature"
BEING_SIGNED = 3
"""There are signatures, and the file must only be added to. Source: ISO 32000-1, table 219."""

logging.getLogger("pyhanko.sign.diff_analysis").setLevel(logging.CRITICAL)
"""What was changed is told to the leader; the library would log it with a trace."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A paper that came back rightly signed: the signature (CMS, DER), the moment it states, the certificate."""

    signature: bytes
    signed_at: datetime
    certificate: CertificateFacts


def with_room(pdf: bytes, *, field: str = FIELD) -> bytes:
    """The paper with an empty field for the signature, so that nothing else need be added to sign it."""
    writer, prepared = IncrementalPdfFileWriter(io.BytesIO(pdf)), io.BytesIO()
    append_signature_field(writer, SigFieldSpec(sig_field_name=field))
    writer.root["/AcroForm"]["/SigFlags"] = NumberObject(BEING_SIGNED)  # type: ignore[no-untyped-call]
    writer.write(prepared)  # type: ignore[no-untyped-call]
    return prepared.getvalue()


def accepted(
    original: bytes, returned: bytes, roots: Sequence[x509.Certificate], *, signer: str, now: datetime
) -> Returned:
    """Judge what came back to a leader. Raises `Invalid` with what is wrong: the signature, the paper, or the name."""
    judged = rightly_signed(original, returned, roots, now=now)
    if not same_name(judged.certificate.holder, signer):
        raise Invalid("signing.other_person", name=judged.certificate.holder)
    return judged


def rightly_signed(original: bytes, returned: bytes, roots: Sequence[x509.Certificate], *, now: datetime) -> Returned:
    """Judge what came back, whoever signed it. Raises `Invalid` with what is wrong: the signature, or the paper."""
    if not returned.startswith(original) or len(returned) == len(original):
        raise Invalid("signing.not_signed" if returned == original else "signing.other_paper")
    verdict = verify_sealed(returned, roots, now=now)
    if Problem.CERTIFICATE_EXPIRED in verdict.problems:
        raise Invalid("signing.expired")
    if not verdict.valid or verdict.signed_at is None:
        worst = verdict.problems[0] if verdict.problems else Problem.UNREADABLE
        raise Invalid(_CODES.get(worst, "signing.not_valid"))
    if not _only_signed(original, returned):
        raise Invalid("signing.other_paper")
    signature = _signature_of(returned)
    return Returned(signature=signature, signed_at=verdict.signed_at, certificate=certificate_in(signature))


def certificate_in(signature: bytes) -> CertificateFacts:
    """Whose certificate signed this CMS, and until when it is good. Raises `ValueError` where it carries none."""
    signed = asn1_cms.ContentInfo.load(signature)["content"]
    serial = signed["signer_infos"][0]["sid"].chosen["serial_number"].native
    for choice in signed["certificates"]:
        if choice.chosen.serial_number == serial:
            return facts_of_certificate(x509.load_der_x509_certificate(choice.chosen.dump()))
    raise ValueError("the signature carries no certificate")


def _only_signed(original: bytes, returned: bytes) -> bool:
    """Whether nothing but a signature was added to what was handed out."""
    try:
        handed_out = PdfFileReader(io.BytesIO(original)).total_revisions
        reader = PdfFileReader(io.BytesIO(returned))
        found = DEFAULT_DIFF_POLICY.review_file(reader, base_revision=handed_out - 1)
    except MALFORMED:
        return False
    return isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.FORM_FILLING


def _signature_of(returned: bytes) -> bytes:
    """The CMS of the last signature, without the zeros that fill its room."""
    room = PdfFileReader(io.BytesIO(returned)).embedded_regular_signatures[-1].pkcs7_content
    return bytes(asn1_cms.ContentInfo.load(room).dump())


_CODES = {
    Problem.NOT_SIGNED: "signing.not_signed",
    Problem.NOT_TRUSTED: "signing.not_trusted",
    Problem.SIGNED_OUTSIDE_VALIDITY: "signing.expired",
}
