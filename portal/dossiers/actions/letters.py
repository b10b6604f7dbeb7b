"""Writing the letters that inform (Forms 01, 02, 03, 05 and the filing receipt), asked of a worker by a job."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.dossiers.models import DossierEvent
from portal.dossiers.queries import locked
from portal.dossiers.writing import Writer
from portal.foundation.errors import NotFound
from portal.letters.actions import letter_of
from portal.letters.contents import Letter as Content
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice

WRITERS: Mapping[LetterKind, Callable[[Writer, DossierEvent], Content]] = {
    LetterKind.FILING_RECEIPT: lambda writer, _event: writer.filing_receipt(),
    LetterKind.RECEIPT: Writer.receipt,
    LetterKind.SUPPLEMENT: Writer.supplement,
    LetterKind.REFUSAL_OF_INTAKE: Writer.refusal_of_intake,
    LetterKind.STOP: Writer.stop,
}


def write(
    session: Session,
    *,
    dossier_id: UUID,
    kind: LetterKind,
    event_version: int,
    office: PrintingOffice,
    now: datetime,
) -> None:
    """Write, print and seal the letter; one that is already sealed is left as it is."""
    letter = letter_of(session, dossier_id=dossier_id, kind=kind, event_version=event_version)
    dossier = locked(session, dossier_id)
    event = session.get(DossierEvent, (dossier_id, event_version))
    if letter is None or dossier is None or event is None:
        raise NotFound("letter.not_found")
    if letter.sealed_at is not None:
        return
    url = office.verification_url(letter.token, letter.language)
    content = WRITERS[kind](Writer(session=session, dossier=dossier, verification_url=url), event)
    agency = session.get_one(Agency, letter.agency_id)
    stored = office.print_and_seal(
        content, language=letter.language, agency_key=agency.key, agency_name=agency.names["vi"], now=now
    )
    letter.storage_key, letter.sha256, letter.sealed_at = stored.storage_key, stored.sha256, now
    session.flush()
