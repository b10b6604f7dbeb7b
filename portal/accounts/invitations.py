"""The word in an invitation's link: made from its identifier under SECRET_KEY, so that nothing stored opens a door."""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from portal.accounts.sealing import secret_key

LASTS = timedelta(days=7)
PURPOSE = b"motcua: invitations, 1:"


def token_of(invitation_id: UUID) -> str:
    """What stands in the link: the identifier and its proof."""
    return f"{invitation_id.hex}-{_proof(invitation_id)}"


def invitation_in(token: str) -> UUID | None:
    """The invitation a token was made for; None for anything else."""
    written, _, proof = token.partition("-")
    try:
        invitation_id = UUID(hex=written)
    except ValueError:
        return None
    right = hmac.compare_digest(_proof(invitation_id).encode(), proof.encode())
    return invitation_id if right else None


def _proof(invitation_id: UUID) -> str:
    digest = hmac.new(secret_key().encode(), PURPOSE + invitation_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
