"""Letters: printing, sealing."""

from datetime import datetime, timedelta
from uuid import UUID

from config import settings
from portal.dossiers.actions.letters import write
from portal.foundation.outbox import Job
from portal.foundation.unit_of_work import unit_of_work
from portal.letters import actions, pdf, queries
from portal.letters.actions import new_token
from portal.letters.certificates import look
from portal.letters.contents import LetterKind
from portal.letters.printing import PrintingOffice
from workers.handlers import Work, handles_slowly


@handles_slowly(Job.RENDER_LETTER)
def render_letter(work: Work) -> None:
    """Printing takes some fifty milliseconds, so it may hold the dossier's row; a device or service may not."""
    payload, token = work.payload, new_token()
    at: datetime | None = None

    def once(office: PrintingOffice) -> None:
        nonlocal at
        with work.closing() as (session, now):
            at = at or now  # what has been signed ahead was signed at this moment
            write(
                session,
                dossier_id=UUID(payload["dossier_id"]),
                kind=LetterKind(payload["kind"]),
                event_version=payload["event_version"],
                office=office,
                now=at,
                token=token,
            )

    PrintingOffice.of(settings()).with_signatures(once)


@handles_slowly(Job.CHECK_CERTIFICATES, lease=timedelta(minutes=15))
def check_certificates(work: Work) -> None:
    """Look at every seal and signature where it is, with nothing held meanwhile; then keep what was found."""
    office, days = PrintingOffice.of(settings()), settings().certificate_warning_days
    with unit_of_work() as session:
        owners = queries.owners(session)
        outside = queries.last_outside(session, [post_id for owner in owners for post_id in owner.post_ids])
    found = [
        look(owner, office, next((outside[one] for one in owner.post_ids if one in outside), None), now=work.claimed_at)
        for owner in owners
    ]
    with work.closing() as (session, now):
        actions.forget_certificates(session, owners)
        for one in found:
            if one is not None:
                actions.note_certificate(session, one, thresholds=days, now=now)


def prewarm() -> None:
    """Read fonts and house style after the fork, so that the first letter is not the slow one."""
    pdf.prewarm()
