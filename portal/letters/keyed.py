"""A signer for an entry of the operator's file: opens the key, signs, and looks at what came before it is kept.

What a device or a service gives back is verified here as everybody will verify it on the public page. So a wrong
certificate, one that has expired, or an authority nobody has named as trusted stops the act, instead of making a
letter that does not hold.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from pyhanko.sign.general import SigningError

from portal.letters import remote, token
from portal.letters.identifiers import same_name
from portal.letters.keys import Key, RemoteKey, SecretMissing, SoftwareKey, TokenKey, certificates_in
from portal.letters.signature import CertificateFacts, CmsSigner, SoftwareSigner
from portal.letters.trouble import SignerTrouble, Trouble
from portal.letters.verify import Problem, Verification, leads_to_root, verify_detached, verify_sealed


@contextmanager
def opened(key: Key) -> Iterator[CmsSigner]:
    """The key, ready to sign for the length of the block. Raises SignerTrouble."""
    try:
        match key:
            case SoftwareKey():
                yield _from_file(key)
            case TokenKey():
                with token.opened(key, key.pin.read()) as signer:
                    yield signer
            case RemoteKey():
                yield remote.Service(key).signer()
    except (SecretMissing, OSError) as error:
        raise SignerTrouble(Trouble.MISCONFIGURED) from error
    except SigningError as error:
        raise SignerTrouble(Trouble.SERVICE_REFUSED) from error


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedSigner:
    """Signs with `key`, which is `owner`'s. `holder`: the name the certificate must carry; empty: any.

    `roots` are the certificates trusted here.
    """

    key: Key
    owner: str
    roots: Sequence[x509.Certificate] = field(repr=False)
    holder: str = ""

    @property
    def certificate(self) -> CertificateFacts:
        """Raises SignerTrouble."""
        with self._opened() as signer:
            return signer.certificate

    def looked_at(self, *, now: datetime) -> CertificateFacts:
        """The certificate, if it may be signed with here; one that has expired is only told. Raises SignerTrouble."""
        with self._opened() as signer:
            found, chain = signer.certificate, signer.chain
        if self.holder and not same_name(self.holder, found.holder):
            raise SignerTrouble(Trouble.CERTIFICATE_OF_OTHER, owner=self.owner)
        if now < found.expires_at and not leads_to_root(chain, self.roots, at=now):
            raise SignerTrouble(Trouble.CERTIFICATE_UNTRUSTED, owner=self.owner)
        return found

    def detached(self, content: bytes, *, signed_at: datetime) -> bytes:
        """Sign `content` and return the detached CMS (DER). Raises SignerTrouble."""
        with self._opened(at=signed_at) as signer:
            signature = signer.detached(content, signed_at=signed_at)
        self._require(verify_detached(signature, content, self.roots, now=signed_at))
        return signature

    def seal(self, pdf: bytes, *, signed_at: datetime, reason: str = "", location: str = "") -> bytes:
        """Return the PDF with a signature over the whole of it. Raises SignerTrouble."""
        with self._opened(at=signed_at) as signer:
            sealed = signer.seal(pdf, signed_at=signed_at, reason=reason, location=location)
        self._require(verify_sealed(sealed, self.roots, now=signed_at))
        return sealed

    @contextmanager
    def _opened(self, at: datetime | None = None) -> Iterator[CmsSigner]:
        try:
            with opened(self.key) as signer:
                if at is not None:
                    _require_certificate(signer.certificate, self.holder, at)
                yield signer
        except SignerTrouble as trouble:
            raise trouble.of(self.owner) from trouble

    def _require(self, made: Verification) -> None:
        if made.valid:
            return
        untrusted = Problem.NOT_TRUSTED in made.problems
        raise SignerTrouble(Trouble.CERTIFICATE_UNTRUSTED if untrusted else Trouble.SERVICE_REFUSED, owner=self.owner)


def _require_certificate(certificate: CertificateFacts, holder: str, at: datetime) -> None:
    if not certificate.valid_from <= at <= certificate.expires_at:
        raise SignerTrouble(Trouble.CERTIFICATE_EXPIRED)
    if holder and not same_name(holder, certificate.holder):
        raise SignerTrouble(Trouble.CERTIFICATE_OF_OTHER)


def _from_file(key: SoftwareKey) -> SoftwareSigner:
    chain = [one for path in key.chain for one in certificates_in(path)]
    passphrase = key.passphrase.read().encode()
    try:
        return SoftwareSigner.from_pkcs12(key.file, passphrase, chain=chain)
    except ValueError as error:
        is_locked = "password" in str(error).lower()
        raise SignerTrouble(Trouble.PIN_REFUSED if is_locked else Trouble.KEY_MISSING) from error
