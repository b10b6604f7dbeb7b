"""Scanning as a worker does it, with a scanner that speaks clamd's protocol."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.attachments.models import Attachment, CopyKind, ScanState
from portal.foundation.database import new_id
from portal.foundation.outbox import Job, enqueue
from portal.foundation.settings import Settings
from portal.foundation.storage import storage_at
from tests.factories import people
from tests.factories.world import MONDAY
from tests.fixtures.workers import drain
from workers.task import Outcome

BAD = b"this file is known to be bad"


class Scanner(socketserver.StreamRequestHandler):
    """Finds `BAD` in what comes by INSTREAM."""

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack(">I", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        self.wfile.write(b"stream: Test FOUND\0" if BAD in content else b"stream: OK\0")


@pytest.fixture(scope="module")
def clamd_url() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"tcp://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


@pytest.fixture
def installation(settings: Settings, clamd_url: str, tmp_path: Path) -> Settings:
    return replace(settings, clamd_url=clamd_url, storage_url=(tmp_path / "files").as_uri())


def uploaded(session: Session, installation: Settings, content: bytes) -> Attachment:
    """A file that waits to be scanned."""
    attachment = Attachment(
        id=new_id(),
        draft_id=new_id(),
        document_key="plan",
        supplement_round=0,
        filename="plan.pdf",
        media_type="application/pdf",
        size_bytes=len(content),
        sha256="0" * 64,
        storage_key=f"{new_id()}",
        copy_kind=CopyKind.COPY,
        scan_state=ScanState.NOT_SCANNED,
        uploaded_by=people.person(session).id,
        uploaded_at=MONDAY,
    )
    storage_at(installation.storage_url).put(attachment.storage_key, content)
    session.add(attachment)
    enqueue(session, Job.SCAN_ATTACHMENT, {"attachment_id": str(attachment.id)})
    session.flush()
    return attachment


@pytest.mark.parametrize(("content", "state"), [(b"harmless", ScanState.CLEAN), (BAD, ScanState.INFECTED)])
def test_the_scanners_verdict_is_kept(
    session: Session, installation: Settings, content: bytes, state: ScanState
) -> None:
    attachment = uploaded(session, installation, content)

    assert drain(session, settings=installation) == [Outcome.DONE]
    assert attachment.scan_state is state


def test_while_the_scanner_is_down_a_file_is_not_clean_and_is_tried_again(
    session: Session, installation: Settings
) -> None:
    attachment = uploaded(session, installation, b"harmless")

    assert drain(session, settings=replace(installation, clamd_url="tcp://127.0.0.1:1")) == [Outcome.PUT_OFF]
    assert attachment.scan_state is ScanState.NOT_SCANNED


def test_a_file_that_was_taken_away_meanwhile_needs_no_verdict(session: Session, installation: Settings) -> None:
    attachment = uploaded(session, installation, BAD)
    attachment.removed_at = MONDAY

    assert drain(session, settings=installation) == [Outcome.DONE]
    assert attachment.scan_state is ScanState.NOT_SCANNED
