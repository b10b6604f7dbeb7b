"""Secrets the portal must read again, kept so that a copy of the database alone opens nothing.

They are sealed (Fernet: AES-128-CBC with HMAC-SHA256) under a key made from SECRET_KEY by HKDF (RFC 5869). Another
SECRET_KEY does not open them: whoever had set up an app then signs in with a recovery code and sets it up anew.
"""

import base64
import secrets
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
import structlog
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal.foundation.settings import Settings

log = structlog.get_logger(__name__)

KEY_BYTES = 32
PURPOSE = b"motcua: secrets of second factors, 1"
MARK = "sealed:1:"
"""Begins every sealed text; a later way of sealing gets a later number."""


class _Process:
    """The key of this process. Set where the application is made; a command reads it from the environment."""

    secret_key: str | None = None


def use_key(secret_key: str) -> None:
    """Seal and open with this installation's SECRET_KEY from now on."""
    _Process.secret_key = secret_key


def seal(text: str) -> str:
    """The text as it may lie in the database."""
    return MARK + _box(secret_key()).encrypt(text.encode()).decode()


def unseal(sealed: str) -> str | None:
    """The text again; None where it was not sealed, or under another key."""
    if not sealed.startswith(MARK):
        return None
    try:
        return _box(secret_key()).decrypt(sealed.removeprefix(MARK).encode()).decode()
    except InvalidToken:
        return None


class Sealed(sa.types.TypeDecorator[str]):
    """A column of text that is sealed on its way in and opened on its way out.

    What cannot be opened comes out as fresh noise: the row can still be read, and nobody can know a code of it.
    """

    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        return None if value is None else seal(value)

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        if value is None:
            return None
        opened = unseal(value)
        if opened is None:
            log.error("a sealed secret does not open: was SECRET_KEY changed?")
            return base64.b32encode(secrets.token_bytes(KEY_BYTES)).decode().rstrip("=")
        return opened


def secret_key() -> str:
    """The SECRET_KEY of this process."""
    if _Process.secret_key is None:
        use_key(Settings.from_environment().secret_key)
    assert _Process.secret_key is not None  # noqa: S101 - set above
    return _Process.secret_key


@lru_cache(maxsize=4)
def _box(secret_key: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=PURPOSE).derive(secret_key.encode())
    return Fernet(base64.urlsafe_b64encode(key))
