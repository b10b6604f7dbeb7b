"""Letters: printing, sealing."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from config import settings
from portal.dossiers.actions.letters import write
from portal.foundation.outbox import Job
from portal.letters import pdf
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice
from workers.handlers import Payload, handles


@handles(Job.RENDER_LETTER)
def render_letter(session: Session, payload: Payload, now: datetime) -> None:
    # Printing takes some fifty milliseconds, so it may hold the dossier's row meanwhile.
    write(
        session,
        dossier_id=UUID(payload["dossier_id"]),
        kind=LetterKind(payload["kind"]),
        event_version=payload["event_version"],
        office=PrintingOffice.of(settings()),
        now=now,
    )


def prewarm() -> None:
    """Read fonts and house style after the fork, so that the first letter is not the slow one."""
    pdf.prewarm()
