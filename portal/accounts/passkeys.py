"""Passkeys (WebAuthn): what the browser is asked, and whether its answer is right. `webauthn` does the checking.

A passkey is the second factor beside the password, so who holds it is enough: the key may ask for a finger or a
code of its own, but need not. Nothing is learned of the make of the key (no attestation).
Source: W3C Web Authentication, Level 3.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import webauthn
from webauthn.helpers import parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from portal.accounts.models import Passkey

RELYING_PARTY = "Một Cửa Lạng Sơn"
LONGEST_ANSWER = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The site a passkey belongs to: one made here works nowhere else."""

    origin: str

    @property
    def host(self) -> str:
        return urlsplit(self.origin).hostname or "localhost"

    @classmethod
    def at(cls, public_url: str) -> "Site":
        """The site whose pages begin with this address."""
        parts = urlsplit(public_url)
        return cls(origin=f"{parts.scheme}://{parts.netloc}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A new passkey as the browser made it."""

    id: bytes
    public_key: bytes
    sign_count: int
    transports: list[str]


def to_make(
    site: Site, *, person_id: UUID, email: str, name: str, held: Sequence[Passkey], challenge: bytes
) -> dict[str, Any]:
    """What the browser is asked when a passkey is made; keys the person has already are not taken twice."""
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=RELYING_PARTY,
        user_id=person_id.bytes,
        user_name=email,
        user_display_name=name,
        challenge=challenge,
        exclude_credentials=_described(held),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    return _plain(webauthn.options_to_json(options))


def to_show(site: Site, held: Sequence[Passkey], challenge: bytes) -> dict[str, Any]:
    """What the browser is asked when one of these passkeys is to be shown."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenge,
        allow_credentials=_described(held),
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return _plain(webauthn.options_to_json(options))


def read_made(site: Site, answer: str, challenge: bytes) -> Made | None:
    """The passkey the browser made; None where the answer is not right."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        verified = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
        )
        told = json.loads(answer).get("response", {}).get("transports") or []
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        return None
    known = {transport.value for transport in AuthenticatorTransport}
    return Made(
        id=verified.credential_id,
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        transports=[one for one in told if one in known],
    )


def id_shown(answer: str) -> bytes | None:
    """Which passkey an answer names; nothing of it is believed yet."""
    if len(answer) > LONGEST_ANSWER:
        return None
    try:
        return parse_authentication_credential_json(answer).raw_id
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None


def new_count(site: Site, answer: str, passkey: Passkey, challenge: bytes) -> int | None:
    """The key's count after a right answer to this challenge; None for a wrong one."""
    try:
        return webauthn.verify_authentication_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
        ).new_sign_count
    except (WebAuthnException, ValueError, TypeError, KeyError):
        return None


def _described(held: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=one.id, transports=[AuthenticatorTransport(each) for each in one.transports] or None
        )
        for one in held
    ]


def _plain(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found
