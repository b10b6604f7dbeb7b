"""The public check of a letter: what its QR code leads to. Nobody needs an account to doubt."""

import hashlib
from datetime import UTC, datetime

import flask
from flask.typing import ResponseReturnValue

from portal.foundation.errors import Invalid, NotFound
from portal.foundation.guards import public
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.printing import PrintingOffice
from portal.letters.verify import Verification, verify_detached, verify_sealed
from portal.proof import queries
from portal.proof.queries import Shown

blueprint = flask.Blueprint("proof", __name__, url_prefix="/<language:language>/verify")
blueprints = (blueprint,)

LARGEST_LETTER_BYTES = 20 * 1024 * 1024


@blueprint.get("/<token>")
@public
def check(token: str) -> ResponseReturnValue:
    """What the portal itself holds under this token, checked afresh."""
    return _page(_found(token))


@blueprint.post("/<token>")
@public
def compare(token: str) -> ResponseReturnValue:
    """Compare a file somebody was given with the one that was issued. The file is not kept."""
    found, uploaded = _found(token), flask.request.files.get("file")
    content = uploaded.stream.read(LARGEST_LETTER_BYTES) if uploaded is not None else b""
    return _page(found, content) if content else (_page(found, compared="empty"), Invalid.status)


def _page(found: Shown, content: bytes | None = None, *, compared: str | None = None) -> str:
    """The verdict on `content`, or on the file the portal keeps."""
    office, now = _office(), datetime.now(UTC)
    assert found.letter.storage_key is not None  # noqa: S101 - only sealed letters are found
    if content is not None:
        compared = "same" if hashlib.sha256(content).hexdigest() == found.letter.sha256 else "different"
    sealed = verify_sealed(
        office.storage.get(found.letter.storage_key) if content is None else content,
        office.authority.roots(),
        now=now,
    )
    return flask.render_template(
        "proof/check.html", found=found, sealed=sealed, signed=_signed(found, office, now), compared=compared
    )


def _found(token: str) -> Shown:
    with unit_of_work() as session:
        found = queries.shown(session, token)
    if found is None:
        raise NotFound("proof.not_found")
    return found


def _signed(found: Shown, office: PrintingOffice, now: datetime) -> Verification | None:
    """The leader's own signature over the decision's words; None for a letter that only informs."""
    letter = found.letter
    if letter.signature is None or letter.signed_bytes is None:
        return None
    if letter.outside_key is not None:  # signed with a token of their own: the signature lies in a paper
        return verify_sealed(office.storage.get(letter.outside_key), office.authority.roots(), now=now)
    return verify_detached(letter.signature, letter.signed_bytes, office.authority.roots(), now=now)


def _office() -> PrintingOffice:
    settings = flask.current_app.extensions["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
    return PrintingOffice.of(settings)
