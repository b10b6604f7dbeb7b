"""Everything it takes to turn a letter into a sealed file: storage, certificates, the public address."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from cryptography import x509

from portal.catalogue.text import Language
from portal.foundation.database import new_id
from portal.foundation.settings import Settings
from portal.foundation.storage import Storage, storage_at
from portal.letters.authority import DemoAuthority
from portal.letters.contents import Letter as Content
from portal.letters.pdf import render
from portal.letters.signature import Signer

FOLDER = "letters"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredLetter:
    """Where the sealed file lies, and its SHA-256 in hex."""

    storage_key: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintingOffice:
    """Prints, seals and keeps letters; signs as a leader. Real tokens and remote signing come behind `Signer`."""

    public_url: str
    is_demo: bool
    storage: Storage
    authority: DemoAuthority

    @classmethod
    def of(cls, settings: Settings) -> "PrintingOffice":
        """The printing office of this installation."""
        return cls(
            public_url=settings.public_url,
            is_demo=not settings.is_production,
            storage=storage_at(settings.storage_url),
            authority=DemoAuthority(Path(settings.data_dir) / "authority"),
        )

    def verification_url(self, token: str, language: str) -> str:
        """The public page that checks the letter with this token: what its QR code leads to."""
        return f"{self.public_url}/{language}/verify/{token}"

    def roots(self, *, now: datetime) -> tuple[x509.Certificate, ...]:
        """The certificates to trust: our own authority's, and those the office has put beside it."""
        self.authority.ensure(now=now)
        return self.authority.roots()

    def company_roots(self, *, now: datetime) -> tuple[x509.Certificate, ...]:
        """The certificates to trust for declarations of companies and persons; in the demonstration also our own."""
        self.authority.ensure(now=now)
        ours = self.authority.roots()[:1] if self.is_demo else ()
        return (*ours, *self.authority.company_roots())

    def agency_signer(self, key: str, name: str, *, now: datetime) -> Signer:
        """The seal of an agency."""
        return self.authority.agency_signer(key, name, now=now)

    def leader_signer(self, key: str, name: str, *, post: str, agency: str, now: datetime) -> Signer:
        """The personal signature of a leader."""
        return self.authority.leader_signer(key, name, post=post, agency=agency, now=now)

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
