"""The word in a letter's link: made from its identifier under SECRET_KEY, so that nothing stored opens a door.

Neither the token nor its hash lies in the database, the outbox or a notice; only who has SECRET_KEY can write a link.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import UUID

from portal.accounts.models import LinkPurpose
from portal.accounts.sealing import secret_key

LASTS = {
    LinkPurpose.INVITATION: timedelta(days=7),
    LinkPurpose.RESET: timedelta(hours=1),
    LinkPurpose.ADDRESS_CHECK: timedelta(days=3),
}
PATHS = {
    LinkPurpose.INVITATION: "/invitations/",
    LinkPurpose.RESET: "/sign-in/new-password/",
    LinkPurpose.ADDRESS_CHECK: "/accounts/address/check/",
}
_PURPOSES = {
    LinkPurpose.INVITATION: b"motcua: invitations, 1:",
    LinkPurpose.RESET: b"motcua: resets, 1:",
    LinkPurpose.ADDRESS_CHECK: b"motcua: address checks, 1:",
}


def token_of(purpose: LinkPurpose, link_id: UUID) -> str:
    """What stands in the link: the identifier and its proof. A token of one purpose is none of another."""
    return f"{link_id.hex}-{_proof(purpose, link_id)}"


def path_of(purpose: LinkPurpose, link_id: UUID) -> str:
    """The page the link opens, as a path of the portal."""
    return PATHS[purpose] + token_of(purpose, link_id)


def link_in(purpose: LinkPurpose, token: str) -> UUID | None:
    """The link a token was made for; None for anything else."""
    written, _, proof = token.partition("-")
    try:
        link_id = UUID(hex=written)
    except ValueError:
        return None
    return link_id if hmac.compare_digest(_proof(purpose, link_id).encode(), proof.encode()) else None


def _proof(purpose: LinkPurpose, link_id: UUID) -> str:
    digest = hmac.new(secret_key().encode(), _PURPOSES[purpose] + link_id.bytes, hashlib.sha256).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
