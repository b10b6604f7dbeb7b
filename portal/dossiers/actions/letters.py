"""Writing the letters that inform (Forms 01 to 05, receipts, notices of obligation), asked of a worker by a job."""

from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from portal.accounts.models import Agency
from portal.dossiers.models import Dossier, DossierEvent
from portal.dossiers.money_writing import fee_receipt, obligation_notice
from portal.dossiers.queries import locked
from portal.dossiers.writing import Writer
from portal.foundation.errors import NotFound
from portal.letters import own_words
from portal.letters.actions import letter_of, new_token
from portal.letters.contents import Letter as Content
from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.letters.printing import PrintingOffice
from portal.texts.models import Area
from portal.texts.queries import current

WRITERS: Mapping[LetterKind, Callable[[Writer, DossierEvent], Content]] = {
    LetterKind.FILING_RECEIPT: Writer.filing_receipt,
    LetterKind.RECEIPT: Writer.receipt,
    LetterKind.SUPPLEMENT: Writer.supplement,
    LetterKind.REFUSAL_OF_INTAKE: Writer.refusal_of_intake,
    LetterKind.STOP: Writer.stop,
    LetterKind.APOLOGY: Writer.apology,
    LetterKind.FEE_RECEIPT: fee_receipt,
    LetterKind.OBLIGATION: obligation_notice,
}

AT_THE_COUNTER = frozenset(
    {LetterKind.FILING_RECEIPT, LetterKind.RECEIPT, LetterKind.REFUSAL_OF_INTAKE, LetterKind.FEE_RECEIPT}
)


def write(
    session: Session,
    *,
    dossier_id: UUID,
    kind: LetterKind,
    event_version: int,
    office: PrintingOffice,
    now: datetime,
    token: str = "",
) -> None:
    """Write, print, seal and keep the letter; one that is already there is left as it is.

    `token`: the word in its QR; a new one if none is given. Whoever writes it again to have it sealed gives the same.
    """
    if letter_of(session, dossier_id=dossier_id, kind=kind, event_version=event_version) is not None:
        return
    dossier = locked(session, dossier_id)
    event = session.get(DossierEvent, (dossier_id, event_version))
    if dossier is None or event is None:
        raise NotFound("letter.not_found")
    agency = session.get_one(Agency, _writing_agency(dossier, kind))
    letter = Letter(
        dossier_id=dossier_id,
        agency_id=agency.id,
        kind=kind.value,
        event_version=event_version,
        language=dossier.language,
        token=token or new_token(),
        created_at=now,
    )
    url = office.verification_url(letter.token, letter.language)
    content = WRITERS[kind](Writer(session=session, dossier=dossier, verification_url=url), event)
    stored = office.print_and_seal(
        content,
        language=letter.language,
        agency_key=agency.key,
        agency_name=agency.names["vi"],
        now=now,
        own=own_words.overlay(current(session, Area.LETTER)),
    )
    letter.storage_key, letter.sha256, letter.sealed_at = stored.storage_key, stored.sha256, now
    session.add(letter)
    session.flush()


def _writing_agency(dossier: Dossier, kind: LetterKind) -> UUID:
    """What is written at the counter comes from the intake agency, the rest from the competent one."""
    if kind in AT_THE_COUNTER or dossier.agency_id is None:
        return dossier.intake_agency_id
    return dossier.agency_id
