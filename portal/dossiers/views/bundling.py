"""Everything of a dossier in one ZIP: answers, papers, letters, receipts, with a list of checksums."""

import hashlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from typing import IO

import flask
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from portal.accounts.entrance import current_viewer
from portal.attachments import queries as files
from portal.attachments.inspection import shown_name
from portal.attachments.models import Attachment, ScanState
from portal.catalogue.queries import definition_of
from portal.catalogue.registers import places
from portal.dossiers import queries, sensitive
from portal.dossiers.actions import supplement
from portal.dossiers.models import Dossier
from portal.dossiers.saying import as_text, in_words
from portal.dossiers.views.files import note_views
from portal.dossiers.views.room import blueprint, language, shelf
from portal.foundation.errors import NotFound
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
    """Answers, papers that may be opened, sealed letters. Whoever checks the list needs no portal for it."""
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
    answers = _answers(session, found)
    note_views([one for one in papers if one.is_sensitive and one.id in open_to_viewer], current_viewer())
    packed = _packed(entries, where.storage, withheld, answers)
    answer = flask.Response(_pieces(packed), mimetype="application/zip")
    answer.call_on_close(packed.close)  # a HEAD never begins to read it
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.code}.zip"'
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _answers(session: Session, found: Dossier) -> str:
    """What was answered, in the reader's words; numbers of persons masked as on the page. Empty once it is erased."""
    try:
        answers = supplement.latest_answers(session, found.id).answers
    except NotFound:
        return ""
    definition, is_masked = definition_of(found.procedure), not sensitive.needs_papers(session, found, current_viewer())
    said = in_words(definition, found.case_key, answers, language(), places(), is_masked=is_masked)
    return as_text(said, language())


def _name(number: int, one: Attachment) -> str:
    key = one.document_key.lstrip("+")
    return f"papers/{number:02d}-{key}-{shown_name(one.filename).replace('/', '_')}"


def _packed(entries: list[Entry], storage: Storage, withheld: Sequence[str], answers: str) -> IO[bytes]:
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
        if answers:
            written = answers.encode()
            archive.writestr("answers.txt", written)
            sums.append(f"{hashlib.sha256(written).hexdigest()}  answers.txt\n")
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
