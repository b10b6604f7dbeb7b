"""Form 06 as a letter: the visits of the slip as hand-overs, printed without a seal."""

from datetime import datetime

from portal.catalogue.text import Text
from portal.clock.verdict import Closed
from portal.dossiers.slip import Slip
from portal.dossiers.terms import Terms
from portal.dossiers.writing import Writer
from portal.foundation.errors import Refused
from portal.letters import contents as say
from portal.letters import wording

RESULTS = {
    Closed.EARLY: say.Punctuality.EARLY,
    Closed.ON_TIME: say.Punctuality.ON_TIME,
    Closed.OVERDUE: say.Punctuality.OVERDUE,
}


def control_slip(writer: Writer, slip: Slip, *, now: datetime) -> say.ControlSlip:
    """What the form states as of `now`. Raises `Refused` before acceptance: nothing has been handed over yet."""
    dossier = writer.dossier
    if dossier.accepted_at is None or dossier.promised_due_at is None:
        raise Refused("dossier.after_intake_only")
    limit = Terms.from_json(dossier.terms).statutory
    receivers = [*(row.agency for row in slip.rows[1:]), ""]
    return say.ControlSlip(
        head=writer.head(dossier.agency_id or dossier.intake_agency_id),
        subject=writer.subject,
        owner=writer.owner,
        accepted_at=dossier.accepted_at,
        promised_at=dossier.promised_due_at,
        limit=wording.limit(int(limit.amount), limit.unit.value),
        handovers=tuple(
            say.Handover(
                giver=row.agency,
                receiver=receiver if row.left_at else "",
                step=Text(vi=row.step),
                handed_at=row.left_at or row.entered_at,
                due_at=row.due_at,
                result=RESULTS[row.verdict] if row.verdict else None,
            )
            for row, receiver in zip(slip.rows, receivers, strict=False)
        ),
        issued_at=now,
    )
