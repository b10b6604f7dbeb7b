"""The public check of a letter: what its QR code leads to. Nobody needs an account to doubt."""

import hashlib
from datetime import UTC, datetime
from http import HTTPStatus

import flask
from flask.typing import ResponseReturnValue

from portal.clock.zone import office_day
from portal.foundation.errors import Invalid
from portal.foundation.guards import public
from portal.foundation.settings import Settings
from portal.foundation.unit_of_work import unit_of_work
from portal.letters.printing import PrintingOffice
from portal.letters.verify import Problem, Verification, verify_detached, verify_sealed
from portal.proof import queries, reading
from portal.proof.queries import Shown

blueprint = flask.Blueprint("proof", __name__, url_prefix="/<language:language>/verify")
blueprints = (blueprint,)

LARGEST_LETTER_BYTES = 20 * 1024 * 1024
LONGEST_ADDRESS = 500


@blueprint.get("/")
@public
def ask() -> ResponseReturnValue:
    """Where one chooses the file, or writes the address at the foot of the paper."""
    return _asked()


@blueprint.post("/")
@public
def answer() -> ResponseReturnValue:
    """The verdict on a file, or the way to the letter whose address was written. The file is not kept."""
    written = flask.request.form.get("address", "").strip()
    content = _uploaded()
    if content:
        token = reading.token_in_file(content)
        return _unknown(content) if token is None or (found := _sought(token)) is None else _page(found, content)
    if not written:
        return _asked(missing=True), Invalid.status
    token = reading.token_in_address(written[:LONGEST_ADDRESS])
    if token is None or _sought(token) is None:
        return _asked(address=written[:LONGEST_ADDRESS]), Invalid.status
    return flask.redirect(flask.url_for("proof.check", token=token), HTTPStatus.SEE_OTHER)


@blueprint.get("/<token>")
@public
def check(token: str) -> ResponseReturnValue:
    """What the portal itself holds under this token, checked afresh."""
    found = _sought(token)
    return (_asked(is_unknown=True), HTTPStatus.NOT_FOUND) if found is None else _page(found)


@blueprint.post("/<token>")
@public
def compare(token: str) -> ResponseReturnValue:
    """Compare a file somebody was given with the one that was issued. The file is not kept."""
    found, content = _sought(token), _uploaded()
    if found is None:
        return _asked(is_unknown=True), HTTPStatus.NOT_FOUND
    return _page(found, content) if content else (_page(found, compared="empty"), Invalid.status)


def _asked(*, missing: bool = False, address: str = "", is_unknown: bool = False) -> str:
    """The page one begins with; it says if nothing was chosen, or that no letter has this address or token."""
    return flask.render_template("proof/ask.html", missing=missing, address=address, is_unknown=is_unknown)


def _unknown(content: bytes) -> str:
    """A file in which no letter of this portal is named: whether it carries a seal, and what to do."""
    now = datetime.now(UTC)
    sealed = verify_sealed(content, _office().roots(now=now), now=now)
    is_signed = Problem.NOT_SIGNED not in sealed.problems and Problem.UNREADABLE not in sealed.problems
    is_pdf = Problem.UNREADABLE not in sealed.problems
    return flask.render_template("proof/unknown.html", sealed=sealed, is_signed=is_signed, is_pdf=is_pdf)


def _uploaded() -> bytes:
    uploaded = flask.request.files.get("file")
    return uploaded.stream.read(LARGEST_LETTER_BYTES) if uploaded is not None else b""


def _page(found: Shown, content: bytes | None = None, *, compared: str | None = None) -> str:
    """The verdict on `content`, or on the file the portal keeps."""
    office, now = _office(), datetime.now(UTC)
    assert found.letter.storage_key is not None  # noqa: S101 - only sealed letters are found
    if content is not None:
        compared = "same" if hashlib.sha256(content).hexdigest() == found.letter.sha256 else "different"
    sealed = verify_sealed(
        office.storage.get(found.letter.storage_key) if content is None else content,
        office.roots(now=now),
        now=now,
    )
    return flask.render_template(
        "proof/check.html",
        found=found,
        sealed=sealed,
        signed=_signed(found, office, now),
        compared=compared,
        today=office_day(now),
    )


def _sought(token: str) -> Shown | None:
    with unit_of_work() as session:
        return queries.shown(session, token)


def _signed(found: Shown, office: PrintingOffice, now: datetime) -> Verification | None:
    """The leader's own signature over the decision's words; None for a letter that only informs."""
    letter = found.letter
    if letter.signature is None or letter.signed_bytes is None:
        return None
    if letter.outside_key is not None:  # signed with a token of their own: the signature lies in a paper
        return verify_sealed(office.storage.get(letter.outside_key), office.roots(now=now), now=now)
    return verify_detached(letter.signature, letter.signed_bytes, office.roots(now=now), now=now)


def _office() -> PrintingOffice:
    settings = flask.current_app.extensions["settings"]
    assert isinstance(settings, Settings)  # noqa: S101 - put there by create_app
    return PrintingOffice.of(settings)
