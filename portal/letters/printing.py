"""Everything it takes to turn a letter into a sealed file: storage, certificates, the public address."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from cryptography import x509

from portal.catalogue.text import Language
from portal.foundation.database import new_id
from portal.foundation.errors import Refused
from portal.foundation.settings import Settings
from portal.foundation.storage import Storage, storage_at
from portal.letters.ahead import Made, SignerAhead, signed_ahead
from portal.letters.authority import DemoAuthority
from portal.letters.contents import Letter as Content
from portal.letters.keyed import KeyedSigner
from portal.letters.keys import Keys, SoftwareKey, keys_of
from portal.letters.pdf import render
from portal.letters.signature import Signer

FOLDER = "letters"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """Where the sealed file lies, and its SHA-256 in hex."""

    storage_key: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintingOffice:
    """Prints, seals and keeps letters; signs as a leader.

    `keys` are the operator's; a demonstration makes up those that are missing, a real office has no others. With `made`
    the signatures of devices and services are made ahead of the transaction (`signed_ahead`), without it in it.
    """

    public_url: str
    is_demo: bool
    storage: Storage
    authority: DemoAuthority
    keys: Keys = field(default_factory=Keys)
    made: Made | None = None

    @classmethod
    def of(cls, settings: Settings) -> "PrintingOffice":
        """The printing office of this installation."""
        return cls(
            public_url=settings.public_url,
            is_demo=not settings.is_production,
            storage=storage_at(settings.storage_url),
            authority=DemoAuthority(Path(settings.data_dir) / "authority"),
            keys=keys_of(settings.signers_file),
        )

    def with_signatures(self, act: Callable[["PrintingOffice"], Result]) -> Result:
        """Do `act`, a whole unit of work; what devices and services sign for it is signed while none is open."""
        return signed_ahead(lambda made: act(replace(self, made=made)))

    def verification_url(self, token: str, language: str) -> str:
        """The public page that checks the letter with this token: what its QR code leads to."""
        return f"{self.public_url}/{language}/verify/{token}"

    def roots(self, *, now: datetime) -> tuple[x509.Certificate, ...]:
        """The certificates to trust: those the office has named, and in a demonstration its own authority's."""
        return (*self._own_root(now), *self.authority.trusted(), *self.keys.trusted())

    def company_roots(self, *, now: datetime) -> tuple[x509.Certificate, ...]:
        """The certificates to trust for declarations of companies and persons; in the demonstration also our own."""
        return (*self._own_root(now), *self.authority.company_roots())

    def _own_root(self, now: datetime) -> tuple[x509.Certificate, ...]:
        if not self.is_demo:
            return ()
        self.authority.ensure(now=now)
        return (self.authority.root(),)

    def agency_signer(self, key: str, name: str, *, now: datetime) -> Signer:
        """The seal of an agency. Raises Refused where a real office has none for it."""
        found = self.keyed_seal(key, name, now=now)
        if found is not None:
            return self._near_or_ahead(found)
        if not self.is_demo:
            raise Refused("signing.no_seal", owner=name)
        return self.authority.agency_signer(key, name, now=now)

    def leader_signer(self, key: str, name: str, *, post: str, agency: str, now: datetime, address: str = "") -> Signer:
        """The personal signature of a leader, who signs in with `address`.

        Raises Refused where a real office has no key for them: they sign with a token of their own.
        """
        found = self.keyed_leader(address, name, now=now)
        if found is not None:
            return self._near_or_ahead(found)
        if not self.is_demo:
            raise Refused("signing.no_key")
        return self.authority.leader_signer(key, name, post=post, agency=agency, now=now)

    def signs_for(self, address: str) -> bool:
        """Whether the leader who signs in with this address can sign here, without a token of their own."""
        return self.is_demo or address in self.keys.leaders

    def keyed_seal(self, key: str, name: str, *, now: datetime) -> KeyedSigner | None:
        """The seal the operator's file names for an agency; None where it names none."""
        found = self.keys.agencies.get(key)
        return KeyedSigner(key=found, owner=name, roots=self.roots(now=now)) if found is not None else None

    def keyed_leader(self, address: str, name: str, *, now: datetime) -> KeyedSigner | None:
        """The key the operator's file names for the leader who signs in with `address`; it must be in their name."""
        found = self.keys.leaders.get(address)
        if found is None:
            return None
        return KeyedSigner(key=found, owner=name, holder=name, roots=self.roots(now=now))

    def _near_or_ahead(self, signer: KeyedSigner) -> Signer:
        if self.made is None or isinstance(signer.key, SoftwareKey):
            return signer
        return SignerAhead(signer=signer, made=self.made)

    def print_only(self, content: Content, *, language: str) -> bytes:
        """Render a paper that goes along with a dossier and is not sealed; it is not kept."""
        return render(content, language=cast("Language", language), demo=self.is_demo)

    def print_and_seal(
        self,
        content: Content,
        *,
        language: str,
        agency_key: str,
        agency_name: str,
        now: datetime,
        own: Mapping[str, Any] | None = None,
    ) -> StoredLetter:
        """Render the letter, seal the whole file with the agency's certificate, keep it. Nothing changes it after.

        `own`: the house's sentences as they count now (`own_words.overlay`).
        """
        pdf = render(content, language=cast("Language", language), demo=self.is_demo, own=own)
        sealed = self.agency_signer(agency_key, agency_name, now=now).seal(
            pdf, signed_at=now, reason=content.kind.value, location="Lạng Sơn"
        )
        name = f"{FOLDER}/{new_id()}.pdf"
        self.storage.put(name, sealed)
        return StoredLetter(storage_key=name, sha256=hashlib.sha256(sealed).hexdigest())
