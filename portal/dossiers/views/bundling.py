"""Everything of a dossier in one ZIP: papers, letters, receipts, with a list of checksums."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO

import flask
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import queries as files
from portal.attachments.inspection import shown_name
from portal.attachments.models import Attachment, ScanState
from portal.dossiers import queries, sensitive
from portal.dossiers.views.files import note_views
from portal.dossiers.views.room import blueprint, shelf
from portal.foundation.guards import Audience, open_to
from portal.foundation.storage import Storage
from portal.foundation.unit_of_work import request_session

IN_MEMORY_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 256 * 1024
Entry = tuple[str, str]
"""Name in the ZIP, and where the bytes lie."""


@blueprint.get("/dossiers/<code>/everything.zip")
@open_to(Audience.COMPANY)
def everything(code: str) -> Response:
    """The papers that may be opened and the sealed letters. Whoever checks the list needs no portal for it."""
    session, where = request_session(), shelf()
    found = queries.visible(session, code, viewer=current_viewer())
    entries: list[Entry] = []
    papers = files.of(session, dossier_id=found.id)
    open_to_viewer = sensitive.openable(session, papers, found, current_viewer())
    withheld = [_name(number, one) for number, one in enumerate(papers, start=1) if one.id not in open_to_viewer]
    for number, one in enumerate(papers, start=1):
        may_open = one.id in open_to_viewer and (
            one.scan_state is ScanState.CLEAN or (where.takes_unscanned and one.scan_state is not ScanState.INFECTED)
        )
        if may_open:
            entries.append((_name(number, one), one.storage_key))
    for number, letter in enumerate(queries.letters_of(session, found.id), start=1):
        if letter.storage_key is not None and letter.sealed_at is not None:
            entries.append((f"letters/{number:02d}-{letter.kind.replace('_', '-')}.pdf", letter.storage_key))
    note_views([one for one in papers if one.is_sensitive and one.id in open_to_viewer], current_viewer())
    packed = _packed(entries, where.storage, withheld)
    answer = flask.Response(_pieces(packed), mimetype="application/zip")
    answer.call_on_close(packed.close)  # a HEAD never begins to read it
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.code}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _name(number: int, one: Attachment) -> str:
    key = one.document_key.lstrip("+")
    return f"papers/{number:02d}-{key}-{shown_name(one.filename).replace('/', '_')}"


def _packed(entries: list[Entry], storage: Storage, withheld: Sequence[str]) -> IO[bytes]:
    """The ZIP; large ones lie on disk while they are sent. The bytes inside are not squeezed again.

    What the storage no longer has is named in MISSING.txt: a bundle with a gap is of more use than none. Sensitive
    papers the viewer does not need are named in WITHHELD.txt.
    """
    packed: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY_BYTES)  # noqa: SIM115 - closed once sent
    sums, lost = [], []
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, key in entries:
            if not storage.has(key):
                lost.append(f"{name}\n")
                continue
            digest = hashlib.sha256()
            with archive.open(name, "w", force_zip64=True) as target:
                for piece in storage.pieces(key):
                    target.write(piece)
                    digest.update(piece)
            sums.append(f"{digest.hexdigest()}  {name}\n")
        archive.writestr("SHA256SUMS.txt", "".join(sums))
        if lost:
            archive.writestr("MISSING.txt", "".join(lost))
        if withheld:
            archive.writestr("WITHHELD.txt", "".join(f"{name}\n" for name in withheld))
    packed.seek(0)
    return packed


def _pieces(packed: IO[bytes]) -> Iterator[bytes]:
    with packed:
        while piece := packed.read(PIECE_BYTES):
            yield piece
