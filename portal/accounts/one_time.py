"""One-time codes of the second factor (TOTP, RFC 6238): six digits, new every thirty seconds, each used once."""

import base64
import hashlib
import hmac
from datetime import datetime

import pyotp
from pyotp.utils import strings_equal

STEP_SECONDS = 30
STEPS_OF_DRIFT = 1  # a phone's clock may be half a minute off, in both directions
SECRET_BYTES = 20


def new_secret() -> str:
    """A new shared secret, as text an authenticator app takes."""
    return pyotp.random_base32()


def proposed_secret(key: str, person_id: str, nonce: str) -> str:
    """The secret offered for setting up, the same for the same nonce, so that it is stored nowhere before."""
    digest = hmac.digest(key.encode(), f"second factor:{person_id}:{nonce}".encode(), hashlib.sha256)
    return base64.b32encode(digest[:SECRET_BYTES]).decode()


def enrolment_uri(secret: str, *, email: str, issuer: str) -> str:
    """What the QR code of the setting-up page says."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=issuer)


def step_at(now: datetime) -> int:
    """The number of the thirty-second step of an instant."""
    return int(now.timestamp()) // STEP_SECONDS


def accepted_step(secret: str, code: str, *, last_step: int | None, now: datetime) -> int | None:
    """The step whose code this is, or None. A step is accepted once, and none after a later one was."""
    digits = "".join(code.split())
    for step in _open_steps(last_step, now):
        if strings_equal(digits, code_of(secret, step)):
            return step
    return None


def usable_code(secret: str, *, last_step: int | None, now: datetime) -> str | None:
    """A code that would be accepted now, shown in the demo only; None while all in reach are used.

    The one of the running half minute where it is free, so that there is time to type it.
    """
    steps = _open_steps(last_step, now)
    return code_of(secret, max(steps[0], step_at(now))) if steps else None


def code_of(secret: str, step: int) -> str:
    """The six digits of a step."""
    return pyotp.TOTP(secret).generate_otp(step)


def _open_steps(last_step: int | None, now: datetime) -> range:
    current = step_at(now)
    first = current - STEPS_OF_DRIFT
    return range(max(first, first if last_step is None else last_step + 1), current + STEPS_OF_DRIFT + 1)
