"""Signatures of tokens and services, made while no transaction is open.

A key in this process signs in a millisecond, inside the transaction of the act. A device or a service may take
seconds, or never answer, and meanwhile the dossier's row must not be held. So the act is begun; where it wants such a
signature it is undone whole; the signature is made, with nothing held; and the act is begun again, with the signature
at hand. That fits only the very bytes it was made for: where these have changed meanwhile, another one is made.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from portal.foundation.errors import Refused
from portal.letters.keyed import KeyedSigner
from portal.letters.signature import CertificateFacts

MOST_TIMES = 4
"""An act wants one signature. Where it wants others each time, whoever began it is told to begin again."""

Result = TypeVar("Result")
Made = dict[str, bytes]
"""Signatures by what they were made of."""


class Wanted(Exception):
    """A signature that has to be there before the act can be kept; undoes the act on its way up."""

    def __init__(self, name: str, make: Callable[[], bytes]) -> None:
        super().__init__(name)
        self.name = name
        self.make = make


def signed_ahead(act: Callable[[Made], Result]) -> Result:
    """Do `act`, a whole unit of work that is given what has been signed.

    Raises what the act raises, and SignerTrouble where a key does not sign; then nothing has been saved.
    """
    made: Made = {}
    for _ in range(MOST_TIMES):
        try:
            return act(made)
        except Wanted as wanted:
            made[wanted.name] = wanted.make()
    raise Refused("signing.changed_meanwhile")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerAhead:
    """Hands out what `signer` has made ahead, and asks for it where it has not yet."""

    signer: KeyedSigner
    made: Made

    @property
    def certificate(self) -> CertificateFacts:
        return self.signer.certificate

    def detached(self, content: bytes, *, signed_at: datetime) -> bytes:
        """The detached CMS over `content`. Raises Wanted."""
        return self._made(
            ("detached", signed_at.isoformat(), content), lambda: self.signer.detached(content, signed_at=signed_at)
        )

    def seal(self, pdf: bytes, *, signed_at: datetime, reason: str = "", location: str = "") -> bytes:
        """The sealed PDF. Raises Wanted."""
        return self._made(
            ("seal", signed_at.isoformat(), reason, location, pdf),
            lambda: self.signer.seal(pdf, signed_at=signed_at, reason=reason, location=location),
        )

    def _made(self, wanted: tuple[str | bytes, ...], make: Callable[[], bytes]) -> bytes:
        name = hashlib.sha256(repr((self.signer.key, *wanted)).encode()).hexdigest()
        if name not in self.made:
            raise Wanted(name, make)
        return self.made[name]
