"""Which letters of a dossier no longer say what holds: decisions a correction has voided, receipts whose day moved."""

from dataclasses import dataclass
from datetime import date, datetime

from portal.letters.contents import LetterKind
from portal.letters.models import Letter
from portal.workflow.graph import Act
from portal.workflow.projection import Projection


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What later events did to a letter. Genuine it stays; it is what it says that may no longer hold.

    `is_void`: a decision that was signed and has been taken back; `voided_at` is when a leader's correction did so,
    None where the dossier was sent back before the decision was issued. `promised_on`: the day promised since by the
    letter of apology of `moved_at`, in place of the one on the receipt.
    """

    is_void: bool = False
    voided_at: datetime | None = None
    promised_on: date | None = None
    moved_at: datetime | None = None


HOLDS = Standing()


def standing(letter: Letter, projected: Projection) -> Standing:
    """Whether the letter still says what holds."""
    if letter.kind == LetterKind.DECISION:
        if any(proof.act is Act.SIGN and proof.event == letter.event_version for proof in projected.decision):
            return HOLDS
        corrected = (one.at for one in projected.reopenings if one.event > letter.event_version)
        return Standing(is_void=True, voided_at=next(corrected, None))
    moved_by = projected.extended_by
    if letter.kind == LetterKind.RECEIPT and moved_by is not None and moved_by > letter.event_version:
        return Standing(promised_on=projected.extended_to, moved_at=projected.extended_at)
    return HOLDS
