"""The challenge a browser answers with a passkey: one for making, one for showing; good once, for ten minutes."""

import base64
from datetime import timedelta
from typing import Any
from uuid import UUID

import flask
from webauthn.helpers import generate_challenge

from portal.accounts import passkeys, queries
from portal.accounts.passkeys import Site
from portal.accounts.views.room import now, settings
from portal.foundation.unit_of_work import request_session

LASTS = timedelta(minutes=10)
MAKE, SHOW = "make_passkey", "show_passkey"


def site() -> Site:
    """The site passkeys of this installation belong to."""
    return Site.at(settings().public_url)


def answer() -> str:
    """What the browser says its passkey answered."""
    return flask.request.form.get("credential", "")


def challenge(purpose: str, person_id: UUID) -> bytes:
    """The challenge for this person in this browser, the same until it is used: two tabs do not spoil each other."""
    kept = _kept(purpose, person_id)
    if kept is not None:
        return kept
    made = generate_challenge()
    flask.session[purpose] = {
        "person": str(person_id),
        "challenge": base64.urlsafe_b64encode(made).decode(),
        "until": (now() + LASTS).timestamp(),
    }
    return made


def used_challenge(purpose: str, person_id: UUID) -> bytes | None:
    """The challenge that was asked, which is used up by this; None where none is open."""
    kept = _kept(purpose, person_id)
    flask.session.pop(purpose, None)
    return kept


def options_to_show(person_id: UUID) -> dict[str, Any] | None:
    """What the browser is asked in order to show a passkey; None for a person without any."""
    held = queries.passkeys_of(request_session(), person_id)
    return passkeys.to_show(site(), held, challenge(SHOW, person_id)) if held else None


def _kept(purpose: str, person_id: UUID) -> bytes | None:
    kept = flask.session.get(purpose)
    if not kept or kept["person"] != str(person_id) or kept["until"] < now().timestamp():
        return None
    return base64.urlsafe_b64decode(kept["challenge"])
