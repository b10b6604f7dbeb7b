"""What the page for setting up a second factor shows: the secret as QR code and as text."""

from dataclasses import dataclass
from datetime import datetime

import flask

from portal.accounts import one_time
from portal.accounts.keys import new_key
from portal.accounts.models import Person
from portal.foundation.settings import Settings

NONCE_KEY = "set_up"
LETTERS_PER_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A secret offered to a person; it is theirs once its first code was entered."""

    secret: str
    uri: str
    demo_code: str | None

    @classmethod
    def for_person(cls, person: Person, *, now: datetime) -> "Offer":
        """The offer to this person in this browser, the same until it is taken."""
        settings = flask.current_app.extensions["settings"]
        assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
        nonce = flask.session.setdefault(NONCE_KEY, new_key())
        secret = one_time.proposed_secret(settings.secret_key, str(person.id), nonce)
        return cls(
            secret=secret,
            uri=one_time.enrolment_uri(secret, email=person.email, issuer="Một Cửa Lạng Sơn"),
            demo_code=one_time.code_of(secret, one_time.step_at(now)) if settings.is_demo else None,
        )

    @property
    def grouped(self) -> str:
        """The secret for typing: in groups of four letters."""
        return " ".join(
            self.secret[start : start + LETTERS_PER_GROUP] for start in range(0, len(self.secret), LETTERS_PER_GROUP)
        )
