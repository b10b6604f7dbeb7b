"""Sending a stored file so that it can harm nobody: as a download, or shown in a frame of our own pages.

Whoever calls has asked the access policy. An infected file is never sent; where a scanner is set up, neither is
one it has not seen yet.
"""

from urllib.parse import quote

from werkzeug.wrappers import Response

from portal.attachments.models import Attachment, ScanState
from portal.foundation.errors import Refused
from portal.foundation.storage import Storage

SHOWN_INLINE = frozenset({"application/pdf", "image/jpeg", "image/png"})
LOCKED_DOWN = "default-src 'none'; base-uri 'none'; form-action 'none'"
AS_DOWNLOAD = f"{LOCKED_DOWN}; frame-ancestors 'none'; sandbox"
AS_PICTURE = f"{LOCKED_DOWN}; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'; sandbox"
# Browsers refuse to start their PDF viewer in a sandbox. It runs apart from the page and may load nothing here.
AS_PDF = f"{LOCKED_DOWN}; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"


def served(attachment: Attachment, storage: Storage, *, inline: bool, must_be_clean: bool) -> Response:
    """The answer that carries the file. Raises Refused for an infected or still unscanned one."""
    if attachment.scan_state is ScanState.INFECTED:
        raise Refused("attachments.infected")
    if must_be_clean and attachment.scan_state is not ScanState.CLEAN:
        raise Refused("attachments.not_scanned_yet")
    return sent(
        storage,
        attachment.storage_key,
        attachment.filename,
        attachment.media_type,
        attachment.size_bytes,
        inline=inline,
    )


def sent(
    storage: Storage, storage_key: str, filename: str, media_type: str, size_bytes: int | None, *, inline: bool
) -> Response:
    """A stored file, piece by piece, with headers that keep it in its place."""
    shown = inline and media_type in SHOWN_INLINE
    answer = Response(storage.pieces(storage_key), mimetype=media_type, direct_passthrough=True)
    answer.headers["Content-Disposition"] = _disposition("inline" if shown else "attachment", filename)
    answer.headers["Content-Security-Policy"] = _policy(media_type) if shown else AS_DOWNLOAD
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    answer.headers["Cache-Control"] = "private, no-store"
    if size_bytes is not None:
        answer.headers["Content-Length"] = str(size_bytes)
    return answer


def _policy(media_type: str) -> str:
    return AS_PDF if media_type == "application/pdf" else AS_PICTURE


def _disposition(kind: str, filename: str) -> str:
    """RFC 6266: the whole name for today's clients, plain letters for old ones."""
    kept = (letter if letter.isascii() and (letter.isalnum() or letter in "-_. ") else "_" for letter in filename)
    plain = "".join(kept)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"
