"""The blanks a procedure's letter texts may leave, by kind of letter. The lint and the writers of letters share them.

A decision is signed before it is numbered and issued, and says at its issue what was signed. So its text has no
blank for what is known only afterwards (its number, the day of issue), nor for dates that may still move.
"""

from collections.abc import Mapping
from typing import Final

from portal.catalogue.steps import LetterKind

COMMON: Final = frozenset(
    {
        "dossier_code", "procedure_code", "procedure_name", "case_name", "party_name", "filer_name", "agency",
        "officer", "filed_on", "accepted_on", "today",
    }
)  # fmt: skip
DATES_THAT_MOVE: Final = frozenset({"due_on", "promised_on"})
DECISION: Final = COMMON | {"signed_on"}
REFUSAL: Final = DECISION | {"reason"}
PLACEHOLDERS: Final[Mapping[LetterKind, frozenset[str]]] = {
    LetterKind.RECEIPT: COMMON | DATES_THAT_MOVE | {"documents", "fee"},
    LetterKind.SUPPLEMENT: COMMON | DATES_THAT_MOVE | {"reason", "supplement_due", "items"},
    LetterKind.REFUSAL_OF_INTAKE: (COMMON - {"accepted_on"}) | {"reason"},
    LetterKind.APOLOGY: COMMON | DATES_THAT_MOVE | {"reason", "new_promised_on"},
    LetterKind.STOP: (COMMON - {"accepted_on"}) | {"reason"},
    LetterKind.REFUSAL: REFUSAL,
    LetterKind.DECISION: DECISION,
}
"""What each kind may name, besides the answers (``answers.<field>``)."""
